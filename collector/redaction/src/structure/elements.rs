//! XML and HTML: `<password>x</password>`, `<add key="ApiKey" value="x"/>`, `<key>Token</key><string>x</string>`.

use std::ops::Range;

use super::names::{self, Said};
use super::placeholder;
use crate::detect::{Hits, Kind, Text};

/// The longest element name and attribute list that is looked at, bytes.
const LONGEST_TAG: usize = 1024;

/// Attributes that say what an element is called.
const NAMING: &[&[u8]] = &[b"name", b"key", b"id", b"property", b"Name", b"Key", b"Include"];

/// Finds the values of elements that are named for a secret.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    // A property list says the name in one element and the value in the next.
    let mut listed: Option<Kind> = None;
    let mut at = 0;
    while let Some(open) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'<')) {
        at += open + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte)).count();
        if length == 0 || !rest.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let near = rest.get(..LONGEST_TAG.min(rest.len())).unwrap_or_default();
        let Some(close) = closing(near) else { continue };
        let name = rest.get(..length).unwrap_or_default();
        let tag = at + length..at + close;
        let content = at + close + 1;
        at = tag.end;
        let attributes = Attributes::of(bytes, tag.clone());
        let said = attributes
            .naming
            .as_ref()
            .and_then(|range| secret(bytes, range))
            .or_else(|| kind(names::said(local(name))));
        if let (Some(kind), Some(value)) = (&said, &attributes.value) {
            mark(text, value, kind, hits);
        }
        if bytes.get(tag.end.saturating_sub(1)) == Some(&b'/') {
            continue;
        }
        let body = bytes.get(content..).unwrap_or_default();
        let body = content..content + body.iter().position(|byte| *byte == b'<').unwrap_or(body.len());
        // `<token>` alone is a placeholder of somebody's usage.
        let closes = bytes
            .get(body.end..)
            .is_some_and(|rest| rest.strip_prefix(b"</").is_some_and(|rest| rest.starts_with(name)));
        if !closes {
            continue;
        }
        if name == b"key" {
            listed = secret(bytes, &body);
        } else if let Some(kind) = listed.take().filter(|_| matches!(name, b"string" | b"data")).or(said) {
            mark(text, &trimmed(bytes, body), &kind, hits);
        }
    }
}

/// The end of a tag: the first `>` that is in no quotes.
fn closing(near: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in near.iter().copied().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The attributes that matter here.
#[derive(Default)]
struct Attributes {
    naming: Option<Range<usize>>,
    value: Option<Range<usize>>,
}

impl Attributes {
    fn of(bytes: &[u8], tag: Range<usize>) -> Self {
        let mut found = Self::default();
        let mut at = tag.start;
        while at < tag.end {
            let rest = bytes.get(at..tag.end).unwrap_or_default();
            let Some(sign) = rest.iter().position(|byte| *byte == b'=') else { break };
            let name = rest.get(..sign).unwrap_or_default().trim_ascii();
            let name = name.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
            let Some(quote) = rest.get(sign + 1).copied().filter(|byte| matches!(byte, b'"' | b'\'')) else {
                at += sign + 1;
                continue;
            };
            let start = at + sign + 2;
            let value = bytes.get(start..tag.end).unwrap_or_default();
            let end = start + value.iter().position(|byte| *byte == quote).unwrap_or(value.len());
            if NAMING.contains(&name) {
                found.naming.get_or_insert(start..end);
            } else if name.eq_ignore_ascii_case(b"value") {
                found.value = Some(start..end);
            }
            at = end + 1;
        }
        found
    }
}

/// A name without its namespace.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

fn secret(bytes: &[u8], range: &Range<usize>) -> Option<Kind> {
    let name = bytes.get(range.clone()).filter(|name| name.len() <= names::LONGEST)?;
    kind(names::said(name.trim_ascii()))
}

fn kind(said: Option<Said>) -> Option<Kind> {
    match said? {
        Said::Secret(kind) | Said::SecretIfOpaque(kind) => Some(kind),
        Said::Authorization | Said::Cookie => Some(Kind::own("secret")),
    }
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let body = bytes.get(range.clone()).unwrap_or_default();
    let start = range.start + (body.len() - body.trim_ascii_start().len());
    start..start + body.trim_ascii().len()
}

fn mark(text: Text<'_>, found: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    let value = text.bytes().get(found.clone()).unwrap_or_default();
    let shown = placeholder::is_shown(value) || value.contains(&b'{');
    if !shown && !placeholder::is_reference(value) {
        hits.push(found.start, found.end, kind);
    }
}
