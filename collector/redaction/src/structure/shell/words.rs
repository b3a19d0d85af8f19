//! A word of a command line: what the shell makes of its quotes and backslashes, and where each byte of that stands.

use std::borrow::Cow;
use std::ops::Range;

use crate::structure::value::{is_quote, is_space, line_end};

/// A stretch of a word's value and of the source that says it. They are as long as each other, or the value is one byte
/// that the source says in another way.
#[derive(Clone, Debug)]
struct Piece {
    value: usize,
    source: Range<usize>,
    /// Whether the source says it byte by byte.
    plain: bool,
}

/// A word.
#[derive(Clone, Debug)]
pub(crate) struct Word<'a> {
    /// Without quotes and backslashes; expansions as they are written.
    pub(crate) value: Cow<'a, [u8]>,
    /// The whole of it in the source, quotes included.
    pub(crate) span: Range<usize>,
    /// What stands between its quotes; between the last ones, if it has several quoted parts.
    pub(crate) string: Option<Range<usize>>,
    /// Whether it is that string and nothing else.
    pub(crate) is_string: bool,
    pieces: Vec<Piece>,
    /// Where the value begins in the source, when there are no pieces.
    start: usize,
}

impl<'a> Word<'a> {
    /// A word that is its own value.
    pub(crate) fn plain(bytes: &'a [u8], span: Range<usize>) -> Self {
        let value = Cow::Borrowed(bytes.get(span.clone()).unwrap_or_default());
        Self { value, start: span.start, span, string: None, is_string: false, pieces: Vec::new() }
    }

    /// Where a stretch of the value stands in the source.
    pub(crate) fn source(&self, part: &Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return self.start + part.start..self.start + part.end;
        }
        let find = |at: usize| {
            let after = self.pieces.partition_point(|piece| piece.value <= at);
            self.pieces.get(after.checked_sub(1)?)
        };
        let start = find(part.start).map_or(self.span.start, |piece| {
            if piece.plain { piece.source.start + (part.start - piece.value) } else { piece.source.start }
        });
        let last = part.end.saturating_sub(1);
        let end = find(last).map_or(self.span.end, |piece| {
            if piece.plain { piece.source.start + (last - piece.value) + 1 } else { piece.source.end }
        });
        start..end.max(start)
    }
}

/// Whether a byte ends a word that has no quotes.
pub(super) fn ends(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>')
}

/// Reads the word that begins at `at`, which is neither blank nor operator. Goes on over a quote that is never closed to
/// the end of its line. `escaped`: this is the inside of a string whose own quotes are `\"`.
pub(super) fn read(bytes: &[u8], at: usize, to: usize, escaped: bool) -> (Word<'_>, usize) {
    let rest = bytes.get(at..to).unwrap_or_default();
    let simple = rest
        .iter()
        .position(|byte| ends(*byte) || is_quote(*byte) || matches!(byte, b'\\' | b'$'))
        .unwrap_or(rest.len());
    if rest.get(simple).is_none_or(|byte| ends(*byte)) {
        return (Word::plain(bytes, at..at + simple), at + simple);
    }
    Reader { bytes, to, escaped, value: Vec::new(), pieces: Vec::new() }.read(at)
}

struct Reader<'a> {
    bytes: &'a [u8],
    to: usize,
    escaped: bool,
    value: Vec<u8>,
    pieces: Vec<Piece>,
}

impl<'a> Reader<'a> {
    fn at(&self, at: usize) -> Option<u8> {
        if at < self.to { self.bytes.get(at).copied() } else { None }
    }

    /// Takes in a stretch that stands for itself.
    fn plain(&mut self, source: Range<usize>) {
        let Some(stretch) = self.bytes.get(source.clone()) else { return };
        if stretch.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(last) if last.plain && last.source.end == source.start => last.source.end = source.end,
            _ => self.pieces.push(Piece { value: self.value.len(), source, plain: true }),
        }
        self.value.extend_from_slice(stretch);
    }

    /// Takes in what a stretch stands for.
    fn spelt(&mut self, source: Range<usize>, means: &[u8]) {
        for byte in means {
            self.pieces.push(Piece { value: self.value.len(), source: source.clone(), plain: false });
            self.value.push(*byte);
        }
    }

    fn read(mut self, start: usize) -> (Word<'a>, usize) {
        let mut at = start;
        let mut string = None;
        let mut parts = 0;
        while let Some(byte) = self.at(at) {
            if ends(byte) {
                break;
            }
            let before = at;
            match byte {
                b'\'' => at = self.single(at + 1, &mut string),
                b'"' => at = self.double(at + 1, &mut string),
                b'`' => at = self.until(at, b'`'),
                b'\\' => match self.at(at + 1) {
                    Some(b'"') if self.escaped => at = self.double(at + 2, &mut string),
                    Some(b'\n') => at += 2,
                    Some(b'\r') if self.at(at + 2) == Some(b'\n') => at += 3,
                    Some(escaped) => {
                        self.spelt(at..at + 2, &[escaped]);
                        at += 2;
                    }
                    None => {
                        self.plain(at..at + 1);
                        at += 1;
                    }
                },
                b'$' if self.at(at + 1) == Some(b'\'') => at = self.ansi(at + 2),
                b'$' if self.at(at + 1) == Some(b'"') => at = self.double(at + 2, &mut string),
                b'$' if matches!(self.at(at + 1), Some(b'(' | b'{')) => {
                    let end = self.substitution(at + 1);
                    self.plain(at..end);
                    at = end;
                }
                // JSON in a word, as in a URL's query: it has strings of its own.
                b'{' | b'[' if at > start && self.at(at + 1).is_some_and(|next| matches!(next, b'"' | b'\\')) => break,
                _ => {
                    self.plain(at..at + 1);
                    at += 1;
                }
            }
            at = at.max(before + 1);
            parts += 1;
            // Lists of other languages: a string is over where its quote closes.
            if parts == 1 && string.is_some() && matches!(self.at(at), Some(b',' | b':' | b']' | b'}')) {
                break;
            }
        }
        let end = at.min(self.to);
        let (mut pieces, mut value, mut from) = (self.pieces, Cow::Owned(self.value), start);
        if let [only] = pieces.as_slice()
            && only.plain
        {
            value = Cow::Borrowed(self.bytes.get(only.source.clone()).unwrap_or_default());
            from = only.source.start;
            pieces = Vec::new();
        }
        let is_string = string.is_some() && parts == 1;
        (Word { value, span: start..end, string, is_string, pieces, start: from }, end)
    }

    fn single(&mut self, start: usize, string: &mut Option<Range<usize>>) -> usize {
        let rest = self.bytes.get(start..self.to).unwrap_or_default();
        let end = match rest.iter().position(|byte| *byte == b'\'') {
            Some(length) => start + length,
            None => line_end(self.bytes.get(..self.to).unwrap_or_default(), start),
        };
        self.plain(start..end);
        *string = Some(start..end);
        end + 1
    }

    fn double(&mut self, start: usize, string: &mut Option<Range<usize>>) -> usize {
        let mut at = start;
        while let Some(byte) = self.at(at) {
            match byte {
                b'"' => break,
                b'\\' => match self.at(at + 1) {
                    Some(b'"') if self.escaped => break,
                    Some(b'\n') => at += 2,
                    Some(escaped @ (b'"' | b'\\' | b'$' | b'`')) => {
                        self.spelt(at..at + 2, &[escaped]);
                        at += 2;
                    }
                    _ => {
                        self.plain(at..at + 1);
                        at += 1;
                    }
                },
                b'$' if self.at(at + 1) == Some(b'(') => {
                    let end = self.substitution(at + 1);
                    self.plain(at..end);
                    at = end;
                }
                _ => {
                    self.plain(at..at + 1);
                    at += 1;
                }
            }
        }
        let end = at.min(self.to);
        *string = Some(start..end);
        match self.at(end) {
            Some(b'\\') => end + 2,
            _ => end + 1,
        }
    }

    fn substitution(&self, open: usize) -> usize {
        substitution(self.bytes, open, self.to).unwrap_or(self.to)
    }

    fn until(&mut self, start: usize, quote: u8) -> usize {
        let rest = self.bytes.get(start + 1..self.to).unwrap_or_default();
        let end = match rest.iter().position(|byte| *byte == quote) {
            Some(length) => start + 1 + length + 1,
            None => line_end(self.bytes.get(..self.to).unwrap_or_default(), start),
        };
        self.plain(start..end);
        end
    }

    /// `$'…'`: backslashes as in C.
    fn ansi(&mut self, start: usize) -> usize {
        let mut at = start;
        while let Some(byte) = self.at(at) {
            match byte {
                b'\'' => return at + 1,
                b'\\' => {
                    let (length, means) = c_escape(self.bytes.get(at + 1..self.to).unwrap_or_default());
                    let mut letters = [0; 4];
                    self.spelt(at..at + 1 + length, means.encode_utf8(&mut letters).as_bytes());
                    at += 1 + length;
                }
                _ => {
                    self.plain(at..at + 1);
                    at += 1;
                }
            }
        }
        at
    }
}

/// What follows a backslash in `$'…'`: how many bytes, and what they mean.
fn c_escape(rest: &[u8]) -> (usize, char) {
    let number = |skip: usize, most: usize, radix: u32| {
        let digits = rest.get(skip..).unwrap_or_default();
        let digits = digits.iter().take(most).map_while(|byte| char::from(*byte).to_digit(radix));
        let (length, value) = digits.fold((0, 0), |(length, value), digit| (length + 1, value * radix + digit));
        (skip + length, char::from_u32(value).unwrap_or('\u{fffd}'))
    };
    match rest.first() {
        Some(b'n') => (1, '\n'),
        Some(b't') => (1, '\t'),
        Some(b'r') => (1, '\r'),
        Some(b'a') => (1, '\u{7}'),
        Some(b'b') => (1, '\u{8}'),
        Some(b'e' | b'E') => (1, '\u{1b}'),
        Some(b'x') => number(1, 2, 16),
        Some(b'u') => number(1, 4, 16),
        Some(b'U') => number(1, 8, 16),
        Some(b'0'..=b'7') => number(0, 3, 8),
        Some(byte) if byte.is_ascii() => (1, char::from(*byte)),
        _ => (0, '\\'),
    }
}

/// The end of `(…)` or `{…}` that opens at `open`, quotes respected; none if it never closes.
pub(super) fn substitution(bytes: &[u8], open: usize, to: usize) -> Option<usize> {
    let (opening, closing) = match bytes.get(open) {
        Some(b'{') => (b'{', b'}'),
        _ => (b'(', b')'),
    };
    let (mut at, mut depth) = (open, 0_usize);
    let mut quote = None;
    while at < to {
        let Some(byte) = bytes.get(at).copied() else { break };
        match (quote, byte) {
            (None | Some(b'"'), b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, _) if byte == opening => depth += 1,
            (None, _) if byte == closing => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
