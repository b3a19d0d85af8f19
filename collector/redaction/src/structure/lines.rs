//! Values that are lines, blocks and lists.

use std::ops::Range;

use super::assignments::mark;
use super::placeholder;
use super::value::{self, Within};
use crate::detect::{Hits, Kind, Text};

/// Marks a YAML line's value: without a comment behind it; not if it is a sentence.
pub(super) fn line(text: Text<'_>, found: Range<usize>, kind: &Kind, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    let mut value = bytes.get(found.clone()).unwrap_or_default();
    if let Some(comment) = value.windows(2).position(|two| two == b" #") {
        value = value.get(..comment).unwrap_or_default();
    }
    value = value.trim_ascii_end();
    if let Some(bare) = value.strip_suffix(b",") {
        value = bare;
    }
    if value.starts_with(b"|") || value.starts_with(b">") {
        return block(text, found, kind, hits);
    }
    let first = value.split(|byte| *byte == b' ').next().unwrap_or_default();
    if placeholder::is_sentence(value) {
        if first.len() >= 6 && first.iter().any(u8::is_ascii_digit) && first.iter().any(u8::is_ascii_alphabetic) {
            mark(text, &(found.start..found.start + first.len()), kind, hits);
        }
        return found.end;
    }
    // A program's call with blanks in it.
    if first.len() < value.len() && (placeholder::is_expression(first) || placeholder::is_type(value)) {
        return found.end;
    }
    mark(text, &(found.start..found.start + value.len()), kind, hits);
    found.end
}

/// Marks a YAML block scalar: the lines below that are indented deeper than the key's.
fn block(text: Text<'_>, header: Range<usize>, kind: &Kind, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    let before = bytes.get(..header.start).unwrap_or_default();
    let own_line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let indent = |at: usize| bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| **byte == b' ').count());
    let key = indent(own_line);
    let mut at = value::line_end(bytes, header.start) + 1;
    let (mut start, mut end) = (None, header.end);
    while at < bytes.len() {
        let line_end = value::line_end(bytes, at);
        let deep = indent(at);
        if line_end > at + deep {
            if deep <= key {
                break;
            }
            start.get_or_insert(at + deep);
            end = line_end;
        }
        at = line_end + 1;
    }
    let Some(start) = start else { return header.end };
    mark(text, &(start..end), kind, hits);
    end
}

/// Marks the strings of a list that is named for a secret: those that are no words.
pub(super) fn list(text: Text<'_>, start: usize, kind: &Kind, hits: &mut Hits) {
    const MOST: usize = 64;
    let bytes = text.bytes();
    let mut at = start;
    for _ in 0..MOST {
        let rest = bytes.get(at..).unwrap_or_default();
        at += rest.iter().take_while(|byte| value::is_space(**byte) || **byte == b',').count();
        if !bytes.get(at).copied().is_some_and(|byte| value::is_quote(byte) || byte == b'\\') {
            return;
        }
        let found = value::read(text, at, Within::Word);
        if found.start == at {
            return;
        }
        let value = bytes.get(found.clone()).unwrap_or_default();
        if value.iter().any(u8::is_ascii_digit) {
            mark(text, &found, kind, hits);
        }
        at = found.end + 1;
        // The rest of an escaped quote.
        at += usize::from(bytes.get(at - 1) == Some(&b'\\'));
    }
}
