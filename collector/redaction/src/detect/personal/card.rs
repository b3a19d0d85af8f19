//! Numbers of payment cards, with an issuer's prefix and a right check digit.

use super::is_part;
use crate::detect::{Hits, Kind, Text};

pub(super) const KIND: Kind = Kind::own("card");

/// Marks card numbers, written together or in groups.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = if byte.is_ascii_digit() { number(bytes, at, hits) } else { at + 1 };
    }
}

/// Marks a card number that begins at `start`, and skips the digits.
fn number(bytes: &[u8], start: usize, hits: &mut Hits) -> usize {
    const LONGEST: usize = 19;
    let mut digits = [0_u8; LONGEST];
    let (mut count, mut at, mut groups) = (0_usize, start, 0_usize);
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'0'..=b'9' => {
                if let Some(digit) = digits.get_mut(count) {
                    *digit = byte - b'0';
                }
                count += 1;
                at += 1;
            }
            // One separator between groups of at least four digits.
            b' ' | b'-' if (4..=LONGEST).contains(&count) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                groups += 1;
                at += 1;
            }
            _ => break,
        }
    }
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let stands_alone = !before.is_some_and(is_part)
        && !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let number = digits.get(..count).unwrap_or_default();
    if stands_alone && groups <= 4 && is_card(number) {
        hits.push(start, at, &KIND);
    }
    at
}

/// Whether digits have an issuer's prefix, its length, and a right check digit (Luhn).
fn is_card(digits: &[u8]) -> bool {
    let prefix = |length: usize| digits.iter().take(length).fold(0_u32, |value, digit| value * 10 + u32::from(*digit));
    let is_issued = match digits.len() {
        13 | 19 => prefix(1) == 4,
        14 => matches!(prefix(2), 36 | 38) || matches!(prefix(3), 300..=305),
        15 => matches!(prefix(2), 34 | 37),
        16 => {
            prefix(1) == 4
                || matches!(prefix(2), 51..=55 | 65)
                || matches!(prefix(3), 644..=649)
                || matches!(prefix(4), 2221..=2720 | 3528..=3589 | 6011)
        }
        _ => false,
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (1, digit) if digit > 4 => digit * 2 - 9,
            (1, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    is_issued && sum.is_multiple_of(10)
}
