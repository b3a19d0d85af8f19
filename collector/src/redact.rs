//! The one door: nothing is stored that has not come through [`Redactor::redact`].
//!
//! A row is walked cell by cell. Its column, or its attribute's key, says by the `policy` what happens to a value; the
//! sender's words are never trusted to say so themselves. Values that are kept are searched for secrets (`detect`);
//! what is taken out leaves a form behind that says what it was (`forms`). Nothing here can fail: what cannot be
//! understood is withheld, and the row is kept.

mod policy;
mod walk;

#[cfg(test)]
mod tests;

use barograph_proto::keyed::ValueKey;
use barograph_proto::row::{Cells, Event, MetricPoint, Row, Rows, Span};
use barograph_redaction::detect::Detector;

use self::policy::Policy;
use self::walk::Walk;

/// Redacts rows by one policy.
pub struct Redactor {
    policy: Policy,
    policy_hash: String,
    detector: Detector,
    key: ValueKey,
}

impl Redactor {
    /// The built-in policy, with the key that hashes withheld values.
    pub fn built_in(key: ValueKey) -> Self {
        Self { policy: Policy::built_in(), policy_hash: Policy::hash(), detector: Detector::new(), key }
    }

    /// The hash that names the policy on every row that passed it, 16 hex digits.
    pub fn policy_hash(&self) -> &str {
        &self.policy_hash
    }

    /// Redacts every row of a request.
    pub fn redact(&self, rows: Rows) -> RedactedRows {
        RedactedRows {
            events: rows.events.into_iter().map(|row| self.row(row)).collect(),
            spans: rows.spans.into_iter().map(|row| self.row(row)).collect(),
            metric_points: rows.metric_points.into_iter().map(|row| self.row(row)).collect(),
        }
    }

    fn row<R: Row>(&self, mut row: R) -> Redacted<R> {
        let tenant = row.origin().tenant.clone();
        row.cells(&mut Walk { policy: &self.policy, detector: &self.detector, key: &self.key, tenant: &tenant });
        row.origin_mut().redaction_policy.clone_from(&self.policy_hash);
        Redacted(row)
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("policy_hash", &self.policy_hash).finish_non_exhaustive()
    }
}

/// A row that has been redacted. Only [`Redactor::redact`] makes one, and the journal, which reads back what it was
/// given. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Redacted<R>(R);

impl<R: Row> Redacted<R> {
    /// The row, to be written.
    pub(crate) fn row(&self) -> &R {
        &self.0
    }

    /// Walks the row's cells.
    pub(crate) fn cells(&mut self, cells: &mut impl Cells) {
        self.0.cells(cells);
    }

    /// A row that the journal holds: it was redacted before it was written there.
    pub(crate) fn from_journal(bytes: &[u8]) -> Result<Self, prost::DecodeError> {
        R::decode(bytes).map(Self)
    }
}

impl<R> std::fmt::Debug for Redacted<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redacted(..)")
    }
}

/// The redacted rows of one request.
#[derive(Clone, Debug, Default)]
pub struct RedactedRows {
    pub(crate) events: Vec<Redacted<Event>>,
    pub(crate) spans: Vec<Redacted<Span>>,
    pub(crate) metric_points: Vec<Redacted<MetricPoint>>,
}

impl RedactedRows {
    /// How many rows, of all tables.
    pub fn len(&self) -> usize {
        self.events.len() + self.spans.len() + self.metric_points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
