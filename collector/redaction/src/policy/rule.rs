//! Rules, and the single names that they are made of.

use super::does::Does;
use super::fault::Place;
use super::glob::{Glob, Relation};
use super::name::{Domain, Name};

/// A rule of a policy's file.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) place: Place,
    /// Which of two rules wins of which neither is narrower: that with the lower one.
    pub(super) order: Option<i64>,
    pub(super) does: Does,
}

/// One combination of a rule's names. Attributes and columns belong to no tool: theirs is `*`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Number of the file that the rule stands in: 0 is the policy's own, 1 the one that it extends, and so on.
    pub(super) layer: usize,
    pub(super) domain: Domain,
    pub(super) tool: Glob,
    pub(super) name: Name,
    pub(super) agent: Glob,
    /// Number of its rule.
    pub(super) rule: usize,
    /// Where its name stands.
    pub(super) place: Place,
}

/// Which of two entries decides where both match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precedence {
    First,
    Second,
    /// Both match the same.
    Same,
    /// Each matches something that the other does not.
    Open,
    /// They never meet.
    Apart,
}

impl Entry {
    pub(super) fn matches(&self, agent: &str, tool: &str, name: &str) -> bool {
        self.tool.matches(tool) && self.agent.matches(agent) && self.name.matches(name)
    }

    /// The narrower tool wins, then the narrower name, then the narrower agent.
    pub(super) fn precedence(&self, other: &Self) -> Precedence {
        let name = self.name.relation(&other.name);
        if name == Relation::Disjoint {
            return Precedence::Apart;
        }
        let (tool, agent) = (self.tool.relation(&other.tool), self.agent.relation(&other.agent));
        if tool == Relation::Disjoint || agent == Relation::Disjoint {
            return Precedence::Apart;
        }
        match [tool, name, agent].into_iter().find(|relation| *relation != Relation::Equal) {
            Some(Relation::Narrower) => Precedence::First,
            Some(Relation::Wider) => Precedence::Second,
            Some(_) => Precedence::Open,
            None => Precedence::Same,
        }
    }

    /// Whether the other one matches everything that it matches.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let relations =
            [self.tool.relation(&other.tool), self.name.relation(&other.name), self.agent.relation(&other.agent)];
        relations.iter().all(|relation| matches!(relation, Relation::Equal | Relation::Narrower))
    }

    /// What it matches, in words: "argument `content` of tool `Write`".
    pub(super) fn words(&self) -> String {
        words(self.domain, self.tool.as_str(), &self.name.to_string(), self.agent.as_str())
    }

    /// Something that both match, in words.
    pub(super) fn common(&self, other: &Self) -> String {
        let common = |one: &Glob, two: &Glob| match one.common(two) {
            _ if one.is_any() && two.is_any() => "*".to_owned(),
            name => name.unwrap_or_default(),
        };
        let name = self.name.common(&other.name).unwrap_or_default();
        words(self.domain, &common(&self.tool, &other.tool), &name, &common(&self.agent, &other.agent))
    }
}

fn words(domain: Domain, tool: &str, name: &str, agent: &str) -> String {
    let of = |word: &str, name: &str| if name == "*" { String::new() } else { format!(" of {word} `{name}`") };
    format!("{} `{name}`{}{}", domain.word(), of("tool", tool), of("agent", agent))
}
