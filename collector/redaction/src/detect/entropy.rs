//! What looks random, beside a word that speaks of secrets. The last layer: without such a word, random is what half of
//! all build output looks like.

use std::ops::Range;

use super::{Hits, Kind, Text};
use crate::structure::names::{self, Said};
use crate::structure::value;

const KIND: Kind = Kind::own("secret");

/// Shortest run of letters and digits in both cases that looks random, and of hexadecimal digits.
const SHORTEST: usize = 20;
const SHORTEST_HEX: usize = 32;

/// How far before a run a word is looked for, bytes.
const NEAR: usize = 40;

/// Words that speak of secrets.
const SECRET: &[&[u8]] = &[
    b"token",
    b"secret",
    b"password",
    b"passwd",
    b"passphrase",
    b"passcode",
    b"apikey",
    b"credential",
    b"credentials",
    b"creds",
    b"cred",
    b"bearer",
    b"auth",
    b"login",
    b"pat",
    b"otp",
    b"webhook",
];

/// Words before `key` that make it a secret one.
const KEY: &[&[u8]] =
    &[b"api", b"access", b"secret", b"private", b"signing", b"encryption", b"auth", b"license", b"master"];

/// Words that say that random is meant to be seen.
#[rustfmt::skip] // One word a line hides the list.
const PUBLIC: &[&[u8]] = &[
    b"sha", b"sha1", b"sha224", b"sha256", b"sha384", b"sha512", b"md5", b"blake3", b"integrity", b"checksum",
    b"checksums", b"digest", b"etag", b"commit", b"hash", b"rev", b"revision", b"uuid", b"guid", b"nonce", b"cursor",
    b"fingerprint", b"public", b"publishable", b"cache", b"build", b"id", b"sum", b"h1", b"tree", b"blob", b"ref", b"merge", b"pick",
    b"checkout", b"revert", b"trace", b"span", b"request", b"session", b"page", b"next", b"continuation",
];

fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.' | b'=' | b'~')
}

/// Marks runs that look random and stand beside a word that speaks of secrets.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(run) = value::next_run(bytes, at, SHORTEST, is_run) {
        at = run.end;
        let run = secret_part(bytes, run);
        if looks_random(bytes.get(run.clone()).unwrap_or_default())
            && !is_pinned(bytes, &run)
            && (is_spoken_of(bytes, run.start) || is_decoded_into_secret(bytes, run.end))
        {
            hits.push(run.start, run.end, &KIND);
        }
    }
}

/// The value in a run that has a name too: `name=value`.
fn secret_part(bytes: &[u8], run: Range<usize>) -> Range<usize> {
    let letters = bytes.get(run.clone()).unwrap_or_default();
    let padding = letters.iter().rev().take_while(|byte| matches!(byte, b'=' | b'.')).count();
    let body = letters.get(..letters.len() - padding).unwrap_or_default();
    let start = body.iter().rposition(|byte| *byte == b'=').map_or(0, |equals| equals + 1);
    run.start + start..run.end
}

/// Whether a run looks random: hexadecimal digits, or letters of both cases and digits without a path's or a name's
/// regularity.
fn looks_random(run: &[u8]) -> bool {
    if run.iter().all(u8::is_ascii_hexdigit) {
        return run.len() >= SHORTEST_HEX
            && !value::is_key_id(run)
            && run.iter().any(u8::is_ascii_digit)
            && run.iter().any(u8::is_ascii_alphabetic);
    }
    let count = |is: fn(&u8) -> bool| run.iter().filter(|byte| is(byte)).count();
    let (digits, upper, lower) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let breaks = count(|byte| matches!(byte, b'/' | b'.' | b'-' | b'_'));
    run.len() >= SHORTEST
        && digits >= 2
        && upper >= 2
        && lower >= 2
        && breaks * 8 <= run.len()
        && !is_uuid(run)
        && changes(run) * 3 >= run.len()
        && value::is_opaque(run)
}

fn is_uuid(run: &[u8]) -> bool {
    run.len() == 36 && [8, 13, 18, 23].iter().all(|at| run.get(*at) == Some(&b'-'))
}

/// Whether a run is the commit that something is pinned to: `docker/login-action@0f1e…`.
fn is_pinned(bytes: &[u8], run: &Range<usize>) -> bool {
    run.len() == 40 && run.start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'@')
}

/// How often a byte is of another class than the one before: names change class at word ends only.
fn changes(run: &[u8]) -> usize {
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    run.iter().zip(run.iter().skip(1)).filter(|(before, after)| class(before) != class(after)).count()
}

/// Whether one of the last words before a run speaks of secrets, and none says that random is meant to be seen.
fn is_spoken_of(bytes: &[u8], run: usize) -> bool {
    const WORDS: usize = 4;
    let near = bytes.get(run.saturating_sub(NEAR)..run).unwrap_or_default();
    // Not past a line's end, nor into a mark.
    let end = near.iter().rposition(|byte| matches!(byte, b'\n' | b']'));
    let line = end.map_or(near, |end| near.get(end + 1..).unwrap_or_default());
    let named = |word: &[u8]| word.contains(&b'_') && matches!(names::said(word), Some(Said::Secret(_)));
    let mut spoken = line
        .rsplit(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .filter(|word| !word.is_empty())
        .take(2)
        .any(named);
    let mut after: &[u8] = b"";
    for word in line.rsplit(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS) {
        let is = |list: &[&[u8]]| list.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(PUBLIC) {
            return false;
        }
        // `token.rs` is a file.
        spoken |= (is(SECRET) && !names::is_about(after)) || (after.eq_ignore_ascii_case(b"key") && is(KEY));
        // `key` alone says so only right before the run, or in "the key is".
        spoken |= (after.is_empty() || after == b"is") && word.eq_ignore_ascii_case(b"key");
        after = word;
    }
    spoken
}

/// Whether what follows a run decodes it into a file whose name says secret: `… | base64 -d > /run/app.key`.
fn is_decoded_into_secret(bytes: &[u8], end: usize) -> bool {
    const FAR: usize = 96;
    let rest = bytes.get(end..(end + FAR).min(bytes.len())).unwrap_or_default();
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let decodes = [&b"base64 -d"[..], b"base64 --decode", b"base64 -D", b"xxd -r"]
        .iter()
        .any(|decoder| line.windows(decoder.len()).any(|window| window == *decoder));
    decodes
        && line.iter().rposition(|byte| *byte == b'>').is_some_and(|redirect| {
            let file = line.get(redirect + 1..).unwrap_or_default();
            let file = file.split(|byte| matches!(byte, b';' | b'|' | b'&')).next().unwrap_or_default().trim_ascii();
            [&b".key"[..], b".pem", b".env", b"token", b"secret", b"password", b"credentials", b".pass"]
                .iter()
                .any(|end| file.ends_with(end))
        })
}
