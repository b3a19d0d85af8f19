//! Fields of a TOML file, with every fault's line.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Place};

/// A text of a file, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) place: Place,
}

/// Reads the fields of one file's tables and collects what is wrong with them.
pub(super) struct Fields {
    file: Arc<str>,
    /// Where the lines begin, bytes.
    starts: Vec<usize>,
    pub(super) faults: Vec<Fault>,
}

impl Fields {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.into(), starts, faults: Vec::new() }
    }

    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place { file: Arc::clone(&self.file), line: self.starts.partition_point(|start| *start <= span.start) }
    }

    pub(super) fn fault(&mut self, place: Place, what: impl Into<String>) {
        self.faults.push(Fault { place, what: what.into() });
    }

    /// Refuses keys that a table cannot have.
    pub(super) fn known(&mut self, table: &DeTable<'_>, whose: &str, known: &[&str]) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let what = format!("{whose} has no `{name}`{}", hint(name, known.iter().copied()));
                self.fault(self.place(key.span()), what);
            }
        }
    }

    /// The place of a key, if the table has it.
    pub(super) fn key(&self, table: &DeTable<'_>, key: &str) -> Option<Place> {
        table.keys().find(|name| **name.get_ref() == *key).map(|name| self.place(name.span()))
    }

    /// One text.
    pub(super) fn text<'a>(&mut self, table: &'a DeTable<'_>, key: &str) -> Option<Word<'a>> {
        let value = value(table, key)?;
        let word = self.word(value);
        if word.is_none() {
            self.wrong_type(value, key, "a text");
        }
        word
    }

    /// A text or a list of texts. None of them may be empty.
    pub(super) fn texts<'a>(&mut self, table: &'a DeTable<'_>, key: &str) -> Option<Vec<Word<'a>>> {
        let value = value(table, key)?;
        let DeValue::Array(items) = value.get_ref() else {
            let word = self.word(value);
            if word.is_none() {
                self.wrong_type(value, key, "a text or a list of texts");
            }
            return Some(self.filled(key, Vec::from_iter(word)));
        };
        let mut words = Vec::with_capacity(items.len());
        for item in items {
            match self.word(item) {
                Some(word) => words.push(word),
                None => self.wrong_type(item, key, "texts"),
            }
        }
        Some(self.filled(key, words))
    }

    fn filled<'a>(&mut self, key: &str, words: Vec<Word<'a>>) -> Vec<Word<'a>> {
        for word in &words {
            if word.text.is_empty() {
                self.fault(word.place.clone(), format!("`{key}` has an empty text"));
            }
        }
        words.into_iter().filter(|word| !word.text.is_empty()).collect()
    }

    /// A whole number.
    pub(super) fn integer(&mut self, table: &DeTable<'_>, key: &str) -> Option<i64> {
        let value = value(table, key)?;
        let number =
            value.get_ref().as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type(value, key, "a whole number");
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        let value = value(table, key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(value, key, "true or false");
        }
        flag
    }

    /// A table.
    pub(super) fn table<'a, 'i>(&mut self, table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
        let value = value(table, key)?;
        let inner = value.get_ref().as_table();
        if inner.is_none() {
            self.wrong_type(value, key, &format!("a table: write [{key}]"));
        }
        inner
    }

    /// A list of tables, each with its place.
    pub(super) fn tables<'a, 'i>(&mut self, table: &'a DeTable<'i>, key: &str) -> Vec<(Place, &'a DeTable<'i>)> {
        let Some(value) = value(table, key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value, key, &format!("a list of tables: write [[{key}]]"));
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_table() {
                Some(inner) => tables.push((self.place(item.span()), inner)),
                None => self.wrong_type(item, key, &format!("a list of tables: write [[{key}]]")),
            }
        }
        tables
    }

    fn word<'a>(&self, value: &'a Spanned<DeValue<'_>>) -> Option<Word<'a>> {
        value.get_ref().as_str().map(|text| Word { text, place: self.place(value.span()) })
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, key: &str, expected: &str) {
        let found = value.get_ref().type_str();
        self.fault(self.place(value.span()), format!("`{key}` takes {expected}, not {found}"));
    }
}

fn value<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    table.iter().find(|(name, _)| **name.get_ref() == *key).map(|(_, value)| value)
}

/// "; did you mean `tool`?" where a known word is near; else the known words, unless they are many.
pub(super) fn hint<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match near(word, known.clone()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.clone().count() > 12 => String::new(),
        None => format!("; it can have {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The known word that a word is probably meant to be.
pub(super) fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, near) = known.map(|known| (distance(word, known), known)).min()?;
    (distance <= 2 && distance < word.chars().count()).then_some(near)
}

/// How many letters have to be put in, taken out or replaced.
fn distance(one: &str, two: &str) -> usize {
    let mut row: Vec<usize> = (0..=two.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in two.chars().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let replaced = cell(&row, j) + usize::from(a != b);
            next.push(replaced.min(cell(&row, j + 1) + 1).min(cell(&next, j) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
