//! Several names of one argument: who hides a text under one of them means the text, not the name.

use std::borrow::Cow;

use super::glob::Relation;
use super::name::{Domain, last_key};
use super::rule::Entry;
use super::steps::Steps;
use super::{Caller, Policy};

/// Names under which built-in tools send the same text, a column's own name first. Claude Code sends a command as
/// `full_command` and its first word as `bash_command`, Codex as `cmd`; paths are called differently by every tool. Rows
/// hold all of them in that column too.
pub(super) const SPELLINGS: &[&[&str]] = &[
    &["command", "full_command", "bash_command", "cmd"],
    &["file_path", "notebook_path", "absolute_path", "path", "dir_path"],
];

/// The other names of an argument. Those of an MCP tool mean what its server says, and fill no column.
fn others(tool: &str, name: &str) -> impl Iterator<Item = &'static str> {
    let last = last_key(name);
    let spellings = SPELLINGS.iter().find(|names| names.contains(&last) && !tool.starts_with("mcp_"));
    spellings.copied().unwrap_or_default().iter().copied().filter(move |other| *other != last)
}

impl Policy {
    /// The entry that decides about an argument at one level, whichever of its names it is for.
    pub(super) fn argument_entry(&self, caller: Caller<'_>, path: &str) -> Option<&Entry> {
        let Caller { agent, tool } = caller;
        let mut decides = self.index.find(Domain::Argument, agent, tool, path);
        for other in others(tool, path) {
            // Nearly all of them stand at the top.
            let path = match path.strip_suffix(last_key(path)) {
                Some(above) if !above.is_empty() => Cow::Owned(format!("{above}{other}")),
                _ => Cow::Borrowed(other),
            };
            let Some(entry) = self.index.find(Domain::Argument, agent, tool, &path) else { continue };
            if decides.is_none_or(|own| self.overrules(entry, own)) {
                decides = Some(entry);
            }
        }
        decides
    }

    /// Whether a rule for another name decides: never to show more, and against a narrower rule not at all.
    fn overrules(&self, other: &Entry, own: &Entry) -> bool {
        let steps = |entry| self.decision(entry).map(|decision| &decision.steps);
        let (Some(one), Some(two)) = (steps(other), steps(own)) else { return false };
        let is_as_strict = one.then.strictness() >= two.then.strictness() && detects(one) >= detects(two);
        match breadth(other, own) {
            Relation::Narrower => is_as_strict,
            Relation::Wider => false,
            _ => is_as_strict && one.then.strictness() > two.then.strictness(),
        }
    }
}

/// Whether secrets are looked for, or nothing is left to find them in.
fn detects(steps: &Steps) -> bool {
    steps.detect.is_some() || steps.then.strictness() > 1
}

/// How an entry relates to another one, but for their names: by file, tool and agent in this order.
fn breadth(one: &Entry, two: &Entry) -> Relation {
    if one.layer != two.layer {
        return if one.layer < two.layer { Relation::Narrower } else { Relation::Wider };
    }
    match one.tool.relation(&two.tool) {
        Relation::Equal => one.agent.relation(&two.agent),
        relation => relation,
    }
}
