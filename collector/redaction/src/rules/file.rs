//! Reads one rule file: gitleaks' TOML format, as its documentation and its loader define it.
//! <https://github.com/gitleaks/gitleaks#configuration>
//!
//! Keys are known whatever their case, as they are there. A key that the format does not have is a fault: it may be a
//! condition that somebody relies on. All faults of a file are found at once.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Remark};
use super::pattern::Pattern;
use super::rule::{AllowList, Target};

const FILE: &[&str] = &["title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists"];
const EXTEND: &[&str] = &["path", "url", "useDefault", "disabledRules"];
const RULE: &[&str] = &[
    "id",
    "description",
    "regex",
    "secretGroup",
    "entropy",
    "keywords",
    "path",
    "tags",
    "skipReport",
    "allowlist",
    "allowlists",
    "required",
];
const REQUIRED: &[&str] = &["id", "withinLines", "withinColumns"];
const ALLOW: &[&str] =
    &["description", "condition", "commits", "paths", "regexTarget", "regexes", "stopwords", "targetRules"];

/// A name in a rule file, and its line.
pub(super) type Named = (String, usize);

/// What a rule file says.
#[derive(Debug, Default)]
pub(super) struct RuleFile {
    pub(super) base: Option<Base>,
    pub(super) disabled: Vec<Named>,
    pub(super) rules: Vec<Written>,
    /// The allow-lists of the whole file, with the rules they are for; for all when none is named.
    pub(super) allow: Vec<(Vec<Named>, Arc<AllowList>)>,
}

/// What a file adds to.
#[derive(Debug)]
pub(super) enum Base {
    /// The rules that are always there: our own.
    Own,
    /// Another file.
    File(Named),
}

/// One rule as it is written; what is absent may come from the rule of the same id that it adds to.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) place: Arc<str>,
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) regex: Option<Pattern>,
    /// Its expression is at fault already.
    pub(super) at_fault: bool,
    pub(super) has_path: bool,
    pub(super) group: Option<usize>,
    pub(super) entropy: Option<f64>,
    pub(super) keywords: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) skip_report: bool,
    pub(super) allow: Vec<Arc<AllowList>>,
    pub(super) required: Vec<Named>,
}

/// Whether a file's expressions are compiled now or when they are first used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expressions {
    /// Now: somebody else's.
    Checked,
    /// Later: our own, which a test compiles.
    Trusted,
}

/// Reads a rule file. What is wrong with it goes to `faults`.
pub(super) fn read(
    place: &str,
    text: &str,
    expressions: Expressions,
    faults: &mut Vec<Fault>,
    remarks: &mut Vec<Remark>,
) -> RuleFile {
    let mut reader = Reader { place: Arc::from(place), text, expressions, faults, remarks };
    let (file, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return reader.file(file.get_ref());
    }
    // What could be read around a fault of the syntax may mean something else.
    for error in errors {
        reader.fault(error.span().map_or(0, |span| span.start), error.message());
    }
    RuleFile::default()
}

struct Reader<'a> {
    place: Arc<str>,
    text: &'a str,
    expressions: Expressions,
    faults: &'a mut Vec<Fault>,
    remarks: &'a mut Vec<Remark>,
}

type Field<'t, 'i> = (&'static str, &'t Spanned<DeValue<'i>>);

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    fn fault(&mut self, at: usize, wrong: impl Into<String>) {
        let line = self.line(at);
        self.faults.push(Fault { place: self.place.to_string(), line, wrong: wrong.into() });
    }

    fn remark(&mut self, at: usize, text: impl Into<String>) {
        let line = self.line(at);
        self.remarks.push(Remark { place: self.place.to_string(), line, text: text.into() });
    }

    fn file(&mut self, table: &DeTable<'_>) -> RuleFile {
        let mut file = RuleFile::default();
        let mut forms = AllowForms::default();
        for (name, value) in self.fields(table, FILE, "a rule file") {
            match name {
                "extend" => self.extend(value, &mut file),
                "rules" => {
                    let rules = self.tables(name, value);
                    file.rules = rules.into_iter().filter_map(|(at, table)| self.rule(at, table)).collect();
                }
                "allowlist" | "allowlists" => {
                    for (at, table) in self.allow_tables(name, value, &mut forms) {
                        file.allow.extend(self.allow(at, table, true));
                    }
                }
                // The version that counts is ours, and it knows every key above.
                _ => drop(self.string(name, value)),
            }
        }
        file
    }

    fn extend(&mut self, value: &Spanned<DeValue<'_>>, file: &mut RuleFile) {
        let at = value.span().start;
        let Some(table) = self.table("extend", value) else { return };
        let mut own = false;
        for (name, value) in self.fields(table, EXTEND, "[extend]") {
            match name {
                "useDefault" => own = self.boolean(name, value).unwrap_or_default(),
                "disabledRules" => file.disabled = self.strings(name, value),
                "path" => {
                    let line = self.line(value.span().start);
                    file.base = self.string(name, value).map(|path| Base::File((path.to_owned(), line)));
                }
                _ => self.fault(value.span().start, "`url` is not followed: save the file and name it with `path`"),
            }
        }
        if own && file.base.is_some() {
            self.fault(at, "`useDefault` and `path` exclude each other: keep one");
            file.base = None;
        } else if own {
            file.base = Some(Base::Own);
        }
    }

    fn rule(&mut self, at: usize, table: &DeTable<'_>) -> Option<Written> {
        let mut rule = Written { place: Arc::clone(&self.place), line: self.line(at), ..Written::default() };
        let mut forms = AllowForms::default();
        for (name, value) in self.fields(table, RULE, "a rule") {
            let at = value.span().start;
            match name {
                "id" => self.string(name, value).unwrap_or_default().trim().clone_into(&mut rule.id),
                "regex" => {
                    rule.regex = self
                        .string(name, value)
                        .filter(|regex| !regex.is_empty())
                        .and_then(|regex| self.pattern(at, regex));
                    rule.at_fault = rule.regex.is_none();
                }
                "path" => {
                    rule.has_path = true;
                    let _checked = self.string(name, value).and_then(|path| self.pattern(at, path));
                }
                "secretGroup" => rule.group = self.count(name, value),
                "entropy" => rule.entropy = self.number(name, value),
                "keywords" => rule.keywords = self.strings(name, value).into_iter().map(|(word, _)| word).collect(),
                "tags" => rule.tags = self.strings(name, value).into_iter().map(|(tag, _)| tag).collect(),
                "skipReport" => rule.skip_report = self.boolean(name, value).unwrap_or_default(),
                "allowlist" | "allowlists" => {
                    for (at, table) in self.allow_tables(name, value, &mut forms) {
                        rule.allow.extend(self.allow(at, table, false).map(|(_, allow)| allow));
                    }
                }
                "required" => {
                    for (at, table) in self.tables(name, value) {
                        rule.required.extend(self.required(at, table));
                    }
                }
                _ => self.words(name, value),
            }
        }
        if rule.id.is_empty() {
            self.fault(at, "a rule needs an `id`: it names the mark");
            return None;
        }
        Some(rule)
    }

    fn required(&mut self, at: usize, table: &DeTable<'_>) -> Option<Named> {
        let line = self.line(at);
        let mut id = None;
        for (name, value) in self.fields(table, REQUIRED, "[[rules.required]]") {
            match name {
                "id" => id = self.string(name, value).map(|id| (id.to_owned(), line)),
                // A text is one argument: whatever is in it is near.
                _ => drop(self.count(name, value)),
            }
        }
        if id.is_none() {
            self.fault(at, "a required rule needs an `id`");
        }
        id
    }

    fn allow(&mut self, at: usize, table: &DeTable<'_>, global: bool) -> Option<(Vec<Named>, Arc<AllowList>)> {
        let (mut allow, mut targets) = (AllowList::default(), Vec::new());
        let mut elsewhere = false;
        let known = if global { ALLOW } else { ALLOW.get(..ALLOW.len() - 1).unwrap_or_default() };
        for (name, value) in self.fields(table, known, "an allow-list") {
            let at = value.span().start;
            match name {
                "condition" => match self.string(name, value).unwrap_or_default().to_ascii_uppercase().as_str() {
                    "AND" | "&&" => allow.all = true,
                    "" | "OR" | "||" => {}
                    _ => self.fault(at, "`condition` is `AND` or `OR`"),
                },
                "regexTarget" => match self.string(name, value).unwrap_or_default() {
                    "" | "secret" => allow.target = Target::Secret,
                    "match" => allow.target = Target::Match,
                    "line" => allow.target = Target::Line,
                    _ => self.fault(at, "`regexTarget` is `secret`, `match` or `line`"),
                },
                "regexes" => {
                    let regexes = self.spanned_strings(name, value);
                    allow.regexes = regexes.into_iter().filter_map(|(at, regex)| self.pattern(at, regex)).collect();
                }
                "stopwords" => {
                    let words = self.strings(name, value);
                    allow.stopwords = words.into_iter().map(|(word, _)| word.to_ascii_lowercase()).collect();
                }
                "commits" => elsewhere |= !self.strings(name, value).is_empty(),
                "paths" => {
                    let paths = self.spanned_strings(name, value);
                    elsewhere |= !paths.is_empty();
                    for (at, path) in paths {
                        let _checked = self.pattern(at, path);
                    }
                }
                "targetRules" => targets = self.strings(name, value),
                _ => drop(self.string(name, value)),
            }
        }
        if !elsewhere && allow.regexes.is_empty() && allow.stopwords.is_empty() {
            self.fault(at, "an allow-list needs one of `regexes`, `stopwords`, `paths`, `commits`");
            return None;
        }
        if elsewhere && (allow.all || allow.regexes.is_empty() && allow.stopwords.is_empty()) {
            self.remark(at, "this allow-list never allows anything: a text has neither a path nor a commit");
            return None;
        }
        Some((targets, Arc::new(allow)))
    }

    /// The tables of `[allowlist]` (the older form) or `[[allowlists]]`.
    fn allow_tables<'t, 'i>(
        &mut self,
        name: &str,
        value: &'t Spanned<DeValue<'i>>,
        forms: &mut AllowForms,
    ) -> Vec<(usize, &'t DeTable<'i>)> {
        let older = name == "allowlist";
        if std::mem::replace(if older { &mut forms.older } else { &mut forms.newer }, true)
            || (forms.older && forms.newer)
        {
            self.fault(value.span().start, "`allowlist` and `allowlists` exclude each other: keep `allowlists`");
        }
        if older {
            self.table(name, value).map(|table| (value.span().start, table)).into_iter().collect()
        } else {
            self.tables(name, value)
        }
    }

    fn pattern(&mut self, at: usize, source: &str) -> Option<Pattern> {
        if self.expressions == Expressions::Trusted {
            return Some(Pattern::trusted(source));
        }
        match Pattern::checked(source) {
            Ok(pattern) => Some(pattern),
            Err(wrong) => {
                self.fault(at, format!("the expression does not compile: {wrong}"));
                None
            }
        }
    }

    /// The values of a table by their names as the format spells them.
    fn fields<'t, 'i>(&mut self, table: &'t DeTable<'i>, known: &[&'static str], of: &str) -> Vec<Field<'t, 'i>> {
        let mut fields = Vec::with_capacity(table.len());
        for (key, value) in table {
            if let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(key.get_ref())) {
                fields.push((*name, value));
            } else {
                let wrong = format!("{of} has no key `{}`: it has {}", key.get_ref().escape_debug(), known.join(", "));
                self.fault(key.span().start, wrong);
            }
        }
        // In the order of the file, so that faults are.
        fields.sort_by_key(|(_, value)| value.span().start);
        fields
    }

    fn mistyped(&mut self, name: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let wrong = format!("`{name}` must be {wanted}, not {}", value.get_ref().type_str());
        self.fault(value.span().start, wrong);
    }

    fn table<'t, 'i>(&mut self, name: &str, value: &'t Spanned<DeValue<'i>>) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.mistyped(name, value, "a table");
        }
        table
    }

    fn tables<'t, 'i>(&mut self, name: &str, value: &'t Spanned<DeValue<'i>>) -> Vec<(usize, &'t DeTable<'i>)> {
        let Some(array) = value.get_ref().as_array() else {
            self.mistyped(name, value, "a list of tables");
            return Vec::new();
        };
        array.iter().filter_map(|value| Some((value.span().start, self.table(name, value)?))).collect()
    }

    fn string<'t>(&mut self, name: &str, value: &'t Spanned<DeValue<'_>>) -> Option<&'t str> {
        let string = value.get_ref().as_str();
        if string.is_none() {
            self.mistyped(name, value, "a string");
        }
        string
    }

    fn spanned_strings<'t>(&mut self, name: &str, value: &'t Spanned<DeValue<'_>>) -> Vec<(usize, &'t str)> {
        let Some(array) = value.get_ref().as_array() else {
            self.mistyped(name, value, "a list of strings");
            return Vec::new();
        };
        array.iter().filter_map(|value| Some((value.span().start, self.string(name, value)?))).collect()
    }

    fn strings(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Vec<Named> {
        let strings = self.spanned_strings(name, value);
        strings.into_iter().map(|(at, string)| (string.to_owned(), self.line(at))).collect()
    }

    /// A description: read by nobody here, but a string all the same.
    fn words(&mut self, name: &str, value: &Spanned<DeValue<'_>>) {
        let _read = self.string(name, value);
    }

    fn boolean(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.mistyped(name, value, "true or false");
        }
        boolean
    }

    fn count(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<usize> {
        let count = value.get_ref().as_integer().and_then(|integer| integer.as_str().parse().ok());
        if count.is_none() {
            self.mistyped(name, value, "a whole number from 0");
        }
        count
    }

    fn number(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let digits = match value.get_ref() {
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => None,
        };
        let number = digits.filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.mistyped(name, value, "a number");
        }
        number
    }
}

/// Which of the two forms of an allow-list a table has.
#[derive(Default)]
struct AllowForms {
    older: bool,
    newer: bool,
}
