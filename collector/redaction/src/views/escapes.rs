//! Backslash escapes, as JSON, JavaScript, Python, C and shells have in common, and the entities of HTML.

/// What an escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing: a line goes on.
    Nothing,
    /// A character.
    Char(char),
    /// A byte, which may be a part of a character.
    Byte(u8),
}

/// Reads the escape that begins with the backslash at `at`. Returns what it means and where it ends; none when it is
/// no escape that is known.
pub(super) fn backslash(bytes: &[u8], at: usize) -> Option<(Meaning, usize)> {
    use Meaning::{Byte, Char, Nothing};
    let letter = *bytes.get(at + 1)?;
    let short = |meaning| Some((Char(meaning), at + 2));
    match letter {
        b'n' => short('\n'),
        b't' => short('\t'),
        b'r' => short('\r'),
        b'b' => short('\u{8}'),
        b'f' => short('\u{c}'),
        b'v' => short('\u{b}'),
        b'a' => short('\u{7}'),
        b'e' | b'E' => short('\u{1b}'),
        b'\n' => Some((Nothing, next_line(bytes, at, at + 2))),
        b'\r' if bytes.get(at + 2) == Some(&b'\n') => Some((Nothing, next_line(bytes, at, at + 3))),
        b'x' | b'u' if bytes.get(at + 2) == Some(&b'{') => braced(bytes, at + 3),
        b'x' => {
            let digits = bytes.get(at + 2..at + 4)?;
            u8::try_from(number(digits, 16)?).ok().map(|byte| (Byte(byte), at + 4))
        }
        b'u' => unit(bytes, at).and_then(|first| surrogates(bytes, at, first)),
        b'U' => {
            let digits = bytes.get(at + 2..at + 10)?;
            char::from_u32(number(digits, 16)?).map(|meaning| (Char(meaning), at + 10))
        }
        b'0'..=b'7' => octal(bytes, at),
        _ if letter.is_ascii_punctuation() => short(char::from(letter)),
        _ => None,
    }
}

/// Three octal digits, or four of which the first is 0. Fewer are rather a search pattern's group.
fn octal(bytes: &[u8], at: usize) -> Option<(Meaning, usize)> {
    let digits = bytes.get(at + 1..)?.iter().take(4).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let length = if digits == 4 && bytes.get(at + 1) == Some(&b'0') { 4 } else { 3 };
    let value = number(bytes.get(at + 1..at + 1 + length)?, 8)?;
    u8::try_from(value).ok().map(|byte| (Meaning::Byte(byte), at + 1 + length))
}

/// The UTF-16 unit of the `\uXXXX` at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    (bytes.get(at..at + 2)? == b"\\u").then(|| number(bytes.get(at + 2..at + 6)?, 16)).flatten()
}

fn surrogates(bytes: &[u8], at: usize, first: u32) -> Option<(Meaning, usize)> {
    if let Some(meaning) = char::from_u32(first) {
        return Some((Meaning::Char(meaning), at + 6));
    }
    let second = unit(bytes, at + 6).filter(|second| (0xdc00..0xe000).contains(second) && first < 0xdc00)?;
    let meaning = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?;
    Some((Meaning::Char(meaning), at + 12))
}

fn braced(bytes: &[u8], start: usize) -> Option<(Meaning, usize)> {
    let length = bytes.get(start..)?.iter().take(7).position(|byte| *byte == b'}')?;
    let meaning = char::from_u32(number(bytes.get(start..start + length)?, 16)?)?;
    Some((Meaning::Char(meaning), start + length + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |value, digit| Some(value.checked_mul(radix)? + char::from(*digit).to_digit(radix)?))
}

/// Where a line that a backslash continues goes on. In the middle of a word the next line's indentation is not meant.
fn next_line(bytes: &[u8], backslash: usize, start: usize) -> usize {
    let indentation =
        bytes.get(start..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let in_word = backslash.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let goes_on = bytes.get(start + indentation).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    if in_word && goes_on { start + indentation } else { start }
}

const ENTITIES: &[(&[u8], char)] = &[
    (b"amp", '&'),
    (b"quot", '"'),
    (b"apos", '\''),
    (b"lt", '<'),
    (b"gt", '>'),
    (b"nbsp", ' '),
    (b"equals", '='),
    (b"colon", ':'),
    (b"plus", '+'),
    (b"sol", '/'),
    (b"commat", '@'),
    (b"lowbar", '_'),
    (b"period", '.'),
    (b"NewLine", '\n'),
];

/// Reads the entity that begins with the `&` at `at`.
pub(super) fn entity(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    const LONGEST: usize = 10;
    let rest = bytes.get(at + 1..)?;
    let length = rest.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = rest.get(..length)?;
    let meaning = match name.strip_prefix(b"#") {
        Some([b'x' | b'X', digits @ ..]) => char::from_u32(number(digits, 16)?)?,
        Some(digits) => char::from_u32(number(digits, 10)?)?,
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((meaning, at + length + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        use Meaning::{Byte, Char, Nothing};
        for (text, expected) in [
            ("\\n", Some((Char('\n'), 2))),
            ("\\\"", Some((Char('"'), 2))),
            ("\\u0067x", Some((Char('g'), 6))),
            ("\\ud83d\\ude00", Some((Char('😀'), 12))),
            ("\\ud83dx", None),
            ("\\u{67}", Some((Char('g'), 6))),
            ("\\U0001f600", Some((Char('😀'), 10))),
            ("\\x67", Some((Byte(b'g'), 4))),
            ("\\xzz", None),
            ("\\147", Some((Byte(b'g'), 4))),
            ("\\0147", Some((Byte(b'g'), 5))),
            ("\\1", None),
            ("\\777", None),
            ("\\d", None),
            ("\\\nx", Some((Nothing, 2))),
            ("\\\r\nx", Some((Nothing, 3))),
            ("\\\n  -x", Some((Nothing, 2))),
            ("\\", None),
        ] {
            assert_eq!(backslash(text.as_bytes(), 0), expected, "{text:?}");
        }
        assert_eq!(backslash(b"a\\\n  b", 1), Some((Nothing, 5)));
    }

    #[test]
    fn entities_are_read() {
        for (text, expected) in [
            ("&amp;", Some(('&', 5))),
            ("&#103;", Some(('g', 6))),
            ("&#x67;", Some(('g', 6))),
            ("&b=1;", None),
            ("& x", None),
            ("&#xd800;", None),
        ] {
            assert_eq!(entity(text.as_bytes(), 0), expected, "{text:?}");
        }
    }
}
