//! What the scans of one pass found, and the text with marks in its place.

use std::ops::Range;

use super::kind::{Kind, Marks};

/// A text that is scanned, with the marks that it may hold already.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: &'a str,
    /// The marks of finds.
    pub marks: &'a Marks,
}

impl<'a> Text<'a> {
    /// Its bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }
}

/// A stretch of a text that a scan wants masked.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Where, in bytes. A scan need not care for character boundaries.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// The secret itself where it is not the stretch's own text: decoded, joined, without its quotes.
    pub secret: Option<Box<str>>,
}

/// What the scans of one pass found. Where stretches overlap they become one, under the kind that was found first: the
/// order of the scans is their precedence.
#[derive(Debug, Default)]
pub struct Hits(pub(crate) Vec<Hit>);

impl Hits {
    /// Notes a stretch whose own text is the secret. Empty ones are ignored.
    pub fn push(&mut self, start: usize, end: usize, kind: &Kind) {
        if start < end {
            self.0.push(Hit { span: start..end, kind: kind.clone(), secret: None });
        }
    }

    /// Notes a stretch that says a secret in another spelling.
    pub fn push_spelt(&mut self, span: Range<usize>, kind: &Kind, secret: &str) {
        if span.start < span.end {
            self.0.push(Hit { span, kind: kind.clone(), secret: Some(secret.into()) });
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A secret that was taken out of a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// The secret itself, to be hashed; never to be stored.
    pub secret: Box<str>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Puts marks in place of the hits. None when every hit is a mark already.
pub(super) fn replace(text: Text<'_>, hits: Hits, found: &mut Vec<Found>) -> Option<String> {
    let Text { text, marks } = text;
    let mut ordered: Vec<(usize, Hit)> = hits.0.into_iter().enumerate().collect();
    ordered.sort_by_key(|(_, hit)| hit.span.start);
    let mut merged: Vec<(usize, Hit)> = Vec::with_capacity(ordered.len());
    for (rank, mut hit) in ordered {
        hit.span = text.floor_char_boundary(hit.span.start)..text.ceil_char_boundary(hit.span.end);
        match merged.last_mut() {
            Some((first, last)) if hit.span.start < last.span.end => {
                last.span.end = last.span.end.max(hit.span.end);
                if rank < *first {
                    (*first, last.kind, last.secret) = (rank, hit.kind, hit.secret);
                }
            }
            _ => merged.push((rank, hit)),
        }
    }
    let mut masked = String::with_capacity(text.len());
    let (mut at, mut changed) = (0, false);
    for (_, hit) in merged {
        let Some(stretch) = text.get(hit.span.clone()) else { continue };
        if marks.is_mark(stretch) {
            continue;
        }
        masked.push_str(text.get(at..hit.span.start).unwrap_or_default());
        masked.push('[');
        masked.push_str(hit.kind.as_str());
        masked.push(']');
        (at, changed) = (hit.span.end, true);
        found.push(Found { kind: hit.kind, secret: hit.secret.unwrap_or_else(|| stretch.into()) });
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    changed.then_some(masked)
}
