//! The archive: the Delta tables of one data folder or bucket, opened for reading.
//!
//! A question begins a `Reading`, which pins what was committed by then; all its statements see the same rows.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use barograph_proto::keyed::RedactionKeys;
use barograph_proto::tables::Table;
use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::follow::{Follower, LogError};
use crate::guard;
use crate::metrics::{Metrics, Outcome};
use crate::place::TablesAt;
use crate::run::{Reading, Worker};
use crate::session::Sessions;
use crate::snapshot::Pinned;

/// Where to read and how much a query may take.
#[derive(Clone, Debug)]
pub struct ArchiveConfig {
    /// Where a collector writes the tables, or will write them.
    pub tables: TablesAt,
    /// Memory that all queries together may use, bytes.
    pub memory_limit: usize,
    /// How long one query may take.
    pub time_limit: Duration,
    /// How many queries may run at once; more wait.
    pub concurrency: usize,
}

impl ArchiveConfig {
    /// The defaults: 512 MiB, 30 s, 4 at once.
    pub fn new(tables: TablesAt) -> Self {
        Self { tables, memory_limit: 512 * 1024 * 1024, time_limit: Duration::from_secs(30), concurrency: 4 }
    }
}

/// Why a question has no answer. `Display` is fit for the person who asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The statement is not one that may be asked, or does not parse.
    #[error("{message}")]
    Refused {
        /// What was wrong and what would work.
        message: String,
    },
    /// It took longer than a query may.
    #[error("the query took longer than {limit_s} s; ask for a shorter time or fewer rows")]
    TimedOut {
        /// The limit, seconds.
        limit_s: u64,
    },
    /// It needed more memory than queries may use.
    #[error("the query needs more memory than queries may use; ask for a shorter time or fewer groups")]
    OutOfMemory,
    /// The tables could not be read.
    #[error("the tables in {tables} could not be read")]
    Broken {
        /// Their common folder, or its address.
        tables: String,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl AskError {
    /// Whether it is about where the tables are, and not about what is there.
    fn is_of_place(&self) -> bool {
        match self {
            Self::Broken { source, .. } => !matches!(
                source.downcast_ref::<LogError>(),
                Some(LogError::NewerLayout { .. } | LogError::Feature { .. } | LogError::Action { .. })
            ),
            Self::TimedOut { .. } => true,
            Self::Refused { .. } | Self::OutOfMemory => false,
        }
    }
}

/// The answer to an SQL query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub batches: Vec<RecordBatch>,
    /// Whether rows were left off because the answer reached the row limit.
    pub cut: bool,
}

/// The tables, open for reading. Cheap to clone.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
}

struct Inner {
    config: ArchiveConfig,
    followers: [Follower; 3],
    sessions: Sessions,
    worker: Worker,
    turns: Arc<Semaphore>,
    metrics: Metrics,
    redaction_keys: RwLock<Option<RedactionKeys>>,
}

impl Archive {
    /// Opens the tables. Where none are yet is an empty archive; tables that are created later are seen.
    ///
    /// # Errors
    /// [`AskError::Broken`] when a table cannot be read or was written by a newer layout.
    pub async fn open(config: ArchiveConfig) -> Result<Self, AskError> {
        let broken = |source: Box<dyn std::error::Error + Send + Sync>| AskError::Broken {
            tables: config.tables.to_string(),
            source,
        };
        let worker = Worker::start().map_err(|error| broken(error.into()))?;
        let sessions =
            Sessions::new(config.tables.files(), config.memory_limit).await.map_err(|error| broken(error.into()))?;
        let may_pass = config.tables.is_bucket();
        let inner = Inner {
            followers: Table::ALL.map(|table| Follower::new(table, &config.tables)),
            sessions,
            worker,
            turns: Arc::new(Semaphore::new(config.concurrency.max(1))),
            metrics: Metrics::default(),
            redaction_keys: RwLock::default(),
            config,
        };
        let archive = Self { inner: Arc::new(inner) };
        match archive.begin().await {
            // A bucket may be away for a while; whoever asks then is told.
            Err(error) if may_pass && error.is_of_place() => tracing::warn!(%error, "started without the tables"),
            begun => drop(begun?),
        }
        Ok(archive)
    }

    /// Registers the archive's own metrics, `barograph_query_*`.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.inner.metrics.register(registry);
    }

    /// Answers one SELECT (or EXPLAIN, SHOW TABLES, DESCRIBE) over `events`, `spans`, `metric_points`, `decisions` and
    /// `sessions`, with at most `max_rows` rows. Sees everything committed before the call.
    ///
    /// # Errors
    /// [`AskError::Refused`] for any other statement and for one that does not parse or plan; the others as named.
    pub async fn sql(&self, sql: &str, max_rows: usize) -> Result<Answer, AskError> {
        let checked = guard::check(sql).map_err(|refusal| {
            self.inner.metrics.count(Outcome::Refused);
            AskError::Refused { message: refusal.to_string() }
        })?;
        self.begin().await?.answer(checked, max_rows).await
    }

    /// Waits for a turn and pins what is committed now. The clock of the time limit starts here, so a question whose
    /// turn does not come is answered too.
    pub(crate) async fn begin(&self) -> Result<Reading, AskError> {
        let inner = &self.inner;
        let deadline = Instant::now() + inner.config.time_limit;
        // The semaphore is never closed: without a turn the time is over.
        let turn = tokio::time::timeout_at(deadline, Arc::clone(&inner.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            inner.metrics.count(Outcome::TimedOut);
            return Err(self.timed_out());
        };
        let archive = self.clone();
        let pinned = inner
            .worker
            .run(deadline, async move { archive.inner.pin().await })
            .await
            .ok_or_else(|| self.timed_out())?
            .map_err(|_| self.broken("opening the tables has panicked"))?
            .map_err(|source| self.broken(source))?;
        Ok(Reading::new(self.clone(), Arc::new(pinned), Arc::new(turn), deadline))
    }

    /// Gives the keys that hash what is asked for, or newer ones: without them nothing that was hashed is found.
    pub fn set_redaction_keys(&self, keys: RedactionKeys) {
        *self.inner.redaction_keys.write().unwrap_or_else(PoisonError::into_inner) = Some(keys);
    }

    pub(crate) fn redaction_keys(&self) -> Option<RedactionKeys> {
        self.inner.redaction_keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    pub(crate) fn worker(&self) -> &Worker {
        &self.inner.worker
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn timed_out(&self) -> AskError {
        AskError::TimedOut { limit_s: self.inner.config.time_limit.as_secs() }
    }

    pub(crate) fn broken(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AskError {
        AskError::Broken { tables: self.inner.config.tables.to_string(), source: source.into() }
    }
}

impl Inner {
    async fn pin(&self) -> Result<Pinned, LogError> {
        let [events, spans, metric_points] = &self.followers;
        let (events, spans, metric_points) =
            tokio::try_join!(events.refresh(), spans.refresh(), metric_points.refresh())?;
        Ok(Pinned::new([events, spans, metric_points]))
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("config", &self.inner.config).finish_non_exhaustive()
    }
}
