//! `NAME=value`, `"name": "value"`, `Header: value`: the name says whether the value is a secret.

use std::ops::Range;

use super::names::{self, Said};
use super::value::{self, Within};
use crate::detect::{Hits, Kind, Text};

/// Finds the values of secret-looking names.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if byte != b'=' && byte != b':' {
            at += 1;
            continue;
        }
        let separator = bytes.get(at..).unwrap_or_default();
        let length = separator.iter().take_while(|byte| matches!(byte, b'=' | b':' | b'>' | b'~')).count();
        let after = at + length;
        // A path in a language (`token::parse`), or a URL's scheme.
        let is_other = separator.starts_with(b"::") || separator.starts_with(b"://");
        if !is_other && let Some(said) = names::said(bytes.get(names::before(bytes, at)).unwrap_or_default()) {
            at = assigned(text, at, after, said, hits).max(after);
        } else {
            at = after;
        }
    }
}

/// Reads the value after a separator and marks what is secret of it. Returns where it ends.
fn assigned(text: Text<'_>, separator: usize, after: usize, said: Said, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    let flow = bytes.get(separator) == Some(&b':');
    let start = value::skip_blanks(bytes, after);
    // `PASSWORD= command` sets nothing; `password = "x"` does.
    let spaced = start > after;
    let before = separator.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let quoted = matches!(bytes.get(start), Some(b'"' | b'\''));
    if spaced && !flow && !quoted && !matches!(before, Some(b' ' | b'\t')) {
        return after;
    }
    match said {
        Said::Authorization => header(text, start, hits),
        Said::Cookie if flow => {
            let found = header_value(text, start);
            mark(bytes, &found, &Kind::own("cookie"), hits);
            found.end
        }
        Said::Cookie => {
            let found = value::read(text, start, Within::Word);
            mark(bytes, &found, &Kind::own("cookie"), hits);
            found.end
        }
        Said::Secret(name) => {
            let found = value::read(text, start, within(bytes, separator, spaced && flow));
            mark(bytes, &found, &name, hits);
            found.end
        }
        Said::SecretIfOpaque(name) => {
            let found = value::read(text, start, if flow { Within::Flow } else { Within::Word });
            if value::is_opaque(bytes.get(found.clone()).unwrap_or_default()) {
                mark(bytes, &found, &name, hits);
            }
            found.end
        }
    }
}

/// A YAML line, if the name begins its line; else a value among others.
fn within(bytes: &[u8], separator: usize, spaced_flow: bool) -> Within {
    if bytes.get(separator) != Some(&b':') {
        return Within::Word;
    }
    let name = names::before(bytes, separator);
    let line =
        bytes.get(..name.start).unwrap_or_default().iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'-'));
    if spaced_flow && line.is_none_or(|byte| *byte == b'\n') { Within::Line } else { Within::Flow }
}

/// Schemes of `Authorization` that say nothing secret, and what follows them.
const SCHEMES: &[(&[u8], Kind)] = &[
    (b"bearer", Kind::own("bearer-token")),
    (b"token", Kind::own("bearer-token")),
    (b"basic", Kind::own("basic-credentials")),
    (b"digest", Kind::own("secret")),
    (b"negotiate", Kind::own("secret")),
    (b"ntlm", Kind::own("secret")),
    (b"apikey", Kind::own("api-key")),
    (b"aws4-hmac-sha256", Kind::own("secret")),
];

/// `Authorization`: keeps a known scheme and marks the rest.
fn header(text: Text<'_>, start: usize, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    let found = header_value(text, start);
    let value = bytes.get(found.clone()).unwrap_or_default();
    let word = value.iter().take_while(|byte| !matches!(byte, b' ' | b'\t')).count();
    let blanks = value.iter().skip(word).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let scheme = value.get(..word).unwrap_or_default();
    let known = SCHEMES.iter().find(|(name, _)| blanks > 0 && scheme.eq_ignore_ascii_case(name));
    let (secret, name) = match known {
        Some((_, name)) => (found.start + word + blanks..found.end, name.clone()),
        None => (found.clone(), Kind::own("secret")),
    };
    mark(bytes, &secret, &name, hits);
    found.end
}

/// A header's value: quoted, or up to the quote that ends the header, or the line.
fn header_value(text: Text<'_>, start: usize) -> Range<usize> {
    let bytes = text.bytes();
    if matches!(bytes.get(start), Some(b'"' | b'\'' | b'\\')) {
        return value::read(text, start, Within::Word);
    }
    let rest = bytes.get(start..).unwrap_or_default();
    let mut end =
        start + rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'\n' | b'\r')).unwrap_or(rest.len());
    while end > start && matches!(bytes.get(end - 1), Some(b'\\' | b' ')) {
        end -= 1;
    }
    start..end
}

fn mark(bytes: &[u8], found: &Range<usize>, name: &Kind, hits: &mut Hits) {
    if !value::is_reference(bytes.get(found.clone()).unwrap_or_default()) {
        hits.push(found.start, found.end, name);
    }
}
