//! Secrets that stand in URLs: `user:password@`, and parameters of query and fragment whose name says secret.

use std::ops::Range;

use super::names;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// The mark of what stands before a host.
pub(crate) const CREDENTIALS: Kind = Kind::own("url-credentials");

/// Users that stand for nobody when a URL names no password.
const PLAIN_USERS: &[&[u8]] = &[b"git", b"hg", b"svn"];

/// Schemes whose user is somebody's name.
const LOGIN_SCHEMES: &[&[u8]] = &[b"ssh", b"sftp", b"rsync", b"s3", b"gs", b"abfss", b"wasbs", b"hdfs", b"scp", b"ftp"];

/// Finds credentials before a host, and secret parameters.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut read_to = 0;
    for (at, _) in text.text.match_indices("://") {
        if at >= read_to {
            read_to = credentials(bytes, at, hits);
        }
    }
    parameters(bytes, hits);
}

/// Whether a byte ends a URL in running text.
fn ends(byte: u8) -> bool {
    value::is_space(byte) || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>')
}

/// Marks what stands before the host of the URL whose `://` is at `at`. Returns how far it looked.
fn credentials(bytes: &[u8], at: usize, hits: &mut Hits) -> usize {
    let start = at + 3;
    let rest = bytes.get(start..).unwrap_or_default();
    // A second URL in the same word begins its own search.
    let length = rest
        .iter()
        .enumerate()
        .position(|(at, byte)| ends(*byte) || (*byte == b':' && rest.get(at..at + 3) == Some(&b"://"[..])))
        .unwrap_or(rest.len());
    let url = rest.get(..length).unwrap_or_default();
    let authority = url.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\')).unwrap_or(length);
    let host = url.get(..authority).unwrap_or_default();
    let port_at = host.iter().position(|byte| *byte == b':');
    let has_port_only = port_at.is_none_or(|colon| host.iter().skip(colon + 1).all(u8::is_ascii_digit));
    let signs = host.contains(&b'@');
    // A password may hold an unencoded slash or at sign: with a colon, the last at sign counts.
    let end = match url.iter().rposition(|byte| *byte == b'@') {
        Some(sign) if port_at.is_some() && (signs || !has_port_only) => sign,
        Some(_) if signs => host.iter().rposition(|byte| *byte == b'@').unwrap_or_default(),
        _ => return start + length,
    };
    let login = url.get(..end).unwrap_or_default();
    let scheme = bytes.get(..at).unwrap_or_default();
    if let Some(secret) = secret(login, scheme) {
        hits.push(start + secret.start, start + secret.end, &CREDENTIALS);
    }
    start + length
}

/// Passwords that say that the user is the secret.
const NO_PASSWORDS: &[&[u8]] = &[b"", b"x", b"x-oauth-basic", b"X", b"api", b"_"];

/// The secret in what stands before a host: the password, or a user who is a token.
fn secret(login: &[u8], scheme: &[u8]) -> Option<Range<usize>> {
    let colon = login.iter().position(|byte| *byte == b':');
    let (user, password) = match colon {
        Some(colon) => (login.get(..colon)?, login.get(colon + 1..)?),
        None => (login, &b""[..]),
    };
    if NO_PASSWORDS.contains(&password) {
        let is_login = PLAIN_USERS.contains(&user) || LOGIN_SCHEMES.iter().any(|name| scheme.ends_with(name));
        let is_token = user.len() >= 20 || user.iter().any(u8::is_ascii_digit);
        return (!is_login && is_token && !value::is_reference(user)).then_some(0..user.len());
    }
    (!value::is_reference(password) && !password.contains(&b' ')).then_some(login.len() - password.len()..login.len())
}

/// Marks the values of secret parameters, wherever `?`, `&` or `#` begins one: a path alone has them too.
fn parameters(bytes: &[u8], hits: &mut Hits) {
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        // The body of a form begins where its string does.
        let form = value::is_quote(byte);
        if !form && !matches!(byte, b'?' | b'&' | b'#' | b';') {
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        // `&amp;` as well.
        let skipped = if rest.starts_with(b"amp;") { 4 } else { 0 };
        let name: &[u8] = rest.get(skipped..).unwrap_or_default();
        let length = name
            .iter()
            .take(names::LONGEST)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.%[]$".contains(byte))
            .count();
        let (Some(b'='), Some(named)) = (name.get(length), name.get(..length)) else { continue };
        let start = at + skipped + length + 1;
        if !names::is_query_secret(named) || (byte == b';' && !named.eq_ignore_ascii_case(b"jsessionid")) {
            at = if form { at } else { start };
            continue;
        }
        let value = bytes.get(start..).unwrap_or_default();
        let mut end = start
            + value.iter().position(|byte| ends(*byte) || matches!(byte, b'&' | b'#' | b'\\')).unwrap_or(value.len());
        // The bracket that a text has around the address.
        while end > start && bytes.get(end - 1) == Some(&b')') {
            end -= 1;
        }
        let value = bytes.get(start..end).unwrap_or_default();
        if form && bytes.get(end) != Some(&b'&') {
            continue;
        }
        if !value::is_reference(value) && (!names::is_query_doubtful(named) || is_random(value)) {
            hits.push(start, end, &Kind::own("query-value"));
        }
        at = end;
    }
}

/// Whether a value is no word and no number.
fn is_random(value: &[u8]) -> bool {
    value.len() >= 12
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !value.contains(&b':')
}
