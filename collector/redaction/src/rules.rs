//! The formats that providers give their keys, as rules in gitleaks' format: ours, and those of the files a policy names.
//!
//! A rule is run on a text in which one of its keywords occurs. What a rule says of files, paths and commits is not
//! asked: a text has none, so a condition on them can neither switch a rule off nor let a find go. A comment
//! `gitleaks:allow` in a text is only text. A rule with `required` rules finds where each of them finds something too,
//! at any distance; one with `skipReport` finds for those alone.

mod book;
mod checksum;
mod entropy;
mod fault;
mod file;
mod keywords;
mod pattern;
mod rule;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use self::book::{Book, Load};
pub use self::checksum::{Checksum, certainty};
pub use self::fault::{Fault, Remark};
use self::keywords::Keywords;
use self::rule::Rule;
use crate::detect::{Hits, Kind, Text};

/// Our own rules.
pub const OWN: &str = include_str!("../rules/barograph.toml");

/// Rules, ready to be run. Cheap to clone.
#[derive(Clone)]
pub struct RuleSet(Arc<Set>);

struct Set {
    rules: Vec<Rule>,
    keywords: Keywords,
    remarks: Vec<Remark>,
    fingerprint: [u8; 32],
    /// Our own file is at fault, which a test excludes: then every text counts as found.
    broken: bool,
}

impl RuleSet {
    /// Our own rules.
    pub fn own() -> Self {
        static SET: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::of(Book::with_own(OWN)).0);
        SET.clone()
    }

    /// Our own rules and those of files, each given as its place (a path, for messages and for what it extends) and text.
    /// Files that these extend are read from the disk, relative to the file that names them.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub fn with(files: &[(impl AsRef<str>, impl AsRef<str>)]) -> Result<Self, Vec<Fault>> {
        Self::with_loader(files, &mut |path: &Path| std::fs::read_to_string(path).map_err(|error| error.to_string()))
    }

    /// The same, with a reader for the files that these extend.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub fn with_loader(files: &[(impl AsRef<str>, impl AsRef<str>)], load: Load<'_>) -> Result<Self, Vec<Fault>> {
        let mut book = Book::with_own(OWN);
        for (place, text) in files {
            book.add(place.as_ref(), text.as_ref(), load);
        }
        let (set, faults) = Self::of(book);
        if faults.is_empty() { Ok(set) } else { Err(faults) }
    }

    fn of(mut book: Book) -> (Self, Vec<Fault>) {
        let ready = book.ready();
        let keywords = Keywords::of(ready.iter().map(|ready| ready.keywords.as_slice()));
        let mut fingerprint = Sha256::new();
        for text in &book.texts {
            fingerprint.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
            fingerprint.update(text);
        }
        let set = Set {
            rules: ready.into_iter().map(|ready| ready.rule).collect(),
            keywords,
            remarks: book.remarks,
            fingerprint: fingerprint.finalize().into(),
            broken: !book.faults.is_empty(),
        };
        (Self(Arc::new(set)), book.faults)
    }

    /// What its rules find is of these kinds; a kind may come more than once.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.0.rules.iter().map(|rule| rule.kind.as_str())
    }

    /// How many rules it has.
    pub fn len(&self) -> usize {
        self.0.rules.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.rules.is_empty()
    }

    /// What of the files has another effect than their authors may think.
    pub fn remarks(&self) -> &[Remark] {
        &self.0.remarks
    }

    /// Changes whenever the text of a rule file does: SHA-256 over all of them in order.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// Finds what the rules say.
    pub fn scan(&self, text: Text<'_>, hits: &mut Hits) {
        let set = &*self.0;
        if set.broken {
            hits.push(0, text.text.len(), &Kind::own("secret"));
            return;
        }
        for rule in set.keywords.due(text.bytes()).iter().filter_map(|place| set.rules.get(place)) {
            if !rule.skip_report && set.has_required(rule, text) {
                rule.find(text, |secret| {
                    hits.push(secret.start, secret.end, &rule.kind);
                    true
                });
            }
        }
    }
}

impl Set {
    fn has_required(&self, rule: &Rule, text: Text<'_>) -> bool {
        let finds = |place: &usize| self.rules.get(*place).is_some_and(|rule| rule.finds_any(text));
        rule.required.iter().all(|places| places.iter().any(finds))
    }
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleSet").field("rules", &self.0.rules.len()).finish_non_exhaustive()
    }
}
