//! The text columns that rows have.

use std::collections::{BTreeMap, BTreeSet};

use barograph_proto::row::{Attribute, Cells, Event, MetricPoint, Row, Span};

/// Columns that are an argument of the row's tool: they follow the rule of the argument of that name.
pub(super) const ARGUMENTS: &[&str] = &["command", "file_path", "url"];

/// Whether the collector alone fills a column, so that no policy is asked about it.
pub(super) fn is_own(column: &str) -> bool {
    column == "tenant" || column.starts_with("redaction_")
}

/// All text columns that a policy decides about, those that are arguments too.
pub fn all() -> BTreeSet<&'static str> {
    let mut columns = Columns(BTreeSet::new());
    Event::default().cells(&mut columns);
    Span::default().cells(&mut columns);
    MetricPoint::default().cells(&mut columns);
    columns.0
}

struct Columns(BTreeSet<&'static str>);

impl Columns {
    fn add(&mut self, column: &'static str) {
        if !is_own(column) {
            self.0.insert(column);
        }
    }
}

impl Cells for Columns {
    fn text(&mut self, column: &'static str, _: &mut String) {
        self.add(column);
    }
    fn json(&mut self, column: &'static str, _: &mut String) {
        self.add(column);
    }
    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn int(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}
    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}
    fn attributes(&mut self, _: &'static str, _: &mut Vec<Attribute>) {}
    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}
    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}
