//! Which part of a word is the secret.

use std::ops::Range;

use super::words::Word;
use crate::detect::Kind;
use crate::structure::names::{self, Said};
use crate::structure::programs::Part;
use crate::structure::{headers, placeholder, value};

/// Hands on what is secret of a word from `skip` on.
pub(super) fn give(
    word: &Word<'_>,
    skip: usize,
    part: Part,
    kind: &Kind,
    found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind),
) {
    let mut value = word.value.get(skip..).unwrap_or_default();
    if skip > 0 && !word.is_string {
        // What separates arguments in other languages.
        value = value.strip_suffix(b",").unwrap_or(value);
    }
    if part == Part::Cookies {
        for cookie in headers::cookie_values(value) {
            found(word, cookie.start + skip..cookie.end + skip, kind);
        }
        return;
    }
    let Some(secret) = secret_part(value, part) else { return };
    // The name before an equals sign may say more than the flag.
    let named = match part {
        Part::AfterEquals | Part::AfterName => value.get(..secret.start.saturating_sub(1)).and_then(names::said),
        _ => None,
    };
    let kind = match &named {
        Some(Said::Secret(kind)) => kind,
        _ => kind,
    };
    found(word, secret.start + skip..secret.end + skip, kind);
}

/// The secret part of a value; none when it has none.
pub(super) fn secret_part(value: &[u8], part: Part) -> Option<Range<usize>> {
    // Quotes that another language put around it.
    let quoted = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'"' | b'\''));
    let (from, to) = match value.len() {
        length @ 2.. if quoted(value.first()) && value.first() == value.last() => (1, length - 1),
        length => (0, length),
    };
    let inner = value.get(from..to).unwrap_or_default();
    let behind = |sign: u8| inner.iter().position(|byte| *byte == sign).map(|at| at + 1..inner.len());
    let found = match part {
        Part::Whole => 0..inner.len(),
        Part::IfOpaque => (value::is_opaque(inner) && !value::is_key_id(inner)).then_some(0..inner.len())?,
        Part::Cookies => return None,
        Part::AfterColon => {
            let found = behind(b':')?;
            let rest = inner.get(found.clone()).unwrap_or_default();
            let user = inner.get(..found.start - 1).unwrap_or_default();
            // `-u 1000:1000` names a user and a group.
            let numbers = [rest, user].iter().all(|part| part.iter().all(u8::is_ascii_digit));
            if numbers || rest.starts_with(b"//") {
                return None;
            }
            found
        }
        Part::AfterEquals => behind(b'=')?,
        Part::AfterName => {
            let found = behind(b'=')?;
            let name = inner.get(..found.start - 1).unwrap_or_default();
            let is_named = matches!(names::said(name), Some(Said::Secret(_)));
            (is_named || value::is_opaque(inner.get(found.clone()).unwrap_or_default())).then_some(found)?
        }
        Part::AfterComma => behind(b',')?,
        Part::AfterPercent => behind(b'%')?,
        Part::AfterSlash => {
            let start = behind(b'/').filter(|found| found.start > 1)?.start;
            let rest = inner.get(start..).unwrap_or_default();
            start..start + rest.iter().rposition(|byte| *byte == b'@').unwrap_or(rest.len())
        }
        Part::AfterPass => inner.strip_prefix(b"pass:").map(|_| 5..inner.len())?,
    };
    let secret = inner.get(found.clone()).unwrap_or_default();
    (!placeholder::is_reference(secret)).then_some(found.start + from..found.end + from)
}
