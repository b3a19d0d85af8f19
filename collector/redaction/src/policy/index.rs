//! Finds the entry that decides, fast.

use std::collections::HashMap;

use super::name::{Domain, Name, last_key};
use super::rule::Entry;

/// The entries of one domain, by what is cheapest to look up. Numbers of entries, which are their order.
#[derive(Clone, Debug, Default)]
struct Names {
    /// Those whose name has no star, by its last key.
    by_name: HashMap<Box<str>, Vec<usize>>,
    /// Those with stars in the name but none in the tool, by the tool.
    by_tool: HashMap<Box<str>, Vec<usize>>,
    /// The others.
    others: Vec<usize>,
}

/// The entries of a policy, in order, indexed.
#[derive(Clone, Debug)]
pub(super) struct Index {
    entries: Vec<Entry>,
    arguments: Names,
    attributes: Names,
    columns: Names,
}

impl Index {
    /// Takes entries in the order in which they decide.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let mut index =
            Self { entries, arguments: Names::default(), attributes: Names::default(), columns: Names::default() };
        for (at, entry) in index.entries.iter().enumerate() {
            let names = match entry.domain {
                Domain::Argument => &mut index.arguments,
                Domain::Attribute => &mut index.attributes,
                Domain::Column => &mut index.columns,
            };
            if let Some(name) = entry.name.literal() {
                names.by_name.entry(name.into()).or_default().push(at);
            } else if entry.tool.is_literal() {
                names.by_tool.entry(entry.tool.as_str().into()).or_default().push(at);
            } else {
                names.others.push(at);
            }
        }
        index
    }

    /// All entries, in order.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry that decides about a name; none when none matches.
    pub(super) fn find(&self, domain: Domain, agent: &str, tool: &str, name: &str) -> Option<&Entry> {
        let (names, last) = match domain {
            Domain::Argument => (&self.arguments, last_key(name)),
            Domain::Attribute => (&self.attributes, name),
            Domain::Column => (&self.columns, name),
        };
        let by_name = names.by_name.get(last).map(Vec::as_slice).unwrap_or_default();
        let by_tool = if names.by_tool.is_empty() { None } else { names.by_tool.get(tool) };
        let by_tool = by_tool.map(Vec::as_slice).unwrap_or_default();
        let mut best: Option<usize> = None;
        for numbers in [by_name, by_tool, &names.others] {
            for number in numbers {
                if best.is_some_and(|best| best <= *number) {
                    break;
                }
                if self.entries.get(*number).is_some_and(|entry| entry.matches(agent, tool, name)) {
                    best = Some(*number);
                    break;
                }
            }
        }
        best.and_then(|number| self.entries.get(number))
    }
}

impl Entry {
    /// Whether it names an argument by its whole path.
    pub(super) fn names_path(&self) -> bool {
        matches!(self.name, Name::Path(_))
    }
}
