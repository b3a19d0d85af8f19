//! What stands where something was taken out: the one place that knows the written forms.
//!
//! All forms are ASCII, in square brackets, and closed: pages, exports and queries may rely on this grammar.
//!
//! ```text
//! mark     = "[" name "]"                         inside a text, instead of what was found there: [github-pat]
//! hashed   = "[" kind ":" length ":" hash "]"     instead of a whole value: [prompt:24:1a2b3c4d5e6f7a8b]
//! withheld = "[withheld:" length "]"              instead of a whole value: [withheld:24]
//! key      = "[key:" length "]"                   instead of an attribute's key: [key:300]
//!
//! name     = a kind of the detector that made it
//! kind     = one of KINDS
//! length   = how many characters (not bytes) the value had, decimal
//! hash     = 16 hex digits: the keyed hash of the whole value within its tenant. Equal values have equal hashes
//! ```
//!
//! A value that already is a whole form is left alone, so redaction can be repeated. A sender may forge a form; it
//! gains nothing but a value that says less.

use barograph_proto::keyed::ValueKey;

/// What a hashed value was.
pub const KINDS: &[&str] =
    &["args", "arguments", "body", "content", "error", "identity", "label", "message", "output", "prompt"];

const HASH_DIGITS: usize = 16;

/// Whether a text is exactly one form of a whole value.
pub fn is_whole(text: &str) -> bool {
    let Some(inner) = inner(text) else { return false };
    let mut parts = inner.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("withheld"), Some(length), None, None) => is_length(length),
        (Some(kind), Some(length), Some(hash), None) => {
            KINDS.contains(&kind)
                && is_length(length)
                && hash.len() == HASH_DIGITS
                && hash.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        }
        _ => false,
    }
}

/// Whether a text is exactly the form of an attribute's key.
pub fn is_key(text: &str) -> bool {
    inner(text).and_then(|inner| inner.strip_prefix("key:")).is_some_and(is_length)
}

fn inner(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

fn is_length(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Hides a whole value behind its kind, length and hash.
pub fn hashed(kind: &str, value: &str, key: &ValueKey, tenant: &str) -> String {
    format!("[{kind}:{}:{}]", value.chars().count(), key.hash(tenant, value))
}

/// Hides a whole value behind its length.
pub fn withheld(value: &str) -> String {
    format!("[withheld:{}]", value.chars().count())
}

/// Hides an attribute's key behind its length.
pub fn key(key: &str) -> String {
    format!("[key:{}]", key.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_recognised() {
        let key = ValueKey::new(&[1; 32]);
        assert!(is_whole(&hashed("prompt", "hé", &key, "default")));
        assert!(hashed("prompt", "hé", &key, "default").starts_with("[prompt:2:"));
        assert_eq!(withheld("hé"), "[withheld:2]");
        assert!(is_whole(&withheld("x")));
        assert!(is_key(&super::key("x")));
    }

    #[test]
    fn other_texts_are_not_forms() {
        for text in [
            "",
            "[]",
            "[withheld]",
            "[withheld:]",
            "[withheld:x]",
            "[prompt:1:1a2b]",
            "[hunter2:1:1a2b3c4d5e6f7a8b]",
            "[withheld:1] and more",
            "[prompt:1:1A2B3C4D5E6F7A8B]",
            "[withheld:1:1a2b3c4d5e6f7a8b]",
        ] {
            assert!(!is_whole(text), "{text}");
        }
    }
}
