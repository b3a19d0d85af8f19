//! Names that say that what they name is a secret: variables, keys, flags, headers, query parameters.

use std::ops::Range;

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

/// Last words after which a name names something about the secret, not the secret.
#[rustfmt::skip] // One name a line hides the list.
const ABOUT: &[&str] = &[
    "age", "alg", "algorithm", "arn", "available", "backend", "budget", "c", "changed", "class", "cls", "cmd", "command", "conf", "count", "counts",
    "cpp", "created", "cs", "css", "dir", "duration", "enabled", "encoder", "endpoint", "env", "error", "exists", "expired",
    "expires", "expiry", "factory", "field", "file", "filename", "format", "generator", "go", "h", "handler", "hashes", "header",
    "helper", "hint", "html", "id", "ids", "input", "java", "js", "json", "jsx", "kind", "kt", "label", "len", "length", "lifetime",
    "limit", "link", "lock", "lua", "manager", "max", "md", "message", "min", "mode", "model", "name", "names", "namespace", "output",
    "page", "parser", "path", "pattern", "php", "placeholder", "policy", "position", "present", "prompt", "provider", "py", "rb",
    "ref", "regex", "regexp", "required", "reset", "rotation", "rs", "rules", "schema", "selector", "sh", "size", "source", "sql",
    "status", "stdin", "store", "strength", "swift", "test", "text", "title", "toml", "ts", "tsx", "ttl", "txt", "type", "types",
    "uri", "url", "usage", "validator", "version", "xml", "yaml", "yml",
];

/// Words that end in "pass" and are none.
#[rustfmt::skip] // One name a line hides the list.
const NOT_PASS: &[&str] = &["bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass"];

/// Words that end in "key" and are none that opens anything.
#[rustfmt::skip] // One name a line hides the list.
const NOT_KEY: &[&str] = &[
    "cachekey", "donkey", "foreignkey", "hotkey", "jockey", "monkey", "partitionkey", "primarykey", "pubkey", "publickey", "turkey",
    "whiskey",
];

/// Words before "key" that make it a secret one. `public_key` and `primary_key` are not here.
#[rustfmt::skip] // One name a line hides the list.
const KEYS: &[&str] = &[
    "access", "account", "activation", "admin", "aes", "api", "app", "application", "auth", "authorization", "bot", "client",
    "consumer", "cookie", "crypt", "crypto", "decryption", "deploy", "dev", "developer", "encrypt", "encryption", "function",
    "functions", "hmac", "instrumentation", "integration", "ingest", "ingestion", "jwt", "kek", "license",
    "licence", "master", "merchant", "metrics", "partner", "preshared", "private", "product", "read", "registration", "restricted",
    "role", "sas", "sdk", "secret", "security", "seed", "send", "serial", "server", "service", "session", "shared", 
    "signing", "storage", "subscription", "sync", "team", "transfer", "webhook", "wifi", "write",
];

/// The same written as one word.
#[rustfmt::skip] // One name a line hides the list.
const KEY_WORDS: &[&str] = &[
    "accesskey", "accountkey", "apikey", "appkey", "authkey", "clientkey", "deploykey", "encryptionkey", "hmackey", "licensekey",
    "masterkey", "presharedkey", "privatekey", "rolekey", "secretkey", "servicekey", "sessionkey", "sharedaccesskey", "sharedkey",
    "signingkey", "storagekey", "webhookkey", "writekey", "xapikey",
];

/// Words that name a password in other tongues, and words that can name nothing else.
#[rustfmt::skip] // One name a line hides the list.
const PASSWORDS: &[&str] = &[
    "contrasena", "contrasenya", "contrasinal", "haslo", "heslo", "jelszo", "kennwort", "losenord", "mdp", "motdepasse", "parola",
    "parole", "passord", "passwort", "salasana", "senha", "sifre", "wachtwoord", "zugangswort",
];

/// Pairs of words that together name a secret at the end of a name.
#[rustfmt::skip] // One name a line hides the list.
const PAIRS: &[(&str, &str, Kind)] = &[
    ("access", "code", Kind::own("secret")), ("app", "pw", Kind::own("password")), ("auth", "code", Kind::own("secret")),
    ("authorization", "code", Kind::own("secret")), ("backup", "code", Kind::own("secret")),
    ("backup", "codes", Kind::own("secret")), 
    ("de", "passe", Kind::own("password")), ("device", "code", Kind::own("secret")), ("key", "data", Kind::own("private-key")),
    ("mfa", "code", Kind::own("secret")), ("mfa", "seed", Kind::own("secret")), ("one_time", "code", Kind::own("secret")),
    ("otp", "seed", Kind::own("secret")), ("pass", "phrase", Kind::own("password")), ("recovery", "code", Kind::own("secret")),
    ("recovery", "codes", Kind::own("secret")), ("recovery", "phrase", Kind::own("secret")),
    ("security", "code", Kind::own("secret")), ("seed", "phrase", Kind::own("secret")), ("seed", "words", Kind::own("secret")),
    ("totp", "seed", Kind::own("secret")), ("user", "pass", Kind::own("password")), ("verification", "code", Kind::own("secret")),
    ("sonar", "login", Kind::own("token")), ("wallet", "seed", Kind::own("secret")), ("hub_signature", "256", Kind::own("secret")), ("hub", "signature", Kind::own("secret")),
];

/// Parameters of URLs that are secrets there and may be anything elsewhere.
#[rustfmt::skip] // One name a line hides the list.
const QUERY: &[&str] = &[
    "assertion", "auth", "code", "hmac", "key", "nonce", "oauth", "otp", "pass", "pin", "pw", "pwd", "s", "sas",
    "session", "sessionid", "session_id", "sid", "sig", "sign", "signature", "state", "st", "ticket", "code_verifier", "jsessionid",
    "x_amz_credential", "x_amz_signature", "x_amz_security_token", "x_goog_credential", "x_goog_signature",
    "google_access_id", "awsaccess_key_id", "id_token_hint", "saml_response", "samlresponse", "saml_request",
    "samlrequest",
];

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
    if name.starts_with(b"BUNDLE_") && name.windows(2).any(|two| two == b"__") {
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
        "auth" | "authentication" | "credential" | "credentials" | "creds" | "csrf" | "private" | "salt" | "seed"
        | "session" | "sig" | "signature" | "xsrf" => Some(Said::SecretIfOpaque(Kind::own("secret"))),
        "otp" | "totp" => Some(Said::Secret(Kind::own("secret"))),
        "bearer" => Some(Said::Secret(Kind::own("bearer-token"))),
        "jwt" => Some(Said::Secret(Kind::own("jwt"))),
        "pat" => Some(Said::Secret(Kind::own("token"))),
        "key" => match before.rsplit('_').next().unwrap_or_default() {
            kind if KEYS.contains(&kind) => Some(Said::Secret(Kind::own("api-key"))),
            "cache" | "foreign" | "hash" | "host" | "object" | "partition" | "primary" | "pub" | "public"
            | "publishable" | "range" | "restore" | "routing" | "sort" => None,
            _ => Some(Said::SecretIfOpaque(Kind::own("api-key"))),
        },
        // A compound without its parts: `githubtoken` ends in a word, `bindpw` and `rolekey` do not.
        _ if last.ends_with("pwd") || last.ends_with("passw") || (last.ends_with("pw") && last.len() <= 8) => {
            Some(Said::Secret(Kind::own("password")))
        }
        _ if last.ends_with("key") && last.len() > 3 && !NOT_KEY.contains(&last) => {
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
