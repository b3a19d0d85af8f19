//! Values that were kept as they are, and nothing found in them: records of one request say most of what they say again
//! and again, and what was decided about a value in its place need not be decided twice.

use hashbrown::{HashMap, HashSet};

use crate::policy::{Caller, Target};

/// Callers told apart; with more, the memory begins anew.
const MOST_CALLERS: usize = 64;

/// Texts remembered, bytes.
const MOST_REMEMBERED: usize = 4 * 1024 * 1024;

type Values = HashSet<Box<str>>;

/// What was kept of the rows of one tenant by one policy.
#[derive(Default)]
pub(super) struct Kept {
    callers: Vec<OfCaller>,
    /// Whose row it is now.
    current: usize,
    keys: Values,
    remembered: usize,
}

/// What was kept in the rows of one caller, by where it stood.
#[derive(Default)]
struct OfCaller {
    agent: Box<str>,
    tool: Box<str>,
    columns: HashMap<Box<str>, Values>,
    texts: HashMap<Box<str>, Values>,
    nested: HashMap<Box<str>, Values>,
    /// Attributes whose numbers and flags are kept, whatever they are.
    measures: Values,
}

/// Where a value stands, and as what it was sent.
#[derive(Clone, Copy)]
pub(super) enum Stands<'a> {
    /// The text of a column.
    Column(&'a str),
    /// The text of an attribute.
    Text(&'a str),
    /// An attribute's array or map.
    Nested(&'a str),
    /// An attribute's number or flag.
    Measure(&'a str),
    /// A key itself.
    Key,
}

impl<'a> Stands<'a> {
    /// Where the text of a target stands; none for an argument, which stands within a text.
    pub(super) fn text(target: Target<'a>) -> Option<Self> {
        match target {
            Target::Column(name) => Some(Self::Column(name)),
            Target::Attribute(key) => Some(Self::Text(key)),
            Target::Argument(_) => None,
        }
    }

    /// Where an attribute stands that was sent as something else than a text; none for what is no attribute.
    pub(super) fn attribute(target: Target<'a>, sent_as: fn(&'a str) -> Self) -> Option<Self> {
        if let Target::Attribute(key) = target { Some(sent_as(key)) } else { None }
    }
}

impl Kept {
    /// Begins a row of a caller.
    pub(super) fn begin(&mut self, caller: Caller<'_>) {
        let is_same = |known: &OfCaller| *known.tool == *caller.tool && *known.agent == *caller.agent;
        if self.callers.get(self.current).is_some_and(is_same) {
            return;
        }
        self.current = self.callers.iter().position(is_same).unwrap_or_else(|| {
            if self.callers.len() >= MOST_CALLERS {
                *self = Self::default();
            }
            let (agent, tool) = (caller.agent.into(), caller.tool.into());
            self.callers.push(OfCaller { agent, tool, ..OfCaller::default() });
            self.callers.len() - 1
        });
    }

    /// Whether a value was kept where it stands.
    pub(super) fn has(&self, stands: Stands<'_>, value: &str) -> bool {
        let in_place = |places: &HashMap<Box<str>, Values>, name| {
            places.get(name).is_some_and(|values: &Values| values.contains(value))
        };
        self.callers.get(self.current).is_some_and(|caller| match stands {
            Stands::Column(name) => in_place(&caller.columns, name),
            Stands::Text(key) => in_place(&caller.texts, key),
            Stands::Nested(key) => in_place(&caller.nested, key),
            Stands::Measure(key) => caller.measures.contains(key),
            Stands::Key => self.keys.contains(value),
        })
    }

    /// Remembers that a value was kept, if there is room.
    pub(super) fn keep(&mut self, stands: Stands<'_>, value: &str) {
        let Some(caller) = self.callers.get_mut(self.current) else { return };
        let (places, name) = match stands {
            Stands::Column(name) => (&mut caller.columns, name),
            Stands::Text(key) => (&mut caller.texts, key),
            Stands::Nested(key) => (&mut caller.nested, key),
            Stands::Measure(key) => return insert(&mut caller.measures, &mut self.remembered, key),
            Stands::Key => return insert(&mut self.keys, &mut self.remembered, value),
        };
        if let Some(values) = places.get_mut(name) {
            insert(values, &mut self.remembered, value);
        } else if self.remembered + name.len() <= MOST_REMEMBERED {
            self.remembered += name.len();
            insert(places.entry(name.into()).or_default(), &mut self.remembered, value);
        }
    }
}

fn insert(values: &mut Values, remembered: &mut usize, value: &str) {
    if *remembered + value.len() <= MOST_REMEMBERED {
        *remembered += value.len();
        values.insert(value.into());
    }
}
