//! Passwords in SQL: `IDENTIFIED BY 'x'`, `PASSWORD 'x'`, `SET PASSWORD = PASSWORD('x')`, a column named for a secret in an
//! `INSERT`, keys of `crypt` and its like.

use std::ops::Range;

use super::names::{self, Said};
use super::placeholder;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// Words after which a literal is a password, if one of [`STATEMENTS`] stands before them in the statement.
const BEFORE_LITERAL: &[&str] = &["password", "by", "passphrase", "secret", "as"];

/// Words of the statements that have passwords.
const STATEMENTS: &[&str] =
    &["user", "role", "login", "identified", "password", "credential", "grant", "server", "key", "encrypted"];

/// Functions whose argument of this number (from 0) is a secret.
#[rustfmt::skip] // A table.
const FUNCTIONS: &[(&str, usize)] = &[
    ("password", 0), ("old_password", 0), ("crypt", 0), ("pgp_sym_encrypt", 1), ("pgp_sym_decrypt", 1), ("pgp_sym_encrypt_bytea", 1),
    ("pgp_sym_decrypt_bytea", 1), ("aes_encrypt", 1), ("aes_decrypt", 1), ("encrypt", 1), ("decrypt", 1), ("hmac", 1),
    ("encryptbypassphrase", 0), ("decryptbypassphrase", 0), ("pwdencrypt", 0), ("des_encrypt", 1), ("sha2_password", 0), ("md5", 9),
];

/// How far a statement is read, bytes.
const LONGEST: usize = 2048;

/// Finds passwords in statements.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    // What the statement is about so far.
    let mut statement = false;
    let mut asks = false;
    let mut before: &[u8] = b"";
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if byte == b';' {
            statement = false;
        }
        if !byte.is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let word = rest.get(..length).unwrap_or_default();
        at += length;
        let is = |known: &&str| word.eq_ignore_ascii_case(known.as_bytes());
        if word.len() > 24 {
            continue;
        }
        if statement && BEFORE_LITERAL.iter().any(is) {
            literal(text, at, hits);
        } else if is(&"insert") || is(&"replace") {
            insert(text, at, hits);
        } else if is(&"key") && before.eq_ignore_ascii_case(b"pragma") {
            literal(text, at, hits);
        } else if is(&"values") && before.is_empty() {
            statement = false;
        }
        if bytes.get(at) == Some(&b'(')
            && let Some((_, argument)) = FUNCTIONS.iter().find(|(name, _)| is(name))
        {
            call(text, at + 1, *argument, statement || asks, hits);
        }
        statement |= STATEMENTS.iter().any(is);
        asks |= is(&"select");
        before = word;
    }
}

/// The literal that begins at `at`, past blanks, an equals sign, `N`: without its quotes, `''` within it.
fn quoted(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    const BLANKS: usize = 24;
    let rest = bytes.get(at..)?;
    let skipped = rest
        .iter()
        .take(BLANKS)
        .take_while(|byte| value::is_space(**byte) || matches!(byte, b'=' | b'N' | b'(' | b'\\'))
        .count();
    let quote = rest.get(skipped).copied().filter(|byte| matches!(byte, b'\'' | b'"'))?;
    let start = at + skipped + 1;
    let mut end = start;
    while let Some(byte) = bytes.get(end).copied() {
        match byte {
            b'\n' => return None,
            b'\\' if bytes.get(end + 1) == Some(&quote) && bytes.get(start.wrapping_sub(2)) != Some(&b'\\') => end += 1,
            b'\\' if bytes.get(end + 1) == Some(&quote) => return Some(start..end),
            _ if byte == quote && bytes.get(end + 1) == Some(&quote) && end > start => end += 1,
            _ if byte == quote => return Some(start..end),
            _ => {}
        }
        end += 1;
    }
    None
}

fn literal(text: Text<'_>, at: usize, hits: &mut Hits) {
    let bytes = text.bytes();
    if bytes.get(at).is_some_and(|byte| value::is_space(*byte) || *byte == b'=')
        && let Some(found) = quoted(bytes, at)
    {
        mark(text, &found, &Kind::own("password"), hits);
    }
}

/// Marks one argument of a call. A name that other languages have too counts only in a statement, or among blanks.
fn call(text: Text<'_>, open: usize, argument: usize, statement: bool, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut fields = Fields { bytes, at: open };
    let found = fields.by_ref().nth(argument);
    if let Some(Field { literal: Some(found), .. }) = found
        && (statement || argument > 0)
    {
        mark(text, &found, &Kind::own("password"), hits);
    }
}

/// `INSERT INTO users (name, password) VALUES ('a', 'x')`: what stands in the columns that are named for a secret.
fn insert(text: Text<'_>, at: usize, hits: &mut Hits) {
    let bytes = text.bytes();
    let rest = bytes.get(at..(at + LONGEST).min(bytes.len())).unwrap_or_default();
    let Some(open) = rest.iter().position(|byte| *byte == b'(') else { return };
    let mut columns = Fields { bytes, at: at + open + 1 };
    let kinds: Vec<Option<Kind>> = columns
        .by_ref()
        .map(|field| match names::said(bytes.get(field.all).unwrap_or_default().trim_ascii()) {
            Some(Said::Secret(kind) | Said::SecretIfOpaque(kind)) => Some(kind),
            _ => None,
        })
        .collect();
    if !kinds.iter().any(Option::is_some) {
        return;
    }
    // Rows follow each other; the statement ends where no other opens.
    let mut at = columns.at;
    loop {
        let rest = bytes.get(at..(at + 64).min(bytes.len())).unwrap_or_default();
        let Some(open) = rest.iter().position(|byte| matches!(byte, b'(' | b';')) else { return };
        if rest.get(open) == Some(&b';') {
            return;
        }
        let mut row = Fields { bytes, at: at + open + 1 };
        for (field, kind) in row.by_ref().zip(&kinds) {
            if let (Some(found), Some(kind)) = (field.literal, kind) {
                mark(text, &found, kind, hits);
            }
        }
        if row.at <= at + open + 1 {
            return;
        }
        at = row.at;
    }
}

/// What stands between commas, up to the closing bracket.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

struct Field {
    all: Range<usize>,
    literal: Option<Range<usize>>,
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        let start = self.at;
        if start == 0 || self.bytes.get(start - 1) == Some(&b')') {
            return None;
        }
        let literal = quoted(self.bytes, start);
        // A string may hold what separates.
        let mut at = literal.as_ref().map_or(start, |found| found.end + 1);
        let limit = start + LONGEST;
        let mut depth = 0_usize;
        while let Some(byte) = self.bytes.get(at).copied().filter(|_| at < limit) {
            match byte {
                b'(' => depth += 1,
                b')' if depth > 0 => depth -= 1,
                b',' | b')' if depth == 0 => {
                    self.at = at + 1;
                    return Some(Field { all: start..at, literal });
                }
                b'\n' if depth > 8 => break,
                _ => {}
            }
            at += 1;
        }
        self.at = 0;
        None
    }
}

fn mark(text: Text<'_>, found: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    let value = text.bytes().get(found.clone()).unwrap_or_default();
    if !placeholder::is_reference(value) && !placeholder::is_sentence(value) {
        hits.push(found.start, found.end, kind);
    }
}
