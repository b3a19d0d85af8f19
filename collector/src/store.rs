//! The store: journal, committer and Delta tables below one data folder, or with the tables in a bucket.
//!
//! ```text
//! lock            held by the one process that uses the folder
//! collector-id    names this collector in the tables' commits
//! journal/        what is acknowledged and not yet in every table
//! tables/<name>/  the Delta tables, unless a bucket holds them
//! ```

mod committer;
mod config;
pub(crate) mod durable;
mod error;
mod folder;
mod health;
mod maintain;
mod objects;
mod opening;
mod pending;
mod place;
mod priority;
mod recent;
mod retention;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use barograph_proto::time::{Clock, SECOND};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

use self::committer::{CommitLimits, Committer};
pub use self::config::StoreConfig;
pub use self::error::OpenError;
use self::folder::DataFolder;
pub use self::health::Health;
pub(crate) use self::maintain::Task;
use self::maintain::{Maintenance, MaintenanceLimits};
use self::objects::DurableFiles;
use self::opening::{Opening, Tables};
pub use self::place::Bucket;
use self::place::Place;
pub use self::retention::{EventClass, RetentionError, RetentionPolicy};
pub use self::table::TableError;
use crate::journal::{HANDOFF_BYTES, Journal, JournalLoss, Recovered, SEEN_IDS, Seen, Writer, handoff, recover};
use crate::metrics::{Metrics, StoreMetrics};

/// A row that was received this long before the start, and is sent again after it, is still recognised, µs.
const REMEMBERED: i64 = 3_600 * SECOND;

/// Closing waits this long for the tables; what is not in them by then is committed at the next start.
const CLOSE_PATIENCE: Duration = Duration::from_secs(20);

/// A bucket that does not answer for so long at the start is taken to be away.
const OPEN_PATIENCE: Duration = Duration::from_secs(20);

/// The numbers that tests set otherwise.
#[derive(Clone, Copy, Debug)]
struct Limits {
    commit: CommitLimits,
    handoff_bytes: u64,
    seen_ids: usize,
    maintenance: MaintenanceLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            commit: CommitLimits::default(),
            handoff_bytes: HANDOFF_BYTES,
            seen_ids: SEEN_IDS,
            maintenance: MaintenanceLimits::default(),
        }
    }
}

/// An open store. Dropped without [`Store::close`], it still commits what the journal holds once the last handle of
/// the journal is gone.
#[derive(Debug)]
pub struct Store {
    journal: Journal,
    health: Health,
    losses: Vec<JournalLoss>,
    retention: Arc<RwLock<RetentionPolicy>>,
    writer: thread::JoinHandle<()>,
    committer: JoinHandle<()>,
    maintenance: thread::JoinHandle<()>,
    stop_maintenance: CancellationToken,
}

impl Store {
    /// Opens the data folder, recovers what the journal holds, and starts writer, committer and maintenance.
    ///
    /// # Errors
    /// When the folder is not ours to use, or holds what this version cannot read. Tables that cannot be written at
    /// the moment are no error: rows wait in the journal, and [`Store::health`] says so.
    pub async fn open(config: StoreConfig, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        // On the heap: it holds whatever is opened, and stands below every other future of a start.
        Box::pin(Self::open_with(config, Limits::default(), clock, metrics.store.clone())).await
    }

    async fn open_with(
        config: StoreConfig,
        limits: Limits,
        clock: Arc<dyn Clock>,
        metrics: StoreMetrics,
    ) -> Result<Self, OpenError> {
        let (data_dir, accept_loss) = (config.data_dir.clone(), config.accept_journal_loss);
        let read = tokio::task::spawn_blocking(move || {
            let folder = DataFolder::take(&data_dir)?;
            let recovered = recover(&folder.journal(), folder.collector, accept_loss)?;
            Ok::<_, OpenError>((folder, recovered))
        });
        let (folder, Recovered { segments, last, ids, losses }) = read.await.map_err(start_error)??;
        let (opened, tables_opened) = watch::channel(None);
        let opening = Opening {
            place: place(&folder, config.bucket)?,
            collector: folder.collector,
            time_travel: config.time_travel,
            opened,
        };
        let tables = match tokio::time::timeout(OPEN_PATIENCE, opening.open()).await {
            Ok(Ok(tables)) => Some(tables),
            Ok(Err(error)) if opening.may_pass(&error) => away(error, &folder, last)?,
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => away(opening.no_answer(), &folder, last)?,
        };

        let mut seen = Seen::new(limits.seen_ids);
        if let Some(tables) = &tables {
            let since = clock.now().saturating_sub(REMEMBERED);
            // Oldest first, so that what is forgotten first is what is least likely to come again.
            for id in recent_ids(tables, since, limits.seen_ids).await?.into_iter().rev() {
                seen.insert(id);
            }
        }
        for id in ids {
            seen.insert(id);
        }

        let health = Health::default();
        let segments = Arc::new(segments);
        // Who moved files out of the journal has taken positions that are in a table.
        let positions = tables.iter().flat_map(Tables::iter).map(|log| log.committed());
        let last = positions.fold(last, i64::max);
        let (giver, taker) = handoff(last, limits.handoff_bytes, &metrics);
        let mut committer = Committer {
            next: segments.first().unwrap_or(last + 1),
            opening,
            tables,
            taker,
            segments: Arc::clone(&segments),
            cursor: None,
            mark: (tokio::time::Instant::now(), 0),
            pending: None,
            limits: limits.commit,
            clock: Arc::clone(&clock),
            health: health.clone(),
            metrics: metrics.clone(),
        };
        if committer.tables.is_some()
            && let Err(error) = committer.recover().await
        {
            committer.failed(&error);
        }

        metrics.journal_bytes.set(i64::try_from(segments.bytes()).unwrap_or(i64::MAX));
        let (journal, queue) =
            Journal::new(Arc::clone(&segments), config.journal_limit, health.clone(), metrics.clone());
        let writer = Writer::new(segments, last + 1, seen, giver, health.clone(), metrics.clone());
        let retention = Arc::new(RwLock::new(config.retention));
        let stop_maintenance = CancellationToken::new();
        let maintenance = Maintenance {
            tables: tables_opened,
            retention: Arc::clone(&retention),
            limits: limits.maintenance,
            clock,
            metrics,
            stop: stop_maintenance.clone(),
        };
        // All keep the folder until they have ended, with or without `close`.
        let folder = Arc::new(folder);
        let writer = spawn("journal", &folder, move || writer.run(queue))?;
        let runtime = Handle::current();
        let maintenance = spawn("maintenance", &folder, move || maintenance.run(&runtime))?;
        // Without it the maintenance would go on after the last handle is gone.
        let stop_with_committer = stop_maintenance.clone().drop_guard();
        let committer = tokio::spawn(async move {
            committer.run().await;
            drop((folder, stop_with_committer));
        });
        Ok(Self { journal, health, losses, retention, writer, committer, maintenance, stop_maintenance })
    }

    /// Where redacted rows go in.
    pub fn journal(&self) -> Journal {
        self.journal.clone()
    }

    /// Whether the store does its work; the answer can be asked for as long as somebody holds it.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// What was damaged in the journal, and was given up at this start.
    pub fn losses(&self) -> &[JournalLoss] {
        &self.losses
    }

    /// Removes rows by another policy from now on.
    pub fn set_retention(&self, retention: RetentionPolicy) {
        *self.retention.write().unwrap_or_else(PoisonError::into_inner) = retention;
    }

    /// Takes no more, commits what the journal holds, and ends. After some patience with tables that cannot be
    /// written it ends without; the next start commits the rest.
    pub async fn close(self) {
        let Self { journal, writer, mut committer, maintenance, stop_maintenance, .. } = self;
        stop_maintenance.cancel();
        let ended = async {
            journal.close().await;
            join(writer, "journal").await;
            if (&mut committer).await.is_err() {
                tracing::error!("the committer has panicked");
            }
            join(maintenance, "maintenance").await;
        };
        if tokio::time::timeout(CLOSE_PATIENCE, ended).await.is_err() {
            tracing::warn!("closed before every row was in the tables; the next start commits the rest");
            committer.abort();
        }
    }
}

fn spawn(
    name: &str,
    folder: &Arc<DataFolder>,
    run: impl FnOnce() + Send + 'static,
) -> Result<thread::JoinHandle<()>, OpenError> {
    let folder = Arc::clone(folder);
    let run = move || {
        run();
        drop(folder);
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).map_err(OpenError::Start)
}

async fn join(thread: thread::JoinHandle<()>, name: &'static str) {
    let joined = tokio::task::spawn_blocking(move || thread.join()).await;
    if !matches!(joined, Ok(Ok(()))) {
        tracing::error!(thread = name, "a thread of the store has panicked");
    }
}

fn place(folder: &DataFolder, bucket: Option<Bucket>) -> Result<Place, OpenError> {
    if let Some(bucket) = bucket {
        return Ok(Place::bucket(bucket));
    }
    let files = DurableFiles::new(folder.staging());
    Place::folder(&folder.tables(), files).ok_or_else(|| OpenError::Folder {
        path: folder.path.clone(),
        source: std::io::Error::other("it has no absolute path"),
    })
}

/// Goes on without the tables, if the journal tells where we stopped or we have never begun.
fn away(error: TableError, folder: &DataFolder, last: i64) -> Result<Option<Tables>, OpenError> {
    if last == 0 && !folder.is_new {
        return Err(OpenError::Lost { path: folder.path.clone(), source: error });
    }
    tracing::warn!(cause = committer::causes(&error), "started without the tables; rows wait in the journal");
    Ok(None)
}

/// The ids of rows that the tables received at or after a time, newest first, at most so many.
async fn recent_ids(tables: &Tables, since: i64, most: usize) -> Result<Vec<u128>, TableError> {
    let mut ids = Vec::new();
    for log in tables.iter() {
        ids.extend(recent::ids(log, since, most.saturating_sub(ids.len())).await?);
    }
    Ok(ids)
}

/// The panic's message stays out: it may quote what a row holds.
fn start_error(_: JoinError) -> OpenError {
    OpenError::Start(std::io::Error::other("a part of the start has panicked"))
}
