//! The one door: nothing is stored that has not come through [`Redactor::redact`].
//!
//! A row is walked cell by cell. Its column, its attribute's key, or its argument's name within its tool says by the
//! policy what happens to a value; the sender's words are never trusted to say so themselves. Nothing here can fail: what
//! cannot be understood is withheld, the row is kept, and says so.

mod in_force;
mod shadow;
mod trial;
mod walk;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use barograph_proto::keyed::RedactionKeys;
use barograph_proto::row::{Cells, Event, MetricPoint, Row, Rows, Span};
use barograph_redaction::engine::{Engine, Recall, Tally};
use barograph_redaction::policy::{Caller, Policy};
use bytes::Bytes;

pub use self::in_force::InForce;
pub use self::shadow::{Shadow, ShadowMetrics, ShadowTold};
pub use self::trial::{Trial, Tried};
use self::walk::Walk;

/// Redacts rows by one policy.
#[derive(Debug)]
pub struct Redactor(Engine);

impl Redactor {
    /// A policy, with the keys that hash what it hides.
    pub fn new(policy: Policy, keys: RedactionKeys) -> Self {
        Self(Engine::new(policy, keys))
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        self.0.policy()
    }

    /// The policy with what applies it.
    pub fn engine(&self) -> &Engine {
        &self.0
    }

    /// The hash that names the policy on every row that passed it, 16 hex digits.
    pub fn policy_hash(&self) -> &str {
        self.0.policy().hash()
    }

    /// Redacts every row of a request.
    pub fn redact(&self, rows: Rows) -> RedactedRows {
        self.redact_part(rows, &mut Recall::default())
    }

    /// Redacts some rows of a request, with what is remembered of those before them.
    pub fn redact_part(&self, rows: Rows, recall: &mut Recall) -> RedactedRows {
        let mut sum = Tally::default();
        RedactedRows {
            events: self.rows(rows.events, recall, &mut sum),
            spans: self.rows(rows.spans, recall, &mut sum),
            metric_points: self.rows(rows.metric_points, recall, &mut sum),
            tally: sum,
        }
    }

    /// Redacts rows where they are: a row is large, and moving it costs.
    fn rows<R: Row>(&self, mut rows: Vec<R>, recall: &mut Recall, sum: &mut Tally) -> Vec<Redacted<R>> {
        for row in &mut rows {
            self.row(row, recall, sum);
        }
        rows.into_iter().map(Redacted).collect()
    }

    fn row<R: Row>(&self, row: &mut R, recall: &mut Recall, sum: &mut Tally) {
        let tool = row.call().map(|call| call.tool_name.clone()).unwrap_or_default();
        let (tenant, agent) = (row.origin().tenant.clone(), row.origin().agent.clone());
        let mut walk = Walk(self.0.judge(&tenant, Caller { agent: &agent, tool: &tool }, recall));
        row.cells(&mut walk);
        let tally = walk.tally();
        sum.add(&tally);
        let origin = row.origin_mut();
        self.policy_hash().clone_into(&mut origin.redaction_policy);
        tally.outcome().as_str().clone_into(&mut origin.redaction_outcome);
        origin.redaction_bytes_in = i64::try_from(tally.bytes_in).ok();
        origin.redaction_bytes_out = i64::try_from(tally.bytes_out).ok();
        origin.redaction_key_epoch = Some(self.0.key_epoch().into());
        origin.redaction_kinds = tally.kinds;
        origin.redaction_secrets = tally.secrets;
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

    /// Reads rows back that the journal holds, which were redacted before they were written there, one after the other.
    /// Each takes the place of the one before it, so that a row costs no memory of its own.
    pub(crate) fn from_journal(rows: &[Bytes], mut read: impl FnMut(&mut Self)) -> Result<(), prost::DecodeError> {
        let mut row = Self(R::default());
        for bytes in rows {
            row.0.clear();
            row.0.merge(bytes.as_ref())?;
            read(&mut row);
        }
        Ok(())
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
    pub(crate) tally: Tally,
}

impl RedactedRows {
    /// What was found and done in all rows together, without the secrets.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Adds rows behind those that are there.
    pub(crate) fn append(&mut self, mut more: Self) {
        self.events.append(&mut more.events);
        self.spans.append(&mut more.spans);
        self.metric_points.append(&mut more.metric_points);
        self.tally.add(&more.tally);
    }

    /// How many rows, of all tables.
    pub fn len(&self) -> usize {
        self.events.len() + self.spans.len() + self.metric_points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
