//! Programs and their settings: what stands where a value would, and is a variable, a type or a number; and where a value
//! goes on.

use std::ops::Range;

use super::names::{self, Said};
use super::placeholder;
use super::value;

/// The literal that a program goes on with on the next line: `KEY =`, and below it `'…'`; or `KEY = (` and so on.
pub(super) fn on_next_line(bytes: &[u8], at: usize) -> Option<usize> {
    const LONGEST: usize = 64;
    let rest = bytes.get(at..(at + LONGEST).min(bytes.len()))?;
    let bracket = usize::from(rest.first() == Some(&b'('));
    let blanks = rest.iter().skip(bracket).take_while(|byte| value::is_space(**byte)).count();
    let is_below = rest.get(bracket..bracket + blanks)?.contains(&b'\n');
    let is_literal = rest.get(bracket + blanks).is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    (is_below && is_literal).then_some(at + bracket + blanks)
}

/// The equals sign after a type: `: string = `, `: &'static str =`.
pub(super) fn typed(bytes: &[u8], start: usize) -> Option<usize> {
    const LONGEST: usize = 64;
    let rest = bytes.get(start..)?;
    let length = rest
        .iter()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"_&'<>[]|?, .:*\t".contains(byte))
        .count();
    let sign = start + length;
    let is_sign = bytes.get(sign) == Some(&b'=') && !matches!(bytes.get(sign + 1), Some(b'=' | b'>'));
    is_sign.then_some(sign)
}

/// Whether a name is declared with a type and a value: `: SOME_FLAGS = 2u32`.
pub(super) fn is_declared(bytes: &[u8], start: usize) -> bool {
    const LONGEST: usize = 64;
    let rest = bytes.get(start..(start + LONGEST).min(bytes.len())).unwrap_or_default();
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')).count();
    rest.first().is_some_and(u8::is_ascii_alphabetic) && rest.get(length..).is_some_and(|rest| rest.starts_with(b" = "))
}

/// Whether a bracket opens a mapping or a list of another language.
pub(super) fn opens(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at + 1..).unwrap_or_default();
    let key = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    rest.first().is_none_or(|byte| value::is_space(*byte) || b"\"'{[]}\\".contains(byte))
        // YAML in flow style: `{type: string}`.
        || (key > 0 && bytes.get(at) == Some(&b'{') && rest.get(key..).is_some_and(|rest| rest.starts_with(b": ")))
        // A type: `[u8; 32]`.
        || (bytes.get(at) == Some(&b'[') && is_array(rest))
}

/// Whether an element's type and the number of elements follow.
fn is_array(rest: &[u8]) -> bool {
    let element = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')).count();
    element > 0 && rest.get(element..).is_some_and(|rest| rest.starts_with(b"; "))
}

/// Whether a value ends a line of a file with sections, which has settings and no variables.
pub(super) fn is_setting(bytes: &[u8], start: usize, end: usize) -> bool {
    const NEAR: usize = 512;
    let section = || {
        let before = bytes.get(start.saturating_sub(NEAR)..start).unwrap_or_default();
        let Some(open) = before
            .windows(2)
            .rposition(|two| two == b"\n[")
            .map(|at| at + 1)
            .or((before.first() == Some(&b'[')).then_some(0))
        else {
            return false;
        };
        let rest = before.get(open + 1..).unwrap_or_default();
        let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b" _.:-\"".contains(byte)).count();
        name > 0 && rest.get(name..).is_some_and(|rest| rest.starts_with(b"]\n"))
    };
    matches!(bytes.get(end), None | Some(b'\n' | b'\r')) && section()
}

/// Whether a bare word in a program is a variable's name, not a value: it has no digit, and one case.
pub(super) fn is_code(value: &[u8]) -> bool {
    if value::is_scrambled(value) {
        return false;
    }
    // PowerShell: `Verb-Noun`.
    let is_verb = value.first().is_some_and(u8::is_ascii_uppercase)
        && value.windows(2).any(|two| matches!(two, [b'-', b'A'..=b'Z']))
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    // `SOME_FLAGS_2`
    let is_flag = value.contains(&b'_')
        && value.first().is_some_and(u8::is_ascii_uppercase)
        && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    is_verb
        || is_flag
        || is_number(value)
        || value.starts_with(b"(")
        || placeholder::is_expression(value)
        || (!value.is_empty()
            && value
                .iter()
                .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'?' | b'!' | b'&' | b'*')))
        || matches!(value.first(), Some(b'/' | b'|' | b'&' | b'*'))
}

/// Whether a bare word is a variable that is named for a secret: `wrongPassword`, `newToken`.
pub(super) fn is_variable(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_lowercase)
        && value.iter().all(u8::is_ascii_alphabetic)
        && value.iter().any(u8::is_ascii_uppercase)
        && matches!(names::said(value), Some(Said::Secret(_)))
}

/// Whether a value is the name of a secret, as in `--secret=api-key`.
pub(super) fn names_itself(value: &[u8]) -> bool {
    const LONGEST: usize = 40;
    let words = value.split(|byte| matches!(byte, b'-' | b'_' | b'/' | b'.')).count();
    value.len() <= LONGEST
        && (2..=3).contains(&words)
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'/' | b'.'))
        && matches!(names::said(value), Some(Said::Secret(_)))
}

/// Whether a value is a number with its type: `256u32`.
fn is_number(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count();
    let types: [&[u8]; 12] =
        [b"u8", b"u16", b"u32", b"u64", b"usize", b"i8", b"i16", b"i32", b"i64", b"isize", b"f32", b"f64"];
    digits > 0 && types.contains(&value.get(digits..).unwrap_or_default())
}

/// Whether a value is a number of a program: `0x9e3779b97f4a7c15`.
pub(super) fn is_constant(value: &[u8]) -> bool {
    const LONGEST: usize = 18;
    value.len() <= LONGEST
        && value
            .strip_prefix(b"0x")
            .is_some_and(|digits| digits.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'_'))
}

/// Whether a value is where an object is: `originals/d8/4a/08b8467d.jpg`.
pub(super) fn is_path(value: &[u8]) -> bool {
    let mut folders = value.split(|byte| *byte == b'/');
    let first = folders.next().unwrap_or_default();
    folders.next().is_some() && first.len() >= 3 && first.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-')
}

/// Whether a colon begins a word, as Vue has it.
pub(super) fn is_attribute(separator: &[u8], bytes: &[u8], name: &Range<usize>) -> bool {
    separator.get(1).is_some_and(u8::is_ascii_alphabetic)
        && bytes.get(name.end..).is_some_and(|rest| {
            let between = rest.iter().position(|byte| *byte == b':').unwrap_or(0);
            between > 0 && rest.get(between - 1) == Some(&b' ')
        })
}
