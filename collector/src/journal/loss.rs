//! What an operator has agreed to lose: a damaged stretch of a segment, noted beside it, which readers step over. The
//! segment itself stays as it is, for whoever wants to look into it, until everything else in it is in the tables.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::segment::JournalError;
use crate::store::durable;

/// A stretch of the journal that is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLoss {
    /// The segment's file.
    pub file: PathBuf,
    /// Where the damage starts in it, bytes.
    pub from: u64,
    /// Where the next whole frame starts, or the file ends, bytes.
    pub to: u64,
    /// The position of the first frame that is lost. A frame holds the rows that were acknowledged together.
    pub first: i64,
    /// The position of the next frame that is not.
    pub next: i64,
    /// What was wrong.
    pub reason: String,
}

/// The losses of a segment, in order.
///
/// # Errors
/// When its note is there and cannot be read.
pub(super) fn read(segment: &Path) -> Result<Vec<JournalLoss>, JournalError> {
    let file = note(segment);
    match std::fs::read(&file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|_| JournalError::Damaged {
            file,
            offset: 0,
            reason: "it is no note of losses",
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(JournalError::Io { file, source }),
    }
}

/// Notes the losses of a segment, durably.
pub(super) fn write(segment: &Path, losses: &[JournalLoss]) -> Result<(), JournalError> {
    let file = note(segment);
    let text = serde_json::to_vec(losses).map_err(std::io::Error::from);
    text.and_then(|text| durable::replace(&file, &text)).map_err(|source| JournalError::Io { file, source })
}

/// Forgets the losses of a segment that is gone.
pub(super) fn forget(segment: &Path) {
    // Mostly there is no note, and one that stays says something about a file that is not there.
    drop(std::fs::remove_file(note(segment)));
}

fn note(segment: &Path) -> PathBuf {
    segment.with_extension("loss")
}
