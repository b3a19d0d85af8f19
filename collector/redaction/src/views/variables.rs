//! Literals that variables put together: `a = 'x'`, `b = 'y'`, then `a + b` or `"$a$b"`.

use super::joints::is_quote;
use super::map::Map;
use std::ops::Range;

/// How many variables of a text are remembered, and how many of them one value is put together of at most.
const MOST: usize = 32;
const MOST_PARTS: usize = 8;

/// Longest name, bytes.
const LONGEST: usize = 40;

/// A variable and the literal that it is given.
struct Variable<'a> {
    name: &'a [u8],
    literal: Range<usize>,
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Calls `found` with what every run of variables says, and the way back.
pub(super) fn joined(text: &str, mut found: impl FnMut(Vec<u8>, Map)) {
    let bytes = text.as_bytes();
    let variables = variables(bytes);
    if variables.len() < 2 {
        return;
    }
    let mut at = variables.get(1).map_or(bytes.len(), |second| second.literal.end);
    while at < bytes.len() {
        let parts = parts(bytes, &mut at, &variables);
        // The way back leads through the text in order.
        if parts.len() > 1 && parts.is_sorted_by_key(|part| part.start) {
            let (mut view, mut map) = (Vec::new(), Map::default());
            for part in parts {
                view.extend_from_slice(bytes.get(part.clone()).unwrap_or_default());
                map.copied(part);
            }
            found(view, map);
        }
    }
}

/// The variables that are given a literal, in order.
fn variables(bytes: &[u8]) -> Vec<Variable<'_>> {
    let mut variables = Vec::new();
    let mut read_to = 0;
    for (sign, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'=') {
        if sign < read_to || variables.len() == MOST {
            continue;
        }
        let after = bytes.get(sign + 1..).unwrap_or_default();
        let blanks = after.iter().take(2).take_while(|byte| **byte == b' ').count();
        let Some(quote) = after.get(blanks).copied().filter(|byte| is_quote(*byte)) else { continue };
        let start = sign + 1 + blanks + 1;
        let rest = bytes.get(start..).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| *byte == quote || *byte == b'\n') else { continue };
        let before = bytes.get(..sign).unwrap_or_default().trim_ascii_end();
        let before = before.strip_suffix(b":").unwrap_or(before).trim_ascii_end();
        let name = before.iter().rev().take(LONGEST).take_while(|byte| is_name(**byte)).count();
        if rest.get(length) == Some(&quote) && length > 0 && name > 0 {
            let name = before.get(before.len() - name..).unwrap_or_default();
            variables.push(Variable { name, literal: start..start + length });
            read_to = start + length;
        }
    }
    variables
}

/// The literals of the variables that stand together from `at` on, up to what does not belong to them.
fn parts(bytes: &[u8], at: &mut usize, variables: &[Variable<'_>]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    loop {
        let rest = bytes.get(*at..).unwrap_or_default();
        let skipped = if parts.is_empty() {
            rest.iter().position(|byte| is_name(*byte)).unwrap_or(rest.len())
        } else {
            // `a + b`, `a . b`, `$a$b`, `${a}${b}`, `{a}{b}`, `#{a}#{b}`
            rest.iter().take_while(|byte| b" \t+.&|<>$#{}".contains(byte)).count()
        };
        let word = rest.get(skipped..).unwrap_or_default();
        let length = word.iter().take_while(|byte| is_name(**byte)).count();
        let name = word.get(..length).unwrap_or_default();
        let variable = variables.iter().rfind(|variable| variable.name == name && variable.literal.end < *at);
        match variable.filter(|_| length > 0 && (parts.is_empty() || skipped > 0) && parts.len() < MOST_PARTS) {
            Some(variable) => parts.push(variable.literal.clone()),
            None if parts.is_empty() => {
                *at += skipped + length.max(1);
                return parts;
            }
            None => return parts,
        }
        *at += skipped + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        joined(text, |view, map| {
            assert!(map.outward(0..view.len()).end <= text.len());
            seen.push(String::from_utf8(view).unwrap());
        });
        seen
    }

    #[test]
    fn variables_are_put_together() {
        for text in [
            "const a = 'ghp_';\nconst b = 'abc';\nconst key = a + b;\n",
            "A=\"ghp_\"\nB=\"abc\"\ncurl -H \"Authorization: $A$B\"",
            "A='ghp_'; B='abc'; export T=${A}${B}",
            "a = 'ghp_'\nb = 'abc'\nkey = f\"{a}{b}\"",
            "x := \"ghp_\"\ny := \"abc\"\nkey := x + y",
            "$a = 'ghp_'; $b = 'abc'; $key = $a . $b;",
        ] {
            assert_eq!(seen(text), ["ghp_abc"], "{text}");
        }
        assert_eq!(seen("a='1'; b='2'; c='3'; d = a + b + c"), ["123"]);
    }

    #[test]
    fn others_are_not() {
        for text in [
            "a = 'x'\nb = 'y'\n",
            "a = 'x'; f(a, b)",
            "b = 'y'\na = 'x'\nk = a + b",
            "x + y",
            "a = 'x'\nb = 'y'\nf(a, b)",
        ] {
            assert!(seen(text).is_empty(), "{text}");
        }
    }
}
