//! The conditions of a question. Every value is bound as a parameter; SQL text is ours alone.

use datafusion::common::ScalarValue;

use super::Range;
use crate::matching::Matching;
use crate::run::Bindings;

/// Conditions that all must hold, with the values and functions they name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    clauses: Vec<String>,
    values: Vec<ScalarValue>,
    matchings: Vec<Matching>,
}

impl Conditions {
    /// Adds a condition made of this function over columns. Texts for which there is no function match nothing.
    pub(crate) fn and_matching(&mut self, clause: impl Into<String>, matching: Option<Matching>) {
        match matching {
            Some(matching) => {
                self.clauses.push(clause.into());
                self.matchings.push(matching);
            }
            None => self.clauses.push("false".to_owned()),
        }
    }

    /// Adds a condition of which one part must hold.
    pub(crate) fn and_any(&mut self, clauses: &[String]) {
        self.clauses.push(format!("({})", clauses.join(" OR ")));
    }

    /// Makes a function known that a clause calls.
    pub(crate) fn function(&mut self, matching: Option<Matching>) {
        self.matchings.extend(matching);
    }

    /// Binds a value and names its parameter: `$3`.
    pub(crate) fn bind(&mut self, value: ScalarValue) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// Adds a condition on one value, for which every `?` stands.
    pub(crate) fn and(&mut self, clause: &'static str, value: ScalarValue) {
        let parameter = self.bind(value);
        self.clauses.push(clause.replace('?', &parameter));
    }

    /// Adds a condition on a text unless the text is empty.
    pub(crate) fn and_text(&mut self, clause: &'static str, value: &str) {
        if !value.is_empty() {
            self.and(clause, text(value));
        }
    }

    /// Adds the condition that the event happened in a range.
    pub(crate) fn and_in(&mut self, range: Range) {
        self.and("event_time >= ?", time(range.after));
        self.and("event_time < ?", time(range.before));
    }

    /// The conditions, to follow `WHERE`.
    pub(crate) fn sql(&self) -> String {
        if self.clauses.is_empty() { "true".to_owned() } else { self.clauses.join(" AND ") }
    }

    /// What the statement needs beside its text.
    pub(crate) fn bindings(&self) -> Bindings {
        Bindings { values: self.values.clone(), functions: self.matchings.iter().map(Matching::function).collect() }
    }
}

/// A text value.
pub(crate) fn text(value: &str) -> ScalarValue {
    ScalarValue::Utf8(Some(value.to_owned()))
}

/// A whole number.
pub(crate) fn int(value: i64) -> ScalarValue {
    ScalarValue::Int64(Some(value))
}

/// A count or limit.
pub(crate) fn size(value: usize) -> ScalarValue {
    int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A time, µs since the epoch.
pub(crate) fn time(micros: i64) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_bind_every_value_in_order() {
        let mut conditions = Conditions::default();
        conditions.and_text("team = ?", "");
        conditions.and_text("(user_email = ? OR user_id = ?)", "x' OR 1=1");
        conditions.and_in(Range { after: 1, before: 2 });
        assert_eq!(conditions.sql(), "(user_email = $1 OR user_id = $1) AND event_time >= $2 AND event_time < $3");
        assert_eq!(conditions.bindings().values, [text("x' OR 1=1"), time(1), time(2)]);
    }
}
