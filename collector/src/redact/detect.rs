//! Finds what must not be stored inside a text that is otherwise kept, and puts a mark in its place.
//!
//! Structure first (headers, flags, assignments, URLs say what is a secret whatever it looks like), then the formats that
//! providers give their keys, then personal data. Every scan reads a text once; none backtracks. A text in which
//! nothing is found is not copied.

mod assignments;
mod flags;
mod names;
mod personal;
mod providers;
mod urls;
mod value;

use std::borrow::Cow;

pub(super) use self::flags::mask_vector;
pub(super) use self::providers::{FORMATS, Providers};
use super::forms;

/// Names the behaviour of the scans in the policy's hash. Raise it when a scan finds other things than before.
pub(super) const VERSION: u32 = 1;

/// A text that has not come to rest after so many passes is withheld. Two are the rule: one that masks, one that finds
/// nothing left.
const PASSES: usize = 6;

/// Whether e-mail addresses and card numbers are masked too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Personal {
    /// Everywhere but in the identity columns.
    Mask,
    /// In the identity columns.
    Keep,
}

/// A stretch of a text that a scan wants masked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    start: usize,
    end: usize,
    mark: &'static str,
}

/// What the scans of one pass found. Where stretches overlap they become one, under the mark that was found first: the
/// order of the scans is their precedence.
#[derive(Debug, Default)]
pub(super) struct Hits(Vec<Hit>);

impl Hits {
    fn push(&mut self, start: usize, end: usize, mark: &'static str) {
        if start < end {
            self.0.push(Hit { start, end, mark });
        }
    }
}

/// Masks everything that is found in a text. None when the text does not come to rest.
pub(super) fn mask<'a>(providers: &Providers, text: &'a str, personal: Personal) -> Option<Cow<'a, str>> {
    let mut current = Cow::Borrowed(text);
    for _ in 0..PASSES {
        match pass(providers, &current, personal) {
            None => return Some(current),
            Some(next) => current = Cow::Owned(next),
        }
    }
    None
}

/// One pass of all scans. None when there is nothing (more) to mask.
fn pass(providers: &Providers, text: &str, personal: Personal) -> Option<String> {
    let bytes = text.as_bytes();
    let present = Present::of(bytes);
    let mut hits = Hits::default();
    providers.scan(bytes, &mut hits);
    if present.has(Present::QUERY | Present::COLON) {
        urls::scan(text, &mut hits);
    }
    if present.has(Present::COLON | Present::EQUALS) {
        assignments::scan(bytes, &mut hits);
    }
    if present.has(Present::SPACE) {
        flags::scan(text, &mut hits);
    }
    if personal == Personal::Mask && present.has(Present::AT | Present::DIGIT) {
        personal::scan(bytes, &mut hits);
    }
    if hits.0.is_empty() { None } else { replace(text, hits.0) }
}

/// Puts marks in place of the hits. None when every hit is a mark already.
fn replace(text: &str, hits: Vec<Hit>) -> Option<String> {
    let mut ordered: Vec<(usize, Hit)> = hits.into_iter().enumerate().collect();
    ordered.sort_by_key(|(_, hit)| hit.start);
    let mut merged: Vec<(usize, Hit)> = Vec::with_capacity(ordered.len());
    for (rank, mut hit) in ordered {
        hit.start = text.floor_char_boundary(hit.start);
        hit.end = text.ceil_char_boundary(hit.end);
        match merged.last_mut() {
            Some((first, last)) if hit.start < last.end => {
                last.end = last.end.max(hit.end);
                if rank < *first {
                    (*first, last.mark) = (rank, hit.mark);
                }
            }
            _ => merged.push((rank, hit)),
        }
    }
    let mut masked = String::with_capacity(text.len());
    let (mut at, mut changed) = (0, false);
    for (_, hit) in merged {
        if text.get(hit.start..hit.end).is_none_or(forms::is_mark) {
            continue;
        }
        masked.push_str(text.get(at..hit.start).unwrap_or_default());
        masked.push_str(hit.mark);
        (at, changed) = (hit.end, true);
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    changed.then_some(masked)
}

/// Which of the bytes that scans begin from occur in a text: most texts need few scans.
#[derive(Clone, Copy)]
struct Present(u8);

impl Present {
    const COLON: u8 = 1;
    const EQUALS: u8 = 2;
    const SPACE: u8 = 4;
    const AT: u8 = 8;
    const DIGIT: u8 = 16;
    const QUERY: u8 = 32;

    fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(0, |present, byte| {
            present
                | match byte {
                    b':' => Self::COLON,
                    b'=' => Self::EQUALS,
                    b'?' | b'&' | b'#' => Self::QUERY,
                    b' ' | b'\t' | b'\n' => Self::SPACE,
                    // An encoded at sign too.
                    b'@' | b'%' => Self::AT,
                    b'0'..=b'9' => Self::DIGIT,
                    _ => 0,
                }
        }))
    }

    fn has(self, any: u8) -> bool {
        self.0 & any != 0
    }
}

#[cfg(test)]
mod tests;
