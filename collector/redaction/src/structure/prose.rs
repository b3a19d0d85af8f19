//! Secrets that a sentence gives away: `the password is x`, `Set API_TOKEN to x`, `use token x`, `Rotate KEY (x)`.
//!
//! With care: most sentences about secrets hold none. What is taken for one must look like one, and not like a word.

use super::names::{self, Said};
use super::placeholder;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// Words between a secret's name and the secret.
const BETWEEN: &[&[u8]] = &[
    b"is",
    b"to",
    b"was",
    b"becomes",
    b"now",
    b"as",
    b"be",
    b"of",
    b"=",
    b":",
    b"->",
    b"=>",
    b"following",
    b"value",
    b"below",
    b"should",
    b"equals",
    b"are",
    b"changed",
    b"ist",
    b"lautet",
    b"reset",
    b"set",
    b"updated",
];

/// Words after a secret's name that say whose it is: `the password of the backup host is …`.
const WHOSE: &[&[u8]] = &[
    b"of",
    b"for",
    b"on",
    b"in",
    b"from",
    b"zu",
    b"vom",
    b"von",
    b"der",
    b"f\xc3\xbcr",
    b"de",
    b"du",
    b"para",
    b"pour",
];

/// Words from there to the verb.
const MOST_WORDS: usize = 6;

/// Verbs after which what was announced stands.
const VERBS: &[&[u8]] = &[b"is", b"was", b"ist", b"lautet", b"es", b"est", b"=", b":"];

/// Finds secrets in sentences.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut named: Option<(Kind, bool)> = None;
    let mut between = 0;
    let mut before: &[u8] = b"";
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| value::is_space(**byte)).count();
        if rest.get(..blanks).unwrap_or_default().contains(&b'\n') {
            named = None;
        }
        at += blanks;
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().position(|byte| value::is_space(*byte)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        if let Some((kind, sure)) = &named {
            let ends_name = word.len() <= 12
                && word.strip_suffix(b":").is_some_and(|word| word.iter().all(u8::is_ascii_alphabetic));
            if ends_name && names::is_about(word.get(..word.len() - 1).unwrap_or_default()) {
                named = None;
                at += length;
                continue;
            }
            let is_whose = WHOSE.iter().any(|known| word.eq_ignore_ascii_case(known));
            if let Some(verb) = is_whose.then(|| verb(bytes, at + length)).flatten() {
                (at, between) = (verb, between + 1);
                continue;
            }
            if between < 3 && (ends_name || BETWEEN.iter().any(|known| word.eq_ignore_ascii_case(known))) {
                between += 1;
                at += length;
                continue;
            }
            // `the credentials are user / password`
            if between > 0 && bytes.get(at + length..).is_some_and(|rest| rest.starts_with(b" / ")) {
                at += length + 3;
                named = Some((Kind::own("password"), true));
                continue;
            }
            let (mut from, to) = trimmed(word);
            from += value::digest_prefix(word.get(from..to).unwrap_or_default());
            let inner = word.get(from..to).unwrap_or_default();
            let quoted = from > 0 && word.get(from - 1) == Some(&b'`');
            // `log in with password 683173`
            let is_pin = *kind == Kind::own("password")
                && (5..=10).contains(&inner.len())
                && inner.iter().all(u8::is_ascii_digit);
            let digits = inner.iter().filter(|byte| byte.is_ascii_digit()).count();
            // `the password is now lemon27371`
            let is_told = *kind == Kind::own("password") && between > 0 && inner.len() >= 8 && digits >= 3;
            let is_told = is_told && inner.iter().all(u8::is_ascii_alphanumeric) && digits < inner.len();
            if (is_pin || is_told || is_secret(inner, quoted && between > 0, *sure))
                && text.marks.at(bytes, at + from).is_none()
            {
                hits.push(at + from, at + to, kind);
            }
        }
        // A mark names what is gone.
        named = if word.contains(&b'[') {
            None
        } else if word.eq_ignore_ascii_case(b"passe") && before.eq_ignore_ascii_case(b"de") {
            Some((Kind::own("password"), true))
        } else {
            announces(word)
        };
        // `the secret key is …`
        if let Some((_, sure)) = &mut named
            && word.eq_ignore_ascii_case(b"key")
            && names::is_before_key(before)
        {
            *sure = true;
        }
        before = word;
        between = 0;
        at += length.max(1);
    }
}

/// The place after the verb that ends what says whose a secret is.
fn verb(bytes: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..MOST_WORDS {
        let rest = bytes.get(at..)?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let word = rest.get(blanks..)?;
        let length = word.iter().position(|byte| value::is_space(*byte)).unwrap_or(word.len());
        let word = word.get(..length).filter(|word| !word.is_empty())?;
        at += blanks + length;
        if VERBS.contains(&word) || word.ends_with(b":") {
            return Some(at);
        }
        if word.ends_with(b".") || word.ends_with(b",") {
            return None;
        }
    }
    None
}

/// A word without the quotes and brackets around it, up to the first of them within it, and without stops at its end.
fn trimmed(word: &[u8]) -> (usize, usize) {
    let from = word.iter().take_while(|byte| b"`'\"(<[{*".contains(byte)).count();
    let rest = word.get(from..).unwrap_or_default();
    let length = rest.iter().position(|byte| b"`'\"<>)]}".contains(byte)).unwrap_or(rest.len());
    let stops = rest.iter().take(length).rev().take_while(|byte| b",.;:!?*\\".contains(byte)).count();
    (from, from + length - stops)
}

/// What a word says of the words after it; and whether it can name nothing but a secret.
fn announces(word: &[u8]) -> Option<(Kind, bool)> {
    if word.len() > names::LONGEST || word.ends_with(b".") || word.ends_with(b",") || word.first() == Some(&b'-') {
        return None;
    }
    let (from, to) = trimmed(word);
    let word = word.get(from..to)?;
    if word.is_empty() || !word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return None;
    }
    match names::said(word) {
        Some(Said::Secret(kind)) => Some((kind, true)),
        // What is written as a variable is one.
        Some(Said::SecretIfOpaque(kind)) => Some((kind, word.contains(&b'_'))),
        _ if word.eq_ignore_ascii_case(b"key") => Some((Kind::own("api-key"), false)),
        _ => None,
    }
}

/// Whether a word in a sentence is a secret. `quoted`: it stands in backticks after `is`; `sure`: its name can name nothing
/// else.
fn is_secret(word: &[u8], quoted: bool, sure: bool) -> bool {
    if word.len() < 6
        || word.len() > 512
        || placeholder::is_reference(word)
        || placeholder::is_expression(word)
        || placeholder::is_type(word)
        || value::is_key_id(word)
    {
        return false;
    }
    let has = |class: fn(&u8) -> bool| word.iter().any(class);
    let (digits, letters) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
    let path =
        word.starts_with(b"/") || word.starts_with(b"http") || word.starts_with(b"./") || word.starts_with(b"--");
    let called = word.windows(2).any(|two| matches!(two, b"()" | b"::" | b"</" | b"=\"" | b"='"));
    if path || called || is_dated(word) {
        return false;
    }
    if quoted && sure {
        return digits || word.iter().any(|byte| b"!@#$%^&*+=~?-".contains(byte));
    }
    let file = word.contains(&b'/') && word.contains(&b'.');
    if file || (!sure && value::is_worded(word)) {
        return false;
    }
    // A commit, a version, a name with a number are words of sentences, too.
    let hex = word.iter().all(u8::is_ascii_hexdigit);
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let signs = word.iter().any(|byte| b"!@#$%^&*+=~/".contains(byte));
    if sure && word.len() >= 10 && value::is_scrambled(word) {
        return true;
    }
    (digits || (sure && mixed && signs))
        && letters
        && ((word.len() >= 16 && (sure || mixed || signs || hex)) || (sure && word.len() >= 8 && (mixed || signs)))
}

/// Whether a word begins as a date does.
fn is_dated(word: &[u8]) -> bool {
    matches!(word, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}
