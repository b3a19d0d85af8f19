//! Why a value is kept or withheld, in words.

use std::fmt;

use super::name::Domain;
use super::rule::{Entry, Precedence};
use super::{Caller, Decision, Place, Policy, Target, argument_of, columns};

/// The story of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// What [`Policy::decide`] says.
    pub decision: &'a Decision,
    /// The rules that match, the first that matches the value itself in front; those that match only a key above it
    /// come later. The one that decides is marked.
    pub matches: Vec<Match>,
    /// Why that one.
    pub why: String,
}

/// A rule that matches a value or a key above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it stands.
    pub place: Place,
    /// What it names, as "argument `content` of tool `Write`".
    pub names: String,
    /// What it does, in the policy's own words.
    pub does: String,
    /// Whether it decides.
    pub decides: bool,
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.decides { " (decides)" } else { "" };
        write!(f, "{}: {}: {}{mark}", self.place, self.names, self.does)
    }
}

impl Policy {
    /// Which rules match a value, which one decides, and why.
    pub fn explain(&self, caller: Caller<'_>, target: Target<'_>) -> Explanation<'_> {
        let (lead, mut story) = match target {
            Target::Argument(path) => (String::new(), self.story(caller, path)),
            Target::Column(column) if columns::ARGUMENTS.contains(&column) => {
                (format!("column `{column}` follows the argument of that name; "), self.story(caller, column))
            }
            Target::Column(column) => (String::new(), self.level(Domain::Column, caller, column)),
            Target::Attribute(key) => {
                let attribute = self.level(Domain::Attribute, caller, key);
                match attribute.first().filter(|entry| self.decision(entry).is_none()) {
                    None => (String::new(), attribute),
                    Some(entry) => {
                        let argument = argument_of(entry, key);
                        let mut story = self.story(caller, argument);
                        story.entries.extend(attribute.entries);
                        (format!("attribute `{key}` holds the argument `{argument}`; "), story)
                    }
                }
            }
        };
        let decision = self.decide(caller, target);
        story.why.insert_str(0, &lead);
        let matches = story.entries.iter().map(|entry| Match {
            place: entry.place.clone(),
            names: entry.words(),
            does: self.rules.get(entry.rule).map(|rule| rule.does.to_string()).unwrap_or_default(),
            decides: story.decides.is_some_and(|decides| std::ptr::eq(decides, *entry)),
        });
        Explanation { decision, matches: matches.collect(), why: story.why }
    }

    /// The story of an argument, level by level as [`Policy::decide`] goes.
    fn story(&self, caller: Caller<'_>, path: &str) -> Story<'_> {
        let mut story = Story { why: "no rule names it: the default decides".to_owned(), ..Story::default() };
        for end in path.match_indices('.').map(|(at, _)| at).chain([path.len()]) {
            let key = path.get(..end).unwrap_or_default();
            let mut level = self.level(Domain::Argument, caller, key);
            if let Some(other) = self.argument_entry(caller, key)
                && level.decides.is_none_or(|own| !std::ptr::eq(own, other))
            {
                level.why = format!(
                    "it is another name of what the rule at {} names, and that one is narrower or hides more",
                    other.place
                );
                level.decides = Some(other);
                level.entries.insert(0, other);
            }
            let hidden = story.decides.filter(|above| self.hides(above));
            match (level.decides, hidden) {
                (None, _) if story.decides.is_some() && !story.why.starts_with("it stands below") => {
                    story.why =
                        format!("it stands below a key that is named, and no rule names it; there {}", story.why);
                }
                (None, _) => {}
                (Some(entry), Some(above)) if !entry.names_path() => {
                    story.why = format!(
                        "it stands below a key that the rule at {} hides: only a rule that names it by its whole path \
                         could decide otherwise",
                        above.place
                    );
                }
                (Some(entry), _) => (story.decides, story.why) = (Some(entry), level.why),
            }
            story.entries.splice(0..0, level.entries);
        }
        story
    }

    /// The entries that match one name, in the order in which they decide.
    fn level(&self, domain: Domain, caller: Caller<'_>, name: &str) -> Story<'_> {
        let entries: Vec<&Entry> = self
            .index
            .entries()
            .iter()
            .filter(|entry| entry.domain == domain && entry.matches(caller.agent, caller.tool, name))
            .collect();
        let why = match entries.as_slice() {
            [] => "no rule names it: the default decides".to_owned(),
            [_] => "it is the only rule that matches".to_owned(),
            [first, second, ..] => reason(first, second),
        };
        Story { decides: entries.first().copied(), entries, why }
    }

    fn hides(&self, entry: &Entry) -> bool {
        self.decision(entry).is_some_and(|decision| decision.steps.then.hides())
    }
}

/// What is told of one name or path so far.
#[derive(Default)]
struct Story<'a> {
    entries: Vec<&'a Entry>,
    decides: Option<&'a Entry>,
    why: String,
}

impl<'a> Story<'a> {
    fn first(&self) -> Option<&'a Entry> {
        self.entries.first().copied()
    }
}

/// Why one of two entries that match wins over the other.
fn reason(first: &Entry, second: &Entry) -> String {
    let next = &second.place;
    if first.layer != second.layer {
        return format!("it stands in the file that extends the other: it wins over the rule at {next}");
    }
    match first.precedence(second) {
        Precedence::First => {
            let narrower = if first.tool != second.tool {
                "tool"
            } else if first.name != second.name {
                first.domain.word()
            } else {
                "agent"
            };
            format!("its {narrower} is narrower than that of the rule at {next}")
        }
        _ if first.rule == second.rule => "it is the only rule that matches".to_owned(),
        _ => format!("its `order` is lower than that of the rule at {next}"),
    }
}
