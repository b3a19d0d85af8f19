//! Telephone numbers with their country, as `+49 30 1234567` (ITU-T E.164). Without the plus sign they are like any
//! other number.

use super::is_part;
use crate::detect::{Hits, Kind, Text};

pub(super) const KIND: Kind = Kind::own("phone");

/// How many digits one has, with its country's.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// Marks telephone numbers.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        let before = at.checked_sub(2).and_then(|at| bytes.get(at)).copied();
        if byte != b'+' || before.is_some_and(|byte| is_part(byte) || matches!(byte, b'+' | b')' | b']' | b'/' | b'%'))
        {
            continue;
        }
        let (mut count, mut end, mut next) = (0, at, at);
        while let Some(byte) = bytes.get(next).copied() {
            match byte {
                b'0'..=b'9' => {
                    count += 1;
                    end = next + 1;
                }
                // One separator, or a bracket and a blank.
                b' ' | b'-' | b'.' | b'(' | b')' if next > at && next - end < 2 => {}
                _ => break,
            }
            next += 1;
        }
        let is_whole = bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b','));
        if DIGITS.contains(&count) && is_whole && bytes.get(at).is_some_and(|digit| (b'1'..=b'9').contains(digit)) {
            hits.push(at - 1, end, &KIND);
            at = end;
        }
    }
}
