//! What is done to the tables in the background: few large files out of many small ones, rows whose time is over taken
//! out, checkpoints, a short log, a folder without left-overs.
//!
//! All of it runs on one thread of low priority, one step at a time, so that it takes the CPU time that nobody else
//! wants and a bounded amount of memory. A step prepares its files first and then changes the table by one commit: a
//! crash leaves the table as it was or as it should be, and at worst some files that the next vacuum finds. A step that
//! fails is tried again in the next round.

mod compaction;
mod expiry;
mod files;
mod plan;
mod steadiness;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use barograph_proto::time::Clock;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::expiry::Examined;
pub(super) use self::files::rows as read;
pub(super) use self::plan::Sizes;
use self::steadiness::Steadiness;
use super::committer::causes;
use super::opening::Tables;
use super::priority;
use super::retention::RetentionPolicy;
use super::table::{TableError, TableLog};
use crate::columnar::ColumnarError;
use crate::metrics::{StoreMetrics, TableLabels, TaskLabels};

/// How nice the thread is to others, as nice(2) counts.
const NICE: i32 = 19;

/// The numbers that tests set otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaintenanceLimits {
    /// Between two looks at the tables.
    pub(super) every: Duration,
    /// Between two rounds of what is slow: retention, the log's clean-up, vacuum.
    pub(super) slow_every: Duration,
    /// The clock must have run evenly for so long before it may say that a row's time is over.
    pub(super) steady: Duration,
    /// How large files are and grow.
    pub(super) sizes: Sizes,
}

impl Default for MaintenanceLimits {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(5),
            slow_every: Duration::from_hours(1),
            steady: Duration::from_hours(1),
            sizes: Sizes::default(),
        }
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum MaintenanceError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    #[error("cannot read the data file {path} of the table {place}; restore it from a copy")]
    File {
        place: String,
        path: String,
        #[source]
        source: parquet::errors::ParquetError,
    },
}

/// A kind of step, as metrics name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Task {
    Checkpoint,
    Compaction,
    Retention,
    LogCleanup,
    Vacuum,
}

impl Task {
    pub(crate) const ALL: [Self; 5] =
        [Self::Checkpoint, Self::Compaction, Self::Retention, Self::LogCleanup, Self::Vacuum];

    /// As a metric label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Compaction => "compaction",
            Self::Retention => "retention",
            Self::LogCleanup => "log_cleanup",
            Self::Vacuum => "vacuum",
        }
    }
}

/// Keeps the tables.
#[derive(Debug)]
pub(super) struct Maintenance {
    pub(super) tables: watch::Receiver<Option<Tables>>,
    /// What may go and when; replaced while we run.
    pub(super) retention: Arc<RwLock<RetentionPolicy>>,
    pub(super) limits: MaintenanceLimits,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: StoreMetrics,
    pub(super) stop: CancellationToken,
}

impl Maintenance {
    /// Runs until it is told to stop. Blocks: to be run on a thread of its own.
    pub(super) fn run(self, runtime: &Handle) {
        priority::lower(NICE);
        let stop = self.stop.clone();
        // Dropped in the middle of a step it leaves nothing that the next start does not cope with.
        runtime.block_on(stop.run_until_cancelled(self.keep()));
    }

    async fn keep(mut self) {
        // Without the committer there are no tables to be opened.
        let Ok(Some(tables)) = self.tables.wait_for(Option::is_some).await.map(|tables| tables.clone()) else { return };
        let mut slow = Slow {
            last: None,
            steadiness: Steadiness::new(self.clock.now(), self.limits.steady),
            examined: Examined::default(),
        };
        loop {
            for log in tables.iter() {
                self.quick(log).await;
            }
            slow.steadiness.look(self.clock.now());
            if slow.last.is_none_or(|last: Instant| last.elapsed() >= self.limits.slow_every) {
                for log in tables.iter() {
                    self.slow(log, &mut slow).await;
                }
                slow.last = Some(Instant::now());
            }
            tokio::time::sleep(self.limits.every).await;
        }
    }

    /// What keeps a table fast.
    async fn quick(&self, log: &TableLog) {
        loop {
            let compacted = self.step(Task::Compaction, log, compaction::once(self, log)).await;
            self.step(Task::Checkpoint, log, log.checkpoint_if_due()).await;
            if compacted != Some(true) {
                break;
            }
        }
        if let Ok(live) = log.live_files().await {
            let files = i64::try_from(live.len()).unwrap_or(i64::MAX);
            self.metrics.live_files.get_or_create(&TableLabels { table: log.table().name() }).set(files);
        }
    }

    /// What keeps a table small.
    async fn slow(&self, log: &TableLog, slow: &mut Slow) {
        if slow.steadiness.is_steady() {
            let policy = self.retention.read().unwrap_or_else(PoisonError::into_inner).clone();
            self.step(Task::Retention, log, expiry::run(self, log, policy, &mut slow.examined)).await;
        }
        let now = self.clock.now().div_euclid(1_000);
        self.step(Task::LogCleanup, log, log.clean_log(now)).await;
        if let Some(files) = self.step(Task::Vacuum, log, log.vacuum()).await {
            let labels = TableLabels { table: log.table().name() };
            self.metrics.vacuumed_files.get_or_create(&labels).inc_by(files as u64);
        }
    }

    /// Takes one step; counts, times and tells what comes of it.
    async fn step<T, E>(&self, task: Task, log: &TableLog, work: impl Future<Output = Result<T, E>>) -> Option<T>
    where
        MaintenanceError: From<E>,
    {
        let labels = TaskLabels { task: task.name() };
        let started = Instant::now();
        let done = work.await.map_err(MaintenanceError::from);
        self.metrics.maintenance_seconds.get_or_create(&labels).inc_by(started.elapsed().as_secs_f64());
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                self.metrics.maintenance_failures.get_or_create(&labels).inc();
                let (task, table) = (task.name(), log.table().name());
                tracing::warn!(task, table, cause = causes(&error), "maintenance failed and will be tried again");
                None
            }
        }
    }
}

/// What the slow steps remember.
struct Slow {
    last: Option<Instant>,
    steadiness: Steadiness,
    examined: Examined,
}
