//! Lines of two words of which the first names the second: `#define ADMIN_PASSWORD "x"`, `requirepass x`, `password "x"`.

use std::ops::Range;

use super::names::{self, Said};
use super::placeholder;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// Longest line that is read, bytes.
const LONGEST: usize = 256;

/// Finds what lines of settings give to names of secrets.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    let mut after_user = false;
    while at < bytes.len() {
        let end = value::line_end(bytes, at);
        let line = bytes.get(at..end).filter(|line| line.len() <= LONGEST).unwrap_or_default();
        if let Some((found, kind)) = setting(line, after_user) {
            hits.push(at + found.start, at + found.end, &kind);
        }
        after_user = is_user(line);
        at = end + 1;
    }
}

/// Whether a line names a user, as the one before a password does: `user ana`.
fn is_user(line: &[u8]) -> bool {
    let mut words = line.split(|byte| value::is_space(*byte)).filter(|word| !word.is_empty());
    let is_user = words.next().is_some_and(|word| matches!(word, b"user" | b"username" | b"login" | b"account"));
    is_user && words.next().is_some() && words.next().is_none()
}

/// The value of a line's setting, if it is a secret. `after_user`: the line before names a user.
fn setting(line: &[u8], after_user: bool) -> Option<(Range<usize>, Kind)> {
    let mut words = Words { line, at: 0 };
    let mut name = words.next()?;
    let is_define = line.get(name.clone()) == Some(b"#define");
    if is_define {
        name = words.next()?;
    }
    let Some(Said::Secret(kind)) = names::said(line.get(name)?) else { return None };
    let rest = line.get(words.at..)?;
    let start = words.at + rest.iter().take_while(|byte| value::is_space(**byte)).count();
    let quote = line.get(start).copied().filter(|byte| value::is_quote(*byte));
    let (found, after) = if let Some(quote) = quote {
        let length = line.get(start + 1..)?.iter().position(|byte| *byte == quote)?;
        (start + 1..start + 1 + length, start + length + 2)
    } else {
        let word = words.next()?;
        (word.clone(), word.end)
    };
    // Nothing follows but what ends a statement.
    let ends = line.get(after..)?.iter().all(|byte| value::is_space(*byte) || matches!(byte, b';' | b','));
    let secret = line.get(found.clone())?;
    let is_likely = secret.len() >= 6
        && (after_user || secret.iter().any(|byte| byte.is_ascii_digit() || b"!@#$%^&*".contains(byte)))
        && !secret.contains(&b' ');
    let is_secret = if is_define { quote.is_some() && !placeholder::is_shown(secret) } else { is_likely };
    let is_other = placeholder::is_reference(secret) || placeholder::is_expression(secret);
    (ends && is_secret && !is_other).then_some((found, kind))
}

/// Words of a line: names, and what has no quotes.
struct Words<'a> {
    line: &'a [u8],
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.line.get(self.at..)?;
        let start = self.at + rest.iter().position(|byte| !value::is_space(*byte))?;
        let word = self.line.get(start..)?;
        let length = word.iter().position(|byte| value::is_space(*byte)).unwrap_or(word.len());
        let plain = |byte: &u8| byte.is_ascii_graphic() && !b"()[]{}<>=:,;|&\"'`".contains(byte);
        self.at = start + length;
        word.get(..length)?.iter().all(plain).then_some(start..start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read() {
        for (line, expected) in [
            ("#define ADMIN_PASSWORD \"silverhunter\"", Some("silverhunter")),
            ("requirepass foobar12", Some("foobar12")),
            ("  password \"hunter2\";", Some("hunter2")),
            ("#define TOKEN_MAX 64", None),
            ("#define PASSWORD_PROMPT \"Password: \"", None),
            ("password reset", None),
            ("password \"Password\"", None),
            ("requirepass $PASS", None),
            ("token 1 of 12", None),
            ("token settings.api_key1", Some("settings.api_key1")),
        ] {
            let found = setting(line.as_bytes(), false).and_then(|(found, _)| line.get(found));
            assert_eq!(found, expected, "{line}");
        }
        assert!(is_user(b"user m.keller") && setting(b"password unvqerovb", true).is_some());
        assert!(!is_user(b"user input is read") && setting(b"password unvqerovb", false).is_none());
    }
}
