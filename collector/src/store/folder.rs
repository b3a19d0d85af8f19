//! The data folder: who may use it, whose it is, and what is made in it.

use std::fs::{self, File, TryLockError};
use std::io::Error as IoError;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::{OpenError, durable};

/// A data folder that nobody else uses. Dropping it lets others in.
#[derive(Debug)]
pub(super) struct DataFolder {
    /// Its absolute path.
    pub(super) path: PathBuf,
    /// The collector that it belongs to.
    pub(super) collector: Uuid,
    /// Whether the folder was only just made ours.
    pub(super) is_new: bool,
    /// Holds the lock as long as it is open.
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where it is missing, and takes it.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Folder { path: path.to_owned(), source };
        durable::create_folder(path).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        let lock = lock(&path)?;
        let failed = |source| OpenError::Folder { path: path.clone(), source };
        let (collector, is_new) = collector_id(&path)?;
        let this = Self { collector, is_new, path: path.clone(), _lock: lock };
        for folder in [this.journal(), this.tables(), this.staging()] {
            durable::create_folder(&folder).map_err(failed)?;
        }
        empty(&this.staging()).map_err(failed)?;
        // The tables' folders, the tables, and their logs and days.
        durable::sync_folders(&this.tables(), 2).map_err(failed)?;
        Ok(this)
    }

    /// Where the journal's files are.
    pub(super) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// Where the tables are.
    pub(super) fn tables(&self) -> PathBuf {
        self.path.join("tables")
    }

    /// Where files are written before they get their name; beside the tables, to be on the same file system.
    pub(super) fn staging(&self) -> PathBuf {
        self.tables().join(".staging")
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Folder { path: folder.to_owned(), source };
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Reads the collector's id, which is made with the folder, and tells whether it was made just now. It names the collector
/// in every commit, so that what is committed is not committed again.
fn collector_id(folder: &Path) -> Result<(Uuid, bool), OpenError> {
    let path = folder.join("collector-id");
    let failed = |source: IoError| OpenError::Folder { path: folder.to_owned(), source };
    match fs::read_to_string(&path) {
        Ok(text) => Uuid::parse_str(text.trim()).map(|id| (id, false)).map_err(|_| OpenError::CollectorId { path }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let id = Uuid::new_v4();
            durable::replace(&path, format!("{id}\n").as_bytes()).map_err(failed)?;
            Ok((id, true))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Removes what a crash left half written.
fn empty(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}
