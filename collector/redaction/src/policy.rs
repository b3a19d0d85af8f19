//! What may be stored of what an agent sends: one readable TOML file.
//!
//! A policy decides about names (an agent's tool's argument, an attribute, a column), never about values. It fails
//! closed: what no rule names gets the default, which hides it. `docs/redaction-policy.md` has the grammar.

mod columns;
mod does;
mod explain;
mod fault;
mod fields;
mod glob;
mod index;
mod lint;
mod name;
mod precedence;
mod read;
mod rule;
mod shape;
mod shipped;
mod spellings;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest, Sha256};

pub use self::columns::all as text_columns;
use self::does::Does;
pub use self::explain::{Explanation, Match};
pub use self::fault::{Fault, Faults, Place};
use self::index::Index;
pub use self::lint::Finding;
use self::name::{Domain, Name};
pub use self::read::Load;
use self::rule::{Entry, Rule};
pub use self::shape::{LONGEST_LABEL, MOST_BLANKS, Shape};
pub use self::steps::{Steps, Then};
pub use crate::detect::{Detection, Switch};
use crate::{detect, forms};

/// Whose value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller<'a> {
    /// The agent, as the `agent` column has it; empty if unknown.
    pub agent: &'a str,
    /// The tool's name; empty if it belongs to none.
    pub tool: &'a str,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// A text column. `command`, `file_path` and `url` follow the rule of the argument of that name, or of another
    /// name that agents have for it.
    Column(&'a str),
    /// An attribute, by its key.
    Attribute(&'a str),
    /// An argument of the tool: its keys from the top, joined by dots. Lists leave no trace.
    Argument(&'a str),
}

/// What happens to a value, and which rule says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub steps: Steps,
    /// Where the rule stands; none where no rule named the value.
    pub place: Option<Place>,
}

/// A policy that was read without a fault.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    hash: String,
    detection: Detection,
    default: Decision,
    rules: Vec<Rule>,
    /// What each rule decides; none where the rest of an attribute's key names an argument.
    decisions: Vec<Option<Decision>>,
    index: Index,
    kinds: BTreeSet<Box<str>>,
}

/// What reading a policy gives.
struct Parts {
    name: String,
    detection: Detection,
    default: Steps,
    rules: Vec<Rule>,
    /// In the order in which they decide.
    entries: Vec<Entry>,
}

impl Policy {
    /// The policy that is in force unless another one is given.
    pub fn shipped_default() -> Self {
        Self::shipped(shipped::DEFAULT)
    }

    /// The policy that keeps every argument after detection.
    pub fn detect_all() -> Self {
        Self::shipped(shipped::DETECT_ALL)
    }

    #[expect(clippy::expect_used, reason = "they are compiled in, and a test reads both")]
    fn shipped(name: &str) -> Self {
        let text = shipped::text(name).expect("its name is one of ours");
        Self::parse(text, Path::new(name), &mut |_| Err(std::io::ErrorKind::NotFound.into())).expect("it has no fault")
    }

    /// Reads a policy's file, the files that it extends and the rule files that they name.
    ///
    /// # Errors
    /// When anything is wrong with any of them: all of it.
    pub fn read(path: &Path) -> Result<Self, Faults> {
        let mut load = |path: &Path| std::fs::read_to_string(path);
        let text = load(path).map_err(|error| {
            let place = Place { file: path.to_string_lossy().into(), line: 1 };
            Faults(vec![Fault { place, what: format!("the policy cannot be read: {error}") }])
        })?;
        Self::parse(&text, path, &mut load)
    }

    /// Reads a policy's text. `path` is what faults call it, and where the files that it names are looked for.
    ///
    /// # Errors
    /// When anything is wrong with it: all of it.
    pub fn parse(text: &str, path: &Path, load: Load<'_>) -> Result<Self, Faults> {
        read::read(text, path, load).map(Self::new)
    }

    fn new(parts: Parts) -> Self {
        let Parts { name, detection, default, rules, entries } = parts;
        let hash = hash(&detection, &default, &rules, &entries);
        let decisions: Vec<Option<Decision>> = rules
            .iter()
            .map(|rule| match &rule.does {
                Does::Steps(steps) => Some(Decision { steps: steps.clone(), place: Some(rule.place.clone()) }),
                Does::Argument => None,
            })
            .collect();
        let default = Decision { steps: default, place: None };
        let written = decisions.iter().flatten().chain([&default]).filter_map(|decision| decision.steps.then.kind());
        let kinds = written.map(Box::from).collect();
        Self { name, hash, detection, default, rules, decisions, index: Index::new(entries), kinds }
    }

    /// Its name, as it gives it itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hash that names it, 16 hex digits: equal for policies that decide and detect the same, however they are
    /// written. Rows carry it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What its `detect` looks for.
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// The kinds that its whole-value forms can have, beside those of [`forms::KINDS`].
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|kind| &**kind)
    }

    /// What happens to a value that no rule names.
    pub fn default(&self) -> &Decision {
        &self.default
    }

    /// What happens to a value. The reference is into the policy: equal addresses, equal decisions.
    pub fn decide(&self, caller: Caller<'_>, target: Target<'_>) -> &Decision {
        match target {
            Target::Argument(path) => self.argument(caller, path),
            Target::Column(column) if columns::ARGUMENTS.contains(&column) => self.argument(caller, column),
            Target::Column(column) => {
                self.find(Domain::Column, caller, column).map_or(&self.default, |(_, found)| found)
            }
            Target::Attribute(key) => match self.index.find(Domain::Attribute, caller.agent, caller.tool, key) {
                None => &self.default,
                Some(entry) => match self.decision(entry) {
                    Some(decision) => decision,
                    None => self.argument(caller, argument_of(entry, key)),
                },
            },
        }
    }

    /// Decides about an argument. A key that no rule names follows the nearest one above it that one does. What stands
    /// below a key that is hidden is hidden like it, unless a rule names it by its whole path. An argument that agents
    /// send under several names is decided about under all of them.
    fn argument(&self, caller: Caller<'_>, path: &str) -> &Decision {
        let mut decided: Option<&Decision> = None;
        let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let Some((entry, found)) = self.named_argument(caller, path.get(..end).unwrap_or_default()) else {
                continue;
            };
            if entry.names_path() || !decided.is_some_and(|above| above.steps.then.hides()) {
                decided = Some(found);
            }
        }
        decided.unwrap_or(&self.default)
    }

    fn named_argument(&self, caller: Caller<'_>, path: &str) -> Option<(&Entry, &Decision)> {
        let entry = self.argument_entry(caller, path)?;
        Some((entry, self.decision(entry)?))
    }

    fn find(&self, domain: Domain, caller: Caller<'_>, name: &str) -> Option<(&Entry, &Decision)> {
        let entry = self.index.find(domain, caller.agent, caller.tool, name)?;
        Some((entry, self.decision(entry)?))
    }

    fn decision(&self, entry: &Entry) -> Option<&Decision> {
        self.decisions.get(entry.rule)?.as_ref()
    }
}

/// The argument that an attribute holds: what the star of its entry stands for, or the attribute's own name.
fn argument_of<'a>(entry: &Entry, key: &'a str) -> &'a str {
    match &entry.name {
        Name::Whole(pattern) if !pattern.is_literal() => {
            key.strip_prefix(pattern.as_str().trim_end_matches('*')).unwrap_or(key)
        }
        _ => key,
    }
}

/// Hashes what a policy means. Each part has its length in front, so that parts cannot run into each other.
fn hash(detection: &Detection, default: &Steps, rules: &[Rule], entries: &[Entry]) -> String {
    let mut digest = Sha256::new();
    digest.update(detection.rules.fingerprint());
    let mut part = |text: &str| {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text.as_bytes());
    };
    part(&format!("{:?}", (detect::VERSION, forms::KINDS, LONGEST_LABEL, MOST_BLANKS, spellings::SPELLINGS)));
    part(&format!("{:?} {}", detection.personal, detection.entropy));
    part(&default.to_string());
    for entry in entries {
        let Entry { domain, tool, name, agent, .. } = entry;
        for text in [domain.word(), tool.as_str(), &name.to_string(), agent.as_str()] {
            part(text);
        }
        part(&rules.get(entry.rule).map(|rule| rule.does.to_string()).unwrap_or_default());
    }
    digest.finalize().iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}
