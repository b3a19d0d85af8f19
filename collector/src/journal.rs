//! The journal: append-only, group-committed with fsync. What it has acknowledged is never lost.
//!
//! One thread writes. It takes the requests that wait, leaves out rows whose event id it knows, writes one frame,
//! syncs, and only then answers all of them. While many send at once, it lets requests gather for some milliseconds.
//! What became durable is handed on to the committer; nothing here waits for the tables.

mod failure;
mod frame;
mod handoff;
mod loss;
mod open;
mod payload;
mod recover;
mod seen;
mod segment;
mod segments;
mod spares;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot};

pub(crate) use handoff::{HANDOFF_BYTES, Taker, handoff};
pub use loss::JournalLoss;
pub use payload::Encoded;
pub(crate) use payload::parse_id;
pub(crate) use recover::{Recovered, recover};
pub(crate) use seen::{SEEN_IDS, Seen};
pub use segment::JournalError;
pub(crate) use segments::{Cursor, Durable, Segments};
pub(crate) use writer::Writer;
use writer::{Append, Message};

use crate::metrics::StoreMetrics;
use crate::store::Health;

/// How many requests may wait for the writer.
pub(crate) const WAITING_REQUESTS: usize = 1_024;

/// How much of encoded requests may wait for the writer, bytes. Who comes then waits before it is taken in.
const WAITING_BYTES: usize = 128 * 1024 * 1024;

/// The granularity in which [`WAITING_BYTES`] are handed out, bytes.
const PERMIT_BYTES: usize = 1_024;

/// A handle to the journal; cheap to clone.
#[derive(Clone, Debug)]
pub struct Journal {
    requests: mpsc::Sender<Message>,
    budget: Arc<Semaphore>,
    segments: Arc<Segments>,
    limit: u64,
    health: Health,
    metrics: StoreMetrics,
}

/// Proof that every row of a request is durable. Only the journal makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    stored: u64,
    already_stored: u64,
}

impl Receipt {
    /// Rows that this request added.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// Rows that were stored before, under the same event id.
    pub fn already_stored(&self) -> u64 {
        self.already_stored
    }
}

/// Why a batch could not be made durable. The sender may try again.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The journal cannot take more now.
    #[error("the journal cannot take more at the moment: {reason}")]
    Unavailable {
        /// What stands in the way, in words.
        reason: String,
    },
}

impl AppendError {
    fn new(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into() }
    }

    fn closed() -> Self {
        Self::new("the collector is shutting down")
    }
}

impl Journal {
    /// Makes the handle of a journal that may hold so many bytes, and the queue for its [`Writer`].
    pub(crate) fn new(
        segments: Arc<Segments>,
        limit: u64,
        health: Health,
        metrics: StoreMetrics,
    ) -> (Self, mpsc::Receiver<Message>) {
        let (requests, queue) = mpsc::channel(WAITING_REQUESTS);
        let budget = Arc::new(Semaphore::new(WAITING_BYTES / PERMIT_BYTES));
        (Self { requests, budget, segments, limit, health, metrics }, queue)
    }

    /// Makes the rows durable: returns after they are on disk, fsynced. Rows whose event id is known are not stored
    /// again. When the caller stops waiting, the rows may still become durable.
    ///
    /// # Errors
    /// When the journal is full, has failed or is closed. No row is durable then, unless the disk failed in the middle.
    pub async fn append(&self, encoded: Encoded) -> Result<Receipt, AppendError> {
        if encoded.rows.is_empty() {
            return Ok(Receipt { stored: 0, already_stored: 0 });
        }
        if let Some(failure) = self.health.journal_failure() {
            return Err(AppendError::new(failure));
        }
        let waiting = self.segments.waiting_bytes();
        if waiting >= self.limit {
            let reason = format!("the journal holds {waiting} bytes that have not reached the tables yet");
            self.health.journal_full(&reason);
            return Err(AppendError::new(reason));
        }
        let permits = encoded.bytes.len().div_ceil(PERMIT_BYTES).min(WAITING_BYTES / PERMIT_BYTES);
        let permits = u32::try_from(permits).unwrap_or(u32::MAX);
        let budget = Arc::clone(&self.budget).acquire_many_owned(permits).await.map_err(|_| AppendError::closed())?;
        let (answer, receipt) = oneshot::channel();
        let place = self.requests.reserve().await.map_err(|_| AppendError::closed())?;
        self.metrics.journal_queue_requests.inc();
        place.send(Message::Append(Box::new(Append { encoded, answer, _budget: budget })));
        receipt.await.unwrap_or_else(|_| Err(AppendError::closed()))
    }

    /// Refuses whatever is appended from now on, and lets the writer end after what is waiting.
    pub(crate) async fn close(&self) {
        // It fails when the writer has ended, and then there is nothing to close.
        drop(self.requests.send(Message::Close).await);
    }
}
