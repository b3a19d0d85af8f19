//! Where a value ends: quotes, escaped quotes, shell words and YAML scalars, by the rules that they have in common.

use std::ops::Range;

pub(crate) use super::placeholder::is_reference;
use crate::detect::Text;

/// What a value stands in, which decides what ends one that has no quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// A shell word, or what follows `=`.
    Word,
    /// JSON or YAML in flow style: what follows `:`.
    Flow,
    /// A line of its own: YAML in block style.
    Line,
}

/// Whether a byte separates words.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether a byte ends a value that has no quotes.
fn ends(byte: u8, within: Within) -> bool {
    match within {
        Within::Line => matches!(byte, b'\n' | b'\r'),
        Within::Word => is_space(byte) || matches!(byte, b';' | b'|' | b'&' | b'<' | b'>' | b')'),
        Within::Flow => is_space(byte) || matches!(byte, b';' | b'|' | b'&' | b'<' | b'>' | b')' | b',' | b'}' | b']'),
    }
}

/// Reads the value that begins at `at`, without the quotes around it. May be empty; never reaches past the end.
pub(super) fn read(text: Text<'_>, at: usize, within: Within) -> Range<usize> {
    let bytes = text.bytes();
    if let Some(found) = read_quoted(bytes, at) {
        return found;
    }
    match bytes.get(at).copied() {
        // Several quoted parts in one word, or a quote that is never closed.
        Some(quote) if is_quote(quote) => {
            at..unquoted(text, at, if within == Within::Flow { Within::Word } else { within })
        }
        _ => at..unquoted(text, at, within),
    }
}

/// The same, if it has quotes around it, and nothing but them.
pub(super) fn read_quoted(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let slashes = bytes.get(at..)?.iter().take_while(|byte| **byte == b'\\').count();
    let open = at + slashes;
    let quote = bytes.get(open).copied().filter(|byte| is_quote(*byte))?;
    if slashes > 0 {
        return Some(escaped(bytes, open + 1, quote));
    }
    let end = closing(bytes, open + 1, quote)?;
    closes(bytes, end + 1).then_some(open + 1..end)
}

/// The end of a value that stands between `\"` and `\"`.
fn escaped(bytes: &[u8], start: usize, quote: u8) -> Range<usize> {
    let rest = bytes.get(start..).unwrap_or_default();
    let mut end = start + rest.iter().position(|byte| *byte == quote || *byte == b'\n').unwrap_or(rest.len());
    while end > start && bytes.get(end - 1) == Some(&b'\\') {
        end -= 1;
    }
    start..end
}

/// The place of the quote that closes one which opened before `at`. A backslash hides one only between double quotes.
fn closing(bytes: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            _ if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether what follows a closing quote says that the value is over.
pub(super) fn closes(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| is_space(*byte) || is_quote(*byte) || b",;:)}]|&<>\\".contains(byte))
        && !continues(bytes, at)
}

/// Whether a shell word goes on at a quote: `'it'\''s'`, `"a"'b'`.
fn continues(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at).copied() {
        Some(b'\\') => {
            bytes.get(at + 1).is_some_and(|byte| *byte == b'\'')
                && bytes.get(at + 2).is_some_and(|byte| is_quote(*byte))
        }
        Some(quote) if is_quote(quote) => {
            bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) && closing(bytes, at + 1, quote).is_some()
        }
        _ => false,
    }
}

/// The end of a value without quotes around it, which may have quoted parts and marks within.
fn unquoted(text: Text<'_>, start: usize, within: Within) -> usize {
    let bytes = text.bytes();
    let mut at = start;
    while let Some(byte) = bytes.get(at).copied() {
        if let Some(length) = text.marks.at(bytes, at) {
            at += length;
            continue;
        }
        if ends(byte, within) {
            break;
        }
        match byte {
            b'\\' if within != Within::Line => match bytes.get(at + 1).copied() {
                // The end of an escaped string, or of a line.
                Some(b'\n' | b'\r' | b'"') | None => break,
                Some(b'\'') if at == start => break,
                _ => at += 2,
            },
            _ if is_quote(byte) && within != Within::Line => {
                if at > start && closes(bytes, at + 1) {
                    break;
                }
                match closing(bytes, at + 1, byte) {
                    Some(end) => at = end + 1,
                    None => return line_end(bytes, at),
                }
            }
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// The end of the line that `at` is on.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| *byte == b'\n' || *byte == b'\r').unwrap_or(rest.len())
}

/// The first place from `at` on that is no blank. A line that a backslash continues goes on.
pub(super) fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at).copied() {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\\') if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            _ => return at,
        }
    }
}

/// The next run from `from` on of at least `shortest` bytes that are all of a kind. Looks at every `shortest`th byte only,
/// as long as there is none.
pub(crate) fn next_run(bytes: &[u8], from: usize, shortest: usize, is: fn(u8) -> bool) -> Option<Range<usize>> {
    let mut from = from;
    loop {
        let probe = from + shortest - 1;
        if !is(*bytes.get(probe)?) {
            from = probe + 1;
            continue;
        }
        let before = bytes.get(from..probe)?.iter().rev().take_while(|byte| is(**byte)).count();
        let after = bytes.get(probe..)?.iter().take_while(|byte| is(**byte)).count();
        if before + after >= shortest {
            return Some(probe - before..probe + after);
        }
        from = probe + after;
    }
}

/// Whether a value looks random: long, of the letters that encodings use, letters and digits mixed.
pub(crate) fn is_opaque(value: &[u8]) -> bool {
    value.len() >= 16
        && !value.starts_with(b"/")
        && !value.starts_with(b".")
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && value.iter().all(|byte| is_opaque_letter(*byte))
}

fn is_opaque_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-.".contains(&byte)
}

/// Whether the value that begins at `at` may look random: what ends its first letters, quotes around it aside, ends a value.
pub(super) fn may_be_opaque(bytes: &[u8], at: usize) -> bool {
    const NEAR: usize = 512;
    let rest = bytes.get(at..(at + NEAR).min(bytes.len())).unwrap_or_default();
    let quotes = rest.iter().take_while(|byte| is_quote(**byte) || **byte == b'\\').count();
    let rest = rest.get(quotes..).unwrap_or_default();
    let after = rest.iter().find(|byte| !is_opaque_letter(**byte));
    after.is_none_or(|byte| is_space(*byte) || is_quote(*byte) || b";|&<>),}]\\[".contains(byte))
}

/// Whether a value is the id or the fingerprint of an `OpenPGP` key, as its tools write them.
pub(crate) fn is_key_id(value: &[u8]) -> bool {
    matches!(value.len(), 16 | 40) && value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'))
}

/// Whether a value is the name of a thing, with words in it: `Linux-cargo-0f1e2d3c`.
pub(super) fn is_worded(value: &[u8]) -> bool {
    let words = value.split(|byte| *byte == b'-');
    words.filter(|word| word.len() >= 3 && word.iter().all(u8::is_ascii_alphabetic)).count() >= 2
}

/// Whether letters change case as no name's do: half a dozen times, and with many capitals.
pub(super) fn is_scrambled(value: &[u8]) -> bool {
    const CHANGES: usize = 6;
    let count = |is: fn(&u8) -> bool| value.iter().filter(|byte| is(byte)).count();
    let changes = value.iter().zip(value.iter().skip(1)).filter(|(one, two)| {
        one.is_ascii_alphabetic() && two.is_ascii_alphabetic() && one.is_ascii_uppercase() != two.is_ascii_uppercase()
    });
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte))
        && 10 * count(u8::is_ascii_uppercase).min(count(u8::is_ascii_lowercase)) >= 3 * value.len()
        && changes.count() >= CHANGES
}

/// The length of what stands before a signature's digits: `sha256=…`.
pub(super) fn digest_prefix(value: &[u8]) -> usize {
    const DIGESTS: &[&[u8]] = &[b"sha256=", b"sha1=", b"sha512=", b"v0=", b"v1="];
    DIGESTS.iter().find(|prefix| value.starts_with(prefix)).map_or(0, |prefix| prefix.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_those_that_a_plain_search_finds(text in "[a ]{0,60}", shortest in 1_usize..9) {
            let bytes = text.as_bytes();
            let is = |byte: u8| byte == b'a';
            let mut plain = Vec::new();
            let mut at = 0;
            for run in bytes.split(|byte| !is(*byte)) {
                if run.len() >= shortest {
                    plain.push(at..at + run.len());
                }
                at += run.len() + 1;
            }
            let mut found = Vec::new();
            let mut from = 0;
            while let Some(run) = next_run(bytes, from, shortest, is) {
                from = run.end;
                found.push(run);
            }
            prop_assert_eq!(found, plain);
        }
    }
}
