//! Reads a policy's file, and the files that it extends.

mod rules;

use std::io;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use self::rules::does;
use super::does::Does;
use super::fault::{Fault, Faults, Place};
use super::fields::{Fields, Word, hint};
use super::rule::{Entry, Rule};
use super::steps::{Steps, Then, UNNAMED};
use super::{Parts, precedence, shipped};
use crate::detect::{Detection, Switch, Switches};
use crate::rules::RuleSet;

/// How a policy gets at the text of another file.
pub type Load<'a> = &'a mut dyn FnMut(&Path) -> io::Result<String>;

/// Longest chain of files that extend each other.
const LONGEST_CHAIN: usize = 8;

/// What has been read so far: the upper files' words win.
struct Reader<'l> {
    load: Load<'l>,
    faults: Vec<Fault>,
    name: Option<String>,
    default: Option<Steps>,
    personal: Option<Switches>,
    entropy: Option<bool>,
    rule_files: Option<Vec<(String, String)>>,
    rules: Vec<Rule>,
    entries: Vec<Entry>,
    /// The files read, the policy's own first.
    chain: Vec<PathBuf>,
}

/// Reads a policy's text. `path` is what faults call it, and where the files that it names are looked for.
pub(super) fn read(text: &str, path: &Path, load: Load<'_>) -> Result<Parts, Faults> {
    let mut reader = Reader {
        load,
        faults: Vec::new(),
        name: None,
        default: None,
        personal: None,
        entropy: None,
        rule_files: None,
        rules: Vec::new(),
        entries: Vec::new(),
        chain: Vec::new(),
    };
    reader.file(text, path);
    let rule_set = reader.rule_set();
    let Reader { mut faults, rules, entries, .. } = reader;
    let entries = precedence::order(entries, &rules, &mut faults);
    if !faults.is_empty() {
        faults.sort();
        faults.dedup();
        return Err(Faults(faults));
    }
    let usual = Detection::default();
    let unnamed = Steps { detect: None, then: Then::Hash(UNNAMED.into()), truncate: None };
    Ok(Parts {
        name: reader.name.unwrap_or_default(),
        detection: Detection {
            personal: reader.personal.unwrap_or(usual.personal),
            entropy: reader.entropy.unwrap_or(usual.entropy),
            rules: rule_set.unwrap_or(usual.rules),
        },
        default: reader.default.unwrap_or(unnamed),
        rules,
        entries,
    })
}

impl Reader<'_> {
    /// Makes one set of all rule files; none without a file, or when one of them is at fault.
    fn rule_set(&mut self) -> Option<RuleSet> {
        let files = self.rule_files.take().filter(|files| !files.is_empty())?;
        let load = &mut self.load;
        let set = RuleSet::with_loader(&files, &mut |path| load(path).map_err(|error| error.to_string()));
        set.map_err(|faults| {
            self.faults.extend(
                faults.into_iter().map(|fault| Fault {
                    place: Place { file: fault.place.into(), line: fault.line },
                    what: fault.wrong,
                }),
            );
        })
        .ok()
    }

    fn file(&mut self, text: &str, path: &Path) {
        let mut fields = Fields::new(&path.to_string_lossy(), text);
        self.chain.push(path.to_owned());
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let place = fields.place(error.span().unwrap_or_default());
            fields.fault(place, format!("is not TOML: {}", error.message()));
        }
        if !fields.faults.is_empty() {
            self.faults.append(&mut fields.faults);
            return;
        }
        let root = root.get_ref();
        let known = ["version", "name", "extends", "default", "detect", "rule"];
        fields.known(root, "a policy", &known);
        Self::version(root, &mut fields);
        self.name(root, &mut fields);
        self.default(root, &mut fields);
        if let Some(detect) = fields.table(root, "detect") {
            self.detect(detect, &mut fields, path);
        }
        let layer = self.chain.len() - 1;
        for (place, table) in fields.tables(root, "rule") {
            self.rule(table, place, layer, &mut fields);
        }
        let extends = fields.text(root, "extends");
        self.faults.append(&mut fields.faults);
        if let Some(extends) = extends {
            self.extends(&extends, path);
        }
    }

    fn version(root: &DeTable<'_>, fields: &mut Fields) {
        match fields.key(root, "version") {
            None => fields.fault(fields.place(0..0), "has no `version`: write version = 1"),
            Some(place) => {
                if fields.integer(root, "version").is_some_and(|version| version != 1) {
                    fields.fault(place, "this version is not known: write version = 1");
                }
            }
        }
    }

    fn name(&mut self, root: &DeTable<'_>, fields: &mut Fields) {
        let name = fields.text(root, "name");
        match (name, fields.key(root, "name")) {
            (Some(Word { text, place }), _) => {
                let is_name = (1..=64).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
                if !is_name {
                    fields.fault(place, "`name` takes up to 64 letters, digits, dots, dashes and underscores");
                }
                self.name.get_or_insert_with(|| text.to_owned());
            }
            (None, None) => fields.fault(fields.place(0..0), "has no `name`: write name = \"acme\""),
            (None, Some(_)) => {}
        }
    }

    fn default(&mut self, root: &DeTable<'_>, fields: &mut Fields) {
        let (Some(words), Some(place)) = (fields.texts(root, "default"), fields.key(root, "default")) else { return };
        match does(&words, &place, fields) {
            Some(Does::Steps(steps)) if steps.then.hides() => {
                self.default.get_or_insert(steps);
            }
            Some(does) => fields.fault(
                place,
                format!(
                    "the default cannot be `{does}`: it meets what nobody thought of; write hash, drop, mask or tokenise"
                ),
            ),
            None => {}
        }
    }

    fn detect(&mut self, table: &DeTable<'_>, fields: &mut Fields, path: &Path) {
        fields.known(table, "[detect]", &["rules", "personal", "entropy"]);
        if let Some(words) = fields.texts(table, "personal") {
            let mut personal = Vec::new();
            for Word { text, place } in words {
                let switch = Switch::named(text);
                personal.extend(switch);
                if switch.is_none() {
                    let hint = hint(text, Switch::ALL.iter().map(|switch| switch.name()));
                    fields.fault(place, format!("`{text}` is no personal data that can be looked for{hint}"));
                }
            }
            self.personal.get_or_insert(Switches::of(personal));
        }
        if let Some(entropy) = fields.flag(table, "entropy") {
            self.entropy.get_or_insert(entropy);
        }
        if let Some(words) = fields.texts(table, "rules") {
            let mut files = Vec::new();
            for Word { text, place } in words {
                let file = beside(path, text);
                match (self.load)(&file) {
                    Ok(text) => files.push((file.to_string_lossy().into_owned(), text)),
                    Err(error) => {
                        fields.fault(place, format!("the rule file {} cannot be read: {error}", file.display()));
                    }
                }
            }
            self.rule_files.get_or_insert(files);
        }
    }

    fn extends(&mut self, extends: &Word<'_>, path: &Path) {
        let mut fault = |what: String| self.faults.push(Fault { place: extends.place.clone(), what });
        if let Some(text) = shipped::text(extends.text) {
            let path = PathBuf::from(extends.text);
            if self.chain.contains(&path) {
                return fault("extends itself".to_owned());
            }
            return self.file(text, &path);
        }
        let file = beside(path, extends.text);
        if self.chain.contains(&file) {
            return fault(format!("{} extends itself by way of this file", file.display()));
        }
        if self.chain.len() >= LONGEST_CHAIN {
            return fault(format!("more than {LONGEST_CHAIN} files extend each other"));
        }
        match (self.load)(&file) {
            Ok(text) => self.file(&text, &file),
            Err(error) => fault(format!(
                "the policy {} cannot be read: {error}; write default, detect-all or a path from this file's folder",
                file.display()
            )),
        }
    }
}

/// A path that a file names, from that file's folder.
fn beside(file: &Path, named: &str) -> PathBuf {
    let mut path = file.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(named).components() {
        use std::path::Component;
        match part {
            Component::CurDir => {}
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}
