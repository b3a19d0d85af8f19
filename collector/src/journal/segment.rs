//! One file of the journal: its name, its header, and how it is read frame by frame.
//!
//! Layout, little-endian: a header (magic `BAROJRNL`, format version u32, position of the first frame i64, CRC-32 of
//! these and of the collector's id u32), then frames.

use std::fs::File;
use std::io::Error as IoError;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use uuid::Uuid;

use super::frame::{self, Header};
use super::loss::{self, JournalLoss};

/// Version of the journal's format. A newer one is refused.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// Length of a segment's header, bytes.
pub(super) const HEADER_LEN: usize = 24;

const MAGIC: [u8; 8] = *b"BAROJRNL";

/// Why the journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refuses.
    #[error("cannot use the journal file {file}")]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: IoError,
    },
    /// What stands there is not what was written.
    #[error(
        "the journal file {file} is damaged at byte {offset}: {reason}; restore the file from a copy, or start once with \
         --accept-journal-loss to go on without the rows that stood there, which is recorded as an event"
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where the damage starts, bytes.
        offset: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// A newer version of the program wrote it.
    #[error(
        "the journal file {file} has format {found}, and this version of barograph reads up to {FORMAT_VERSION}: start \
         the newer version that wrote it, or give another folder with --data-dir"
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format version.
        found: u32,
    },
}

/// The name of the segment that starts with a position.
pub(super) fn file_name(base: i64) -> String {
    format!("{base:016}.journal")
}

/// The position that a segment starts with, from its name; none for a name that is not a segment's.
pub(super) fn base_of(path: &Path) -> Option<i64> {
    let digits = path.file_name()?.to_str()?.strip_suffix(".journal")?;
    if digits.len() == 16 { digits.parse().ok() } else { None }
}

/// A segment's header.
pub(super) fn header(collector: Uuid, base: i64) -> [u8; HEADER_LEN] {
    let mut bytes = [0; HEADER_LEN];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[12..20].copy_from_slice(&base.to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..20]);
    hasher.update(collector.as_bytes());
    bytes[20..].copy_from_slice(&hasher.finalize().to_le_bytes());
    bytes
}

/// What the checksums of a segment's frames start with. Never told to anybody outside.
pub(super) fn salt(collector: Uuid, base: i64) -> [u8; 24] {
    let mut salt = [0; 24];
    salt[..16].copy_from_slice(collector.as_bytes());
    salt[16..].copy_from_slice(&base.to_le_bytes());
    salt
}

/// Reads a segment from its start. Reads exactly what it is asked for and nothing ahead, since the file may grow.
#[derive(Debug)]
pub(super) struct SegmentReader {
    path: PathBuf,
    file: File,
    salt: [u8; 24],
    offset: u64,
    next: i64,
    /// Stretches to step over.
    losses: Vec<JournalLoss>,
}

/// What stands next in a segment.
#[derive(Debug)]
pub(super) enum Next {
    /// A whole frame.
    Frame(i64, Bytes),
    /// Nothing more.
    End,
    /// Not a frame.
    Bad(&'static str),
}

impl SegmentReader {
    /// Opens a segment and checks its header.
    pub(super) fn open(path: PathBuf, collector: Uuid, base: i64) -> Result<Self, JournalError> {
        let file = File::open(&path).map_err(|source| JournalError::Io { file: path.clone(), source })?;
        let losses = loss::read(&path)?;
        if losses.first().is_some_and(|loss| loss.from == 0) {
            return Ok(Self { path, file, salt: salt(collector, base), offset: 0, next: base, losses });
        }
        let mut found = [0; HEADER_LEN];
        if let Err(source) = file.read_exact_at(&mut found, 0) {
            return Err(if source.kind() == std::io::ErrorKind::UnexpectedEof {
                JournalError::Damaged { file: path, offset: 0, reason: "it is shorter than a header" }
            } else {
                JournalError::Io { file: path, source }
            });
        }
        let version = u32::from_le_bytes([found[8], found[9], found[10], found[11]]);
        if found[..8] == MAGIC && version > FORMAT_VERSION {
            return Err(JournalError::Newer { file: path, found: version });
        }
        if found != header(collector, base) {
            let reason = "its header does not belong to its name and to the id in the file collector-id";
            return Err(JournalError::Damaged { file: path, offset: 0, reason });
        }
        Ok(Self { path, file, salt: salt(collector, base), offset: HEADER_LEN as u64, next: base, losses })
    }

    /// Opens a segment whose header is damaged, from its very start.
    pub(super) fn open_damaged(path: PathBuf, collector: Uuid, base: i64) -> Result<Self, JournalError> {
        let file = File::open(&path).map_err(|source| JournalError::Io { file: path.clone(), source })?;
        Ok(Self { path, file, salt: salt(collector, base), offset: 0, next: base, losses: Vec::new() })
    }

    /// Where the next frame starts, bytes.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The position of the next frame.
    pub(super) fn position(&self) -> i64 {
        self.next
    }

    /// Reads the next frame and, when it is whole, steps over it. Steps over what is known to be lost.
    pub(super) fn next(&mut self) -> Result<Next, JournalError> {
        while let Some(loss) = self.losses.iter().find(|loss| loss.from == self.offset && loss.to > loss.from) {
            (self.offset, self.next) = (loss.to, loss.next);
        }
        let rest = self.len()?.saturating_sub(self.offset);
        if rest == 0 {
            return Ok(Next::End);
        }
        let header_len = frame::HEADER_LEN as u64;
        if rest < header_len {
            return Ok(Next::Bad("a frame's header is cut off"));
        }
        let mut header = [0; frame::HEADER_LEN];
        self.read_at(&mut header, self.offset)?;
        let Some(header) = Header::from_bytes(&header) else { return Ok(Next::Bad("there is no frame")) };
        if u64::from(header.len) > rest - header_len {
            return Ok(Next::Bad("a frame is cut off"));
        }
        let mut payload = vec![0; header.len as usize];
        self.read_at(&mut payload, self.offset + header_len)?;
        if header.position != self.next || !header.fits(&self.salt, &payload) {
            return Ok(Next::Bad("a frame's checksum does not match"));
        }
        self.offset += header_len + u64::from(header.len);
        self.next += 1;
        Ok(Next::Frame(header.position, payload.into()))
    }

    /// Whether a whole frame stands anywhere behind the next one. If so, what stands next had been synced before, and
    /// is damaged rather than torn.
    pub(super) fn any_frame_behind(&self) -> Result<bool, JournalError> {
        Ok(self.frame_behind()?.is_some())
    }

    /// Accepts that what stands next is lost, durably, and steps over it: up to the next whole frame, or to the end,
    /// after which the journal goes on with the position `then`.
    pub(super) fn lose(&mut self, reason: &str, then: i64) -> Result<JournalLoss, JournalError> {
        let (to, next) = match self.frame_behind()? {
            Some(behind) => behind,
            None => (self.len()?, then.max(self.next)),
        };
        let loss = JournalLoss {
            file: self.path.clone(),
            from: self.offset,
            to,
            first: self.next,
            next,
            reason: reason.to_owned(),
        };
        self.losses.push(loss.clone());
        loss::write(&self.path, &self.losses)?;
        Ok(loss)
    }

    /// The first whole frame behind the next one: where it starts, bytes, and its position.
    fn frame_behind(&self) -> Result<Option<(u64, i64)>, JournalError> {
        let mut rest = vec![0; usize::try_from(self.len()?.saturating_sub(self.offset)).unwrap_or(usize::MAX)];
        self.read_at(&mut rest, self.offset)?;
        // At the start of a file whose header is damaged, the very next position may be whole.
        let least = if self.offset == 0 { self.next } else { self.next + 1 };
        let whole = |start: usize| {
            let header = rest.get(start..start + frame::HEADER_LEN)?.try_into().ok().and_then(Header::from_bytes)?;
            let payload = start + frame::HEADER_LEN;
            let payload = rest.get(payload..payload.checked_add(header.len as usize)?)?;
            (header.position >= least && header.fits(&self.salt, payload)).then_some(header.position)
        };
        let mut starts = (1..rest.len()).filter(|start| rest[*start..].starts_with(&frame::MARKER));
        Ok(starts.find_map(|start| Some((self.offset + start as u64, whole(start)?))))
    }

    /// A report of damage at the next frame.
    pub(super) fn damaged(&self, reason: &'static str) -> JournalError {
        JournalError::Damaged { file: self.path.clone(), offset: self.offset, reason }
    }

    fn len(&self) -> Result<u64, JournalError> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(|source| self.io(source))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), JournalError> {
        self.file.read_exact_at(buffer, offset).map_err(|source| self.io(source))
    }

    fn io(&self, source: IoError) -> JournalError {
        JournalError::Io { file: self.path.clone(), source }
    }
}
