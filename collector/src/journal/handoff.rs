//! From the journal to the committer: durable rows wait here in memory, as many as fit. What does not fit is not lost
//! and holds up nobody: it is in the journal, and the committer reads it from there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;

use super::payload::Payload;
use super::segments::Durable;
use crate::metrics::StoreMetrics;

/// How much may wait in memory, bytes in the journal.
pub(crate) const HANDOFF_BYTES: u64 = 48 * 1024 * 1024;

/// The journal's end.
#[derive(Debug)]
pub(crate) struct Giver {
    waiting: Arc<Mutex<Waiting>>,
    durable: watch::Sender<i64>,
    /// How much may wait, bytes in the journal.
    limit: u64,
    metrics: StoreMetrics,
}

/// The committer's end.
#[derive(Debug)]
pub(crate) struct Taker {
    waiting: Arc<Mutex<Waiting>>,
    durable: watch::Receiver<i64>,
    metrics: StoreMetrics,
}

// A std mutex: held for a push or a pop, never across a wait.
#[derive(Debug, Default)]
struct Waiting {
    frames: VecDeque<Frame>,
    bytes: u64,
}

/// A frame as the writer leaves it: whoever takes it takes it apart, since senders wait for the writer.
#[derive(Debug)]
struct Frame {
    position: i64,
    payload: Bytes,
    since: Instant,
}

/// Makes both ends, with the last position that is durable already.
pub(crate) fn handoff(last: i64, limit: u64, metrics: &StoreMetrics) -> (Giver, Taker) {
    let waiting = Arc::<Mutex<Waiting>>::default();
    let (durable, positions) = watch::channel(last);
    let taker = Taker { waiting: Arc::clone(&waiting), durable: positions, metrics: metrics.clone() };
    (Giver { waiting, durable, limit, metrics: metrics.clone() }, taker)
}

impl Giver {
    /// Hands on a frame that has just become durable. Never waits.
    pub(crate) fn give(&self, position: i64, payload: Bytes) {
        let bytes = payload.len() as u64;
        let mut waiting = lock(&self.waiting);
        if waiting.bytes + bytes <= self.limit {
            waiting.bytes += bytes;
            waiting.frames.push_back(Frame { position, payload, since: Instant::now() });
        }
        self.metrics.commit_queue_bytes.set(i64::try_from(waiting.bytes).unwrap_or(i64::MAX));
        drop(waiting);
        // Only now, so that who sees the position finds the rows.
        self.durable.send_replace(position);
    }
}

impl Taker {
    /// The last position that is durable.
    pub(crate) fn durable(&mut self) -> i64 {
        *self.durable.borrow_and_update()
    }

    /// Waits until more is durable; false when nothing more will ever be.
    pub(crate) async fn wait(&mut self) -> bool {
        self.durable.changed().await.is_ok()
    }

    /// Takes the frame at a position, if it waits in memory and can be read; one that cannot is for the journal to tell
    /// about. Frames before it are dropped.
    pub(crate) fn take(&mut self, position: i64) -> Option<Durable> {
        let Frame { payload, since, .. } = self.take_frame(position)?;
        let bytes = payload.len() as u64;
        Some(Durable { position, payload: Payload::read(payload).ok()?, bytes, since: Some(since) })
    }

    fn take_frame(&mut self, position: i64) -> Option<Frame> {
        let mut waiting = lock(&self.waiting);
        while waiting.frames.front()?.position <= position {
            let frame = waiting.frames.pop_front()?;
            waiting.bytes = waiting.bytes.saturating_sub(frame.payload.len() as u64);
            self.metrics.commit_queue_bytes.set(i64::try_from(waiting.bytes).unwrap_or(i64::MAX));
            if frame.position == position {
                return Some(frame);
            }
        }
        None
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
