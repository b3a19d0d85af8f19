//! Numbers of bank accounts (IBAN): the country's length and a right check number (ISO 13616, ISO 7064 mod 97).

use crate::detect::{Hits, Kind, Text};

pub(super) const KIND: Kind = Kind::own("iban");

/// Shortest and longest there are, characters.
const SHORTEST: usize = 15;
const LONGEST: usize = 34;

/// Countries and how long their numbers are, from the registry of SWIFT.
#[rustfmt::skip] // One country a line hides the table.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22),
    (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18),
    (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27),
    (b"GT", 28), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26), (b"IT", 27),
    (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20),
    (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MN", 20), (b"MR", 27),
    (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23), (b"PK", 24), (b"PL", 28),
    (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24), (b"SC", 31),
    (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SO", 23), (b"ST", 25), (b"SV", 28),
    (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20), (b"YE", 30),
];

/// Marks account numbers, written together or in groups of four.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut word_goes_on = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if byte.is_ascii_alphabetic()
            && !word_goes_on
            && let Some(end) = number(bytes, at)
        {
            hits.push(at, end, &KIND);
            at = end;
        } else {
            at += 1;
        }
        word_goes_on = byte.is_ascii_alphanumeric();
    }
}

/// The end of the number that begins at `start`, if it is one.
fn number(bytes: &[u8], start: usize) -> Option<usize> {
    let head = bytes.get(start..start + 4)?;
    let country = [head.first()?.to_ascii_uppercase(), head.get(1)?.to_ascii_uppercase()];
    if !head.iter().skip(2).all(u8::is_ascii_digit) {
        return None;
    }
    let (_, length) = LENGTHS.iter().find(|(known, _)| **known == country)?;
    debug_assert!((SHORTEST..=LONGEST).contains(length));
    let mut letters = [0_u8; LONGEST];
    let (mut count, mut at) = (0, start);
    while count < *length {
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            *letters.get_mut(count)? = byte;
            count += 1;
        } else if !(matches!(byte, b' ' | b'-') && count.is_multiple_of(4)) {
            return None;
        }
        at += 1;
    }
    let ends = bytes.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let number = letters.get(..count)?;
    (ends && remainder(number.iter().skip(4).chain(number.iter().take(4))) == 1).then_some(at)
}

/// What is left of a number of digits and letters (A is 10) after division by 97.
fn remainder<'a>(letters: impl Iterator<Item = &'a u8>) -> u32 {
    letters.fold(0, |rest, letter| match char::from(*letter).to_digit(36) {
        Some(value) if value < 10 => (rest * 10 + value) % 97,
        Some(value) => (rest * 100 + value) % 97,
        None => rest,
    })
}
