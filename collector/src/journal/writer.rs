//! The one thread that writes the journal.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::Instant;

use super::failure::{Failure, is_full};
use super::frame::{HEADER_LEN as FRAME_HEADER_LEN, Header};
use super::handoff::Giver;
use super::open::Open;
use super::payload::Encoded;
use super::seen::Seen;
use super::segment;
use super::segments::{Segment, Segments};
use super::{AppendError, Receipt};
use crate::metrics::StoreMetrics;
use crate::store::{Health, durable};

/// A segment that has grown beyond this is closed, and the next frame starts another, bytes.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// At most so many requests share one fsync.
const GROUP_REQUESTS: usize = 1_024;

/// A group that has reached this takes no further request, bytes.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// While many send at once, a group gathers for so long before it is written: an fsync for each few of them would cost
/// more of a core than decoding what they sent.
const GATHERING: Duration = Duration::from_millis(3);

/// So many requests in the last group are many.
const MANY_REQUESTS: usize = 4;

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Message {
    /// Make a request durable.
    Append(Box<Append>),
    /// Take nothing more, finish what waits, end.
    Close,
}

/// A request that waits to become durable.
pub(crate) struct Append {
    pub(super) encoded: Encoded,
    pub(super) answer: oneshot::Sender<Result<Receipt, AppendError>>,
    pub(super) _budget: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Append {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Append({:?})", self.encoded)
    }
}

/// Writes the journal.
#[derive(Debug)]
pub(crate) struct Writer {
    segments: Arc<Segments>,
    seen: Seen,
    handoff: Giver,
    health: Health,
    metrics: StoreMetrics,
    /// The segment that is being written; made with the first frame that needs it.
    open: Option<Open>,
    /// The position of the next frame.
    next: i64,
    segment_bytes: u64,
}

/// Who waits for a frame, with what to tell when it is durable.
type Answers = Vec<(oneshot::Sender<Result<Receipt, AppendError>>, Receipt)>;

impl Writer {
    /// Makes the writer of the frames from a position on.
    pub(crate) fn new(
        segments: Arc<Segments>,
        next: i64,
        seen: Seen,
        handoff: Giver,
        health: Health,
        metrics: StoreMetrics,
    ) -> Self {
        Self { segments, seen, handoff, health, metrics, open: None, next, segment_bytes: SEGMENT_BYTES }
    }

    /// Writes until it is told to end, or until every handle is gone. Blocks: to be run on a thread of its own.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut group = Vec::new();
        let (mut last, mut was_many) = (Instant::now(), false);
        while let Some(message) = queue.blocking_recv() {
            if was_many {
                gather(last + GATHERING);
            }
            last = Instant::now();
            let mut bytes = 0;
            let mut next = Some(message);
            while let Some(message) = next {
                match message {
                    Message::Append(append) => {
                        bytes += append.encoded.bytes.len();
                        group.push(append);
                    }
                    Message::Close => queue.close(),
                }
                next = if group.len() < GROUP_REQUESTS && bytes < GROUP_BYTES { queue.try_recv().ok() } else { None };
            }
            was_many = group.len() >= MANY_REQUESTS;
            self.metrics.journal_queue_requests.dec_by(i64::try_from(group.len()).unwrap_or(i64::MAX));
            if !group.is_empty() {
                self.commit(group.drain(..), bytes);
            }
        }
    }

    /// Makes a group of requests durable with one sync, and answers them.
    fn commit(&mut self, group: impl ExactSizeIterator<Item = Box<Append>>, bytes: usize) {
        self.metrics.group_requests.observe(f64::from(u32::try_from(group.len()).unwrap_or(u32::MAX)));
        let mut frame = Vec::with_capacity(FRAME_HEADER_LEN + bytes);
        frame.resize(FRAME_HEADER_LEN, 0);
        let mut answers: Answers = Vec::with_capacity(group.len());
        let mut fresh = Vec::new();
        for Append { encoded, answer, .. } in group.map(|append| *append) {
            answers.push((answer, self.admit(&encoded, &mut frame, &mut fresh)));
        }
        // Rows that are all known are durable already: the writer answers nobody before the sync.
        let has_rows = frame.len() > FRAME_HEADER_LEN;
        let written = if has_rows { self.write(&mut frame) } else { self.failed() };
        match written {
            Ok(()) => {
                if has_rows {
                    self.hand_on(frame);
                }
                for (answer, receipt) in answers {
                    drop(answer.send(Ok(receipt)));
                }
            }
            Err(failure) => self.refuse(answers, &fresh, &failure),
        }
    }

    /// Puts those rows of a request into the frame whose ids are new, and leaves the others out of it.
    fn admit(&mut self, encoded: &Encoded, frame: &mut Vec<u8>, fresh: &mut Vec<u128>) -> Receipt {
        let known: Vec<bool> = encoded
            .rows
            .iter()
            .map(|row| {
                let new = row.id.is_none_or(|id| self.seen.insert(id));
                fresh.extend(row.id.filter(|_| new));
                !new
            })
            .collect();
        let already_stored = known.iter().filter(|known| **known).count();
        let receipt = Receipt { stored: (known.len() - already_stored) as u64, already_stored: already_stored as u64 };
        if already_stored == 0 {
            frame.extend_from_slice(&encoded.bytes);
            return receipt;
        }
        self.metrics.known_rows.inc_by(receipt.already_stored);
        let mut start = 0;
        for (row, known) in encoded.rows.iter().zip(&known) {
            if !known {
                frame.extend_from_slice(encoded.bytes.get(start..row.end).unwrap_or_default());
            }
            start = row.end;
        }
        receipt
    }

    fn failed(&self) -> Result<(), Failure> {
        self.health.journal_failure().map_or(Ok(()), |reason| Err(Failure::Fatal(reason)))
    }

    /// Writes and syncs a frame, whose header it fills in.
    fn write(&mut self, frame: &mut [u8]) -> Result<(), Failure> {
        self.failed()?;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open::make(&self.segments, self.next)?,
        };
        let salt = segment::salt(self.segments.collector(), open.base);
        let (head, payload) = frame.split_at_mut(FRAME_HEADER_LEN);
        let header = Header::new(&salt, self.next, payload)
            .ok_or_else(|| Failure::Fatal("a group of requests beyond 4 GiB".to_owned()))?;
        head.copy_from_slice(&header.to_bytes());
        if let Err(error) = open.write(frame) {
            // What was written of the frame has to go, or the next one would stand behind a torn one.
            return match (is_full(&error), open.cut()) {
                (true, Ok(())) => {
                    self.open = Some(open);
                    Err(Failure::Full)
                }
                _ => Err(Failure::Fatal(format!("writing failed: {error}"))),
            };
        }
        let started = Instant::now();
        // Never tried again: after a failed sync the kernel may count pages as clean that never reached the disk.
        durable::sync_data(&open.file).map_err(|error| Failure::Fatal(format!("fsync failed: {error}")))?;
        self.metrics.fsync_seconds.observe(started.elapsed().as_secs_f64());
        open.bytes += frame.len() as u64;
        let sealed = open.bytes >= self.segment_bytes;
        self.segments.update(open.base, Segment { last: self.next, bytes: open.bytes, sealed });
        self.open = (!sealed).then_some(open);
        self.next += 1;
        Ok(())
    }

    fn hand_on(&self, frame: Vec<u8>) {
        self.metrics.journal_bytes.set(i64::try_from(self.segments.bytes()).unwrap_or(i64::MAX));
        self.handoff.give(self.next - 1, Bytes::from(frame).slice(FRAME_HEADER_LEN..));
    }

    /// Acknowledges nobody, and forgets the group's ids, since its rows may come again.
    fn refuse(&mut self, answers: Answers, fresh: &[u128], failure: &Failure) {
        self.seen.forget(fresh);
        let reason = match failure {
            Failure::Full => {
                let reason = "the disk is full";
                self.health.journal_full(reason);
                reason.to_owned()
            }
            Failure::NoDescriptor => "no file descriptor is left for a new journal file".to_owned(),
            Failure::Fatal(reason) => {
                self.health.fail_journal(reason);
                reason.clone()
            }
        };
        for (answer, _) in answers {
            drop(answer.send(Err(AppendError::new(reason.clone()))));
        }
    }

    /// Goes on in a file of a test's choice.
    #[cfg(test)]
    pub(super) fn write_to(&mut self, open: Open) {
        self.open = Some(open);
    }

    /// Closes segments as soon as they have so many bytes.
    #[cfg(test)]
    pub(super) fn segments_of(&mut self, bytes: u64) {
        self.segment_bytes = bytes;
    }
}

/// Lets requests queue up until a moment.
#[expect(clippy::disallowed_methods, reason = "time is what is waited for, on a thread of its own")]
fn gather(until: Instant) {
    std::thread::sleep(until.saturating_duration_since(Instant::now()));
}
