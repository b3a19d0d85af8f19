//! The store: journal, committer and Delta tables below one data folder.
//!
//! ```text
//! lock            held by the one process that uses the folder
//! collector-id    names this collector in the tables' commits
//! journal/        what is acknowledged and not yet in every table
//! tables/<name>/  the Delta tables
//! ```

mod committer;
pub(crate) mod durable;
mod folder;
mod health;
mod objects;
mod recent;
mod table;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use barograph_proto::tables::Table;
use barograph_proto::time::{Clock, SECOND};
use tokio::task::{JoinError, JoinHandle};
use tokio_util::task::TaskTracker;

use self::committer::{CommitLimits, Committer, Tables};
use self::folder::DataFolder;
pub use self::health::Health;
use self::objects::DurableFiles;
pub use self::table::TableError;
use self::table::TableLog;
use crate::journal::{
    HANDOFF_BYTES, JOURNAL_BYTES, Journal, JournalError, Recovered, SEEN_IDS, Seen, Writer, handoff, recover,
};
use crate::metrics::{Metrics, StoreMetrics};

/// A row that was received this long before the start, and is sent again after it, is still recognised, µs.
const REMEMBERED: i64 = 3_600 * SECOND;

/// Closing waits this long for the tables; what is not in them by then is committed at the next start.
const CLOSE_PATIENCE: Duration = Duration::from_secs(20);

/// Where and how to store.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// The data folder: `journal/` and `tables/` are made below it.
    pub data_dir: PathBuf,
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}; give one that this user may write with --data-dir")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another process uses the data folder.
    #[error("another process uses the data folder {path}; stop it, or give another folder with --data-dir")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The collector's id cannot be read.
    #[error(
        "the file {path} does not hold a collector's id; restore it from a copy, since without it rows would be \
             stored twice"
    )]
    CollectorId {
        /// The file.
        path: PathBuf,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A table cannot be read or made.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A part of the program failed.
    #[error("cannot start the store's threads and tasks; see whether the system's limits allow more of them")]
    Start(#[source] std::io::Error),
}

/// The numbers that tests set otherwise.
#[derive(Clone, Copy, Debug)]
struct Limits {
    commit: CommitLimits,
    handoff_bytes: u64,
    journal_bytes: u64,
    seen_ids: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            commit: CommitLimits::default(),
            handoff_bytes: HANDOFF_BYTES,
            journal_bytes: JOURNAL_BYTES,
            seen_ids: SEEN_IDS,
        }
    }
}

/// An open store. Dropped without [`Store::close`], it still commits what the journal holds once the last handle of
/// the journal is gone.
#[derive(Debug)]
pub struct Store {
    journal: Journal,
    health: Health,
    writer: thread::JoinHandle<()>,
    committer: JoinHandle<()>,
    tasks: TaskTracker,
}

impl Store {
    /// Opens the data folder, recovers what the journal holds, and starts writer and committer.
    ///
    /// # Errors
    /// When the folder is not ours to use, or holds what this version cannot read. Tables that cannot be written at
    /// the moment are no error: rows wait in the journal, and [`Store::health`] says so.
    pub async fn open(config: StoreConfig, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        Self::open_with(config, Limits::default(), clock, metrics.store.clone()).await
    }

    async fn open_with(
        config: StoreConfig,
        limits: Limits,
        clock: Arc<dyn Clock>,
        metrics: StoreMetrics,
    ) -> Result<Self, OpenError> {
        let read = tokio::task::spawn_blocking(move || {
            let folder = DataFolder::take(&config.data_dir)?;
            let recovered = recover(&folder.journal(), folder.collector)?;
            Ok::<_, OpenError>((folder, recovered))
        });
        let (folder, Recovered { segments, last, ids }) = read.await.map_err(start_error)??;
        let tables = open_tables(&folder).await?;

        let mut seen = Seen::new(limits.seen_ids);
        // Oldest first, so that what is forgotten first is what is least likely to come again.
        for id in recent_ids(&tables, clock.now().saturating_sub(REMEMBERED), limits.seen_ids).await?.into_iter().rev()
        {
            seen.insert(id);
        }
        for id in ids {
            seen.insert(id);
        }

        let health = Health::default();
        let segments = Arc::new(segments);
        // A power cut may have taken frames that were never acknowledged and yet are in a table.
        let last = tables_iter(&tables).map(TableLog::committed).fold(last, i64::max);
        let (giver, taker) = handoff(last, limits.handoff_bytes, &metrics);
        let tasks = TaskTracker::new();
        let mut committer = Committer {
            next: segments.first().unwrap_or(last + 1),
            tables,
            taker,
            segments: Arc::clone(&segments),
            cursor: None,
            pending: None,
            limits: limits.commit,
            clock,
            health: health.clone(),
            metrics: metrics.clone(),
            tasks: tasks.clone(),
        };
        if let Err(error) = committer.recover().await {
            committer.failed(&error);
        }

        metrics.journal_bytes.set(i64::try_from(segments.bytes()).unwrap_or(i64::MAX));
        let (journal, queue) =
            Journal::new(Arc::clone(&segments), limits.journal_bytes, health.clone(), metrics.clone());
        let writer = Writer::new(segments, last + 1, seen, giver, health.clone(), metrics);
        // Both keep the folder until they have ended, with or without `close`.
        let folder = Arc::new(folder);
        let of_writer = Arc::clone(&folder);
        let writer = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || {
                writer.run(queue);
                drop(of_writer);
            })
            .map_err(OpenError::Start)?;
        let committer = tasks.spawn(async move {
            committer.run().await;
            drop(folder);
        });
        Ok(Self { journal, health, writer, committer, tasks })
    }

    /// Where redacted rows go in.
    pub fn journal(&self) -> Journal {
        self.journal.clone()
    }

    /// Whether the store does its work; the answer can be asked for as long as somebody holds it.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Takes no more, commits what the journal holds, and ends. After some patience with tables that cannot be
    /// written it ends without; the next start commits the rest.
    pub async fn close(self) {
        let Self { journal, health: _, writer, mut committer, tasks } = self;
        let ended = async {
            journal.close().await;
            let joined = tokio::task::spawn_blocking(move || writer.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the journal's thread has panicked");
            }
            if (&mut committer).await.is_err() {
                tracing::error!("the committer has panicked");
            }
            tasks.close();
            tasks.wait().await;
        };
        if tokio::time::timeout(CLOSE_PATIENCE, ended).await.is_err() {
            tracing::warn!("closed before every row was in the tables; the next start commits the rest");
            committer.abort();
        }
    }
}

async fn open_tables(folder: &DataFolder) -> Result<Tables, TableError> {
    let files = DurableFiles::new(folder.staging());
    let tables = folder.tables();
    let open = |table| TableLog::open(&tables, table, files.clone(), folder.collector);
    Ok(Tables {
        events: open(Table::Events).await?,
        spans: open(Table::Spans).await?,
        metric_points: open(Table::MetricPoints).await?,
    })
}

/// The ids of rows that the tables received at or after a time, newest first, at most so many.
async fn recent_ids(tables: &Tables, since: i64, most: usize) -> Result<Vec<u128>, TableError> {
    let mut ids = Vec::new();
    for log in tables_iter(tables) {
        let table = recent::ids(log, since, most.saturating_sub(ids.len())).await;
        ids.extend(table.map_err(|source| log.unusable(source))?);
    }
    Ok(ids)
}

fn tables_iter(tables: &Tables) -> impl Iterator<Item = &TableLog> {
    [&tables.events, &tables.spans, &tables.metric_points].into_iter()
}

/// The panic's message stays out: it may quote what a row holds.
fn start_error(_: JoinError) -> OpenError {
    OpenError::Start(std::io::Error::other("a part of the start has panicked"))
}
