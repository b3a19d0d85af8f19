//! Redacted values in stored text: finds the chips that redaction left (`[kind]`, `[kind:length]`,
//! `[kind:length:hash]`, `[kind#token]`, `[path:depth:hash/hash/…]`) so that pages can show them as such. Everything else
//! stays plain text.

use crate::format::{count, href};

/// What a bare `[kind]` may say. Without a length, only words that redaction uses are taken for chips: shell text is
/// full of brackets (`[a-z]`, `[ok]`) that withhold nothing.
const BARE_KINDS: &[&str] = &[
    "address",
    "argument",
    "arguments",
    "body",
    "bytes",
    "command",
    "content",
    "credential",
    "dropped",
    "email",
    "host",
    "id",
    "ip",
    "key",
    "name",
    "output",
    "password",
    "path",
    "phone",
    "prompt",
    "query",
    "redacted",
    "response",
    "secret",
    "text",
    "token",
    "url",
    "user",
    "value",
    "withheld",
];

/// Longest kind that is taken for one.
const MAX_KIND: usize = 48;

/// Digits of a keyed hash and of a token.
const HASH_DIGITS: usize = 16;
const TOKEN_DIGITS: usize = 10;

/// A stretch of stored text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The text as stored; for a chip its written form.
    pub(crate) text: String,
    /// What was withheld here, if something was.
    pub(crate) chip: Option<Chip>,
}

/// A value that redaction withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chip {
    /// `prompt · 24 chars`.
    pub(crate) label: String,
    /// What hovering says.
    pub(crate) title: String,
    /// Where equal values are found; empty when no hash was kept.
    pub(crate) href: String,
}

/// Cuts stored text into plain stretches and chips.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let found = after.split_once(']').and_then(|(inside, tail)| Some((inside, chip(inside)?, tail)));
        if let Some((inside, chip, tail)) = found {
            if !plain.is_empty() {
                pieces.push(Piece { text: std::mem::take(&mut plain), chip: None });
            }
            pieces.push(Piece { text: format!("[{inside}]"), chip: Some(chip) });
            rest = tail;
        } else {
            plain.push('[');
            rest = after;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece { text: plain, chip: None });
    }
    pieces
}

/// Reads what stands between brackets; none when it is not a chip.
fn chip(inside: &str) -> Option<Chip> {
    if let Some((kind, token)) = inside.split_once('#') {
        return (is_kind(kind) && is_hex(token, TOKEN_DIGITS)).then(|| Chip {
            label: format!("{kind} · {token}"),
            title: format!("Stands for one {kind}: equal values have the same token."),
            href: href("/search", &[("text", token)]),
        });
    }
    if let Some(folders) = inside.strip_prefix("path:") {
        return path(folders);
    }
    let mut parts = inside.split(':');
    let kind = parts.next().filter(|kind| is_kind(kind))?;
    let length = match parts.next() {
        Some(digits) => Some(length(digits)?),
        None => None,
    };
    let hash = match parts.next() {
        Some(hash) => Some(is_hash(hash).then_some(hash)?),
        None => None,
    };
    if parts.next().is_some() || (length.is_none() && !is_known_bare(kind)) {
        return None;
    }
    let label = match length {
        Some(1) => format!("{kind} · 1 char"),
        Some(length) => format!("{kind} · {} chars", count(length)),
        None => kind.to_owned(),
    };
    let title = match hash {
        Some(hash) => format!("Withheld by the rule “{kind}”. Equal values have the hash {hash}."),
        None => format!("Withheld by the rule “{kind}”."),
    };
    let href = hash.map(|hash| href("/search", &[("text", hash)])).unwrap_or_default();
    Some(Chip { label, title, href })
}

/// A path of which the hashes of its folders and its own are left, from the top.
fn path(folders: &str) -> Option<Chip> {
    let (depth, hashes) = folders.split_once(':')?;
    let known = hashes.split('/').count();
    let own = hashes.rsplit('/').next()?;
    (length(depth) == u64::try_from(known).ok() && hashes.split('/').all(is_hash)).then(|| Chip {
        label: format!("path · {known} deep"),
        title: format!("A path. Equal paths have the hash {own}, what is below one has it on its way."),
        href: href("/search", &[("text", own)]),
    })
}

fn is_kind(kind: &str) -> bool {
    kind.len() <= MAX_KIND
        && kind.starts_with(|first: char| first.is_ascii_lowercase())
        && kind
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// A word that redaction uses, or one with a dash between words of two letters or more (`github-pat`, not `a-z`).
fn is_known_bare(kind: &str) -> bool {
    BARE_KINDS.contains(&kind) || (kind.contains('-') && kind.split('-').all(|word| word.len() >= 2))
}

fn length(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

fn is_hash(hash: &str) -> bool {
    is_hex(hash, HASH_DIGITS)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        pieces(text)
            .into_iter()
            .map(|piece| match piece.chip {
                Some(chip) => format!("<{}|{}>", chip.label, chip.href),
                None => piece.text,
            })
            .collect()
    }

    #[test]
    fn chips_are_found_and_the_rest_is_left_alone() {
        for (text, expected) in [
            ("", ""),
            ("npm test", "npm test"),
            ("cat [path]", "cat <path|>"),
            ("[prompt:24]", "<prompt · 24 chars|>"),
            ("[pin:1]", "<pin · 1 char|>"),
            (
                "curl -H [bearer-token:1040:0123456789abcdef] x",
                "curl -H <bearer-token · 1,040 chars|/search?text=0123456789abcdef> x",
            ),
            ("[github-pat][email]", "<github-pat|><email|>"),
            ("/home/[user#0a1b2c3d4e]/x", "/home/<user · 0a1b2c3d4e|/search?text=0a1b2c3d4e>/x"),
            ("[path:2:0123456789abcdef/fedcba9876543210]", "<path · 2 deep|/search?text=fedcba9876543210>"),
            // What only looks like one.
            (
                "[path:3:0123456789abcdef/fedcba9876543210] [user#1]",
                "[path:3:0123456789abcdef/fedcba9876543210] [user#1]",
            ),
            ("ls [a-z]* [ab] [0-9]", "ls [a-z]* [ab] [0-9]"),
            ("[prompt:24:xyz]", "[prompt:24:xyz]"),
            ("[prompt:24:0123456789ABCDEF]", "[prompt:24:0123456789ABCDEF]"),
            (
                "[prompt:-1] [prompt:+1] [prompt:] [prompt:1:0123456789abcdef:x]",
                "[prompt:-1] [prompt:+1] [prompt:] [prompt:1:0123456789abcdef:x]",
            ),
            ("[Prompt:24] [-a:1] [a--b:1]", "[Prompt:24] [-a:1] [a--b:1]"),
            ("[[email]]", "[<email|>]"),
            ("[", "["),
            ("]]", "]]"),
            ("[prompt:99999999999999999999999]", "[prompt:99999999999999999999999]"),
        ] {
            assert_eq!(told(text), expected);
        }
    }

    #[test]
    fn pieces_together_are_the_text() {
        for text in ["a[b", "[email]x[", "é[prompt:3]ü]", "\u{202e}[withheld]\u{202c}"] {
            let joined: String = pieces(text).into_iter().map(|piece| piece.text).collect();
            assert_eq!(joined, text);
        }
    }
}
