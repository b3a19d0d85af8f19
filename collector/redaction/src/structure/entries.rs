//! Names that stand apart from their value: an entry's `name:` and `value:`, a block's title; and names that mean something
//! else by what is around them.

use std::ops::Range;

use super::headers;
use super::names::{self, Said};
use super::value::{self, Within};
use crate::detect::{Kind, Text};

/// How far after an entry's name its value may stand: `- name: X` and then `value: y`.
pub(super) const NEAR: usize = 240;

/// Keys of an entry that say what the entry is called.
pub(super) const NAMING: &[&[u8]] = &[
    b"name",
    b"Name",
    b"NAME",
    b"key",
    b"Key",
    b"KEY",
    b"variable",
    b"var",
    b"secret_name",
    b"secretName",
    b"env",
    b"selector",
];

/// Keys of an entry that hold what it is.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const HOLDING: &[&[u8]] = &[
    b"value", b"Value", b"VALUE", b"val", b"default", b"content", b"plaintext", b"secret_value", b"secretValue", b"SecretString",
    b"default_value", b"string_value", b"stringValue", b"Default", b"text",
];

/// Members of a JSON Web Key that are private.
pub(super) const PRIVATE_PARTS: &[&[u8]] = &[b"d", b"k", b"p", b"q", b"dp", b"dq", b"qi"];

/// Whether `PWD` is a password here: in a connection string, and not the shell's own variable.
pub(super) fn is_connection(bytes: &[u8], name: &Range<usize>) -> bool {
    const LONGEST: usize = 160;
    let before = bytes.get(name.start.saturating_sub(LONGEST)..name.start).unwrap_or_default();
    before.last() == Some(&b';')
        && [&b"UID="[..], b"SERVER=", b"Server=", b"DRIVER=", b"DSN="]
            .iter()
            .any(|key| before.windows(key.len()).any(|part| part == *key))
}

/// Whether a key is said to be the public one: `public key: …`.
pub(super) fn is_public(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = bytes.get(..name.start).unwrap_or_default().trim_ascii_end();
    [&b"public"[..], b"Public", b"primary", b"foreign"].iter().any(|word| before.ends_with(word))
}

/// The kind of what an entry holds, if its name (which begins after `after`) says secret.
pub(super) fn named(text: Text<'_>, after: usize) -> Option<Kind> {
    const LONGEST: usize = 2 * names::LONGEST;
    let near = text.before(after + LONGEST);
    let start = value::skip_blanks(near.bytes(), after);
    let found = value::read(near, start, Within::Flow);
    let name = near.bytes().get(found)?;
    if name.len() > names::LONGEST || name.iter().any(|byte| matches!(byte, b' ' | b'(')) {
        return None;
    }
    match names::said(name) {
        Some(Said::Secret(kind) | Said::SecretIfOpaque(kind)) => Some(kind),
        Some(Said::Cookie) => Some(Kind::own("cookie")),
        Some(Said::Authorization) => Some(Kind::own("secret")),
        None => (headers::is_session(name)
            && !names::is_about(name.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default())
            && !name.eq_ignore_ascii_case(b"user")
            && !name.eq_ignore_ascii_case(b"username"))
        .then(|| Kind::own("cookie")),
    }
}

/// The kind of a Terraform variable whose block `at` is in: `variable "db_password" {`.
pub(super) fn declared(bytes: &[u8], at: usize) -> Option<Kind> {
    const OPENING: &[u8] = b"variable \"";
    let near = bytes.get(at.saturating_sub(NEAR)..at)?;
    let opening = near.windows(OPENING.len()).rposition(|part| part == OPENING)? + OPENING.len();
    let rest = near.get(opening..)?;
    let name = rest.get(..rest.iter().position(|byte| *byte == b'"')?)?;
    match names::said(name) {
        Some(Said::Secret(kind) | Said::SecretIfOpaque(kind)) => Some(kind),
        _ => None,
    }
}
