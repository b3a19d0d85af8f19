//! What was found and done while a row was redacted.

use std::collections::BTreeMap;

use barograph_proto::values::Redaction;

use crate::detect::{Failure, Kind};

/// What was found in a row's values and done to them. Holds no value: secrets only as keyed hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Kinds of finds (`github-pat`), what was done to whole values (`hashed:prompt`) and reasons for withholding
    /// (`withheld:no-rule`), each with how often.
    pub kinds: BTreeMap<String, i64>,
    /// The secrets found: keyed hash and kind.
    pub secrets: BTreeMap<String, String>,
    /// What the texts had before, bytes.
    pub bytes_in: usize,
    /// What they have after, bytes.
    pub bytes_out: usize,
    /// How many values came to each outcome, in the order of [`Redaction::ALL`].
    pub values: [u64; 4],
    /// Whether the value that is being redacted is missing, and how gravely.
    missing: Option<Redaction>,
    /// Whether anything was counted about that value.
    noted: bool,
}

/// Why a value is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No rule of the policy names it.
    NoRule,
    /// Its rule drops it.
    Rule,
    /// It is not what it was sent as, or no text.
    NotText,
    /// It could not be judged.
    Failure(Failure),
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NoRule,
        Self::Rule,
        Self::NotText,
        Self::Failure(Failure::TooLong),
        Self::Failure(Failure::NotAtRest),
        Self::Failure(Failure::OverBudget),
        Self::Failure(Failure::Panicked),
    ];

    /// Its name in the column `redaction_kinds`, after `withheld:`, and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoRule => "no-rule",
            Self::Rule => "rule",
            Self::NotText => "not-text",
            Self::Failure(Failure::TooLong) => "too-long",
            Self::Failure(Failure::NotAtRest) => "not-at-rest",
            Self::Failure(Failure::OverBudget) => "over-budget",
            Self::Failure(Failure::Panicked) => "panicked",
        }
    }
}

/// What comes before a reason in [`Tally::kinds`].
pub const WITHHELD: &str = "withheld:";

/// What counts texts that were cut.
const TRUNCATED: &str = "truncated";

/// What was done to a value that is not there any more as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done<'a> {
    Hashed(&'a str),
    Masked(&'a str),
    Tokenised(&'a str),
    Truncated,
}

impl Tally {
    /// What became of the row: the gravest of what became of its values.
    pub fn outcome(&self) -> Redaction {
        let gravest = Redaction::ALL.iter().zip(&self.values).rfind(|(_, count)| **count > 0);
        gravest.map_or(Redaction::Kept, |(outcome, _)| *outcome)
    }

    /// The kinds of finds, each with how often.
    pub fn finds(&self) -> impl Iterator<Item = (&str, u64)> {
        let is_find = |kind: &str| !kind.contains(':') && kind != TRUNCATED;
        self.kinds
            .iter()
            .filter(move |(kind, _)| is_find(kind))
            .map(|(kind, count)| (kind.as_str(), count.unsigned_abs()))
    }

    /// The reasons for withholding, each with how often.
    pub fn reasons(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL.into_iter().filter_map(|reason| {
            let count = self.kinds.get(&format!("{WITHHELD}{}", reason.as_str()))?;
            Some((reason, count.unsigned_abs()))
        })
    }

    /// Adds another row's counts, not its secrets.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.kinds {
            *self.kinds.entry(kind.clone()).or_default() += count;
        }
        for (sum, count) in self.values.iter_mut().zip(other.values) {
            *sum += count;
        }
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }

    /// Closes the books on a value.
    pub(super) fn value(&mut self, bytes_in: usize, bytes_out: usize, changed: bool) {
        self.bytes_in += bytes_in;
        self.bytes_out += bytes_out;
        self.noted = false;
        let outcome = self.missing.take().unwrap_or(if changed { Redaction::Redacted } else { Redaction::Kept });
        let at = Redaction::ALL.iter().position(|known| *known == outcome);
        if let Some(count) = at.and_then(|at| self.values.get_mut(at)) {
            *count += 1;
        }
    }

    /// Whether nothing was counted yet about the value that is being redacted.
    pub(super) fn is_silent(&self) -> bool {
        !self.noted
    }

    pub(super) fn found(&mut self, kind: &Kind) {
        self.count(kind.as_str().to_owned());
    }

    pub(super) fn secret(&mut self, hash: String, kind: &Kind) {
        self.noted = true;
        self.secrets.entry(hash).or_insert_with(|| kind.as_str().to_owned());
    }

    pub(super) fn done(&mut self, done: Done<'_>) {
        self.count(match done {
            Done::Hashed(kind) => format!("hashed:{kind}"),
            Done::Masked(kind) => format!("masked:{kind}"),
            Done::Tokenised(kind) => format!("tokenised:{kind}"),
            Done::Truncated => TRUNCATED.to_owned(),
        });
    }

    pub(super) fn withheld(&mut self, reason: Reason) {
        self.count(format!("{WITHHELD}{}", reason.as_str()));
        let missing = if matches!(reason, Reason::Failure(_)) { Redaction::Failed } else { Redaction::Withheld };
        self.missing = self.missing.max(Some(missing));
    }

    fn count(&mut self, kind: String) {
        self.noted = true;
        *self.kinds.entry(kind).or_default() += 1;
    }
}
