//! What a start finds in the journal: every frame is checked, a torn end is cut, damage before the end is refused.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::loss::{self, JournalLoss};
use super::payload::Payload;
use super::segment::{self, HEADER_LEN, JournalError, Next, SegmentReader};
use super::segments::{Segment, Segments};
use super::spares::Spares;
use crate::store::durable;

/// The journal as it was left.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// Its segments, all sealed.
    pub(crate) segments: Segments,
    /// The position of the last frame; 0 when there is none.
    pub(crate) last: i64,
    /// The event ids of its rows, oldest frame first.
    pub(crate) ids: Vec<u128>,
    /// What was damaged, and given up just now.
    pub(crate) losses: Vec<JournalLoss>,
}

/// Checks the journal in a folder and cuts its end where it is torn. What is damaged is refused, unless its loss is
/// accepted: then it is noted and stepped over from now on.
///
/// # Errors
/// When the folder or a file cannot be read, when a file is damaged or of a newer format.
pub(crate) fn recover(folder: &Path, collector: Uuid, accept_loss: bool) -> Result<Recovered, JournalError> {
    let mut bases = list(folder)?;
    bases.sort_unstable();
    let (mut segments, mut ids, mut last, mut losses) = (BTreeMap::new(), Vec::new(), 0, Vec::new());
    for (index, base) in bases.iter().copied().enumerate() {
        let path = folder.join(segment::file_name(base));
        let following = bases.get(index + 1).copied();
        let accepted = accept_loss.then_some(&mut losses);
        let Some(frames) = check(&path, collector, base, following, &mut ids, accepted)? else { continue };
        if base != last + 1 && last != 0 {
            tracing::warn!(from = last + 1, to = base - 1, "the journal has a gap: files were moved out of it");
        }
        last = frames.last;
        segments.insert(base, frames);
    }
    let spares = Spares::found_in(folder).map_err(|source| JournalError::Io { file: folder.to_owned(), source })?;
    Ok(Recovered { segments: Segments::new(folder.to_owned(), collector, segments, spares), last, ids, losses })
}

/// The first positions of the segments in a folder.
fn list(folder: &Path) -> Result<Vec<i64>, JournalError> {
    let failed = |source| JournalError::Io { file: folder.to_owned(), source };
    let mut bases = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        bases.extend(segment::base_of(&entry.map_err(failed)?.path()));
    }
    Ok(bases)
}

/// Checks one segment, which another one follows from a position on, or none. A segment without a frame is removed: its
/// name will be needed again.
fn check(
    path: &Path,
    collector: Uuid,
    base: i64,
    following: Option<i64>,
    ids: &mut Vec<u128>,
    mut accepted: Option<&mut Vec<JournalLoss>>,
) -> Result<Option<Segment>, JournalError> {
    let failed = |source| JournalError::Io { file: path.to_owned(), source };
    let is_last = following.is_none();
    let mut reader = match SegmentReader::open(path.to_owned(), collector, base) {
        // The header is synced before the first frame is written, so without frames it may be torn.
        Err(JournalError::Damaged { .. })
            if is_last && fs::metadata(path).map_err(failed)?.len() <= HEADER_LEN as u64 =>
        {
            return remove(path);
        }
        Err(JournalError::Damaged { reason, .. }) if accepted.is_some() => {
            let mut reader = SegmentReader::open_damaged(path.to_owned(), collector, base)?;
            let loss = reader.lose(reason, following.unwrap_or(base))?;
            if let Some(losses) = &mut accepted {
                losses.push(loss);
            }
            reader
        }
        reader => reader?,
    };
    loop {
        match reader.next()? {
            Next::Frame(_, payload) => {
                let read = Payload::read(payload).and_then(|payload| payload.ids(ids));
                read.map_err(|_| reader.damaged("a frame cannot be decoded"))?;
            }
            Next::End => break,
            // The end of a file that others follow may be from an earlier use of it, but then no position is missing.
            Next::Bad(reason)
                if following.is_some_and(|next| next != reader.position()) || reader.any_frame_behind()? =>
            {
                match &mut accepted {
                    Some(losses) => losses.push(reader.lose(reason, following.unwrap_or(base))?),
                    None => return Err(reader.damaged(reason)),
                }
            }
            Next::Bad(_) => {
                let cut = fs::metadata(path).map_err(failed)?.len() - reader.offset();
                // Torn, or from an earlier use of the file: either way nobody was told that it is kept.
                tracing::info!(file = %path.display(), offset = reader.offset(), cut, "cut what the journal did not finish");
                let file = File::options().write(true).open(path).map_err(failed)?;
                file.set_len(reader.offset()).map_err(failed)?;
                break;
            }
        }
    }
    if reader.position() == base {
        return remove(path);
    }
    // What was read may not have been synced yet; what is committed from here on must not vanish behind it.
    File::open(path).and_then(|file| file.sync_all()).map_err(failed)?;
    Ok(Some(Segment { last: reader.position() - 1, bytes: reader.offset(), sealed: true }))
}

fn remove(path: &Path) -> Result<Option<Segment>, JournalError> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    loss::forget(path);
    fs::remove_file(path)
        .and_then(|()| durable::sync_folder(&folder))
        .map(|()| None)
        .map_err(|source| JournalError::Io { file: path.to_owned(), source })
}
