//! The segment that is being written: a new file, or one that is written over.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::os::unix::fs::FileExt as _;

use super::failure::{Failure, is_full, is_out_of_descriptors};
use super::segment::{self, HEADER_LEN};
use super::segments::Segments;
use crate::store::durable;

/// The segment that is being written.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) file: File,
    pub(super) base: i64,
    /// Where the next frame goes.
    pub(super) bytes: u64,
}

impl Open {
    /// Makes the segment that starts with a position, durable before anything is written to it.
    pub(super) fn make(segments: &Segments, base: i64) -> std::result::Result<Self, Failure> {
        let path = segments.path(base);
        let header = segment::header(segments.collector(), base);
        let new = || -> Result<File> {
            let file = File::create_new(&path)?;
            file.write_all_at(&header, 0)?;
            durable::sync_data(&file)?;
            Ok(file)
        };
        let make = || -> Result<File> {
            let file = segments.spares.reuse(&path, &header).map_or_else(new, Ok)?;
            durable::sync_folder(segments.folder())?;
            Ok(file)
        };
        match make() {
            Ok(file) => Ok(Self { file, base, bytes: HEADER_LEN as u64 }),
            Err(error) if is_full(&error) && is_gone(std::fs::remove_file(&path)) => Err(Failure::Full),
            // Connections took them all, and will give them back.
            Err(error) if is_out_of_descriptors(&error) && is_gone(std::fs::remove_file(&path)) => {
                Err(Failure::NoDescriptor)
            }
            Err(error) => Err(Failure::Fatal(format!("no new file can be made: {error}"))),
        }
    }

    /// Writes a frame behind the others, not synced yet.
    pub(super) fn write(&self, frame: &[u8]) -> Result<()> {
        self.file.write_all_at(frame, self.bytes)
    }

    /// Cuts what is behind the last frame, durably.
    pub(super) fn cut(&self) -> Result<()> {
        self.file.set_len(self.bytes)?;
        durable::sync_data(&self.file)
    }
}

/// Whether a file is not there after an attempt to remove it.
fn is_gone(removed: Result<()>) -> bool {
    removed.err().is_none_or(|error| error.kind() == ErrorKind::NotFound)
}
