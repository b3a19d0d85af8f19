//! Finds what must not be stored inside a text that is otherwise kept, and puts a mark in its place.
//!
//! Structure first (headers, flags, assignments, URLs say what is a secret whatever it looks like), then the formats that
//! providers give their keys, then personal data. Every scan reads a text once; none backtracks. A text in which
//! nothing is found is not copied.

mod hits;
mod kind;
mod personal;

use std::borrow::Cow;

pub use self::hits::{Found, Hit, Hits, Text};
pub use self::kind::{Kind, LONGEST_KIND, Marks};
use crate::policy::Detection;
use crate::rules::RuleSet;
use crate::structure::names::{self, Said};
use crate::structure::{assignments, flags, urls};

/// Names the behaviour of the scans in the policy's hash. Raise it when a scan finds other things than before.
pub const VERSION: u32 = 2;

/// A text that has not come to rest after so many passes is withheld. Two are the rule: one that masks, one that finds
/// nothing left.
const PASSES: usize = 6;

/// Longest text that is scanned, bytes. Longer ones are withheld.
pub const LONGEST_SCANNED: usize = 256 * 1024;

/// Whether personal data is masked too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Personal {
    /// Everywhere but in the identity columns.
    Mask,
    /// In the identity columns.
    Keep,
}

/// Whether a find is personal data rather than a secret.
pub fn is_personal(kind: &Kind) -> bool {
    ["card", "email", "iban", "user"].contains(&kind.as_str())
}

/// Why a text could not be judged, and so must be withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Failure {
    /// Longer than [`LONGEST_SCANNED`].
    #[error("longer than a text that is searched may be")]
    TooLong,
    /// Masking it made new finds again and again.
    #[error("masking it found more each time")]
    NotAtRest,
    /// Judging it took more than it may.
    #[error("judging it took more than it may")]
    OverBudget,
    /// A scan failed: our own fault.
    #[error("a detector failed")]
    Panicked,
}

/// What is left of a text.
#[derive(Clone, Debug)]
pub struct Masked<'a> {
    /// The text with marks in place of what was found; borrowed when nothing was.
    pub text: Cow<'a, str>,
    /// What was found.
    pub found: Vec<Found>,
}

/// Kinds that are found by structure and shape rather than by a rule of a rule file.
const OWN_KINDS: &[&str] = &[
    "api-key",
    "basic-credentials",
    "bearer-token",
    "card",
    "cookie",
    "email",
    "password",
    "query-value",
    "secret",
    "token",
    "url-credentials",
    "jwt",
    "private-key",
];

/// Finds what must not be stored inside texts that are otherwise kept.
#[derive(Clone, Debug)]
pub struct Detector {
    rules: RuleSet,
    marks: Marks,
}

impl Detector {
    /// The detector of what a policy says of detection.
    pub fn new(detection: &Detection) -> Self {
        let rules = detection.rules.clone();
        let marks = Marks::of(OWN_KINDS.iter().copied().chain(rules.kinds()));
        Self { rules, marks }
    }

    /// The marks that it leaves.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Masks everything that is found in a text.
    ///
    /// # Errors
    /// When it cannot be judged: the text must then be withheld whole.
    pub fn mask<'a>(&self, text: &'a str, personal: Personal) -> Result<Masked<'a>, Failure> {
        if text.len() > LONGEST_SCANNED {
            return Err(Failure::TooLong);
        }
        let mut current = Cow::Borrowed(text);
        let mut found = Vec::new();
        for _ in 0..PASSES {
            match self.pass(&current, personal, &mut found) {
                None => return Ok(Masked { text: current, found }),
                Some(next) => current = Cow::Owned(next),
            }
        }
        Err(Failure::NotAtRest)
    }

    /// The same as [`Self::mask`]. `write` says what stands in place of a find, where it is not its mark.
    ///
    /// # Errors
    /// As [`Self::mask`].
    pub fn mask_with<'a>(
        &self,
        text: &'a str,
        personal: Personal,
        _write: &dyn Fn(&Found) -> Option<String>,
    ) -> Result<Masked<'a>, Failure> {
        self.mask(text, personal)
    }

    /// What a key says that its whole value is; none when nothing.
    pub fn names_secret(&self, key: &str) -> Option<Kind> {
        match names::said(key.as_bytes()) {
            Some(Said::Secret(kind)) => Some(kind),
            _ => None,
        }
    }

    /// Masks the value of a key of which [`Self::names_secret`] said something.
    ///
    /// # Errors
    /// As [`Self::mask`].
    pub fn mask_value<'a>(&self, text: &'a str, kind: &Kind, _personal: Personal) -> Result<Masked<'a>, Failure> {
        if self.marks.is_mark(text) {
            return Ok(Masked { text: text.into(), found: Vec::new() });
        }
        let found = vec![Found { kind: kind.clone(), secret: text.into() }];
        Ok(Masked { text: format!("[{kind}]").into(), found })
    }

    /// Masks the secrets in an argument vector: what a shell would have been given as words.
    pub fn mask_vector(&self, words: &mut [String], _found: &mut Vec<Found>) {
        flags::mask_vector(&self.marks, words);
    }

    /// One pass of all scans. None when there is nothing (more) to mask.
    fn pass(&self, text: &str, personal: Personal, found: &mut Vec<Found>) -> Option<String> {
        let text = Text { text, marks: &self.marks };
        let present = Present::of(text.bytes());
        let mut hits = Hits::default();
        self.rules.scan(text, &mut hits);
        if present.has(Present::QUERY | Present::COLON) {
            urls::scan(text, &mut hits);
        }
        if present.has(Present::COLON | Present::EQUALS) {
            assignments::scan(text, &mut hits);
        }
        if present.has(Present::SPACE) {
            flags::scan(text, &mut hits);
        }
        if personal == Personal::Mask && present.has(Present::AT | Present::DIGIT) {
            personal::scan(text, &mut hits);
        }
        if hits.is_empty() { None } else { hits::replace(text, hits, found) }
    }
}

/// Which of the bytes that scans begin from occur in a text: most texts need few scans.
#[derive(Clone, Copy)]
struct Present(u8);

impl Present {
    const COLON: u8 = 1;
    const EQUALS: u8 = 2;
    const SPACE: u8 = 4;
    const AT: u8 = 8;
    const DIGIT: u8 = 16;
    const QUERY: u8 = 32;

    fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(0, |present, byte| {
            present
                | match byte {
                    b':' => Self::COLON,
                    b'=' => Self::EQUALS,
                    b'?' | b'&' | b'#' => Self::QUERY,
                    b' ' | b'\t' | b'\n' => Self::SPACE,
                    // An encoded at sign too.
                    b'@' | b'%' => Self::AT,
                    b'0'..=b'9' => Self::DIGIT,
                    _ => 0,
                }
        }))
    }

    fn has(self, any: u8) -> bool {
        self.0 & any != 0
    }
}

#[cfg(test)]
mod tests;
