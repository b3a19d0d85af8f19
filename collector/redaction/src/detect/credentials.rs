//! `user:password`, as it stands behind base64: in `Basic` headers, registries' logins, package managers' settings.

use std::ops::Range;

use super::Kind;
use crate::structure::value;

pub(super) const KIND: Kind = Kind::own("basic-credentials");

/// Longest of either, bytes.
const LONGEST: usize = 128;

/// Where the password is in a decoded text that is nothing but a pair. `before` is what stands before the encoded one:
/// it may say that this is a pair; otherwise the password must look like one.
pub(super) fn password(text: &str, before: &[u8]) -> Option<Range<usize>> {
    let pair = text.trim_end_matches('\n');
    let (user, password) = pair.split_once(':')?;
    let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_whitespace);
    let is_pair =
        fits(user) && fits(password) && !password.starts_with("//") && !value::is_reference(password.as_bytes());
    (is_pair && (is_announced(before) || looks_chosen(user, password))).then_some(user.len() + 1..pair.len())
}

/// Whether the last word before says that a pair follows.
fn is_announced(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let word = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).find(|word| !word.is_empty());
    word.is_some_and(|word| word.eq_ignore_ascii_case(b"basic") || word.eq_ignore_ascii_case(b"auth"))
}

/// Letters, and digits or signs among them, beside a name that is a word: what people choose, unlike `a:b` in code.
fn looks_chosen(user: &str, password: &str) -> bool {
    let has = |is: fn(&u8) -> bool| password.as_bytes().iter().any(is);
    let classes = [
        has(u8::is_ascii_lowercase),
        has(u8::is_ascii_uppercase),
        has(u8::is_ascii_digit),
        has(u8::is_ascii_punctuation),
    ];
    password.len() >= 8
        && classes.into_iter().filter(|has| *has).count() >= 3
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte))
}
