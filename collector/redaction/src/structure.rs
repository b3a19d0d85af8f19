//! Where a secret stands says that it is one, whatever it looks like: names, headers, flags, addresses.
//!
//! The scans are our own. A parser of a language gives values without the bytes that say them, and nothing of what is cut,
//! quoted once too often, half a template or one language inside another; most of what agents send is. Each scan reads
//! a text once, says which bytes to take out, and bounds what it reads again. Where a text is valid, maintained parsers
//! say in `tests/parsers.rs` what must be gone.

pub(crate) mod assignments;
mod code;
mod credentials;
mod directives;
mod elements;
mod entries;
mod headers;
mod hints;
mod lines;
pub(crate) mod names;
mod pairs;
mod placeholder;
mod programs;
mod prose;
mod shapes;
pub(crate) mod shell;
mod sql;
mod strings;
mod tables;
pub(crate) mod urls;
pub(crate) mod value;

use crate::detect::{Hits, Kind, Marks, Text};

/// Finds the secrets that a text's structure gives away. The scans that understand more come first: of two finds in one
/// place the first names it.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    let signs = Signs::of(text.bytes());
    let named = hints::names_secret(text.bytes());
    shapes::scan(text, hits);
    if signs.has(Signs::QUERY | Signs::COLON) {
        urls::scan(text, hits);
    }
    if signs.has(Signs::SPACE) {
        shell::scan(text, hits);
    }
    if named && signs.has(Signs::COLON | Signs::EQUALS) {
        assignments::scan(text, hits);
    }
    if named && signs.has(Signs::QUOTE) {
        pairs::scan(text, hits);
        if signs.has(Signs::SPACE) {
            sql::scan(text, hits);
        }
    }
    if named && signs.has(Signs::ANGLE) {
        elements::scan(text, hits);
    }
    if signs.has(Signs::SPACE | Signs::DOLLAR | Signs::COLON) {
        credentials::scan(text, signs.has(Signs::DOLLAR), hits);
    }
    if named && signs.has(Signs::SPACE) {
        directives::scan(text, hits);
        tables::scan(text, hits);
        prose::scan(text, hits);
    }
}

/// Masks the secrets in an argument vector: what a shell would have been given as words. `found` is told each.
pub(crate) fn mask_vector(marks: &Marks, words: &mut [String], found: &mut dyn FnMut(&Kind, &str)) {
    shell::mask_vector(marks, words, found);
}

/// Which of the bytes that scans begin from occur in a text: most texts need few scans.
#[derive(Clone, Copy)]
struct Signs(u8);

const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut byte = 0_u8;
    loop {
        signs[byte as usize] = match byte {
            b':' => Signs::COLON,
            b'=' => Signs::EQUALS,
            b' ' | b'\t' | b'\n' => Signs::SPACE,
            b'?' | b'&' | b'#' => Signs::QUERY,
            b'"' | b'\'' | b'`' => Signs::QUOTE,
            b'<' => Signs::ANGLE,
            b'$' => Signs::DOLLAR,
            _ => 0,
        };
        if byte == u8::MAX {
            break signs;
        }
        byte += 1;
    }
};

impl Signs {
    const COLON: u8 = 1;
    const EQUALS: u8 = 2;
    const SPACE: u8 = 4;
    const QUERY: u8 = 8;
    const QUOTE: u8 = 16;
    const ANGLE: u8 = 32;
    const DOLLAR: u8 = 64;

    fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(0, |signs, byte| signs | SIGNS.get(usize::from(*byte)).copied().unwrap_or_default()))
    }

    fn has(self, any: u8) -> bool {
        self.0 & any != 0
    }
}

#[cfg(test)]
mod tests;
