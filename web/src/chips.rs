//! Redacted values in stored text: finds the chips that redaction left so that pages can show them as such. Everything
//! else stays plain text. The forms: `[kind]`, `[kind:length]`, `[kind:length:hash]`, `[kind#token]`,
//! `[path:depth:hash/hash/…]`, `…[truncated:length]`.

use crate::format::{count, href};

/// What a bare `[kind]` may say where it is not known what was found in the row. Without a length, only words that
/// redaction uses are taken for chips: shell text is full of brackets (`[a-z]`, `[ok]`) that withhold nothing. Kinds of
/// several words are many, rule files bring their own, and few brackets in shell text look like them.
const BARE_KINDS: &[&str] = &[
    "address",
    "card",
    "cookie",
    "credential",
    "credentials",
    "email",
    "iban",
    "ip",
    "jwt",
    "key",
    "passphrase",
    "password",
    "phone",
    "pin",
    "secret",
    "ssn",
    "token",
    "user",
    "username",
    "withheld",
];

/// Sections of files that agents write, which look like kinds and are none.
const NO_KINDS: &[&str] = &["build-dependencies", "build-system", "dev-dependencies", "pull-request", "x-systemd"];

/// Longest kind that is taken for one.
const MAX_KIND: usize = 48;

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
    pieces_of(text, is_known_bare)
}

/// The same where it is known which bare kinds redaction left.
pub(crate) fn pieces_of(text: &str, is_bare: impl Fn(&str) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let found = after.split_once(']').and_then(|(inside, tail)| Some((inside, chip(inside, &is_bare)?, tail)));
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
fn chip(inside: &str, is_bare: impl Fn(&str) -> bool) -> Option<Chip> {
    if let Some((kind, token)) = inside.split_once('#') {
        return (is_kind(kind) && is_hex(token, 10)).then(|| tokenised(kind, token));
    }
    let mut parts = inside.split(':');
    let kind = parts.next().filter(|kind| is_kind(kind))?;
    let number = match parts.next() {
        Some(digits) => Some(length(digits)?),
        None => None,
    };
    let hash = parts.next();
    if parts.next().is_some() {
        return None;
    }
    match (kind, number, hash) {
        ("path", Some(depth), Some(hashes)) if hashes.contains('/') || depth == 1 => hashed_path(depth, hashes),
        ("truncated", Some(whole), None) => Some(Chip {
            label: format!("cut, {} in all", chars(whole)),
            title: "The policy keeps only the beginning.".to_owned(),
            href: String::new(),
        }),
        (kind, None, None) => is_bare(kind).then(|| Chip {
            label: kind.to_owned(),
            title: format!("Found and taken out: {kind}."),
            href: String::new(),
        }),
        (kind, Some(length), None) => Some(Chip {
            label: format!("{kind} · {}", chars(length)),
            title: format!("Withheld by the rule “{kind}”."),
            href: String::new(),
        }),
        (kind, Some(length), Some(hash)) => is_hex(hash, 16).then(|| Chip {
            label: format!("{kind} · {}", chars(length)),
            title: format!("Withheld by the rule “{kind}”. Equal values have the hash {hash}."),
            href: href("/search", &[("text", hash)]),
        }),
        (_, None, Some(_)) => None,
    }
}

/// A value that has a token: the same one everywhere.
fn tokenised(kind: &str, token: &str) -> Chip {
    Chip {
        label: format!("{kind} {token}"),
        title: format!("Withheld by the rule “{kind}”. Equal values have the token {token}."),
        href: href("/search", &[("text", token)]),
    }
}

/// A path whose folders are hashed: the last hash is that of the whole.
fn hashed_path(depth: u64, hashes: &str) -> Option<Chip> {
    let count = u64::try_from(hashes.split('/').count()).ok()?;
    let last = hashes.rsplit('/').next()?;
    (count == depth && hashes.split('/').all(|hash| is_hex(hash, 16))).then(|| Chip {
        label: if depth == 1 { "path · 1 name".to_owned() } else { format!("path · {depth} names") },
        title: "A hash stands for each folder. Ask for a path to find what is below it.".to_owned(),
        href: href("/search", &[("text", last)]),
    })
}

fn chars(length: u64) -> String {
    if length == 1 { "1 char".to_owned() } else { format!("{} chars", count(length)) }
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
    BARE_KINDS.contains(&kind)
        || (kind.contains('-') && kind.split('-').all(|word| word.len() >= 2) && !NO_KINDS.contains(&kind))
}

fn length(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

fn is_hex(hash: &str, digits: usize) -> bool {
    hash.len() == digits && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
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
            ("login [password]", "login <password|>"),
            ("[dev-dependencies]", "[dev-dependencies]"),
            ("[prompt:24]", "<prompt · 24 chars|>"),
            ("[pin:1]", "<pin · 1 char|>"),
            (
                "curl -H [bearer-token:1040:0123456789abcdef] x",
                "curl -H <bearer-token · 1,040 chars|/search?text=0123456789abcdef> x",
            ),
            ("[github-pat][email]", "<github-pat|><email|>"),
            ("/home/[user#0123456789]/x", "/home/<user 0123456789|/search?text=0123456789>/x"),
            ("[arg:7:0123456789abcdef]", "<arg · 7 chars|/search?text=0123456789abcdef>"),
            ("[withheld:24]", "<withheld · 24 chars|>"),
            ("begin…[truncated:4000]", "begin…<cut, 4,000 chars in all|>"),
            ("[path:2:0123456789abcdef/fedcba9876543210]", "<path · 2 names|/search?text=fedcba9876543210>"),
            ("[path:1:0123456789abcdef]", "<path · 1 name|/search?text=0123456789abcdef>"),
            ("[path:3:0123456789abcdef/fedcba9876543210]", "[path:3:0123456789abcdef/fedcba9876543210]"),
            ("[user#0123]", "[user#0123]"),
            // What only looks like one.
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
    fn what_is_known_of_the_row_decides_about_bare_kinds() {
        let shown = |text: &str| -> Vec<bool> {
            pieces_of(text, |kind| kind == "acme").iter().map(|piece| piece.chip.is_some()).collect()
        };
        assert_eq!(shown("[acme]"), [true]);
        assert_eq!(shown("[password] [dev-deps]"), [false]);
        assert_eq!(shown("[withheld:3]"), [true]);
    }

    #[test]
    fn pieces_together_are_the_text() {
        for text in ["a[b", "[email]x[", "é[prompt:3]ü]", "\u{202e}[withheld]\u{202c}"] {
            let joined: String = pieces(text).into_iter().map(|piece| piece.text).collect();
            assert_eq!(joined, text);
        }
    }
}
