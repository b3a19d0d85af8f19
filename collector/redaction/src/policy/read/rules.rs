//! Reads the rules of a policy's file.

use toml::de::DeTable;

use super::Reader;
use crate::policy::columns;
use crate::policy::does::Does;
use crate::policy::fault::Place;
use crate::policy::fields::{Fields, Word, hint};
use crate::policy::glob::Glob;
use crate::policy::name::{Domain, Name};
use crate::policy::precedence::MOST_ENTRIES;
use crate::policy::rule::{Entry, Rule};
use crate::policy::steps::{Steps, Then};

impl Reader<'_> {
    pub(super) fn rule(&mut self, table: &DeTable<'_>, place: Place, layer: usize, fields: &mut Fields) {
        fields.known(table, "a rule", &["agent", "tool", "argument", "attribute", "column", "do", "order"]);
        let order = fields.integer(table, "order");
        if fields.key(table, "do").is_none() {
            fields.fault(place.clone(), "has no `do`: write what happens, as do = [\"detect\", \"keep\"]");
        }
        let does = fields.texts(table, "do").and_then(|words| does(&words, &place, fields));
        let names = Self::names(table, &place, does.as_ref(), fields);
        let globs = |fields: &mut Fields, key| -> Option<Vec<Glob>> {
            match fields.texts(table, key) {
                None if fields.key(table, key).is_some() => None,
                None => Some(vec![Glob::any()]),
                Some(words) if words.is_empty() => {
                    fields.fault(place.clone(), format!("`{key}` is empty: the rule can never decide"));
                    None
                }
                Some(words) => Some(words.iter().map(|word| Glob::new(word.text)).collect()),
            }
        };
        let (tools, agents) = (globs(fields, "tool"), globs(fields, "agent"));
        let (Some(does), Some((domain, names)), Some(tools), Some(agents)) = (does, names, tools, agents) else {
            return;
        };
        let rule = self.rules.len();
        let so_far = self.entries.iter().filter(|entry| entry.layer == layer).count();
        if so_far + tools.len() * names.len() * agents.len() > MOST_ENTRIES {
            fields.fault(place, format!("a file can name at most {MOST_ENTRIES} combinations of tool, name and agent"));
            return;
        }
        for (name, place) in names {
            for tool in &tools {
                self.entries.extend(agents.iter().map(|agent| Entry {
                    layer,
                    domain,
                    tool: tool.clone(),
                    name: name.clone(),
                    agent: agent.clone(),
                    rule,
                    place: place.clone(),
                }));
            }
        }
        self.rules.push(Rule { place, order, does });
    }

    /// What a rule is about: arguments, attributes or columns, each name with its place.
    fn names(
        table: &DeTable<'_>,
        place: &Place,
        does: Option<&Does>,
        fields: &mut Fields,
    ) -> Option<(Domain, Vec<(Name, Place)>)> {
        let domains = [Domain::Argument, Domain::Attribute, Domain::Column];
        let given: Vec<Domain> =
            domains.into_iter().filter(|domain| fields.key(table, domain.word()).is_some()).collect();
        let tool = fields.key(table, "tool");
        let domain = match given.as_slice() {
            [] if tool.is_some() => return Some((Domain::Argument, vec![(Name::Key(Glob::any()), place.clone())])),
            [] => {
                fields.fault(place.clone(), "names nothing: write `tool`, `argument`, `attribute` or `column`");
                return None;
            }
            [domain] => *domain,
            _ => {
                fields
                    .fault(place.clone(), "has more than one of `argument`, `attribute` and `column`: write two rules");
                return None;
            }
        };
        if let (Some(tool), Domain::Attribute | Domain::Column) = (tool, domain) {
            fields.fault(tool, format!("`tool` goes with `argument`: {}s belong to no tool", domain.word()));
        }
        let words = fields.texts(table, domain.word())?;
        if words.is_empty() {
            fields.fault(place.clone(), format!("`{}` is empty: the rule can never decide", domain.word()));
        }
        let mut names = Vec::with_capacity(words.len());
        for word in words {
            match name(domain, word.text, does) {
                Ok(name) => names.push((name, word.place)),
                Err(what) => fields.fault(word.place, what),
            }
        }
        Some((domain, names))
    }
}

/// Reads the words of a `do` or `default`.
pub(super) fn does(words: &[Word<'_>], place: &Place, fields: &mut Fields) -> Option<Does> {
    let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
    match Does::parse(&texts) {
        Ok(does) => Some(does),
        Err(faults) => {
            for (at, what) in faults {
                let place = words.get(at).map_or(place, |word| &word.place);
                fields.fault(place.clone(), what);
            }
            None
        }
    }
}

/// Reads one name, and whether what happens can happen to it.
fn name(domain: Domain, text: &str, does: Option<&Does>) -> Result<Name, String> {
    let json = |does: &Does| matches!(does, Does::Steps(Steps { then: Then::Arguments | Then::Attributes, .. }));
    match (domain, does) {
        (Domain::Argument, Some(does)) if json(does) || *does == Does::Argument => {
            return Err(format!("`{does}` is for attributes: the keys inside an argument have rules of their own"));
        }
        (Domain::Attribute, Some(Does::Argument)) if text.strip_suffix('*').unwrap_or(text).contains('*') => {
            return Err(format!(
                "`argument` needs the argument's own name, or one star, at the end, that stands for it: not `{text}`"
            ));
        }
        (Domain::Column, Some(does @ Does::Argument)) => return Err(format!("`{does}` is for attributes")),
        _ => {}
    }
    match domain {
        Domain::Argument => Name::argument(text),
        Domain::Attribute => Ok(Name::Whole(Glob::new(text))),
        Domain::Column if columns::ARGUMENTS.contains(&text) => {
            Err(format!("column `{text}` follows the rule of the argument `{text}`: write argument = \"{text}\""))
        }
        Domain::Column if columns::is_own(text) => {
            Err(format!("the collector alone fills column `{text}`: it is kept"))
        }
        Domain::Column if columns::all().contains(text) => Ok(Name::Whole(Glob::new(text))),
        Domain::Column => {
            Err(format!("there is no text column `{text}`{}", hint(text, columns::all().iter().copied())))
        }
    }
}
