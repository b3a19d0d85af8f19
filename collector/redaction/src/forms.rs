//! What stands where something was taken out: the one place that knows the written forms.
//!
//! All forms are in square brackets, in ASCII but for the dots before a cut, and closed: pages, exports and queries may
//! rely on this grammar.
//!
//! ```text
//! mark      = "[" find "]"                        inside a text, instead of what was found: [github-pat]
//! user      = "[user#" token "]"                  inside a text, instead of a user's name in a path: [user#0a1b2c3d4e]
//! arg       = "[arg:" length ":" hash "]"         inside a command, instead of an operand: [arg:7:1a2b3c4d5e6f7a8b]
//! truncated = "…[truncated:" length "]"           at the end of a text, instead of its rest; the length is the whole's
//!
//! hashed    = "[" kind ":" length ":" hash "]"    instead of a whole value: [prompt:24:1a2b3c4d5e6f7a8b]
//! masked    = "[" kind ":" length "]"             instead of a whole value: [ticket:8]
//! tokenised = "[" kind "#" token "]"              instead of a whole value: [customer#0a1b2c3d4e]
//! withheld  = "[withheld:" length "]"             instead of a whole value: [withheld:24]
//! path      = "[path:" depth ":" hash { "/" hash } "]"
//!                                                 instead of a path: a hash for each folder on the way and for itself
//! key       = "[key:" length "]"                  instead of a key: [key:300]
//!
//! find      = a kind of the detector that made it
//! kind      = one of KINDS, or one that the policy names
//! length    = how many characters (not bytes) the value had, decimal
//! depth     = how many hashes follow
//! hash      = 16 hex digits: the keyed hash of the value within its tenant. Equal values have equal hashes as long as
//!             the key is the same
//! token     = 10 hex digits: the same for equal values of a tenant, whatever the key's epoch
//! ```
//!
//! A value that already is a whole form is left alone, so redaction can be repeated. A sender may forge a form; it
//! gains nothing but a value that says less.

use std::collections::BTreeSet;

/// What a value was that is hashed without the policy naming a kind for it.
pub const KINDS: &[&str] = &[
    "arg",
    "args",
    "arguments",
    "body",
    "content",
    "error",
    "identity",
    "label",
    "message",
    "output",
    "prompt",
    "user",
    "value",
];

const HASH_DIGITS: usize = 16;
const TOKEN_DIGITS: usize = 10;
const USER: &str = "[user#";
const ARG: &str = "[arg:";
const TRUNCATED: &str = "…[truncated:";

/// The written forms of whole values, closed by the kinds that a policy names.
#[derive(Clone, Debug)]
pub struct Forms(BTreeSet<Box<str>>);

impl Forms {
    /// The forms of [`KINDS`] and of a policy's own kinds.
    pub fn of<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Self {
        Self(KINDS.iter().copied().chain(kinds).map(Box::from).collect())
    }

    /// Whether a text is exactly one form of a whole value.
    pub fn is_whole(&self, text: &str) -> bool {
        let Some(inner) = inner(text) else { return false };
        if let Some((kind, token)) = inner.split_once('#') {
            return self.0.contains(kind) && is_hex(token, TOKEN_DIGITS);
        }
        let mut parts = inner.split(':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("withheld"), Some(length), None, None) => is_length(length),
            (Some("path"), Some(depth), Some(hashes), None) => {
                is_length(depth)
                    && hashes.split('/').all(|hash| is_hex(hash, HASH_DIGITS))
                    && depth.parse() == Ok(hashes.split('/').count())
            }
            (Some(kind), Some(length), hash, None) => {
                self.0.contains(kind) && is_length(length) && hash.is_none_or(|hash| is_hex(hash, HASH_DIGITS))
            }
            _ => false,
        }
    }
}

/// Whether a text is exactly the form of a key.
pub fn is_key(text: &str) -> bool {
    inner(text).and_then(|inner| inner.strip_prefix("key:")).is_some_and(is_length)
}

/// The length of the form that begins at a place inside a text, an operand's or a user's; none when none does.
pub fn at(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.first() != Some(&b'[') {
        return None;
    }
    let end = rest.iter().take(64).position(|byte| *byte == b']')?;
    let form = std::str::from_utf8(rest.get(..=end)?).ok()?;
    let is_user = || form.strip_prefix(USER)?.strip_suffix(']').map(|token| is_hex(token, TOKEN_DIGITS));
    let is_arg = || {
        let (length, hash) = form.strip_prefix(ARG)?.strip_suffix(']')?.split_once(':')?;
        Some(is_length(length) && is_hex(hash, HASH_DIGITS))
    };
    (is_user() == Some(true) || is_arg() == Some(true)).then_some(end + 1)
}

/// A text without the form that says that it was cut, and the form; empty when it was not.
pub fn split_truncated(text: &str) -> (&str, &str) {
    let cut = || {
        let (kept, length) = text.strip_suffix(']')?.rsplit_once(TRUNCATED)?;
        is_length(length).then(|| text.split_at_checked(kept.len())).flatten()
    };
    cut().unwrap_or((text, ""))
}

fn inner(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

fn is_length(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

fn length(value: &str) -> usize {
    value.chars().count()
}

/// Hides a whole value behind its kind, length and hash.
pub fn hashed(kind: &str, value: &str, hash: &str) -> String {
    format!("[{kind}:{}:{hash}]", length(value))
}

/// Hides a whole value behind its kind and length.
pub fn masked(kind: &str, value: &str) -> String {
    format!("[{kind}:{}]", length(value))
}

/// Hides a value behind its kind and token.
pub fn tokenised(kind: &str, token: &str) -> String {
    format!("[{kind}#{token}]")
}

/// Hides a whole value behind its length.
pub fn withheld(value: &str) -> String {
    format!("[withheld:{}]", length(value))
}

/// Hides a path behind the hashes of its folders, from the top, and its own.
pub fn path(hashes: &[String]) -> String {
    format!("[path:{}:{}]", hashes.len(), hashes.join("/"))
}

/// Hides a key behind its length.
pub fn key(key: &str) -> String {
    format!("[key:{}]", length(key))
}

/// What stands for the rest of a text that had so many characters.
pub fn truncated(length: usize) -> String {
    format!("{TRUNCATED}{length}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "1a2b3c4d5e6f7a8b";

    #[test]
    fn forms_are_recognised() {
        let forms = Forms::of(["ticket"]);
        for whole in [
            hashed("prompt", "hé", HASH),
            hashed("ticket", "x", HASH),
            masked("ticket", "AB-123"),
            tokenised("ticket", "0a1b2c3d4e"),
            tokenised("user", "0a1b2c3d4e"),
            withheld("x"),
            path(&[HASH.to_owned(), HASH.to_owned()]),
        ] {
            assert!(forms.is_whole(&whole), "{whole}");
        }
        assert_eq!(hashed("prompt", "hé", HASH), "[prompt:2:1a2b3c4d5e6f7a8b]");
        assert_eq!(withheld("hé"), "[withheld:2]");
        assert!(is_key(&key("x")));
        assert_eq!(split_truncated("abc…[truncated:300]"), ("abc", "…[truncated:300]"));
        for text in ["abc", "…[truncated:]", "…[truncated:3] ", ""] {
            assert_eq!(split_truncated(text), (text, ""));
        }
    }

    #[test]
    fn forms_inside_a_text_are_recognised() {
        for (text, length) in [
            ("[user#0a1b2c3d4e]/x", Some(17)),
            ("[arg:7:1a2b3c4d5e6f7a8b] x", Some(24)),
            ("[user#0a1b2c3d4]", None),
            ("[prompt:7:1a2b3c4d5e6f7a8b]", None),
            ("[user#", None),
            ("x", None),
        ] {
            assert_eq!(at(text.as_bytes(), 0), length, "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_forms() {
        let forms = Forms::of([]);
        for text in [
            "",
            "[]",
            "[withheld]",
            "[withheld:]",
            "[withheld:x]",
            "[prompt:1:1a2b]",
            "[hunter2:1:1a2b3c4d5e6f7a8b]",
            "[hunter2:1]",
            "[hunter2#0a1b2c3d4e]",
            "[withheld:1] and more",
            "[prompt:1:1A2B3C4D5E6F7A8B]",
            "[withheld:1:1a2b3c4d5e6f7a8b]",
            "[path:2:1a2b3c4d5e6f7a8b]",
            "[path:1]",
            "[key:3]",
        ] {
            assert!(!forms.is_whole(text), "{text}");
        }
    }
}
