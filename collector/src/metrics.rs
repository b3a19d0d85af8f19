//! The collector's own metrics, made in the root and handed in.

mod connections;

use std::sync::atomic::AtomicU64;

use barograph_proto::otlp::Signal;
use barograph_proto::tables::Table;
use barograph_proto::values::Redaction;
use barograph_redaction::engine::Tally;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

pub use self::connections::ConnectionMetrics;
use crate::store::Task;

/// Labels of a counter that is kept per signal.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct SignalLabels {
    /// logs, traces or metrics.
    pub signal: &'static str,
}

/// Labels of a counter that is kept per way in.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct TransportLabels {
    /// grpc or http.
    pub transport: &'static str,
}

/// Labels of a counter of what a door refused: requests, connections or handshakes.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RefusalLabels {
    /// grpc or http.
    pub transport: &'static str,
    /// Why, in a word of a closed set.
    pub reason: &'static str,
}

/// Labels of a metric that is kept per table.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct TableLabels {
    /// events, spans or `metric_points`.
    pub table: &'static str,
}

/// Labels of a metric that is kept per kind of maintenance.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct TaskLabels {
    /// checkpoint, compaction, retention, `log_cleanup` or vacuum.
    pub task: &'static str,
}

/// Labels of the counter of redacted values.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// kept, redacted, withheld or failed.
    pub outcome: &'static str,
}

/// Labels of the counter of finds.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct FindLabels {
    /// A kind of the detector: one of ours, or a rule's id.
    pub kind: String,
}

/// Labels of the counter of withheld values.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct WithheldLabels {
    /// Why, one of [`barograph_redaction::engine::Reason`].
    pub reason: &'static str,
}

/// What the collector counts. received = stored + already stored + refused + rejected, always.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Records decoded from requests.
    pub records_received: Family<SignalLabels, Counter>,
    /// Records made durable.
    pub records_stored: Family<SignalLabels, Counter>,
    /// Records recognised as stored before.
    pub records_already_stored: Family<SignalLabels, Counter>,
    /// Records of requests that were refused after decoding.
    pub records_refused: Family<SignalLabels, Counter>,
    /// Requests answered with success.
    pub requests_accepted: Family<TransportLabels, Counter>,
    /// Requests answered with an error.
    pub requests_refused: Family<RefusalLabels, Counter>,
    /// What the doors count of connections.
    pub connections: ConnectionMetrics,
    /// What redaction counts.
    pub redaction: RedactionMetrics,
    /// What journal and committer count.
    pub store: StoreMetrics,
}

/// What redaction counts.
#[derive(Debug)]
pub struct RedactionMetrics {
    /// Values that went through the door.
    pub values: Family<OutcomeLabels, Counter>,
    /// Secrets and personal data found.
    pub finds: Family<FindLabels, Counter>,
    /// Values withheld.
    pub withheld: Family<WithheldLabels, Counter>,
    /// How long it takes to redact a request, seconds.
    pub seconds: Histogram,
}

impl Default for RedactionMetrics {
    fn default() -> Self {
        Self {
            values: Family::default(),
            finds: Family::default(),
            withheld: Family::default(),
            // 10 µs to 2.6 s.
            seconds: Histogram::new(exponential_buckets(0.000_01, 4.0, 10)),
        }
    }
}

impl RedactionMetrics {
    /// Counts what was done in a request.
    pub(crate) fn count(&self, tally: &Tally) {
        for (outcome, count) in Redaction::ALL.iter().zip(tally.values) {
            self.values.get_or_create(&OutcomeLabels { outcome: outcome.as_str() }).inc_by(count);
        }
        for (kind, count) in tally.finds() {
            self.finds.get_or_create(&FindLabels { kind: kind.to_owned() }).inc_by(count);
        }
        for (reason, count) in tally.reasons() {
            self.withheld.get_or_create(&WithheldLabels { reason: reason.as_str() }).inc_by(count);
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("barograph_redaction");
        registry.register("values", "Values that went through the door", self.values.clone());
        registry.register("finds", "Secrets and personal data found in values", self.finds.clone());
        registry.register("withheld", "Values that were withheld", self.withheld.clone());
        registry.register("seconds", "Time to redact a request", self.seconds.clone());
    }
}

/// What journal and committer count. Cheap to clone: all clones count together.
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    /// Requests that wait to be written to the journal.
    pub journal_queue_requests: Gauge,
    /// What the journal's files hold, bytes.
    pub journal_bytes: Gauge,
    /// How long a sync of the journal takes, seconds.
    pub fsync_seconds: Histogram,
    /// How many requests shared a sync.
    pub group_requests: Histogram,
    /// Rows that were not stored because their event id was known.
    pub known_rows: Counter,
    /// Durable rows that wait in memory to be committed, bytes in the journal.
    pub commit_queue_bytes: Gauge,
    /// Commits to a table.
    pub commits: Family<TableLabels, Counter>,
    /// Rows committed to a table.
    pub rows_committed: Family<TableLabels, Counter>,
    /// Attempts to commit that failed and were made again.
    pub commit_failures: Counter,
    /// How long it takes to write the waiting rows to all tables, seconds.
    pub commit_seconds: Histogram,
    /// Data files that belong to a table.
    pub live_files: Family<TableLabels, Gauge>,
    /// Times that small files of a table became few.
    pub compactions: Family<TableLabels, Counter>,
    /// What these files held, bytes.
    pub compacted_bytes: Family<TableLabels, Counter>,
    /// Rows that compaction left out because their event id stood there already.
    pub repeated_rows: Family<TableLabels, Counter>,
    /// Rows that retention removed.
    pub expired_rows: Family<TableLabels, Counter>,
    /// Files that vacuum removed.
    pub vacuumed_files: Family<TableLabels, Counter>,
    /// Maintenance steps that failed and are tried again.
    pub maintenance_failures: Family<TaskLabels, Counter>,
    /// Time spent on maintenance, seconds.
    pub maintenance_seconds: Family<TaskLabels, Counter<f64, AtomicU64>>,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            journal_queue_requests: Gauge::default(),
            journal_bytes: Gauge::default(),
            // 0.1 ms to 6.5 s.
            fsync_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 17)),
            group_requests: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            known_rows: Counter::default(),
            commit_queue_bytes: Gauge::default(),
            commits: Family::default(),
            rows_committed: Family::default(),
            commit_failures: Counter::default(),
            // 1 ms to 32 s.
            commit_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
            live_files: Family::default(),
            compactions: Family::default(),
            compacted_bytes: Family::default(),
            repeated_rows: Family::default(),
            expired_rows: Family::default(),
            vacuumed_files: Family::default(),
            maintenance_failures: Family::default(),
            maintenance_seconds: Family::default(),
        }
    }
}

impl StoreMetrics {
    fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("store");
        registry.register(
            "journal_queue_requests",
            "Requests that wait to be written to the journal",
            self.journal_queue_requests.clone(),
        );
        registry.register("journal_bytes", "What the journal's files hold", self.journal_bytes.clone());
        registry.register("fsync_seconds", "Time of a sync of the journal", self.fsync_seconds.clone());
        registry.register("group_requests", "Requests that shared a sync", self.group_requests.clone());
        registry.register("known_rows", "Rows left out because their event id was known", self.known_rows.clone());
        registry.register(
            "commit_queue_bytes",
            "Durable rows that wait in memory to be committed",
            self.commit_queue_bytes.clone(),
        );
        registry.register("commits", "Commits to a table", self.commits.clone());
        registry.register("rows_committed", "Rows committed to a table", self.rows_committed.clone());
        registry.register("commit_failures", "Commits that failed and were tried again", self.commit_failures.clone());
        registry.register(
            "commit_seconds",
            "Time to write the waiting rows to the tables",
            self.commit_seconds.clone(),
        );
        self.register_maintenance(registry);
    }
}

impl StoreMetrics {
    fn register_maintenance(&self, registry: &mut Registry) {
        registry.register("live_files", "Data files that belong to a table", self.live_files.clone());
        registry.register("compactions", "Times that small files became few", self.compactions.clone());
        registry.register("compacted_bytes", "What the small files held", self.compacted_bytes.clone());
        registry.register(
            "repeated_rows",
            "Rows that compaction found to be there already",
            self.repeated_rows.clone(),
        );
        registry.register("expired_rows", "Rows that retention removed", self.expired_rows.clone());
        registry.register("vacuumed_files", "Files that vacuum removed", self.vacuumed_files.clone());
        registry.register(
            "maintenance_failures",
            "Maintenance steps that failed and are tried again",
            self.maintenance_failures.clone(),
        );
        registry.register("maintenance_seconds", "Time spent on maintenance", self.maintenance_seconds.clone());
    }
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        metrics.begin_at_zero();
        metrics.redaction.register(registry);
        let registry = registry.sub_registry_with_prefix("barograph_collector");
        registry.register("records_received", "Records decoded from requests", metrics.records_received.clone());
        registry.register("records_stored", "Records made durable", metrics.records_stored.clone());
        registry.register(
            "records_already_stored",
            "Records recognised as stored before",
            metrics.records_already_stored.clone(),
        );
        registry.register("records_refused", "Records of refused requests", metrics.records_refused.clone());
        registry.register("requests_accepted", "Requests answered with success", metrics.requests_accepted.clone());
        registry.register("requests_refused", "Requests answered with an error", metrics.requests_refused.clone());
        metrics.connections.register(registry);
        metrics.store.register(registry);
        metrics
    }

    /// Makes the counters whose labels are few stand there from the start: an alert sees a step from 0 to 1, and not one
    /// from nothing to 1.
    fn begin_at_zero(&self) {
        for signal in Signal::ALL.map(Signal::name) {
            let records =
                [&self.records_received, &self.records_stored, &self.records_already_stored, &self.records_refused];
            for counter in records {
                drop(counter.get_or_create(&SignalLabels { signal }));
            }
        }
        for transport in ["grpc", "http"] {
            drop(self.requests_accepted.get_or_create(&TransportLabels { transport }));
        }
        for table in Table::ALL.map(Table::name) {
            let store = &self.store;
            let (rows, files) =
                ([&store.repeated_rows, &store.expired_rows], [&store.compactions, &store.vacuumed_files]);
            for counter in rows.into_iter().chain(files).chain([&store.compacted_bytes]) {
                drop(counter.get_or_create(&TableLabels { table }));
            }
        }
        for task in Task::ALL.map(Task::name) {
            drop(self.store.maintenance_failures.get_or_create(&TaskLabels { task }));
        }
    }
}
