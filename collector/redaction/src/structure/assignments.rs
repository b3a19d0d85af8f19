//! `NAME=value`, `"name": "value"`, `Header: value`: the name says whether the value is a secret.

use std::ops::Range;

use super::code;
use super::entries::{self, HOLDING, NAMING, NEAR, PRIVATE_PARTS};
use super::headers;
use super::lines::{line, list};
use super::names::{self, Said};
use super::placeholder;
use super::strings;
use super::value::{self, Within};
use crate::detect::{Hits, Kind, Text};

/// How much of a value says whether it looks random, bytes.
const LONGEST_OPAQUE: usize = 512;

/// Finds the values of secret-looking names.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    // What ends the values of a substitution (`s|NAME=.*|NAME=value|`).
    let mut cut = None;
    let key_set = text.text.contains("kty");
    // The entry that is being read, if its name says secret.
    let mut entry: Option<(Kind, usize)> = None;
    while let Some(byte) = bytes.get(at).copied() {
        if byte != b'=' && byte != b':' {
            at += 1;
            continue;
        }
        let separator = bytes.get(at..).unwrap_or_default();
        let length = separator.iter().take_while(|byte| matches!(byte, b'=' | b':' | b'>' | b'~')).count();
        let after = at + length;
        let range = names::before(bytes, at);
        let name = bytes.get(range.clone()).unwrap_or_default();
        if name.is_empty() || is_other(bytes, separator, &range) {
            at = after;
            continue;
        }
        let said = match names::said(name) {
            None if name == b"PWD" && entries::is_connection(bytes, &range) => {
                Some(Said::Secret(Kind::own("password")))
            }
            None if key_set && PRIVATE_PARTS.contains(&name) => Some(Said::SecretIfOpaque(Kind::own("private-key"))),
            Some(_) if name.eq_ignore_ascii_case(b"key") && entries::is_public(bytes, &range) => None,
            // `{"key": "API_TOKEN", "value": …}`
            Some(Said::SecretIfOpaque(_)) if NAMING.contains(&name) && entries::named(text, after).is_some() => None,
            said => said,
        };
        if let Some(said) = said {
            let start = skip_pattern(bytes, after);
            let pattern = value::skip_blanks(bytes, start);
            if let Some(delimiter) =
                bytes.get(pattern..).and_then(|rest| rest.strip_prefix(b".*")).and_then(|rest| rest.first())
            {
                cut = Some(*delimiter);
                at = pattern + 2;
                continue;
            }
            let before = hits.0.len();
            at = assigned(text, at, start, said, hits).max(after);
            if let Some(delimiter) = cut.take() {
                shorten(bytes, delimiter, hits.0.get_mut(before..).unwrap_or_default());
            }
            continue;
        }
        if NAMING.contains(&name) {
            entry = entries::named(text, after).map(|kind| (kind, after));
        } else if let Some((kind, named_at)) = &entry
            && HOLDING.contains(&name)
        {
            if after - named_at <= NEAR {
                let found = read(text, at, after);
                // A field of a struct: `Cookie{Name: "session_id", Value: sid, …}`.
                let value = bytes.get(found.clone()).unwrap_or_default();
                let is_field = (bytes.get(found.end) == Some(&b',') && code::is_code(value))
                    || value.strip_suffix(b",").is_some_and(code::is_code);
                if !is_field {
                    mark(text, &found, kind, hits);
                }
                at = found.end.max(after);
                entry = None;
                continue;
            }
            entry = None;
        } else if name == b"default"
            && let Some(kind) = entries::declared(bytes, range.start)
        {
            let found = read(text, at, after);
            mark(text, &found, &kind, hits);
            at = found.end.max(after);
            continue;
        }
        at = after;
    }
}

/// Whether a separator is none: a path in a language (`token::parse`), a URL's scheme, a part of a colon-separated name,
/// a comparison.
fn is_other(bytes: &[u8], separator: &[u8], name: &Range<usize>) -> bool {
    let before = name.start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let further = name.start.checked_sub(2).and_then(|at| bytes.get(at)).copied();
    separator.starts_with(b"::")
        || separator.starts_with(b"://")
        || (separator.first() == Some(&b':') && before == Some(b':') && further.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        // ` :type="…"`: an attribute of a page's template.
        || (separator.first() == Some(&b':') && code::is_attribute(separator, bytes, name))
        // `//user:password@` is a URL's.
        || (separator.first() == Some(&b':') && before == Some(b'/') && (further == Some(b'/') || separator.get(1).is_some_and(u8::is_ascii_digit)))
        || is_prompt(bytes, separator, name)
}

/// Whether a name with its colon is all of a string, or its end: what a script waits for, or asks.
fn is_prompt(bytes: &[u8], separator: &[u8], name: &Range<usize>) -> bool {
    let quote = separator.iter().skip(1).find(|byte| **byte != b' ').copied().filter(|byte| value::is_quote(*byte));
    quote.is_some_and(|quote| {
        let before = bytes.get(..name.start).unwrap_or_default();
        before.last() == Some(&quote) || (before.last() == Some(&b'*') && before.iter().nth_back(1) == Some(&quote))
    }) && bytes.get(name.end) == Some(&b':')
}

/// The place after `\s*`, which search patterns have around a sign.
fn skip_pattern(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    [&b"\\s*"[..], b"\\s+", b"\\\\s*", b"\\\\s+"]
        .iter()
        .find(|pattern| rest.starts_with(pattern))
        .map_or(at, |pattern| at + pattern.len())
}

/// Ends finds at the delimiter of a substitution.
fn shorten(bytes: &[u8], delimiter: u8, hits: &mut [crate::detect::Hit]) {
    for hit in hits {
        let stretch = bytes.get(hit.span.clone()).unwrap_or_default();
        if let Some(length) = stretch.iter().position(|byte| *byte == delimiter).filter(|length| *length > 0) {
            hit.span.end = hit.span.start + length;
        }
    }
}

/// Reads the plain value after a separator.
fn read(text: Text<'_>, separator: usize, after: usize) -> Range<usize> {
    let bytes = text.bytes();
    let start = value::skip_blanks(bytes, after);
    let flow = bytes.get(separator) == Some(&b':');
    value::read(text, start, within(bytes, separator, flow && start > after))
}

/// The beginning of a value: enough to say what it is. All of it may be long, and be read again.
fn near(text: Text<'_>, start: usize, place: Within) -> &[u8] {
    const NEAR: usize = 128;
    let near = text.before(start + NEAR);
    near.text.as_bytes().get(value::read(near, start, place)).unwrap_or_default()
}

/// Reads the value after a separator and marks what is secret of it. Returns where it ends.
fn assigned(text: Text<'_>, separator: usize, after: usize, said: Said, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    let flow = bytes.get(separator) == Some(&b':');
    let mut after = after;
    // `${NAME:-value}` and `${NAME:=value}`: the default.
    let default = bytes.get(separator..separator + 2).is_some_and(|two| matches!(two, b":-" | b":=" | b":?" | b":+"))
        && names::before(bytes, separator).start.checked_sub(2).and_then(|at| bytes.get(at..at + 2)) == Some(b"${");
    if default {
        let start = separator + 2;
        let rest = bytes.get(start..).unwrap_or_default();
        let end = start + rest.iter().position(|byte| matches!(byte, b'}' | b'\n')).unwrap_or(rest.len());
        if bytes.get(separator + 1) != Some(&b'?') {
            let quotes = |byte: &u8| matches!(byte, b'"' | b'\'');
            let inner = bytes.get(start..end).unwrap_or_default();
            let from = start + usize::from(inner.first().is_some_and(quotes));
            let to = end - usize::from(inner.len() > 1 && inner.last().is_some_and(quotes));
            mark(text, &(from..to.max(from)), &kind_of(said), hits);
        }
        return end;
    }
    let mut start = value::skip_blanks(bytes, after);
    // What is looked for, or joined to a value: `grep 'token='`.
    let name = names::before(bytes, separator);
    if name.end == separator
        && bytes.get(after).copied().is_some_and(value::is_quote)
        && name.start.checked_sub(1).and_then(|at| bytes.get(at)) == bytes.get(after)
    {
        return after + 1;
    }
    if let Some(literal) = code::on_next_line(bytes, start) {
        start = literal;
    }
    // `name: type = value`.
    if flow && (placeholder::is_type(bytes.get(start..).unwrap_or_default()) || code::is_declared(bytes, start)) {
        match code::typed(bytes, start) {
            Some(sign) => {
                after = sign + 1;
                start = value::skip_blanks(bytes, after);
                return whole(text, start, Within::Word, true, said, hits);
            }
            None if !matches!(bytes.get(start), Some(b'"' | b'\'')) => return start,
            None => {}
        }
    }
    // `PASSWORD= command` sets nothing; `password = "x"` does.
    let spaced = start > after;
    let before = separator.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let quoted = matches!(bytes.get(start), Some(b'"' | b'\'' | b'`'));
    if spaced && !flow && !quoted && !matches!(before, Some(b' ' | b'\t')) {
        return after;
    }
    // A mapping or a list, and not a value; but marks have brackets too.
    if matches!(bytes.get(start), Some(b'{' | b'['))
        && text.marks.at(bytes, start).is_none()
        && code::opens(bytes, start)
    {
        if bytes.get(start) == Some(&b'[') {
            list(text, start + 1, &kind_of(said), hits);
        }
        return start;
    }
    // A comparison is with a secret only if it looks like one.
    let sign = bytes.get(separator..after).unwrap_or_default();
    let compares = sign.starts_with(b"==") || (sign.first() == Some(&b'=') && matches!(before, Some(b'!')));
    match said {
        Said::Authorization => headers::authorization(text, start, hits),
        Said::Cookie => {
            if !quoted && code::is_code(near(text, start, Within::Flow)) {
                return start;
            }
            let found = if flow || quoted {
                headers::header_value(text, start)
            } else {
                value::read(text, start, Within::Word)
            };
            let cookie = bytes.get(found.clone()).unwrap_or_default();
            if cookie.contains(&b'=') {
                headers::cookies(text, &found, hits);
            } else {
                mark(text, &found, &Kind::own("cookie"), hits);
            }
            found.end
        }
        said => {
            let place = match &said {
                Said::SecretIfOpaque(_) if flow => Within::Flow,
                Said::SecretIfOpaque(_) => Within::Word,
                // `{A=x,B=y}`
                _ if matches!(
                    names::before(bytes, separator).start.checked_sub(1).and_then(|at| bytes.get(at)),
                    Some(b'{' | b',')
                ) =>
                {
                    Within::Flow
                }
                _ => within(bytes, separator, spaced && flow),
            };
            let said = if compares { Said::SecretIfOpaque(kind_of(said)) } else { said };
            whole(text, start, place, spaced && !flow || sign == b":=", said, hits)
        }
    }
}

fn kind_of(said: Said) -> Kind {
    match said {
        Said::Secret(kind) | Said::SecretIfOpaque(kind) => kind,
        Said::Authorization => Kind::own("secret"),
        Said::Cookie => Kind::own("cookie"),
    }
}

/// Marks a value that is a secret as a whole. `code`: it stands where programs have expressions.
fn whole(text: Text<'_>, start: usize, place: Within, code: bool, said: Said, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    if matches!(said, Said::SecretIfOpaque(_)) {
        if !value::may_be_opaque(bytes, start) {
            return start;
        }
        // Only so far: what is none is read again, as it may hold other assignments.
        let mut found = value::read(text.before(start + LONGEST_OPAQUE), start, place);
        found.start += value::digest_prefix(bytes.get(found.clone()).unwrap_or_default());
        let value = bytes.get(found.clone()).unwrap_or_default();
        let is_other =
            value::is_key_id(value) || value::is_worded(value) || code::is_constant(value) || code::is_path(value);
        if is_other || !value::is_opaque(value) {
            return found.start;
        }
    }
    // A line of a program ends so, none of YAML does.
    let is_statement = place == Within::Line
        && matches!(bytes.get(value::line_end(bytes, start).wrapping_sub(1)), Some(b',' | b';'))
        && !matches!(bytes.get(start), Some(b'"' | b'\''));
    let place = if is_statement { Within::Flow } else { place };
    let mut found = value::read(text, start, place);
    if place != Within::Line
        && found.start == start
        && let Some(end) = strings::end(bytes, start)
    {
        found.end = found.end.max(end);
    }
    let quoted_from = found.start;
    // `X-Hub-Signature-256: sha256=…`
    found.start += value::digest_prefix(bytes.get(found.clone()).unwrap_or_default());
    let value = bytes.get(found.clone()).unwrap_or_default();
    let quoted = quoted_from > start;
    let name = kind_of(said);
    if quoted {
        if !placeholder::is_shown(value) {
            mark(text, &found, &name, hits);
        }
        return found.end;
    }
    let ends = bytes.get(found.end).copied();
    // In a program a bare word is a variable's name, and so it is in a map whose keys have quotes.
    let in_map = || {
        let sign = bytes.get(..start).unwrap_or_default().trim_ascii_end();
        sign.strip_suffix(b":").and_then(<[u8]>::last).is_some_and(|byte| matches!(byte, b'"' | b'\''))
    };
    if (code && !code::is_setting(bytes, start, found.end)
        || (place == Within::Flow && (matches!(ends, Some(b';' | b',')) || in_map())))
        && code::is_code(value)
    {
        return found.end;
    }
    if placeholder::is_expression(value)
        || code::names_itself(value)
        || (place == Within::Flow && code::is_variable(value))
    {
        return found.end;
    }
    if place == Within::Line {
        return line(text, found, &name, hits);
    }
    mark(text, &found, &name, hits);
    found.end
}

/// A YAML line, if the name begins its line; else a value among others.
fn within(bytes: &[u8], separator: usize, spaced_flow: bool) -> Within {
    if bytes.get(separator) != Some(&b':') {
        return Within::Word;
    }
    let name = names::before(bytes, separator);
    let line = bytes
        .get(..name.start)
        .unwrap_or_default()
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'-' | b'+'));
    if spaced_flow && line.is_none_or(|byte| *byte == b'\n') { Within::Line } else { Within::Flow }
}

pub(super) fn mark(text: Text<'_>, found: &Range<usize>, name: &Kind, hits: &mut Hits) {
    if !placeholder::is_reference(text.bytes().get(found.clone()).unwrap_or_default()) {
        hits.push(found.start, found.end, name);
    }
}
