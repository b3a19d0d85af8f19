//! Personal data that has a shape: e-mail addresses and card numbers.

use super::{Hits, Kind, Text};
use crate::structure::urls;

/// The longest local part and domain that mail knows, bytes.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

/// Finds e-mail addresses (an encoded at sign too) and card numbers. What stands before a URL's host is none.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let hosts: Vec<usize> = hits.0.iter().filter(|hit| hit.kind == urls::CREDENTIALS).map(|hit| hit.span.end).collect();
    let mut at = 0;
    let mut taken = 0;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'@' if hosts.binary_search(&at).is_ok() => {
                at += 1;
                taken = at;
            }
            b'@' => {
                taken = address(bytes, taken, at, at + 1, hits);
                at = taken.max(at + 1);
            }
            b'%' if bytes.get(at + 1..at + 3) == Some(&b"40"[..]) => {
                taken = address(bytes, taken, at, at + 3, hits);
                at = taken.max(at + 3);
            }
            b'0'..=b'9' => at = number(bytes, at, hits),
            _ => at += 1,
        }
    }
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte) || !byte.is_ascii()
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-".contains(&byte) || !byte.is_ascii()
}

/// Marks the address around an at sign. Returns how far the text has been taken.
fn address(bytes: &[u8], taken: usize, sign: usize, after: usize, hits: &mut Hits) -> usize {
    let before = bytes.get(taken..sign).unwrap_or_default();
    let local = before.iter().rev().take(LONGEST_LOCAL).take_while(|byte| is_local(**byte)).count();
    let start = sign - local;
    let rest = bytes.get(after..).unwrap_or_default();
    let mut length = rest.iter().take(LONGEST_DOMAIN).take_while(|byte| is_domain(**byte)).count();
    while length > 0 && matches!(rest.get(length - 1), Some(b'.' | b'-')) {
        length -= 1;
    }
    let domain = rest.get(..length).unwrap_or_default();
    let top = domain.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_name = domain.contains(&b'.') && top.len() >= 2 && top.iter().any(|byte| !byte.is_ascii_digit());
    // `git@github.com:team/repo` is where a repository is, not a person; `pkg@1.2.x` is a version.
    let is_version = domain.first().is_some_and(u8::is_ascii_digit) && top.len() < 3 && !top.is_ascii();
    if local == 0 || !is_name || is_version || bytes.get(start..sign) == Some(&b"git"[..]) {
        return taken;
    }
    hits.push(start, after + length, &Kind::own("email"));
    after + length
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
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let stands_alone = !before.is_some_and(is_part)
        && !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let number = digits.get(..count).unwrap_or_default();
    if stands_alone && groups <= 4 && is_card(number) {
        hits.push(start, at, &Kind::own("card"));
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
