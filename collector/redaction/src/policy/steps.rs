//! What happens to a value: the steps of a rule.

use std::fmt;

use super::shape::Shape;
use crate::detect::Personal;

/// What happens to a value, in this order. `Display` is the policy file's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Whether it is searched first, and whether for personal data too. In front of a step that hides the whole value
    /// the search changes nothing of what is written: it only counts and hashes what it finds.
    pub detect: Option<Personal>,
    /// What is written.
    pub then: Then,
    /// How many characters of what is written are left.
    pub truncate: Option<usize>,
}

/// What is written of a value. See [`crate::forms`] for how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// The value; with a shape only if it has it, else its hash under [`Shape::kind`].
    Keep(Option<Shape>),
    /// Its length.
    Drop,
    /// Its kind and length.
    Mask(Box<str>),
    /// Its kind, length and keyed hash.
    Hash(Box<str>),
    /// Its kind and a token: the same value has the same one as long as the tenant's token key lives.
    Tokenise(Box<str>),
    /// A path with the home and user segment tokenised.
    Path,
    /// The keyed hashes of a path's folders.
    PathHashed,
    /// A command with its program, subcommand and flags; operands hidden.
    Command,
    /// JSON of a tool's arguments, each by its own rule. Hashed as `arguments` if it is no JSON.
    Arguments,
    /// JSON of attributes, each by its own rule. Hashed as `content` if it is no JSON.
    Attributes,
}

impl Then {
    /// Whether nothing of the value itself is written.
    pub fn hides(&self) -> bool {
        matches!(self, Self::Drop | Self::Mask(_) | Self::Hash(_) | Self::Tokenise(_))
    }

    /// How much is taken away at least: nothing, the names in it, its readable words, all.
    pub(super) fn strictness(&self) -> u8 {
        match self {
            Self::Keep(_) | Self::Arguments | Self::Attributes => 0,
            Self::Path | Self::Command => 1,
            Self::PathHashed => 2,
            Self::Drop | Self::Mask(_) | Self::Hash(_) | Self::Tokenise(_) => 3,
        }
    }

    /// The author's word in a written form.
    pub(super) fn kind(&self) -> Option<&str> {
        match self {
            Self::Mask(kind) | Self::Hash(kind) | Self::Tokenise(kind) => Some(kind),
            Self::Keep(shape) => shape.map(Shape::kind),
            _ => None,
        }
    }
}

/// The kind of a value for which a policy gives none.
pub(super) const UNNAMED: &str = "value";

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detect {
            Some(Personal::Mask) => f.write_str("detect, ")?,
            Some(Personal::Keep) => f.write_str("detect(secrets), ")?,
            None => {}
        }
        write!(f, "{}", self.then)?;
        self.truncate.map_or(Ok(()), |length| write!(f, ", truncate({length})"))
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep(None) => f.write_str("keep"),
            Self::Keep(Some(shape)) => write!(f, "keep({shape})"),
            Self::Drop => f.write_str("drop"),
            Self::Mask(kind) => write!(f, "mask({kind})"),
            Self::Hash(kind) => write!(f, "hash({kind})"),
            Self::Tokenise(kind) => write!(f, "tokenise({kind})"),
            Self::Path => f.write_str("path"),
            Self::PathHashed => f.write_str("path(hashed)"),
            Self::Command => f.write_str("command"),
            Self::Arguments => f.write_str("arguments"),
            Self::Attributes => f.write_str("attributes"),
        }
    }
}
