//! The committer: takes durable rows, at most a second after the first of them, and writes them to the tables.
//!
//! Rows come from memory while they fit there, and from the journal when they did not or when the process has just
//! started; both ways end in the same commit. A failure is tried again until it passes: the journal keeps the rows.

use std::sync::Arc;
use std::time::Duration;

use barograph_proto::time::Clock;
use tokio::time::{Instant, sleep, sleep_until};

use super::Health;
use super::opening::{Opening, Tables};
use super::pending::{Batch, Pending};
use super::table::{TableError, TableLog};
use crate::columnar::ColumnarError;
use crate::journal::{Cursor, Durable, HANDOFF_BYTES, JournalError, Segments, Taker};
use crate::metrics::StoreMetrics;

/// After a failure the next attempt waits this long at first.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// And this long at last.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Rows that were durable so long before their turn comes show that the journal grows faster than the tables.
const LATE: Duration = Duration::from_secs(4);

/// When waiting rows are committed.
#[derive(Clone, Copy, Debug)]
pub(super) struct CommitLimits {
    /// The longest that a row waits for others.
    pub(super) interval: Duration,
    /// So many rows are committed without waiting.
    pub(super) rows: usize,
    /// Rows of so many bytes in the journal are committed without waiting.
    pub(super) bytes: u64,
}

impl Default for CommitLimits {
    /// Rows are visible to queries within two seconds of their acknowledgement, of which the wait takes the first.
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), rows: 100_000, bytes: HANDOFF_BYTES }
    }
}

/// Why waiting rows did not reach the tables.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommitError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("a task of the committer has panicked")]
    Task,
    #[error("cannot start a thread; see whether the system's limits allow more of them")]
    Thread(#[source] std::io::Error),
}

impl From<tokio::task::JoinError> for CommitError {
    /// The panic's message is dropped: it may quote what a row holds.
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Task
    }
}

/// Writes durable rows to the tables.
#[derive(Debug)]
pub(super) struct Committer {
    /// Opens the tables, which may be away at the start.
    pub(super) opening: Opening,
    pub(super) tables: Option<Tables>,
    pub(super) taker: Taker,
    pub(super) segments: Arc<Segments>,
    /// Reads what is not in memory; away while it does.
    pub(super) cursor: Option<Cursor>,
    /// The position of the next frame to commit.
    pub(super) next: i64,
    /// A position that was durable at a moment, until it is passed.
    pub(super) mark: (Instant, i64),
    /// What is encoded and not yet in every table.
    pub(super) pending: Option<Pending>,
    pub(super) limits: CommitLimits,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) health: Health,
    pub(super) metrics: StoreMetrics,
}

impl Committer {
    /// Commits what the journal holds from before the start.
    pub(super) async fn recover(&mut self) -> Result<(), CommitError> {
        while self.next <= self.taker.durable() || self.pending.is_some() {
            self.step().await?;
        }
        Ok(())
    }

    /// Commits until the journal has ended and everything in it is in the tables.
    pub(super) async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.step().await {
                Ok(true) => {
                    self.health.committed();
                    pause = FIRST_PAUSE;
                }
                Ok(false) => return,
                Err(error) => {
                    self.failed(&error);
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Takes note of a failure, which will be tried again.
    pub(super) fn failed(&self, error: &CommitError) {
        let cause = causes(error);
        tracing::warn!(cause, "rows wait in the journal: they cannot be written to the tables");
        self.metrics.commit_failures.inc();
        self.health.commit_failed(self.clock.now(), cause);
    }

    /// Commits once; false when there is nothing more to come.
    async fn step(&mut self) -> Result<bool, CommitError> {
        if self.tables.is_none() {
            self.tables = Some(self.opening.open().await?);
        }
        if self.pending.is_none() {
            let first = self.next;
            let encoded = match self.collect().await {
                Ok(None) => return Ok(false),
                Ok(Some(batch)) => Pending::encode(batch, self.next - 1).await,
                Err(error) => Err(error),
            };
            // What was taken from memory is gone, so the next attempt reads it from the journal.
            self.pending = Some(encoded.inspect_err(|_| self.next = first)?);
        }
        self.settle().await?;
        Ok(true)
    }

    /// Waits for rows, then for more of them, as long as the limits allow; none when nothing more will come.
    async fn collect(&mut self) -> Result<Option<Batch>, CommitError> {
        while self.taker.durable() < self.next {
            if !self.taker.wait().await && self.taker.durable() < self.next {
                return Ok(None);
            }
        }
        let (mut batch, mut since) = (Batch::default(), None);
        loop {
            since = since.or(self.fill(&mut batch).await?);
            let Some(since) = since.filter(|_| !self.is_full(&batch)) else { break };
            tokio::select! {
                more = self.taker.wait() => if !more && self.taker.durable() < self.next { break },
                () = sleep_until(since + self.limits.interval) => break,
            }
        }
        batch.is_late = self.is_late();
        Ok(Some(batch))
    }

    /// Whether what is committed next was durable long ago.
    fn is_late(&mut self) -> bool {
        let (marked, position) = self.mark;
        if self.next > position {
            self.mark = (Instant::now(), self.taker.durable());
            return false;
        }
        marked.elapsed() > LATE
    }

    /// Adds what is durable to a batch until it is full. Tells since when the oldest of it waits, if all of it was in
    /// memory; what was not has waited long enough.
    async fn fill(&mut self, batch: &mut Batch) -> Result<Option<Instant>, CommitError> {
        let mut oldest = None;
        let durable = self.taker.durable();
        while self.next <= durable && !self.is_full(batch) {
            if let Some(frame) = self.taker.take(self.next) {
                oldest = oldest.or(frame.since);
                self.add(batch, frame);
            } else {
                let room = self.limits.bytes - batch.bytes;
                let frames = self.read(durable, room).await?;
                if frames.is_empty() {
                    // Positions are skipped when the tables know of a later one than the journal.
                    self.next = durable + 1;
                }
                for frame in frames {
                    self.add(batch, frame);
                }
                return Ok(None);
            }
        }
        Ok(oldest)
    }

    fn is_full(&self, batch: &Batch) -> bool {
        batch.rows >= self.limits.rows || batch.bytes >= self.limits.bytes
    }

    /// Adds a frame's rows, without those that are in their table already.
    fn add(&mut self, batch: &mut Batch, frame: Durable) {
        let position = frame.position;
        let is_new = |log: fn(&Tables) -> &Arc<TableLog>| {
            self.tables.as_ref().is_none_or(|tables| position > log(tables).committed())
        };
        let (events, spans) = (is_new(|tables| &tables.events), is_new(|tables| &tables.spans));
        let metric_points = is_new(|tables| &tables.metric_points);
        batch.rows += frame.payload.len();
        for (all, rows, is_new) in [
            (&mut batch.events, frame.payload.events, events),
            (&mut batch.spans, frame.payload.spans, spans),
            (&mut batch.metric_points, frame.payload.metric_points, metric_points),
        ] {
            all.extend(rows.into_iter().filter(|_| is_new));
        }
        batch.bytes += frame.bytes;
        self.next = position + 1;
    }

    async fn read(&mut self, upto: i64, bytes: u64) -> Result<Vec<Durable>, CommitError> {
        let mut cursor = self.cursor.take().unwrap_or_else(|| Cursor::new(Arc::clone(&self.segments)));
        let from = self.next;
        let read = tokio::task::spawn_blocking(move || cursor.read(from, upto, bytes).map(|frames| (cursor, frames)));
        let (cursor, frames) = read.await??;
        self.cursor = Some(cursor);
        Ok(frames)
    }

    /// Writes what is pending to all tables at once, and lets the journal forget it.
    async fn settle(&mut self) -> Result<(), CommitError> {
        let (Some(tables), Some(pending)) = (&self.tables, &mut self.pending) else { return Ok(()) };
        let started = std::time::Instant::now();
        let position = pending.settle(tables, self.clock.now(), &self.metrics).await?;
        self.pending = None;
        self.metrics.commit_seconds.observe(started.elapsed().as_secs_f64());
        self.segments.release(position);
        self.metrics.journal_bytes.set(i64::try_from(self.segments.bytes()).unwrap_or(i64::MAX));
        Ok(())
    }
}

/// An error and all that led to it, on one line.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
