//! The journal's files as a set: how much they hold, which one holds a position, and which are no longer needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use uuid::Uuid;

use super::loss;
use super::payload::Payload;
use super::segment::{self, JournalError, Next, SegmentReader};
use super::spares::Spares;

/// The segments of one journal, shared by the thread that writes them and the task that commits what they hold.
#[derive(Debug)]
pub(crate) struct Segments {
    folder: PathBuf,
    collector: Uuid,
    // A std mutex: held for a look-up, never across a wait.
    list: Mutex<BTreeMap<i64, Segment>>,
    bytes: AtomicU64,
    /// How much of it is in the tables already.
    committed_bytes: AtomicU64,
    pub(super) spares: Spares,
}

/// What is known of one segment; its key is the position of its first frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    /// The position of its last frame.
    pub(super) last: i64,
    pub(super) bytes: u64,
    /// Whether nothing more will be written to it.
    pub(super) sealed: bool,
}

impl Segments {
    pub(super) fn new(folder: PathBuf, collector: Uuid, list: BTreeMap<i64, Segment>, spares: Spares) -> Self {
        let bytes = list.values().map(|segment| segment.bytes).sum();
        Self {
            folder,
            collector,
            list: Mutex::new(list),
            bytes: AtomicU64::new(bytes),
            committed_bytes: AtomicU64::new(0),
            spares,
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn collector(&self) -> Uuid {
        self.collector
    }

    pub(super) fn path(&self, base: i64) -> PathBuf {
        self.folder.join(segment::file_name(base))
    }

    /// How much all segments hold, bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// How much of that has not reached the tables yet, bytes, and at most what it takes to hold it.
    pub(super) fn waiting_bytes(&self) -> u64 {
        self.bytes().saturating_sub(self.committed_bytes.load(Ordering::Relaxed))
    }

    /// The position of the first frame that is still there.
    pub(crate) fn first(&self) -> Option<i64> {
        self.list().keys().next().copied()
    }

    /// Takes note of what a segment holds now.
    pub(super) fn update(&self, base: i64, segment: Segment) {
        let before = self.list().insert(base, segment).map_or(0, |segment| segment.bytes);
        self.bytes.fetch_add(segment.bytes.saturating_sub(before), Ordering::Relaxed);
    }

    /// Lets go of the sealed segments whose frames have all been committed up to a position, but never of the last one: it
    /// tells the next start where the journal ended, also when the tables cannot be asked.
    pub(crate) fn release(&self, committed: i64) {
        let done: Vec<(i64, u64)> = {
            let list = self.list();
            let all_but_last = list.iter().take(list.len().saturating_sub(1));
            let is_done = |segment: &Segment| segment.sealed && segment.last <= committed;
            all_but_last.filter(|(_, segment)| is_done(segment)).map(|(base, segment)| (*base, segment.bytes)).collect()
        };
        let last = self.list().last_key_value().map(|(_, segment)| *segment);
        let last = last.filter(|last| last.last <= committed).map_or(0, |last| last.bytes);
        self.committed_bytes.store(last, Ordering::Relaxed);
        for (base, bytes) in done {
            match self.spares.keep(&self.path(base)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(file = %self.path(base).display(), %error, "cannot let go of a committed journal file");
                }
                _ => {
                    loss::forget(&self.path(base));
                    self.list().remove(&base);
                    self.bytes.fetch_sub(bytes, Ordering::Relaxed);
                }
            }
        }
    }

    /// The first segment with a frame at or after a position.
    fn holding(&self, position: i64) -> Option<i64> {
        self.list().iter().find(|(_, segment)| segment.last >= position).map(|(base, _)| *base)
    }

    fn list(&self) -> MutexGuard<'_, BTreeMap<i64, Segment>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows that are durable in the journal: one frame's.
#[derive(Debug)]
pub(crate) struct Durable {
    /// The frame's position.
    pub(crate) position: i64,
    /// Its rows.
    pub(crate) payload: Payload,
    /// The length of its payload, bytes.
    pub(crate) bytes: u64,
    /// Since when they wait to be committed; none when they were read back from the disk.
    pub(crate) since: Option<Instant>,
}

/// Reads frames back, for what the committer no longer finds in memory.
#[derive(Debug)]
pub(crate) struct Cursor {
    segments: Arc<Segments>,
    /// The segment that was read last, by its first position.
    open: Option<(i64, SegmentReader)>,
}

impl Cursor {
    pub(crate) fn new(segments: Arc<Segments>) -> Self {
        Self { segments, open: None }
    }

    /// Reads the frames from one position up to another, which must be durable, but stops when it has so many bytes.
    /// Blocks on the disk.
    pub(crate) fn read(&mut self, from: i64, upto: i64, bytes: u64) -> Result<Vec<Durable>, JournalError> {
        let mut frames = Vec::new();
        let (mut next, mut total) = (from, 0);
        while next <= upto && total < bytes {
            let Some((base, mut reader)) = self.reader(next)? else { break };
            match reader.next()? {
                Next::Frame(position, payload) if position >= next => {
                    let bytes = payload.len() as u64;
                    let payload = Payload::read(payload).map_err(|_| reader.damaged("a frame cannot be decoded"))?;
                    frames.push(Durable { position, payload, bytes, since: None });
                    (next, total) = (position + 1, total + bytes);
                }
                Next::Frame(..) => {}
                Next::End => return Err(reader.damaged("acknowledged frames are missing")),
                Next::Bad(reason) => return Err(reader.damaged(reason)),
            }
            self.open = Some((base, reader));
        }
        Ok(frames)
    }

    /// A reader that stands at a position or before it in the same segment; none when there is nothing from there on.
    fn reader(&mut self, position: i64) -> Result<Option<(i64, SegmentReader)>, JournalError> {
        let Some(base) = self.segments.holding(position) else { return Ok(None) };
        match self.open.take() {
            Some((open, reader)) if open == base && reader.position() <= position => Ok(Some((base, reader))),
            _ => {
                let reader = SegmentReader::open(self.segments.path(base), self.segments.collector(), base)?;
                Ok(Some((base, reader)))
            }
        }
    }
}
