//! What in a policy is allowed but doubtful.

use std::fmt;

use super::does::Does;
use super::fields::near;
use super::name::{Domain, Name};
use super::rule::{Entry, Precedence, Rule};
use super::steps::Then;
use super::{Place, Policy, Shape};
use crate::detect::Switch;

/// Something doubtful in a policy's own file. `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it stands; none where it is about the whole policy.
    pub place: Option<Place>,
    /// What is doubtful.
    pub what: String,
    /// Why.
    pub why: String,
    /// What would be better.
    pub better: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, what, why, better } = self;
        match place {
            Some(place) => write!(f, "{place}: {what}: {why}; {better}"),
            None => write!(f, "{what}: {why}; {better}"),
        }
    }
}

/// The agents whose names rows carry (see `barograph_proto::dialect`). Other programs have their own.
const AGENTS: [&str; 4] = ["claude-code", "codex", "gemini-cli", "copilot"];

/// What Claude Code's tools are called with, and what of it rows hold in columns. From recordings of 2.1.197 and
/// 2.1.328.
const TOOLS: &[(&str, &[&str])] = &[
    (
        "Bash",
        &[
            "command",
            "description",
            "timeout",
            "run_in_background",
            "dangerouslyDisableSandbox",
            "full_command",
            "bash_command",
            "git_commit_id",
            "git_branch",
        ],
    ),
    ("Read", &["file_path", "offset", "limit", "pages"]),
    ("Write", &["file_path", "content"]),
    ("Edit", &["file_path", "old_string", "new_string", "replace_all"]),
    ("NotebookEdit", &["file_path", "notebook_path", "new_source", "cell_id", "cell_type", "edit_mode"]),
    ("WebFetch", &["url", "prompt"]),
];

/// Arguments that have few values: their hashes are as good as the values once one pair is known.
const FEW_VALUES: &[&str] = &[
    "age",
    "birthday",
    "cell_type",
    "count",
    "country",
    "edit_mode",
    "gender",
    "isolation",
    "limit",
    "mode",
    "offset",
    "output_mode",
    "pin",
    "postcode",
    "replace_all",
    "run_in_background",
    "status",
    "timeout",
    "type",
    "zip",
];

impl Policy {
    /// What is allowed but doubtful in the policy's own file; nothing of the files that it extends.
    pub fn lint(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.whole(&mut findings);
        for (number, rule) in self.rules.iter().enumerate() {
            let entries: Vec<&Entry> =
                self.index.entries().iter().filter(|entry| entry.rule == number && entry.layer == 0).collect();
            if entries.is_empty() {
                continue;
            }
            findings.extend(unsearched(rule, &entries));
            findings.extend(guessable(rule, &entries));
            findings.extend(entries.iter().filter_map(|entry| unknown(entry)));
            findings.extend(self.idle(rule, &entries));
            findings.extend(self.needless_order(rule, &entries));
        }
        findings.sort();
        findings.dedup();
        findings
    }

    fn whole(&self, findings: &mut Vec<Finding>) {
        let mut add = |what: &str, why: &str, better: &str| {
            findings.push(Finding { place: None, what: what.into(), why: why.into(), better: better.into() });
        };
        if !self.detection.personal.has(Switch::Email) {
            add(
                "[detect] does not look for e-mail addresses",
                "they are the personal data that tools are given most",
                "add \"email\" to `personal`, and use detect(secrets) where a person must stay readable",
            );
        }
        if !self.detection.entropy {
            add(
                "[detect] entropy is off",
                "a secret without a known format is then found by its name only",
                "write entropy = true",
            );
        }
        if matches!(self.default.steps.then, Then::Tokenise(_)) {
            add(
                "the default is tokenise",
                "tokens outlive the rotation of keys, and nobody knows what they link",
                "write default = \"hash\"",
            );
        }
    }

    /// A rule that says what would be done without it.
    fn idle(&self, rule: &Rule, entries: &[&Entry]) -> Option<Finding> {
        let is_idle = |entry: &&Entry| {
            let all = self.index.entries();
            let later = all.iter().skip_while(|other| !std::ptr::eq(*other, *entry)).skip(1);
            for other in later.filter(|other| other.domain == entry.domain) {
                let precedence = entry.precedence(other);
                if precedence == Precedence::Apart {
                    continue;
                }
                if self.rules.get(other.rule).is_none_or(|other| other.does != rule.does) {
                    return false;
                }
                // A path also decides below keys that are hidden; a key does not.
                if entry.is_within(other) && entry.names_path() == other.names_path() {
                    return true;
                }
            }
            // Below an argument that is kept, a rule like the default is none.
            entry.domain != Domain::Argument && rule.does == Does::Steps(self.default.steps.clone())
        };
        entries.iter().all(is_idle).then(|| Finding {
            place: Some(rule.place.clone()),
            what: "says nothing new".to_owned(),
            why: format!("without it, `{}` would be done all the same", rule.does),
            better: "take it away".to_owned(),
        })
    }

    fn needless_order(&self, rule: &Rule, entries: &[&Entry]) -> Option<Finding> {
        rule.order?;
        let decides = entries.iter().any(|entry| {
            self.index.entries().iter().any(|other| {
                other.layer == entry.layer
                    && other.domain == entry.domain
                    && other.rule != entry.rule
                    && entry.precedence(other) == Precedence::Open
            })
        });
        (!decides).then(|| Finding {
            place: Some(rule.place.clone()),
            what: "has an `order` that decides nothing".to_owned(),
            why: "wherever it meets another rule, one of them is narrower".to_owned(),
            better: "take the `order` away".to_owned(),
        })
    }
}

/// Free text that is kept unread.
fn unsearched(rule: &Rule, entries: &[&Entry]) -> Option<Finding> {
    let Does::Steps(steps) = &rule.does else { return None };
    let is_text = match &steps.then {
        Then::Keep(shape) => !matches!(shape, Some(Shape::Number | Shape::Event)),
        Then::Path | Then::Command => true,
        _ => false,
    };
    (steps.detect.is_none() && is_text).then(|| Finding {
        place: Some(rule.place.clone()),
        what: format!("keeps {} without `detect`", entries.first().map(|entry| entry.words()).unwrap_or_default()),
        why: "a secret in it would be stored".to_owned(),
        better: format!("write do = [\"detect\", \"{}\"]", steps.then),
    })
}

/// Hashes that say as much as the value.
fn guessable(rule: &Rule, entries: &[&Entry]) -> Option<Finding> {
    let Does::Steps(steps) = &rule.does else { return None };
    let hashes = matches!(steps.then, Then::Hash(_) | Then::Tokenise(_));
    let entry = entries.iter().find(|entry| key(entry).is_some_and(|name| FEW_VALUES.contains(&name)))?;
    hashes.then(|| Finding {
        place: Some(entry.place.clone()),
        what: format!("hashes {}", entry.words()),
        why: "it has few values: who knows one pair of value and hash reads them all".to_owned(),
        better: "write drop, or detect and keep(word)".to_owned(),
    })
}

/// Names that nobody sends.
fn unknown(entry: &Entry) -> Option<Finding> {
    let finding = |what: String, why: &str, better: String| {
        Some(Finding { place: Some(entry.place.clone()), what, why: why.to_owned(), better })
    };
    let agent = entry.agent.as_str();
    if entry.agent.is_literal() && !AGENTS.contains(&agent) {
        return finding(
            format!("is for the agent `{agent}`"),
            "none that Barograph knows is called so",
            match near(agent, AGENTS.into_iter()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}; leave it if it is a program of your own", AGENTS.join(", ")),
            },
        );
    }
    let (_, known) = TOOLS.iter().find(|(tool, _)| *tool == entry.tool.as_str())?;
    let key = key(entry).filter(|key| !known.contains(key))?;
    finding(
        format!("names {}", entry.words()),
        "no agent was seen to send it",
        match near(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("seen were {}", known.join(", ")),
        },
    )
}

/// The key of an argument, where an entry names one at any depth.
fn key(entry: &Entry) -> Option<&str> {
    match &entry.name {
        Name::Key(key) if key.is_literal() => Some(key.as_str()),
        _ => None,
    }
}
