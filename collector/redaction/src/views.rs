//! The views of a text: what it says once escapes, encodings and joints are read. Every scan runs on each of them, and
//! what it finds is taken back to the bytes of the text that say it.
//!
//! A view is made only where something calls for one, views are made of views to a depth of four, and all of them
//! together are no longer than a multiple of the text.

mod base64;
mod escapes;
mod hexadecimal;
mod joints;
mod lists;
mod map;
mod percent;
mod shell;
mod spelling;
mod variables;

use std::collections::HashMap;
use std::ops::Range;

use self::map::Map;
use crate::detect::Failure;

/// How deep views are made of views.
const DEEPEST: u8 = 4;

/// How much views may cost: so many times the text's bytes, and something for short texts. A view costs its bytes and
/// [`EACH`].
const ALLOWED: usize = 32;
const ALLOWED_ANYWAY: usize = 16 * 1024;
const EACH: usize = 64;

/// Decoded texts up to this size hide as a whole what is found in them, bytes: the rest of the encoded run would say
/// nothing to a reader.
const SMALL: usize = 512;

/// A decoded text and where it comes from.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) text: String,
    /// How many encodings deep, from 1.
    pub(crate) depth: u8,
    parent: Option<usize>,
    map: Map,
    /// The encoded run in the parent, where it is one that cannot be cut cleanly.
    run: Option<Range<usize>>,
}

impl View {
    /// Whether it is the text of an encoded run, and nothing else.
    pub(crate) fn is_run(&self) -> bool {
        self.run.is_some()
    }
}

/// All views of a text.
#[derive(Debug, Default)]
pub(crate) struct Views {
    all: Vec<View>,
    /// The views of each stretch of the source: the same stretch may be reached in several ways.
    at: HashMap<(usize, usize), Vec<usize>>,
    spent: usize,
    allowed: usize,
}

/// Whether a byte is none that a text has.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b)) || byte == 0x7f
}

/// Decoded bytes as a text of the same length: what is no UTF-8 is replaced, byte by byte.
fn legible(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        error.as_bytes().utf8_chunks().fold(String::new(), |mut text, chunk| {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| '?'));
            text
        })
    })
}

/// Which views a text calls for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls(u8);

impl Calls {
    const SPELLING: u8 = 1;
    const PERCENT: u8 = 2;
    const BASE64: u8 = 4;
    const HEXADECIMAL: u8 = 8;

    /// Reads a text once.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut calls = 0;
        // Letters in a row; short groups of digits in a row, and whether this one is of digits only.
        let (mut letters, mut groups, mut only_digits) = (0_usize, 0_usize, true);
        let mut quotes = 0_usize;
        let mut longest = 0;
        for byte in bytes {
            let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or_default();
            if class & LETTER != 0 {
                letters += 1;
                only_digits &= class & DIGIT != 0;
                continue;
            }
            if letters > 0 {
                longest = longest.max(letters);
                groups = if only_digits && matches!(letters, 2..=4) { groups + 1 } else { 0 };
                if groups >= GROUPS {
                    calls |= Self::HEXADECIMAL;
                }
                (letters, only_digits) = (0, true);
            }
            // The classes of the other calls are their bits.
            calls |= class & (Self::SPELLING | Self::PERCENT);
            quotes += usize::from(class & QUOTE != 0);
        }
        if longest.max(letters) >= base64::SHORTEST {
            calls |= Self::BASE64 | Self::HEXADECIMAL;
        }
        // A literal may go on in another.
        if quotes >= 2 {
            calls |= Self::SPELLING;
        }
        Self(calls)
    }

    /// Whether it calls for none.
    pub(crate) fn none(self) -> bool {
        self.0 == 0
    }

    fn has(self, call: u8) -> bool {
        self.0 & call != 0
    }
}

/// Short groups of digits in a row that may be a list of bytes.
const GROUPS: usize = 4;

const LETTER: u8 = 16;
const DIGIT: u8 = 32;
const QUOTE: u8 = 64;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = match byte {
            // With the letter of `0x` and `\x`.
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'x' | b'X' => LETTER | DIGIT,
            _ if byte.is_ascii_alphanumeric() => LETTER,
            b'+' | b'/' | b'-' | b'_' => LETTER,
            b'\\' | b'&' => Calls::SPELLING,
            b'%' => Calls::PERCENT,
            b'"' | b'\'' | b'`' => QUOTE,
            _ => 0,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

impl Views {
    /// Makes the views that a text calls for.
    ///
    /// # Errors
    /// [`Failure::OverBudget`] when they are more than a text of its length may have.
    pub(crate) fn of(text: &str, calls: Calls) -> Result<Self, Failure> {
        let mut views = Self { allowed: ALLOWED_ANYWAY + ALLOWED * text.len(), ..Self::default() };
        if calls.none() {
            return Ok(views);
        }
        views.of_one(text, calls, None, 1)?;
        let mut next = 0;
        while let Some(view) = views.all.get_mut(next) {
            let depth = view.depth + 1;
            if depth <= DEEPEST {
                // Taken out while it is read, since its own views are put beside it.
                let text = std::mem::take(&mut view.text);
                let calls = Calls::of(text.as_bytes());
                let made = views.of_one(&text, calls, Some(next), depth);
                if let Some(view) = views.all.get_mut(next) {
                    view.text = text;
                }
                made?;
            }
            next += 1;
        }
        Ok(views)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &View> {
        self.all.iter()
    }

    /// The bytes of the text that say a stretch of a view. Of an encoded run that cannot be cut cleanly, the whole, when
    /// the stretch is most of it or the run is small.
    pub(crate) fn outward<'a>(&'a self, mut view: &'a View, mut span: Range<usize>, cut: bool) -> Range<usize> {
        loop {
            span = match &view.run {
                Some(run) if !cut && (view.text.len() <= SMALL || 3 * span.len() >= view.text.len()) => run.clone(),
                _ => view.map.outward(span),
            };
            match view.parent.and_then(|parent| self.all.get(parent)) {
                Some(parent) => view = parent,
                None => return span,
            }
        }
    }

    fn of_one(&mut self, text: &str, calls: Calls, parent: Option<usize>, depth: u8) -> Result<(), Failure> {
        let bytes = text.as_bytes();
        let mut made: Vec<View> = Vec::new();
        let mut note = |run: Option<Range<usize>>, view: Vec<u8>, map: Map| {
            made.push(View { text: legible(view), depth, parent, map, run });
        };
        if calls.has(Calls::SPELLING) {
            if let Some((view, map)) = spelling::view(text) {
                note(None, view.into_bytes(), map);
            }
            spelling::literals(text, |view, map| note(None, view.into_bytes(), map));
            shell::words(text, |view, map| note(None, view, map));
            lists::joined(text, |_, view, map| note(None, view, map));
            variables::joined(text, |view, map| note(None, view, map));
        }
        if calls.has(Calls::PERCENT) {
            percent::words(bytes, |_, view, map| note(None, view, map));
        }
        if calls.has(Calls::BASE64) {
            base64::runs(bytes, |run, view, map| note(Some(run), view, map));
        }
        if calls.has(Calls::HEXADECIMAL) {
            hexadecimal::runs(bytes, |run, view, map| note(Some(run), view, map));
        }
        made.into_iter().try_for_each(|view| self.add(view))
    }

    fn add(&mut self, view: View) -> Result<(), Failure> {
        self.spent += view.text.len() + EACH;
        if self.spent > self.allowed {
            return Err(Failure::OverBudget);
        }
        let source = self.outward(&view, 0..view.text.len(), true);
        let same = self.at.entry((source.start, source.end)).or_default();
        if same.iter().filter_map(|at| self.all.get(*at)).any(|other| other.text == view.text) {
            return Ok(());
        }
        same.push(self.all.len());
        self.all.push(view);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
