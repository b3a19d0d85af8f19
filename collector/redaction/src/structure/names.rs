//! Names that say that what they name is a secret: variables, keys, flags, headers, query parameters.

mod words;

use std::ops::Range;

pub(super) use self::words::PASSWORDS;
use self::words::{ABOUT, KEY_WORDS, KEYS, NOT_KEY, NOT_PASS, PAIRS, QUERY};
use crate::detect::Kind;

/// What a name says about its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is a secret.
    Secret(Kind),
    /// It is one if it looks random.
    SecretIfOpaque(Kind),
    /// `Authorization`: a scheme, then the secret.
    Authorization,
    /// `Cookie`: everything up to the end of the header.
    Cookie,
}

/// Names longer than this are judged by their end.
pub(super) const LONGEST: usize = 64;

/// A name in lower case with `_` between its words, in a buffer of its own: `dbPassword`, `DB-PASSWORD` and
/// `db.password` are all `db_password`.
struct Plain {
    letters: [u8; 2 * LONGEST],
    length: usize,
}

impl Plain {
    fn of(name: &[u8]) -> Self {
        let mut plain = Self { letters: [0; 2 * LONGEST], length: 0 };
        let mut before = b'_';
        for byte in name.iter().skip(name.len().saturating_sub(LONGEST)).copied() {
            if byte.is_ascii_alphanumeric() {
                if byte.is_ascii_uppercase() && before.is_ascii_lowercase() {
                    plain.push(b'_');
                }
                plain.push(byte.to_ascii_lowercase());
            } else if before.is_ascii_alphanumeric() {
                plain.push(b'_');
            }
            before = byte;
        }
        plain
    }

    fn push(&mut self, byte: u8) {
        if let Some(letter) = self.letters.get_mut(self.length) {
            *letter = byte;
            self.length += 1;
        }
    }

    fn as_str(&self) -> &str {
        let letters = self.letters.get(..self.length).unwrap_or_default();
        std::str::from_utf8(letters).unwrap_or_default().trim_matches('_')
    }
}

/// What a name says about its value; none when it says nothing.
pub(crate) fn said(name: &[u8]) -> Option<Said> {
    // The working directory, in every shell.
    if matches!(name, b"PWD" | b"OLDPWD") {
        return None;
    }
    // Bundler's variables say whose credentials they hold: `BUNDLE_GEMS__EXAMPLE__COM`.
    if name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"BUNDLE_"))
        && name.windows(2).any(|two| two == b"__")
    {
        return Some(Said::Secret(Kind::own("password")));
    }
    let plain = Plain::of(name);
    let plain = plain.as_str();
    let (before, last) = plain.rsplit_once('_').unwrap_or(("", plain));
    match last {
        "authorization" => return Some(Said::Authorization),
        "cookie" | "cookies" => return Some(Said::Cookie),
        "sessionid" | "phpsessid" | "jsessionid" | "sid" if before.is_empty() || before == "connect" => {
            return Some(Said::Cookie);
        }
        _ => {}
    }
    let said = plain.split('_').find_map(secret_word).or_else(|| last_word(before, last))?;
    // Asked last, because most names have no such word.
    if matches!(last, "hash" | "digest") {
        return before.contains("pass").then_some(Said::SecretIfOpaque(Kind::own("password-hash")));
    }
    if last == "id" && before.ends_with("secret") {
        // Vault's `secret_id` is one; the cloud's names a secret.
        return Some(Said::SecretIfOpaque(Kind::own("secret")));
    }
    (!ABOUT.contains(&last)).then_some(said)
}

/// What a word says wherever it stands in a name.
fn secret_word(word: &str) -> Option<Said> {
    let ends = |end: &str| word.ends_with(end);
    let mark = match word.as_bytes().last()? {
        b'd' if ends("password") || ends("passwd") => Kind::own("password"),
        b'e' if ends("passphrase") || ends("passcode") => Kind::own("password"),
        b'c' if word == "mnemonic" => Kind::own("secret"),
        b'k' if word == "psk" => Kind::own("password"),
        b't' if ends("secret") => Kind::own("secret"),
        b'n' if ends("token") => Kind::own("token"),
        b'y' if ends("key") && KEY_WORDS.contains(&word) => Kind::own("api-key"),
        _ if PASSWORDS.contains(&word) => Kind::own("password"),
        _ => return None,
    };
    Some(Said::Secret(mark))
}

/// What the last word of a name says there.
fn last_word(before: &str, last: &str) -> Option<Said> {
    match last {
        "pwd" | "pw" | "passin" | "passout" | "pin" => Some(Said::Secret(Kind::own("password"))),
        _ if last.ends_with("pass") && !NOT_PASS.contains(&last) => Some(Said::Secret(Kind::own("password"))),
        "auth" if before.ends_with("redis") || before.ends_with("rediscli") => {
            Some(Said::Secret(Kind::own("password")))
        }
        "salt" if before.ends_with("auth") || before.ends_with("nonce") || before.ends_with("logged_in") => {
            Some(Said::Secret(Kind::own("secret")))
        }
        "auth" | "authentication" | "credential" | "credentials" | "creds" | "csrf" | "private" | "salt" | "seed"
        | "session" | "sig" | "signature" | "xsrf" => Some(Said::SecretIfOpaque(Kind::own("secret"))),
        "otp" | "totp" => Some(Said::Secret(Kind::own("secret"))),
        "bearer" => Some(Said::Secret(Kind::own("bearer-token"))),
        "jwt" => Some(Said::Secret(Kind::own("jwt"))),
        "pat" => Some(Said::Secret(Kind::own("token"))),
        "key" => match before.rsplit('_').next().unwrap_or_default() {
            kind if KEYS.contains(&kind) => Some(Said::Secret(Kind::own("api-key"))),
            "bucket" | "cache" | "deduplication" | "foreign" | "group" | "hash" | "host" | "idempotency" | "lookup"
            | "message" | "object" | "partition" | "primary" | "pub" | "public" | "publishable" | "range" | "redis"
            | "registry" | "restore" | "routing" | "s3" | "sort" | "translation" => None,
            _ => Some(Said::SecretIfOpaque(Kind::own("api-key"))),
        },
        // A compound without its parts: `githubtoken` ends in a word, `bindpw` and `rolekey` do not.
        _ if last.ends_with("pwd") || last.ends_with("passw") || (last.ends_with("pw") && last.len() <= 8) => {
            Some(Said::Secret(Kind::own("password")))
        }
        _ if last.ends_with("key") && last.len() > 3 && !NOT_KEY.iter().any(|word| last.ends_with(word)) => {
            Some(Said::SecretIfOpaque(Kind::own("api-key")))
        }
        _ => PAIRS
            .iter()
            .find(|(first, second, _)| before_ends(before, last, first, second))
            .map(|(_, _, kind)| Said::Secret(kind.clone())),
    }
}

/// Whether a name ends in a pair of words.
fn before_ends(before: &str, last: &str, first: &str, second: &str) -> bool {
    last == second && (before == first || before.strip_suffix(first).is_some_and(|rest| rest.ends_with('_')))
}

/// Whether a word at the end of a name says that it names something about a secret: `type`, `file`.
pub(crate) fn is_about(word: &[u8]) -> bool {
    ABOUT.iter().any(|about| word.eq_ignore_ascii_case(about.as_bytes()))
}

/// Whether a word before "key" makes it a secret one.
pub(super) fn is_before_key(word: &[u8]) -> bool {
    KEYS.iter().any(|before| word.eq_ignore_ascii_case(before.as_bytes()))
}

/// Whether a URL's parameter is a secret. A name that is partly percent-encoded hides something.
pub(super) fn is_query_secret(name: &[u8]) -> bool {
    if name.contains(&b'%') {
        return true;
    }
    let plain = Plain::of(name);
    said(name).is_some() || QUERY.contains(&plain.as_str())
}

/// Whether a secret parameter's name is used for other things as well.
pub(super) fn is_query_doubtful(name: &[u8]) -> bool {
    const DOUBTFUL: &[&str] =
        &["s", "st", "state", "nonce", "sign", "ticket", "assertion", "session", "sid", "auth", "hmac"];
    DOUBTFUL.contains(&Plain::of(name).as_str())
}

/// Whether a byte can stand in a name.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The name that ends right before `end`, with what may stand between a name and its `=` or `:` skipped: quotes and
/// their backslashes, a bracket, blanks, the first half of `:=` and `+=`.
pub(super) fn before(bytes: &[u8], end: usize) -> Range<usize> {
    const BETWEEN: usize = 8;
    let mut end = end;
    // A search pattern: `NAME\s*=`.
    for pattern in [&b"\\s*"[..], b"\\s+", b"\\\\s*", b"\\\\s+"] {
        if bytes.get(..end).is_some_and(|before| before.ends_with(pattern)) {
            end -= pattern.len();
        }
    }
    for _ in 0..BETWEEN {
        match end.checked_sub(1).and_then(|at| bytes.get(at)) {
            Some(
                b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'`' | b']' | b'!' | b'+' | b'?' | b'|' | b':' | b'<' | b'>',
            ) => {
                end -= 1;
            }
            _ => break,
        }
    }
    let taken =
        bytes.get(..end).unwrap_or_default().iter().rev().take(LONGEST).take_while(|byte| is_name(**byte)).count();
    end - taken..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_known() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "--db-password",
            "PGPASSWORD",
            "MYSQL_PWD",
            "SSHPASS",
            "token",
            "GITHUB_TOKEN_PROD",
            "accessToken",
            "authtoken",
            "client_secret",
            "SECRET_KEY_BASE",
            "api_key",
            "X-Api-Key",
            "apiKey",
            "OPENAI_API_KEY",
            "aws_secret_access_key",
            "ENCRYPTION_KEY",
            "_authToken",
            "npm_config__authToken",
            "spring.datasource.password",
            "GH_PAT",
            "PRIVATE-TOKEN",
            "shopify-access-token",
        ] {
            assert!(matches!(said(name.as_bytes()), Some(Said::Secret(_))), "{name}");
        }
        assert_eq!(said(b"Authorization"), Some(Said::Authorization));
        assert_eq!(said(b"Proxy-Authorization"), Some(Said::Authorization));
        assert_eq!(said(b"Set-Cookie"), Some(Said::Cookie));
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "PWD",
            "OLDPWD",
            "max_tokens",
            "input_tokens",
            "token_count",
            "token_type",
            "password_file",
            "secret_name",
            "secrets",
            "bypass",
            "compass",
            "monkeys",
            "path",
            "file",
            "session_id",
            "--password-stdin",
            "passwords",
            "",
            "_",
            "author",
            "public_key",
            "cache-key",
        ] {
            assert_eq!(said(name.as_bytes()), None, "{name}");
        }
        assert!(matches!(said(b"FOO_KEY"), Some(Said::SecretIfOpaque(_))));
    }

    #[test]
    fn query_names_are_wider() {
        for name in ["token", "key", "sig", "X-Amz-Signature", "access_token", "code", "session", "tok%65n"] {
            assert!(is_query_secret(name.as_bytes()), "{name}");
        }
        for name in ["page", "q", "utm_source", "ref", "id"] {
            assert!(!is_query_secret(name.as_bytes()), "{name}");
        }
    }
}
