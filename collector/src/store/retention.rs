//! How long rows are kept, by tenant and class of event, and which are held whatever their age.
//!
//! ```toml
//! [[keep]]                  # everything
//! days = 400
//!
//! [[keep]]                  # narrower wins
//! class = "metrics"
//! days = 90
//!
//! [[keep]]
//! tenant = "acme"
//! class = "conversations"
//! days = 30
//!
//! [[hold]]                  # kept until this is taken out again
//! name = "case-2026-17"
//! tenant = "acme"
//! session_id = "0b9…"
//! ```
//!
//! Without a `keep` that fits, a row is kept for ever.

use barograph_proto::tables::Table;
use barograph_proto::values::Kind;
use serde::Deserialize;

/// What a row is about, as far as retention goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventClass {
    /// What was asked, decided and done: decisions, results, modes, hooks, plugins, skills, subagents, MCP servers,
    /// sessions.
    Decisions,
    /// Prompts and answers.
    Conversations,
    /// All other events: model requests, errors, what is not known.
    Operations,
    /// Spans.
    Traces,
    /// Metric points.
    Metrics,
}

impl EventClass {
    /// The class of a row of a table, by its `kind`.
    pub(crate) fn of(table: Table, kind: &str) -> Self {
        match table {
            Table::Spans => return Self::Traces,
            Table::MetricPoints => return Self::Metrics,
            Table::Events => {}
        }
        match Kind::ALL.iter().find(|known| known.as_str() == kind) {
            Some(Kind::Prompt | Kind::Response) => Self::Conversations,
            Some(Kind::Request | Kind::Error | Kind::Compaction | Kind::Other) | None => Self::Operations,
            Some(_) => Self::Decisions,
        }
    }

    /// The classes that a table's rows may have.
    fn in_table(table: Table) -> &'static [Self] {
        match table {
            Table::Events => &[Self::Decisions, Self::Conversations, Self::Operations],
            Table::Spans => &[Self::Traces],
            Table::MetricPoints => &[Self::Metrics],
        }
    }
}

/// How long rows are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionPolicy {
    /// Rules; the narrowest that fits decides.
    #[serde(default)]
    keep: Vec<Keep>,
    /// Rows that are not removed whatever the rules say.
    #[serde(default)]
    hold: Vec<Hold>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    /// Whose rows; everybody's when absent.
    tenant: Option<String>,
    /// Rows of which class; of every one when absent.
    class: Option<EventClass>,
    /// A row may go when its day is so many days past.
    days: u32,
}

/// A legal hold: rows that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hold {
    /// What it is for, for people.
    name: String,
    pub(crate) tenant: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) user_email: Option<String>,
    pub(crate) repo: Option<String>,
    /// First day, `2026-11-01`.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
}

/// Why a retention file cannot be taken.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum RetentionError {
    /// It is not what the form asks for.
    #[error("{0}")]
    Form(String),
    /// A rule would remove rows on the day that they arrive.
    #[error("a [[keep]] has days = 0; a row is kept for 1 day at least")]
    NoDays,
    /// Two rules say something about the same rows.
    #[error("two [[keep]] are for the same tenant and class; leave one of them")]
    Twice,
    /// A day is none.
    #[error("the [[hold]] {name} has a from or to that is no day; a day is written 2026-11-21")]
    Day {
        /// The hold.
        name: String,
    },
}

impl RetentionPolicy {
    /// Reads a retention file.
    ///
    /// # Errors
    /// When it is not one that can be followed to the letter; the message tells where, without the file's name.
    pub fn parse(text: &str) -> Result<Self, RetentionError> {
        let policy: Self = toml::from_str(text).map_err(|error| RetentionError::Form(error.to_string()))?;
        if policy.keep.iter().any(|keep| keep.days == 0) {
            return Err(RetentionError::NoDays);
        }
        let same = |a: &Keep, b: &Keep| a.tenant == b.tenant && a.class == b.class;
        if policy.keep.iter().enumerate().any(|(at, keep)| policy.keep.iter().skip(at + 1).any(|next| same(keep, next)))
        {
            return Err(RetentionError::Twice);
        }
        let is_day = |day: &Option<String>| day.as_ref().is_none_or(|day| crate::columnar::parse_day(day).is_some());
        match policy.hold.iter().find(|hold| !is_day(&hold.from) || !is_day(&hold.to)) {
            Some(hold) => Err(RetentionError::Day { name: hold.name.clone() }),
            None => Ok(policy),
        }
    }

    /// For how many days a row is kept; none for ever. A tenant's own rule for a class is the narrowest, then a tenant's
    /// for all classes, then a class's for all tenants.
    pub(crate) fn days(&self, tenant: &str, class: EventClass) -> Option<u32> {
        let fits = |keep: &&Keep| {
            keep.tenant.as_deref().is_none_or(|of| of == tenant) && keep.class.is_none_or(|of| of == class)
        };
        let narrowest = self.keep.iter().filter(fits).max_by_key(|keep| (keep.tenant.is_some(), keep.class.is_some()));
        narrowest.map(|keep| keep.days)
    }

    /// The least number of days that any row of a table is kept; none when all are kept for ever.
    pub(crate) fn fewest_days(&self, table: Table) -> Option<u32> {
        let classes = EventClass::in_table(table);
        let about = |keep: &&Keep| keep.class.is_none_or(|class| classes.contains(&class));
        self.keep.iter().filter(about).map(|keep| keep.days).min()
    }

    /// The holds that may be about rows of a day, `2026-11-21`.
    pub(crate) fn holds(&self, day: &str) -> Vec<&Hold> {
        // Days in this form compare as texts.
        let reaches = |hold: &&Hold| {
            hold.from.as_deref().is_none_or(|from| from <= day) && hold.to.as_deref().is_none_or(|to| day <= to)
        };
        self.hold.iter().filter(reaches).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [[keep]]
        days = 400
        [[keep]]
        class = "metrics"
        days = 90
        [[keep]]
        tenant = "acme"
        days = 800
        [[keep]]
        tenant = "acme"
        class = "conversations"
        days = 30
        [[hold]]
        name = "case"
        from = "2026-11-01"
        to = "2026-11-10"
    "#;

    #[test]
    fn the_narrowest_rule_decides() {
        let policy = RetentionPolicy::parse(POLICY).unwrap();
        for (tenant, class, days) in [
            ("acme", EventClass::Conversations, 30),
            ("acme", EventClass::Metrics, 800),
            ("default", EventClass::Metrics, 90),
            ("default", EventClass::Decisions, 400),
        ] {
            assert_eq!(policy.days(tenant, class), Some(days), "{tenant} {class:?}");
        }
        assert_eq!(policy.fewest_days(Table::Events), Some(30));
        assert_eq!(policy.fewest_days(Table::Spans), Some(400));
        assert_eq!(RetentionPolicy::default().days("default", EventClass::Traces), None);
    }

    #[test]
    fn holds_reach_from_day_to_day() {
        let policy = RetentionPolicy::parse(POLICY).unwrap();
        for (day, held) in [("2026-10-31", 0), ("2026-11-01", 1), ("2026-11-10", 1), ("2026-11-11", 0)] {
            assert_eq!(policy.holds(day).len(), held, "{day}");
        }
    }

    #[test]
    fn faults_are_told() {
        for (text, message) in [
            ("[[keep]]\ndays = 0", "days = 0"),
            ("[[keep]]\ndays = 5\n[[keep]]\ndays = 6", "the same tenant and class"),
            ("[[keep]]\nclass = \"decision\"\ndays = 5", "unknown variant"),
            ("[[keep]]\nday = 5", "unknown field"),
            ("[[hold]]\nname = \"x\"\nfrom = \"tomorrow\"", "no day"),
        ] {
            let error = RetentionPolicy::parse(text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
