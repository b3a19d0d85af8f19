//! An ingest token as its sender has it, and its hash, which is all that we keep.
//!
//! A token is `bg_`, 32 random bytes in base62 (43 digits), and a checksum of both (CRC-32 in base62, 6 digits). Secret
//! scanners find one by [`Token::PATTERN`] and can tell a real one from a look-alike without asking us; so can we tell a
//! mistyped one from one that is not known.
//!
//! The hash is SHA-256, once and without salt. Slow, salted hashes are for secrets that people think up: they make each
//! guess dear and keep equal secrets from being seen. Among 2^256 equally likely tokens nobody guesses and none are
//! equal, and a slow hash at each request would be a way to keep the collector busy.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "bg_";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Digits of 32 bytes in base62.
const SECRET_DIGITS: usize = 43;

/// Digits of a CRC-32 in base62.
const CHECK_DIGITS: usize = 6;

/// Bytes of a hash.
const HASH_BYTES: usize = 32;

/// An ingest token. `Debug` does not show it.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// What every token matches, and little else does, as a regular expression.
    pub const PATTERN: &'static str = "bg_[0-9A-Za-z]{49}";

    /// The token of 32 random bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        let body = format!("{PREFIX}{}", base62(secret, SECRET_DIGITS));
        let check = check(&body);
        Self(body + &check)
    }

    /// Reads a token; none when it is not one, by form or by checksum.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, given) = text.split_at_checked(PREFIX.len() + SECRET_DIGITS)?;
        let digits = body.strip_prefix(PREFIX)?;
        let is_token = digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) && given == check(body);
        is_token.then(|| Self(text.to_owned()))
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The token itself: for the one who asked for it, and for requests of our own.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The hash of a token. Compared in constant time, so that how long a refusal takes tells nothing of a hash; `Debug` does
/// not show it.
#[derive(Clone)]
pub struct TokenHash([u8; HASH_BYTES]);

impl TokenHash {
    /// Reads a hash as [`Self::to_hex`] writes it.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = hex::decode(text).ok().filter(|_| !text.bytes().any(|digit| digit.is_ascii_uppercase()))?;
        bytes.try_into().ok().map(Self)
    }

    /// 64 lower-case hex digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Whether both are the same, in a time that does not depend on it.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

fn check(body: &str) -> String {
    base62(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECK_DIGITS)
}

/// A number, big-endian, in so many digits; there must be enough of them.
fn base62(number: &[u8], digits: usize) -> String {
    let mut limbs: Vec<u16> = number.iter().map(|byte| u16::from(*byte)).collect();
    let mut written: Vec<char> = (0..digits)
        .map(|_| {
            let mut rest = 0;
            for limb in &mut limbs {
                let value = rest * 256 + *limb;
                *limb = value / 62;
                rest = value % 62;
            }
            char::from(DIGITS[usize::from(rest)])
        })
        .collect();
    written.reverse();
    written.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        assert_eq!(base62(&[0], 3), "000");
        assert_eq!(base62(&[61], 2), "0z");
        assert_eq!(base62(&[1, 0], 2), "48");
        assert_eq!(base62(&[0xff; 4], CHECK_DIGITS), "4gfFC3");
        // The largest fits: its first digit is not cut.
        assert_eq!(base62(&[0xff; 32], SECRET_DIGITS + 1), format!("0{}", base62(&[0xff; 32], SECRET_DIGITS)));
    }

    #[test]
    fn a_token_is_known_by_its_form_and_its_checksum() {
        let token = Token::new(&[7; 32]);
        let text = token.reveal();
        assert_eq!(text.len(), 52);
        assert!(Token::parse(text).unwrap().hash().is(&token.hash()));
        let swapped =
            text.replacen(text.get(20..22).unwrap(), &text.get(20..22).unwrap().chars().rev().collect::<String>(), 1);
        let upper = text.to_ascii_uppercase();
        let longer = format!("{text}0");
        let other_prefix = text.replacen("bg_", "bh_", 1);
        for wrong in
            ["", "bg_", text.get(..51).unwrap(), &upper, &longer, &other_prefix, &format!(" {text}"), &"é".repeat(26)]
        {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
        assert!(swapped == text || Token::parse(&swapped).is_none(), "{swapped}");
    }

    #[test]
    fn debug_shows_neither_token_nor_hash() {
        let token = Token::new(&[7; 32]);
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token(..) TokenHash(..)");
    }

    #[test]
    fn hashes_are_read_as_they_are_written() {
        let hash = Token::new(&[7; 32]).hash();
        assert!(TokenHash::from_hex(&hash.to_hex()).unwrap().is(&hash));
        assert!(!Token::new(&[8; 32]).hash().is(&hash));
        for wrong in ["", "0a", &hash.to_hex().to_ascii_uppercase(), &"g".repeat(64), &"0".repeat(66)] {
            assert!(TokenHash::from_hex(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_token_is_read_and_no_changed_one(secret: [u8; 32], at in 3_usize..52, with in "[0-9A-Za-z]") {
            let token = Token::new(&secret);
            prop_assert!(Token::parse(token.reveal()).is_some());
            let mut changed = token.reveal().to_owned();
            changed.replace_range(at..=at, &with);
            prop_assert_eq!(Token::parse(&changed).is_some(), changed == token.reveal());
        }
    }
}
