//! The values of HTTP headers: what is secret of `Authorization` and of cookies.

use std::ops::Range;

use super::names::{self, Said};
use super::placeholder;
use super::value::{self, Within};
use crate::detect::{Hits, Kind, Text};

/// Schemes of `Authorization` that say nothing secret, and what follows them.
const SCHEMES: &[(&[u8], Kind)] = &[
    (b"bearer", Kind::own("bearer-token")),
    (b"token", Kind::own("bearer-token")),
    (b"basic", Kind::own("basic-credentials")),
    (b"digest", Kind::own("secret")),
    (b"negotiate", Kind::own("secret")),
    (b"ntlm", Kind::own("secret")),
    (b"apikey", Kind::own("api-key")),
    (b"api-key", Kind::own("api-key")),
    (b"key", Kind::own("api-key")),
    (b"aws4-hmac-sha256", Kind::own("secret")),
    (b"splunk", Kind::own("token")),
    (b"snowflake", Kind::own("token")),
    (b"genuine", Kind::own("token")),
    (b"pve", Kind::own("token")),
    (b"hawk", Kind::own("secret")),
    (b"oauth", Kind::own("token")),
    (b"jwt", Kind::own("jwt")),
    (b"ssws", Kind::own("token")),
    (b"discogs", Kind::own("token")),
    (b"bot", Kind::own("token")),
    (b"sharedkey", Kind::own("secret")),
    (b"sharedaccesssignature", Kind::own("secret")),
    (b"x-", Kind::own("token")),
];

/// Keys of `Authorization` parameters that say nothing secret.
#[rustfmt::skip] // One name a line hides the list.
const PLAIN_PARAMETERS: &[&[u8]] = &[
    b"algorithm", b"cnonce", b"credential", b"nc", b"nonce", b"oauth_consumer_key", b"oauth_nonce", b"oauth_signature_method",
    b"oauth_timestamp", b"oauth_version", b"opaque", b"qop", b"realm", b"signedheaders", b"uri", b"username", b"keyid", b"headers",
    b"id", b"ts", b"ext", b"scope", b"error",
];

/// Marks what is secret of an `Authorization` header whose value begins at `start`. Returns where the value ends.
pub(super) fn authorization(text: Text<'_>, start: usize, hits: &mut Hits) -> usize {
    // Prefixes of literals: `f"Bearer {token}"`.
    let prefixed = matches!(text.bytes().get(start), Some(b'b' | b'f' | b'r' | b'u' | b'$' | b'@'))
        && matches!(text.bytes().get(start + 1), Some(b'"' | b'\''));
    let found = header_value(text, start + usize::from(prefixed));
    credentials(text, &found, hits);
    found.end
}

/// Marks what follows the scheme of an `Authorization` value.
pub(super) fn credentials(text: Text<'_>, found: &Range<usize>, hits: &mut Hits) {
    let bytes = text.bytes();
    let value = bytes.get(found.clone()).unwrap_or_default();
    let word = value.iter().take_while(|byte| !matches!(byte, b' ' | b'\t')).count();
    let blanks = value.iter().skip(word).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let scheme = value.get(..word).unwrap_or_default();
    let known = SCHEMES.iter().find(|(name, _)| blanks > 0 && scheme.eq_ignore_ascii_case(name));
    let (secret, kind) = match known {
        Some((_, kind)) => (found.start + word + blanks..found.end, kind.clone()),
        // An unknown scheme: a word of letters, then something that is none.
        None if blanks > 0 && word <= 24 && scheme.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-') => {
            (found.start + word + blanks..found.end, Kind::own("secret"))
        }
        None => (found.clone(), Kind::own("secret")),
    };
    let rest = bytes.get(secret.clone()).unwrap_or_default();
    let is_scheme = SCHEMES.iter().any(|(name, _)| rest.eq_ignore_ascii_case(name));
    if placeholder::is_reference(rest) || is_scheme {
        return;
    }
    if rest.contains(&b'=') && rest.contains(&b',') {
        parameters(text, &secret, &kind, hits);
    } else {
        hits.push(secret.start, secret.end, &kind);
    }
}

/// `Credential=…, SignedHeaders=…, Signature=…`: marks the values that are secret.
fn parameters(text: Text<'_>, found: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = found.start;
    while at < found.end {
        let rest = bytes.get(at..found.end).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
        let parameter = rest.get(..length).unwrap_or_default();
        let name = parameter.iter().position(|byte| *byte == b'=').unwrap_or(0);
        let named = parameter.get(..name).unwrap_or_default().trim_ascii();
        if !PLAIN_PARAMETERS.iter().any(|plain| named.eq_ignore_ascii_case(plain)) {
            let from = at + if name == 0 { 0 } else { name + 1 };
            let quoted = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'"' | b'\\' | b' '));
            let (mut from, mut to) = (from, at + length);
            while from < to && quoted(bytes.get(from)) {
                from += 1;
            }
            while to > from && quoted(bytes.get(to - 1)) {
                to -= 1;
            }
            if !placeholder::is_reference(bytes.get(from..to).unwrap_or_default()) {
                hits.push(from, to, kind);
            }
        }
        at += length + 1;
    }
}

/// A header's value: quoted, or up to the quote that ends the header, or the line with those that fold into it.
pub(super) fn header_value(text: Text<'_>, start: usize) -> Range<usize> {
    let bytes = text.bytes();
    if matches!(bytes.get(start), Some(b'"' | b'\'' | b'\\' | b'`')) {
        return value::read(text, start, Within::Word);
    }
    let mut end = start;
    while let Some(byte) = bytes.get(end) {
        match byte {
            // In a string of another language its end is written.
            b'\\' if matches!(bytes.get(end + 1), Some(b'n' | b'r')) => break,
            // A parameter's own quotes.
            b'"' if end > start && bytes.get(end - 1) == Some(&b'=') => {
                let rest = bytes.get(end + 1..).unwrap_or_default();
                let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\n'));
                match length {
                    Some(length) if rest.get(length) == Some(&b'"') => end += length + 1,
                    _ => break,
                }
            }
            b'\r' if bytes.get(end + 1) == Some(&b'\n') && matches!(bytes.get(end + 2), Some(b' ' | b'\t')) => {}
            b'\n' if bytes.get(end - 1) == Some(&b'\r') && matches!(bytes.get(end + 1), Some(b' ' | b'\t')) => {}
            b'"' | b'\'' | b'`' | b'<' | b'\n' | b'\r' => break,
            _ => {}
        }
        end += 1;
    }
    while end > start && matches!(bytes.get(end - 1), Some(b'\\' | b' ' | b'\t' | b'\r' | b'\n')) {
        end -= 1;
    }
    start..end
}

/// Attributes of a cookie, which are no cookies.
#[rustfmt::skip] // One name a line hides the list.
const ATTRIBUTES: &[&[u8]] = &[
    b"path", b"domain", b"expires", b"max-age", b"samesite", b"httponly", b"secure", b"priority", b"partitioned", b"version",
    b"$version", b"comment",
];

/// Names of cookies that say who somebody is, as far as `names` does not know them.
#[rustfmt::skip] // One name a line hides the list.
const SESSIONS: &[&[u8]] = &[
    b"sess", b"session", b"sid", b"auth", b"login", b"remember", b"jwt", b"token", b"csrf", b"xsrf", b"identity", b"ticket",
    b"credential", b"sso", b"saml", b"user", b"connect.", b"asp.net", b"aspxauth", b"wordpress_", b"logged",
];

/// Marks the values of the cookies in a stretch.
pub(super) fn cookies(text: Text<'_>, found: &Range<usize>, hits: &mut Hits) {
    for value in cookie_values(text.bytes().get(found.clone()).unwrap_or_default()) {
        hits.push(found.start + value.start, found.start + value.end, &Kind::own("cookie"));
    }
}

/// Where the values are whose name or shape says that they are of value, in `a=b; c=d`.
pub(super) fn cookie_values(header: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for cookie in header.split(|byte| *byte == b';') {
        if let Some(sign) = cookie.iter().position(|byte| *byte == b'=') {
            let name = cookie.get(..sign).unwrap_or_default().trim_ascii();
            let value = cookie.get(sign + 1..).unwrap_or_default().trim_ascii_end();
            if !ATTRIBUTES.iter().any(|attribute| name.eq_ignore_ascii_case(attribute)) && is_of_value(name, value) {
                found.push(at + sign + 1..at + sign + 1 + value.len());
            }
        }
        at += cookie.len() + 1;
    }
    found
}

/// Whether a cookie's name says that it stands for somebody.
pub(super) fn is_session(name: &[u8]) -> bool {
    const LONGEST: usize = 64;
    let lower: Vec<u8> = name.iter().take(LONGEST).map(u8::to_ascii_lowercase).collect();
    matches!(names::said(name), Some(Said::Secret(_) | Said::SecretIfOpaque(_) | Said::Cookie | Said::Authorization))
        || SESSIONS.iter().any(|session| lower.windows(session.len()).any(|part| part == *session))
}

fn is_of_value(name: &[u8], value: &[u8]) -> bool {
    if placeholder::is_reference(value) {
        return false;
    }
    // Counters and analysis have dots and digits only, and short ones are settings.
    let random = value.len() >= 16
        && value.iter().any(u8::is_ascii_alphabetic)
        && value.iter().any(u8::is_ascii_digit)
        && !name.starts_with(b"_g")
        && !name.starts_with(b"utm");
    is_session(name) || random
}
