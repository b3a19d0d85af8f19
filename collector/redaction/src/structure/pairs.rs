//! Two literals side by side of which the first names the second: `setenv("TOKEN", "x")`, `("X-Api-Key", "x")`,
//! `process.env.TOKEN || "x"`, `login("user", "x")`.

use std::ops::Range;

use super::headers;
use super::names::{self, Said};
use super::placeholder;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// Functions whose second literal is a value, whatever it looks like.
#[rustfmt::skip] // One name a line hides the list.
const SETTERS: &[&[u8]] = &[
    b"add", b"addHeader", b"add_header", b"append", b"configure", b"define", b"env", b"fill", b"fill_in", b"get", b"getenv",
    b"getEnv", b"header", b"put", b"putenv", b"sendKeys", b"send_keys", b"set", b"setEnv", b"setHeader", b"setItem", b"setProperty",
    b"setRequestHeader", b"set_env", b"set_header", b"setdefault", b"setenv", b"stubEnv", b"type", b"withHeader", b"with_header",
    b"EnvOr", b"envOr", b"env_or", b"LookupEnv", b"unwrap_or", b"environ", b"secret", b"insert", b"Add", b"Set", b"Header",
    b"add_argument", b"option", b"field", b"setValue", b"update", b"write",
];

/// Functions whose last literal is a password: their arguments are a user and that.
#[rustfmt::skip] // One name a line hides the list.
const LOGINS: &[&[u8]] = &[
    b"BasicAuth", b"HTTPBasicAuth", b"HTTPDigestAuth", b"NetworkCredential", b"SetBasicAuth", b"UsernamePasswordCredentials",
    b"auth_basic", b"basicAuth", b"basic_auth", b"getConnection", b"PasswordAuthentication", b"UsernamePassword", b"PlainAuth",
    b"authenticate", b"log_in", b"login", b"logIn", b"sign_in", b"signIn", b"setBasicAuth", b"credentials", b"Credential",
    b"PlainAuthProvider", b"AuthProvider",
];

/// Functions whose only literal, or first, is a secret.
#[rustfmt::skip] // One name a line hides the list.
const TAKERS: &[&[u8]] = &[
    b"TOTP", b"HOTP", b"bearer_auth", b"bearerAuth", b"setApiKey", b"set_api_key", b"setPassword", b"set_password", b"setToken",
    b"set_token", b"setSecret", b"BearerToken", b"AccessToken", b"AzureKeyCredential", b"ApiKeyAuth", b"withToken", b"with_token",
    b"StaticTokenSource", b"authToken", b"SecretStr", b"setSecretKey", b"ConvertTo-SecureString", b"password", b"bearer",
];

/// Finds literals that the one before names.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    for (at, byte) in bytes.iter().copied().enumerate() {
        match byte {
            b',' => after_comma(text, at, hits),
            b'(' => {
                after_call(text, at, hits);
                after_lookup(text, at, hits);
            }
            b'|' | b'?' if bytes.get(at + 1) == Some(&byte) => after_or(text, at, at + 2, hits),
            b'o' if bytes.get(at + 1..at + 4) == Some(b"r \"") || bytes.get(at + 1..at + 4) == Some(b"r '") => {
                after_or(text, at, at + 2, hits);
            }
            _ => {}
        }
    }
}

/// The string literal that begins at `at`, past blanks, without its quotes.
fn literal(text: Text<'_>, at: usize) -> Option<Range<usize>> {
    const BLANKS: usize = 64;
    let bytes = text.bytes();
    let rest = bytes.get(at..)?;
    let mut start = at + rest.iter().take(BLANKS).take_while(|byte| value::is_space(**byte)).count();
    // Prefixes of literals: `b"…"`, `f'…'`, `r"…"`, `@"…"`.
    if matches!(bytes.get(start), Some(b'b' | b'r' | b'u' | b'@')) && matches!(bytes.get(start + 1), Some(b'"' | b'\''))
    {
        start += 1;
    }
    value::read_quoted(bytes, start)
}

/// The short literal that ends right before `at`: its range, and where its opening quote is.
fn literal_before(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    const LONGEST: usize = 72;
    let before = bytes.get(at.saturating_sub(LONGEST)..at)?;
    let base = at - before.len();
    let mut end = before.iter().rposition(|byte| !value::is_space(*byte))?;
    let quote = before.get(end).copied().filter(|byte| value::is_quote(*byte))?;
    while end > 0 && before.get(end - 1) == Some(&b'\\') {
        end -= 1;
    }
    let open = before.get(..end)?.iter().rposition(|byte| *byte == quote)?;
    Some((base + open + 1..base + end, base + open))
}

/// The name of the function whose arguments open at `open`.
fn function(bytes: &[u8], open: usize) -> &[u8] {
    const LONGEST: usize = 40;
    let before = bytes.get(open.saturating_sub(LONGEST)..open).unwrap_or_default();
    let length =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    before.get(before.len() - length..).unwrap_or_default()
}

/// What a name in a literal says; without what selects an element of a page (`#password`, `[name=token]`), dashes.
fn named(name: &[u8]) -> Option<Said> {
    let attribute = [&b"[name="[..], b"[type=", b"[id="].iter().find_map(|sign| {
        name.windows(sign.len()).position(|part| part == *sign).and_then(|at| name.get(at + sign.len()..))
    });
    let name = attribute.unwrap_or(name);
    let bare = name.iter().position(|byte| !matches!(byte, b'#' | b'.' | b'-' | b'/' | b'*' | b'"' | b'\''))?;
    let name = name.get(bare..)?;
    let name = name.split(|byte| byte == &b']').next()?;
    if name.is_empty()
        || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/'))
    {
        return None;
    }
    names::said(name)
}

/// `"NAME", "value"`, and `login(…, "value")`.
fn after_comma(text: Text<'_>, comma: usize, hits: &mut Hits) {
    let bytes = text.bytes();
    // `, default='x'` and the like come after a name, too.
    let Some(found) = literal(text, comma + 1).or_else(|| keyword(text, comma + 1)) else { return };
    let Some((name, quote)) = literal_before(bytes, comma) else { return };
    let value = bytes.get(found.clone()).unwrap_or_default();
    // A list of names: `'req.headers.authorization', 'req.headers.cookie'`.
    let is_path = value.starts_with(b"*.") || placeholder::is_expression(value);
    if is_path && names::said(value).is_some() {
        return;
    }
    let called = function(bytes, quote.saturating_sub(usize::from(bytes.get(quote.wrapping_sub(1)) == Some(&b'('))));
    let opens = quote.checked_sub(1).is_some_and(|at| bytes.get(at) == Some(&b'('));
    match named(bytes.get(name).unwrap_or_default()) {
        Some(Said::Authorization) => headers::credentials(text, &found, hits),
        Some(Said::Cookie) if value.contains(&b'=') => headers::cookies(text, &found, hits),
        Some(Said::Cookie) => mark(text, &found, &Kind::own("cookie"), hits),
        Some(Said::Secret(kind)) => {
            if (opens && SETTERS.contains(&called)) || is_likely(value) {
                mark(text, &found, &kind, hits);
            }
        }
        Some(Said::SecretIfOpaque(kind)) => {
            if value::is_opaque(value) && !value::is_worded(value) {
                mark(text, &found, &kind, hits);
            }
        }
        None => {
            if closes_login(bytes, &found, quote) {
                mark(text, &found, &Kind::own("password"), hits);
            }
        }
    }
}

/// The literal of a keyword argument that says what the one before has: `, default="x"`.
fn keyword(text: Text<'_>, at: usize) -> Option<Range<usize>> {
    let bytes = text.bytes();
    let start = value::skip_blanks(bytes, at);
    let names = [&b"default"[..], b"value", b"fallback", b"defaultValue"];
    let name = names.iter().find(|name| bytes.get(start..).is_some_and(|rest| rest.starts_with(name)))?;
    let sign = value::skip_blanks(bytes, start + name.len());
    matches!(bytes.get(sign), Some(b'=' | b':')).then(|| literal(text, sign + 1)).flatten()
}

/// Whether a literal is the last argument of a function that logs somebody in, after at least one other.
fn closes_login(bytes: &[u8], found: &Range<usize>, near: usize) -> bool {
    const LONGEST: usize = 160;
    let after = bytes.get(found.end + 1..).unwrap_or_default();
    let after = after.iter().find(|byte| !value::is_space(**byte)).copied();
    let before = bytes.get(near.saturating_sub(LONGEST)..near).unwrap_or_default();
    let Some(open) = before.iter().rposition(|byte| *byte == b'(') else { return false };
    // The second argument may be followed by others, unless the first is where to.
    let second = open + 1 == before.len() && !bytes.get(near..found.start).is_some_and(|first| first.contains(&b'/'));
    let closes = after == Some(b')') || (second && matches!(after, Some(b',' | b'\\')));
    closes && LOGINS.contains(&function(before, open)) && is_plausible(bytes.get(found.clone()).unwrap_or_default())
}

/// `TOTP("secret")`.
fn after_call(text: Text<'_>, open: usize, hits: &mut Hits) {
    let bytes = text.bytes();
    let called = function(bytes, open);
    let sets = [&b"set"[..], b"Set", b"with", b"With", b"use", b"Use"].iter().any(|verb| called.starts_with(verb))
        && matches!(names::said(called), Some(Said::Secret(_)));
    if (sets || TAKERS.contains(&called))
        && let Some(found) = literal(text, open + 1)
    {
        let value = bytes.get(found.clone()).unwrap_or_default();
        if is_likely(value) {
            mark(text, &found, &Kind::own("secret"), hits);
        }
    }
}

/// Functions that type into the element that was looked up right before.
const TYPERS: &[&[u8]] =
    &[b"type", b"fill", b"sendKeys", b"send_keys", b"setValue", b"set_value", b"typeText", b"press_sequentially"];

/// `get('input[name=password]').type('x{enter}')`.
fn after_lookup(text: Text<'_>, open: usize, hits: &mut Hits) {
    let bytes = text.bytes();
    let called = function(bytes, open);
    if !TYPERS.contains(&called) {
        return;
    }
    let before = bytes.get(..open - called.len()).unwrap_or_default();
    let Some(before) = before.strip_suffix(b".").and_then(|before| before.strip_suffix(b")")) else { return };
    let Some((name, _)) = literal_before(bytes, before.len()) else { return };
    if let Some(Said::Secret(kind)) = named(bytes.get(name).unwrap_or_default())
        && let Some(mut found) = literal(text, open + 1)
    {
        // Keys that are pressed, too: `x{enter}`.
        let value = bytes.get(found.clone()).unwrap_or_default();
        let key = value.strip_suffix(b"}").and_then(|value| value.iter().rposition(|byte| *byte == b'{'));
        found.end = key.filter(|length| *length > 0).map_or(found.end, |length| found.start + length);
        mark(text, &found, &kind, hits);
    }
}

/// `process.env.TOKEN || "x"`, `os.environ.get("TOKEN") or "x"`.
fn after_or(text: Text<'_>, at: usize, after: usize, hits: &mut Hits) {
    let bytes = text.bytes();
    let Some(found) = literal(text, after) else { return };
    let before = bytes.get(..at).unwrap_or_default();
    let end = before.iter().rposition(|byte| !matches!(byte, b' ' | b')' | b'\n')).map_or(0, |at| at + 1);
    let name = bytes.get(names::before(bytes, end)).unwrap_or_default();
    match names::said(name) {
        Some(Said::Secret(kind)) => mark(text, &found, &kind, hits),
        Some(Said::SecretIfOpaque(kind)) if value::is_opaque(bytes.get(found.clone()).unwrap_or_default()) => {
            mark(text, &found, &kind, hits);
        }
        _ => {}
    }
}

/// Whether a value may be a secret at all, and not the next name in a list of names.
fn is_plausible(value: &[u8]) -> bool {
    !value.is_empty() && !value.contains(&b'\n') && !value.starts_with(b"/") && !value.starts_with(b"http")
}

/// Whether a value looks like something that nobody calls a thing: it has digits, signs or both cases.
fn is_likely(value: &[u8]) -> bool {
    let digits = value.iter().any(u8::is_ascii_digit);
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let signs = value.iter().any(|byte| b"!@#$%^&*+=~?".contains(byte));
    is_plausible(value) && value.len() >= 6 && ((digits && letters) || signs)
}

fn mark(text: Text<'_>, found: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    let value = text.bytes().get(found.clone()).unwrap_or_default();
    if !placeholder::is_shown(value) && !placeholder::is_reference(value) {
        hits.push(found.start, found.end, kind);
    }
}
