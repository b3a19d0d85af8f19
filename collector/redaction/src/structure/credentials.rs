//! Files and lines of credentials that have no names: `.netrc`, `.pgpass`, password hashes, `user/password@host`, key material
//! of secrets for `IPsec`, cookie files, scripts that type a password.

use std::ops::Range;

use super::headers;
use super::names::{self, Said};
use super::placeholder;
use super::value::{self, Within};
use crate::detect::{Hits, Kind, Text};

const PASSWORD: Kind = Kind::own("password");

/// Beginnings of hashed passwords, as `crypt` writes them.
const HASHES: &[&str] = &[
    "$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$", "$argon2", "$scrypt$",
    "$pbkdf2",
];

/// Finds credentials by the order they stand in. `dollars`: there is one in the text.
pub(super) fn scan(text: Text<'_>, dollars: bool, hits: &mut Hits) {
    if dollars {
        hashes(text, hits);
    }
    if text.text.contains("login ") {
        netrc(text, hits);
    }
    if text.text.contains("IDENTIFY ") {
        identified(text, hits);
    }
    if text.text.contains("send ") || text.text.contains("PSK ") {
        typed(text, hits);
    }
    if text.text.contains("jdbc:oracle:") {
        oracle(text, hits);
    }
    let bytes = text.bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = value::line_end(bytes, at);
        pgpass(text, at..end, hits);
        cookie_line(text, at..end, hits);
        at = end + 1;
    }
}

/// `$6$salt$hash`: from its first dollar sign.
fn hashes(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut read_to = 0;
    for (at, _) in text.text.match_indices('$') {
        let rest = text.text.get(at..).unwrap_or_default();
        if at < read_to || !HASHES.iter().any(|hash| rest.starts_with(hash)) {
            continue;
        }
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"$./+=,-_".contains(byte)).count();
        let hash = bytes.get(at..at + length).unwrap_or_default();
        if length >= 20 && hash.split(|byte| *byte == b'$').count() > 2 {
            hits.push(at, at + length, &Kind::own("password-hash"));
            read_to = at + length;
        }
    }
}

/// `machine host login user password secret`, over one line or several.
fn netrc(text: Text<'_>, hits: &mut Hits) {
    const NEAR: usize = 200;
    for (at, word) in text.text.match_indices("password ") {
        let bytes = text.bytes();
        let begins = at.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(|byte| value::is_space(*byte));
        let before = bytes.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
        if !begins || !logs_in(before) {
            continue;
        }
        let start = value::skip_blanks(bytes, at + word.len());
        let rest = bytes.get(start..).unwrap_or_default();
        let length =
            rest.iter().position(|byte| value::is_space(*byte) || matches!(byte, b'\'' | b'"')).unwrap_or(rest.len());
        mark(text, &(start..start + length), &PASSWORD, hits);
    }
}

/// Whether a password may follow: after `login user`, or in the entry of a machine.
fn logs_in(before: &[u8]) -> bool {
    const LOGIN: &[u8] = b"login ";
    let Some(at) = before.windows(LOGIN.len()).rposition(|part| part == LOGIN) else { return false };
    let after = before.get(at + LOGIN.len()..).unwrap_or_default();
    let words = after.split(|byte| value::is_space(*byte)).filter(|word| !word.is_empty()).count();
    let in_entry =
        [&b"machine "[..], b"default "].iter().any(|entry| before.windows(entry.len()).any(|part| part == *entry));
    words == 1 || in_entry
}

/// `/msg NickServ IDENTIFY secret`
fn identified(text: Text<'_>, hits: &mut Hits) {
    for (at, word) in text.text.match_indices("NickServ IDENTIFY ") {
        let found = value::read(text, at + word.len(), Within::Word);
        mark(text, &found, &PASSWORD, hits);
    }
}

/// `send "secret\r"` of a script that waits for a prompt; `: PSK "secret"` of `IPsec`.
fn typed(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let asks = ["assword", "assphrase", "PIN", "passcode", "oken"].iter().any(|prompt| text.text.contains(prompt));
    for sign in ["send ", "send -- ", "PSK "] {
        if sign.starts_with("send") && !asks {
            continue;
        }
        for (at, _) in text.text.match_indices(sign) {
            let start = at + sign.len();
            let slashes = bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|byte| **byte == b'\\').count());
            if !bytes.get(start + slashes).copied().is_some_and(value::is_quote) {
                continue;
            }
            let found = value::read(text, start, Within::Word);
            let secret = bytes.get(found.clone()).unwrap_or_default();
            // The end of the line is typed, too.
            let length =
                secret.windows(2).position(|two| matches!(two, b"\\r" | b"\\n" | b"\\\\")).unwrap_or(secret.len());
            let is_answer = ["yes", "y", "exit", "no", "quit", "logout"]
                .iter()
                .any(|word| secret.get(..length) == Some(word.as_bytes()));
            if !is_answer && !secret.contains(&b' ') {
                mark(text, &(found.start..found.start + length), &PASSWORD, hits);
            }
        }
    }
}

/// `jdbc:oracle:thin:user/secret@host`.
fn oracle(text: Text<'_>, hits: &mut Hits) {
    const LONGEST: usize = 256;
    let bytes = text.bytes();
    for (at, sign) in text.text.match_indices("jdbc:oracle:") {
        let start = at + sign.len();
        let rest = bytes.get(start..(start + LONGEST).min(bytes.len())).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| value::is_space(*byte) || value::is_quote(*byte) || *byte == b'@')
            .unwrap_or(rest.len());
        let login = rest.get(..length).unwrap_or_default();
        if rest.get(length) == Some(&b'@')
            && let Some(slash) = login.iter().position(|byte| *byte == b'/')
        {
            mark(text, &(start + slash + 1..start + length), &PASSWORD, hits);
        }
    }
}

/// `host:port:database:user:secret`.
fn pgpass(text: Text<'_>, line: Range<usize>, hits: &mut Hits) {
    const LONGEST: usize = 512;
    let bytes = text.bytes();
    let Some(all) = bytes.get(line.clone()).filter(|all| all.len() <= LONGEST) else { return };
    if all.split(|byte| *byte == b':').count() < 5 {
        return;
    }
    // In a command the line is one of its words.
    let Some(first) = all.iter().position(|byte| *byte == b':') else { return };
    let from = all
        .get(..first)
        .unwrap_or_default()
        .iter()
        .rposition(|byte| value::is_space(*byte) || value::is_quote(*byte))
        .map_or(0, |at| at + 1);
    let word = all.get(from..).unwrap_or_default();
    let to = word.iter().position(|byte| value::is_space(*byte) || value::is_quote(*byte)).unwrap_or(word.len());
    let fields: Vec<&[u8]> = word.get(..to).unwrap_or_default().splitn(5, |byte| *byte == b':').collect();
    if let [host, port, database, user, secret] = fields.as_slice()
        && !host.is_empty()
        && (*port == b"*" || ((2..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit)))
        && host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-*_\\[]".contains(byte))
        && host.iter().any(|byte| !byte.is_ascii_digit())
        && [database, user].iter().all(|field| {
            !field.is_empty() && field.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.*".contains(byte))
        })
        && user.iter().any(u8::is_ascii_alphabetic)
        && !secret.contains(&b':')
    {
        let end = line.start + from + to;
        mark(text, &(end - secret.len()..end), &PASSWORD, hits);
    }
}

/// A line of a cookie file: seven fields between tabs, of which the last two are the cookie.
fn cookie_line(text: Text<'_>, line: Range<usize>, hits: &mut Hits) {
    let bytes = text.bytes();
    let all = bytes.get(line.clone()).unwrap_or_default();
    if !all.contains(&b'\t') {
        return;
    }
    let fields: Vec<&[u8]> = all.splitn(8, |byte| *byte == b'\t').collect();
    if let [_, _, _, _, _, name, secret] = fields.as_slice()
        && (headers::is_session(name) || matches!(names::said(name), Some(Said::Cookie)))
    {
        mark(text, &(line.end - secret.len()..line.end), &Kind::own("cookie"), hits);
    }
}

fn mark(text: Text<'_>, found: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    if !placeholder::is_reference(text.bytes().get(found.clone()).unwrap_or_default()) {
        hits.push(found.start, found.end, kind);
    }
}
