//! Takes a row to the engine, cell by cell.

use std::collections::BTreeMap;

use barograph_proto::row::{Attribute, Cells, Sent};
use barograph_redaction::engine::{Judge, Tally};
use barograph_redaction::policy::Target;

/// Redacts every cell of a row in place.
pub(super) struct Walk<'a>(pub(super) Judge<'a>);

impl Walk<'_> {
    /// What was found and done.
    pub(super) fn tally(self) -> Tally {
        self.0.tally()
    }

    fn attribute(&mut self, attribute: &mut Attribute) {
        let Attribute { key, value, sent } = attribute;
        let target = Target::Attribute(key);
        match Sent::try_from(*sent) {
            // What does not look like what it was sent as is not trusted to be it.
            Ok(Sent::Number) if is_number(value) => self.0.measure(target, value),
            Ok(Sent::Flag) if matches!(value.as_str(), "true" | "false") => self.0.measure(target, value),
            Ok(Sent::Text) => self.0.text(target, value),
            Ok(Sent::Nested) => self.0.nested(target, value),
            Ok(Sent::Bytes | Sent::Unset | Sent::Number | Sent::Flag) | Err(_) => self.0.opaque(target, value),
        }
        self.0.key(key);
    }
}

impl Cells for Walk<'_> {
    fn text(&mut self, column: &'static str, value: &mut String) {
        if !is_own(column) {
            self.0.text(Target::Column(column), value);
        }
    }

    fn json(&mut self, column: &'static str, value: &mut String) {
        self.text(column, value);
    }

    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}

    fn int(&mut self, _: &'static str, _: &mut Option<i64>) {}

    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}

    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}

    fn attributes(&mut self, _: &'static str, attributes: &mut Vec<Attribute>) {
        for attribute in attributes {
            self.attribute(attribute);
        }
    }

    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}

    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}

/// Whether a column is the collector's own word: who the connection belongs to, and what redaction itself says.
fn is_own(column: &str) -> bool {
    column == "tenant" || column.starts_with("redaction_")
}

/// A number as the collector writes numbers.
fn is_number(value: &str) -> bool {
    value.len() <= 400 && value.parse::<f64>().is_ok()
}
