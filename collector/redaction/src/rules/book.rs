//! All rules that are in force: our own, and those of the files that a policy names, merged as their `[extend]` says.
//!
//! Our own rules are always there. A file stands beside them unless it says `useDefault = true`: then, as in gitleaks
//! with its own default, a rule of the same id adds to ours, `disabledRules` takes ours away, and the file's allow-lists
//! are for ours too. Without it a file can weaken nothing of ours.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::checksum;
use super::fault::{Fault, Remark};
use super::file::{self, Base, Expressions, Named, Written};
use super::rule::Rule;
use crate::detect::{Kind, LONGEST_KIND};

/// How many files may extend one another.
const DEEPEST: usize = 4;

/// Reads the file that another names. The error says why it cannot be read.
pub(super) type Load<'a> = &'a mut dyn FnMut(&Path) -> Result<String, String>;

/// Rules in the making.
#[derive(Debug, Default)]
pub(super) struct Book {
    own: Vec<Written>,
    others: Vec<Written>,
    pub(super) faults: Vec<Fault>,
    pub(super) remarks: Vec<Remark>,
    /// The texts of all files that were read, in order.
    pub(super) texts: Vec<String>,
}

/// A rule that is ready, and what starts it.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) rule: Rule,
    pub(super) keywords: Vec<String>,
}

impl Book {
    /// With our own rules.
    pub(super) fn with_own(text: &str) -> Self {
        let mut book = Self::default();
        let read = file::read("barograph.toml", text, Expressions::Trusted, &mut book.faults, &mut book.remarks);
        book.own = read.rules;
        for (targets, allow) in read.allow {
            for rule in book.own.iter_mut().filter(|rule| is_target(rule, &targets)) {
                rule.allow.push(Arc::clone(&allow));
            }
        }
        book.texts.push(text.to_owned());
        // What has no keyword among ours has none on purpose.
        book.remarks.clear();
        book
    }

    /// Adds a file.
    pub(super) fn add(&mut self, place: &str, text: &str, load: Load<'_>) {
        let rules = self.rules_of(place, text, 1, load);
        self.others.extend(rules);
    }

    fn rules_of(&mut self, place: &str, text: &str, depth: usize, load: Load<'_>) -> Vec<Written> {
        let read = file::read(place, text, Expressions::Checked, &mut self.faults, &mut self.remarks);
        self.texts.push(text.to_owned());
        let mut rules = match &read.base {
            Some(Base::File((path, line))) => self.base(place, *line, path, depth, load),
            _ => Vec::new(),
        };
        let on_own = matches!(read.base, Some(Base::Own));
        for (id, line) in &read.disabled {
            let base = if on_own { &mut self.own } else { &mut rules };
            let before = base.len();
            base.retain(|rule| rule.id != *id);
            if base.len() == before {
                let text =
                    format!("`disabledRules` names `{}`, which what it extends does not have", id.escape_debug());
                self.remarks.push(Remark { place: place.to_owned(), line: *line, text });
            }
        }
        for rule in read.rules {
            let base = if on_own { &mut self.own } else { &mut rules };
            match base.iter_mut().find(|base| read.base.is_some() && base.id == rule.id) {
                Some(base) => base.add(rule),
                None => rules.push(rule),
            }
        }
        for (targets, allow) in read.allow {
            let own = self.own.iter_mut().filter(|_| on_own);
            for rule in rules.iter_mut().chain(own).filter(|rule| is_target(rule, &targets)) {
                rule.allow.push(Arc::clone(&allow));
            }
            for (id, line) in targets {
                if !rules.iter().chain(self.own.iter().filter(|_| on_own)).any(|rule| rule.id == id) {
                    let wrong = format!("`targetRules` names `{}`, and there is no such rule", id.escape_debug());
                    self.faults.push(Fault { place: place.to_owned(), line, wrong });
                }
            }
        }
        rules
    }

    fn base(&mut self, place: &str, line: usize, path: &str, depth: usize, load: Load<'_>) -> Vec<Written> {
        let fault = |wrong| Fault { place: place.to_owned(), line, wrong };
        if depth >= DEEPEST {
            self.faults.push(fault(format!("more than {DEEPEST} files extend one another")));
            return Vec::new();
        }
        let path = Path::new(place).parent().unwrap_or(Path::new("")).join(path);
        match load(&path) {
            Ok(text) => self.rules_of(&path.to_string_lossy(), &text, depth + 1, load),
            Err(error) => {
                self.faults.push(fault(format!("cannot read {}: {error}", path.display())));
                Vec::new()
            }
        }
    }

    /// The rules that can be run, in the order of their precedence: what is called generic comes last, as it says least.
    pub(super) fn ready(&mut self) -> Vec<Ready> {
        let own = std::mem::take(&mut self.own).into_iter().map(|rule| (true, rule));
        let others = std::mem::take(&mut self.others).into_iter().map(|rule| (false, rule));
        let mut rules: Vec<(bool, Written)> = own.chain(others).collect();
        rules.retain(|(_, rule)| self.can_run(rule));
        rules.sort_by_key(|(_, rule)| is_generic(rule));
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, (_, rule)) in rules.iter().enumerate() {
            places.entry(rule.id.clone()).or_default().push(place);
        }
        let ready = rules.into_iter().filter_map(|(is_own, rule)| self.finish(is_own, rule, &places)).collect();
        self.faults.sort_by(|one, other| (&one.place, one.line).cmp(&(&other.place, other.line)));
        ready
    }

    fn can_run(&mut self, rule: &Written) -> bool {
        let place = || rule.place.to_string();
        if rule.regex.is_none() && !rule.has_path {
            if !rule.at_fault {
                let wrong = format!("rule `{}` needs a `regex`", rule.id.escape_debug());
                self.faults.push(Fault { place: place(), line: rule.line, wrong });
            }
            return false;
        }
        let text = match (&rule.regex, rule.has_path) {
            (None, _) => "never finds anything: it is about a file's path, and a text has none",
            (Some(_), true) => "runs on every text: its `path` is not asked, as a text has none",
            (Some(_), false) if rule.keywords.is_empty() => "runs on every text: keywords would spare most of them",
            _ => return true,
        };
        let text = format!("rule `{}` {text}", rule.id.escape_debug());
        self.remarks.push(Remark { place: place(), line: rule.line, text });
        rule.regex.is_some()
    }

    fn finish(&mut self, is_own: bool, rule: Written, places: &HashMap<String, Vec<usize>>) -> Option<Ready> {
        let fault = |line, wrong| Fault { place: rule.place.to_string(), line, wrong };
        let regex = rule.regex?;
        let group = rule.group.unwrap_or_default();
        if let Some(groups) = regex.groups().filter(|groups| group > *groups) {
            let wrong = format!("`secretGroup` is {group}, but the expression has {groups} groups");
            self.faults.push(fault(rule.line, wrong));
        }
        let mut required = Vec::new();
        for (id, line) in &rule.required {
            match places.get(id) {
                Some(places) => required.push(places.clone()),
                None => self.faults.push(fault(
                    *line,
                    format!("`required` names `{}`, and there is no such rule that can run", id.escape_debug()),
                )),
            }
        }
        let kind = kind_of(&rule.id);
        let rule_ready = Rule {
            summed: is_own && checksum::is_known(kind.as_str()),
            kind,
            regex,
            group,
            entropy: rule.entropy.unwrap_or_default(),
            allow: rule.allow,
            required,
            skip_report: rule.skip_report,
        };
        Some(Ready { rule: rule_ready, keywords: rule.keywords })
    }
}

impl Written {
    /// Adds what a rule of the same id says: it replaces what it names, lists grow.
    fn add(&mut self, other: Self) {
        (self.place, self.line) = (other.place, other.line);
        self.regex = other.regex.or(self.regex.take());
        self.has_path |= other.has_path;
        self.group = other.group.or(self.group);
        self.entropy = other.entropy.or(self.entropy);
        self.keywords.extend(other.keywords);
        self.tags.extend(other.tags);
        self.allow.extend(other.allow);
        self.required.extend(other.required);
        self.skip_report |= other.skip_report;
    }
}

fn is_target(rule: &Written, targets: &[Named]) -> bool {
    targets.is_empty() || targets.iter().any(|(id, _)| rule.id == *id)
}

/// Whether a rule gives way to the others where both find something.
fn is_generic(rule: &Written) -> bool {
    rule.id.contains("generic") || rule.tags.iter().any(|tag| tag == "generic")
}

/// The mark's kind for a rule's id: lower case, with dashes between words.
fn kind_of(id: &str) -> Kind {
    let mut kind = String::with_capacity(id.len());
    for letter in id.chars() {
        if letter.is_ascii_alphanumeric() {
            kind.push(letter.to_ascii_lowercase());
        } else if !kind.is_empty() && !kind.ends_with('-') {
            kind.push('-');
        }
        if kind.len() == LONGEST_KIND {
            break;
        }
    }
    let kind = kind.trim_end_matches('-');
    Kind::rule(if kind.is_empty() { "secret" } else { kind })
}
