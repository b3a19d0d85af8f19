//! Secrets that stand in URLs: `user:password@`, and parameters of query and fragment whose name says secret.

use super::names;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// The mark of what stands before a host.
pub(crate) const CREDENTIALS: Kind = Kind::own("url-credentials");

/// Users that stand for nobody when a URL names no password.
const PLAIN_USERS: &[&[u8]] = &[b"git", b"hg", b"svn"];

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
    let user = url.get(..end).unwrap_or_default();
    let scheme = bytes.get(..at).unwrap_or_default();
    let is_login = !user.contains(&b':')
        && (PLAIN_USERS.contains(&user) || [&b"ssh"[..], b"sftp", b"rsync"].iter().any(|name| scheme.ends_with(name)));
    if !is_login && !value::is_reference(user) && !is_referred(user) {
        hits.push(start, start + end, &CREDENTIALS);
    }
    start + length
}

/// `user:$PASSWORD` holds no secret.
fn is_referred(user: &[u8]) -> bool {
    user.iter().position(|byte| *byte == b':').is_some_and(|colon| {
        let password = user.get(colon + 1..).unwrap_or_default();
        !password.is_empty() && password.starts_with(b"$") && value::is_reference(password)
    })
}

/// Marks the values of secret parameters, wherever `?`, `&` or `#` begins one: a path alone has them too.
fn parameters(bytes: &[u8], hits: &mut Hits) {
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        if !matches!(byte, b'?' | b'&' | b'#') {
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
        if !names::is_query_secret(named) {
            at = start;
            continue;
        }
        let value = bytes.get(start..).unwrap_or_default();
        let end = start
            + value
                .iter()
                .position(|byte| ends(*byte) || matches!(byte, b'&' | b'#' | b'\\' | b')'))
                .unwrap_or(value.len());
        if !value::is_reference(bytes.get(start..end).unwrap_or_default()) {
            hits.push(start, end, &Kind::own("query-value"));
        }
        at = end;
    }
}
