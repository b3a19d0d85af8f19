//! What redaction did to a row.

/// What became of a row in redaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Redaction {
    /// Every value is as it was sent.
    Kept,
    /// Something was masked, hashed or rewritten.
    Redacted,
    /// A value is missing: its rule drops it, or no rule names it.
    Withheld,
    /// A value is missing since it could not be judged.
    Failed,
}

impl Redaction {
    /// All values, from the least to the gravest: a row has the gravest of its values.
    pub const ALL: &'static [Self] = &[Self::Kept, Self::Redacted, Self::Withheld, Self::Failed];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Redacted => "redacted",
            Self::Withheld => "withheld",
            Self::Failed => "failed",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
