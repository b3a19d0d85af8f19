//! Where one string literal goes on in another: `'a' + "b"`, `"a" \n "b"`, `'a''b'`, `${"a"}${"b"}`, `gh'p_'x`.

/// Two literals that are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Joint {
    /// The first byte of the second literal.
    pub(super) end: usize,
    /// The quote that ended the first, and the one that began the second. The second literal's end is read as the
    /// first's.
    pub(super) quotes: (u8, u8),
}

/// Operators that join strings in some language.
const OPERATORS: &[&[u8]] =
    &[b"+=", b"++", b"+", b"..", b".", b"<>", b"||", b"&", b"~", b"}${", b"}{", b").concat(", b".concat("];

/// Longest way from one literal to the next, bytes.
const LONGEST: usize = 96;

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b'%') || !byte.is_ascii()
}

/// The joint whose first literal ends with the quote at `at`.
pub(super) fn at(bytes: &[u8], at: usize) -> Option<Joint> {
    let first = *bytes.get(at)?;
    if !bytes.get(at + 1).is_some_and(|byte| is_quote(*byte) || b" \t\r\n\\+.<|&~})".contains(byte)) {
        return None;
    }
    let window = bytes.get(at + 1..(at + 1 + LONGEST).min(bytes.len()))?;
    let blank = blanks(window);
    let after = window.get(blank..)?;
    let operator = OPERATORS.iter().find(|operator| after.starts_with(operator)).map_or(0, |operator| operator.len());
    let mut second = blank + operator;
    second += blanks(window.get(second..)?);
    if second > 0 {
        second += prefix(window.get(second..)?);
    }
    let quote = window.get(second).copied().filter(|byte| is_quote(*byte))?;
    let inside = window.get(second + 1).copied();
    // Nothing but blanks between: a literal's end and the next one's beginning, not the other way round.
    let is_content = |byte: Option<u8>, edges: &[u8]| {
        byte.is_some_and(|byte| !byte.is_ascii_whitespace() && !is_quote(byte) && !edges.contains(&byte))
    };
    let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    if operator == 0 && !(is_content(before, b"([{,:;") && is_content(inside, b")]},:;")) {
        return None;
    }
    (before != Some(first)).then_some(Joint { end: at + 1 + second + 1, quotes: (first, quote) })
}

/// Blanks, line ends and continued lines.
fn blanks(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            _ => break,
        }
    }
    at
}

/// The letters before a literal that say how it is read: `f"…"`, `rb'…'`, `$@"…"`.
fn prefix(bytes: &[u8]) -> usize {
    let length = bytes.iter().take(3).take_while(|byte| b"fFrRbBuUL$@".contains(byte)).count();
    if bytes.get(length).copied().is_some_and(is_quote) { length } else { 0 }
}

/// A word that has quotes in its middle, as shells allow: `gh'p_'abc`. Reads the one that has the quote at `at` inside
/// and returns the places of the two quotes; none when the quotes are at the word's own ends or hold blanks.
pub(super) fn in_word(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    const LONGEST: usize = 256;
    let quote = *bytes.get(at)?;
    let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let rest = bytes.get(at + 1..(at + 1 + LONGEST).min(bytes.len()))?;
    let length = rest.iter().position(|byte| *byte == quote || !is_word(*byte))?;
    let closes = rest.get(length) == Some(&quote);
    let after = rest.get(length + 1).copied();
    let inner = |byte: Option<u8>| byte.is_some_and(|byte| is_word(byte) && byte != b'=');
    let opens_inside = inner(before) && !is_prefixed(bytes, at);
    (closes && length > 0 && (opens_inside || inner(after))).then_some((at, at + 1 + length))
}

/// Whether the letters before a quote are a literal's prefix rather than a word.
fn is_prefixed(bytes: &[u8], at: usize) -> bool {
    let letters = bytes.get(..at).unwrap_or_default().iter().rev().take(3);
    let length = letters.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    (1..=2).contains(&length)
        && at.checked_sub(length).is_some_and(|start| prefix(bytes.get(start..).unwrap_or_default()) == length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joints_are_seen() {
        for text in [
            "a' + 'b'",
            "a' + \"b\"",
            "a' +\n    'b'",
            "a\"\n    \"b\"",
            "a\" \\\n \"b\"",
            "a\" \"b\"",
            "a\" . \"b\"",
            "a\" + f\"b\"",
            "a''b'",
            "a'\"b\"",
            "a\"}${\"b\"}",
            "a').concat('b')",
        ] {
            let start = text.find(['\'', '"']).unwrap();
            assert_eq!(at(text.as_bytes(), start).map(|joint| joint.end), text.rfind('b'), "{text:?}");
        }
        for text in ["a', 'b'", "a' b", "'' x", "a' : 'b'", " ' 'b'", "a'"] {
            let start = text.find(['\'', '"']).unwrap();
            assert_eq!(at(text.as_bytes(), start), None, "{text:?}");
        }
    }

    #[test]
    fn quotes_in_words_are_seen() {
        for (text, expected) in [
            ("gh'p_'abc", Some((2, 5))),
            ("X=\"ghp_\"abc", Some((2, 7))),
            ("don't do it", None),
            ("f'abc'", None),
            ("x 'abc' y", None),
            ("--include='*.rs'", None),
        ] {
            let start = text.find(['\'', '"']).unwrap();
            assert_eq!(in_word(text.as_bytes(), start), expected, "{text:?}");
        }
    }
}
