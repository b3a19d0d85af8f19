//! Literals in a list that a call puts together: `["a", "b"].join("")`, `"".join(["a", "b"])`, `concat("a", "b")`.
//!
//! The call may stand elsewhere, so that in a text with such a call every list of literals is put together.

use std::ops::Range;

use super::joints::is_quote;
use super::map::Map;

/// Calls that put lists together with nothing between.
const CALLS: &[&str] = &[
    "join(\"\")",
    "join('')",
    "join(``)",
    "\"\".join(",
    "''.join(",
    "oncat(",
    "CONCAT(",
    "implode(''",
    "implode(\"\"",
];

/// Longest list, bytes.
const LONGEST: usize = 4096;

/// Calls `found` with every list that is joined: its range, what it says and the way back.
pub(super) fn joined(text: &str, mut found: impl FnMut(Range<usize>, Vec<u8>, Map)) {
    let may_call = ["join(", "oncat(", "CONCAT(", "implode("].iter().any(|name| text.contains(name));
    if !may_call || !CALLS.iter().any(|call| text.contains(call)) {
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if matches!(byte, b'[' | b'(' | b'{') {
            at = put_together(bytes, at, &mut found);
        }
    }
}

/// Reads the literals from `start` on, with commas between. Returns where they end.
fn put_together(bytes: &[u8], start: usize, found: &mut impl FnMut(Range<usize>, Vec<u8>, Map)) -> usize {
    let (mut view, mut map) = (Vec::new(), Map::default());
    let mut at = start;
    let (mut first, mut end, mut count) = (None, start, 0);
    let limit = (start + LONGEST).min(bytes.len());
    while at < limit {
        at += bytes.get(at..limit).unwrap_or_default().iter().take_while(|byte| b" \t\r\n,".contains(byte)).count();
        let Some(quote) = bytes.get(at).copied().filter(|byte| is_quote(*byte)) else { break };
        let Some(length) = bytes.get(at + 1..limit).and_then(|rest| rest.iter().position(|byte| *byte == quote)) else {
            break;
        };
        let content = at + 1..at + 1 + length;
        view.extend_from_slice(bytes.get(content.clone()).unwrap_or_default());
        map.copied(content.clone());
        first = first.or(Some(content.start));
        end = content.end;
        at = content.end + 1;
        count += 1;
    }
    if let Some(first) = first.filter(|_| count > 1) {
        found(first..end, view, map);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_put_together() {
        for text in [
            "k = ['gh', 'p_', \"abc\"].join('')",
            "p = ['gh', 'p_abc'];\nk = p.join(\"\")",
            "k = \"\".join([\"gh\",\n  'p_abc'])",
            "SELECT CONCAT('gh', 'p_abc')",
            "string.Concat(\"ghp\", \"_abc\")",
        ] {
            let mut seen = Vec::new();
            joined(text, |range, view, map| {
                assert_eq!(map.outward(0..view.len()), range);
                seen.push(String::from_utf8(view).unwrap());
            });
            assert_eq!(seen, ["ghp_abc"], "{text}");
        }
    }

    #[test]
    fn other_lists_are_not() {
        for text in ["['a', 'b']", "x.join(y)", "git checkout -b join"] {
            joined(text, |_, _, _| panic!("{text}"));
        }
    }
}
