//! The query side's own metrics. Counted per statement; a page asks several.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// How a statement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Refused,
    TimedOut,
    OutOfMemory,
    Broken,
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Answered, Self::Refused, Self::TimedOut, Self::OutOfMemory, Self::Broken];

    fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::Broken => "broken",
        }
    }
}

/// Labels of the counter of statements.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// What the query side counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    statements: Family<OutcomeLabels, Counter>,
    duration: Histogram,
    rows: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            statements: Family::default(),
            // 1 ms to 33 s
            duration: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
            rows: Counter::default(),
        }
    }
}

impl Metrics {
    /// Registers the metrics under `barograph_query_`. Every outcome stands there from the start, so that alerts see the
    /// first of each.
    pub(crate) fn register(&self, registry: &mut Registry) {
        for outcome in Outcome::ALL {
            drop(self.statements.get_or_create(&OutcomeLabels { outcome: outcome.as_str() }));
        }
        let registry = registry.sub_registry_with_prefix("barograph_query");
        registry.register("statements", "SQL statements, by how they ended", self.statements.clone());
        registry.register_with_unit("duration", "Time that a statement took", Unit::Seconds, self.duration.clone());
        registry.register("rows_returned", "Rows that statements returned", self.rows.clone());
    }

    pub(crate) fn count(&self, outcome: Outcome) {
        self.statements.get_or_create(&OutcomeLabels { outcome: outcome.as_str() }).inc();
    }

    pub(crate) fn answered(&self, took: Duration, rows: usize) {
        self.count(Outcome::Answered);
        self.duration.observe(took.as_secs_f64());
        self.rows.inc_by(rows as u64);
    }

    pub(crate) fn failed(&self, took: Duration, outcome: Outcome) {
        self.count(outcome);
        self.duration.observe(took.as_secs_f64());
    }
}
