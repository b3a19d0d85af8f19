//! Journal files that are done with, kept to be written over.
//!
//! A file that is written over neither grows nor gets new blocks, so a sync of it does not wait for what else the file
//! system has in its log, such as the tables' new files. Its pages are in memory already, too: fresh ones cost a virtual
//! machine that gives free memory back to its host many times as much as writing over old ones does.
//!
//! What stands in such a file from before is never taken for a frame: checksums start with the segment's first position.

use std::fs::{self, File};
use std::io::Result;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::durable;

/// Files kept. While one is written, the one before it reaches the tables.
const KEPT: usize = 2;

/// How the names of kept files end.
const EXTENSION: &str = "spare";

/// Journal files that are done with.
#[derive(Debug)]
pub(super) struct Spares(
    // A std mutex: held for a push or a pop, never across a wait.
    Mutex<Vec<PathBuf>>,
);

impl Spares {
    /// Those that an earlier run kept in a folder.
    pub(super) fn found_in(folder: &Path) -> Result<Self> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            if found.len() < KEPT {
                found.push(path);
            } else {
                fs::remove_file(path)?;
            }
        }
        // Whoever was killed before its own sync has left names that a power cut may take back.
        durable::sync_folder(folder)?;
        Ok(Self(Mutex::new(found)))
    }

    /// Keeps a file that is done with, if there is room, or removes it. Where this fails the file stands where it stood.
    pub(super) fn keep(&self, path: &Path) -> Result<()> {
        if self.list().len() >= KEPT {
            return fs::remove_file(path);
        }
        let spare = path.with_extension(EXTENSION);
        fs::rename(path, &spare)?;
        // A power cut may not give it its name back once it is written over.
        if durable::sync_folder(path.parent().unwrap_or(Path::new("."))).is_ok() {
            self.list().push(spare);
        } else {
            drop(fs::remove_file(&spare));
        }
        Ok(())
    }

    /// Gives one of them a new header, durably, then a new name, which is not durable yet; none when there is none to be had.
    pub(super) fn reuse(&self, path: &Path, header: &[u8]) -> Option<File> {
        let spare = self.list().pop()?;
        let over = || {
            let file = File::options().write(true).open(&spare)?;
            file.write_all_at(header, 0)?;
            // A name and a header that do not belong together are damage.
            durable::sync_data(&file)?;
            fs::rename(&spare, path)?;
            Ok(file)
        };
        over()
            .inspect_err(|error: &std::io::Error| {
                tracing::warn!(file = %spare.display(), %error, "cannot write over a journal file; a new one is made");
                drop(fs::remove_file(&spare));
            })
            .ok()
    }

    fn list(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
