//! The few file-system steps that make something survive a power cut: a file's bytes are synced before its name, and a
//! name before anybody relies on it.

use std::fs::File;
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

use rustix::fs::StatVfsMountFlags;

/// Makes a file's bytes durable.
pub(crate) fn sync_data(file: &File) -> Result<()> {
    file.sync_data()?;
    still_writable(file)
}

/// Makes a folder's own entries durable: names made, linked, renamed or removed in it.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    let folder = File::open(folder)?;
    folder.sync_all()?;
    still_writable(&folder)
}

/// Fails when the file system can no longer be written. On one that has turned read-only, after an error of its disk or by
/// somebody's hand, a sync of ext4 may say yes without having written anything.
fn still_writable(file: &File) -> Result<()> {
    if rustix::fs::fstatvfs(file)?.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(ErrorKind::ReadOnlyFilesystem.into());
    }
    Ok(())
}

/// Makes the entries of a folder and of the folders below it durable, down to a depth. Whoever was killed between making
/// a name and syncing it has left one that a power cut may still take back; nothing may be built upon it before.
pub(crate) fn sync_folders(folder: &Path, depth: usize) -> Result<()> {
    sync_folder(folder)?;
    if depth == 0 {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path(), depth - 1)?;
        }
    }
    Ok(())
}

/// Makes a folder and what is missing above it, each name durable.
pub(crate) fn create_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(parent)?;
    match std::fs::create_dir(folder) {
        // Somebody else made it meanwhile; if it is a file, the next step says so.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(parent),
    }
}

/// Puts a file with these bytes in a place, whole or not at all, and durable from the return on. One process at a time.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    match std::fs::remove_file(new) {
        // What a crash has left.
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => write_new(new, [bytes])?,
    }
    std::fs::rename(new, path)?;
    sync_folder(path.parent().unwrap_or(Path::new("/")))
}

/// Writes a new file and syncs its bytes, not yet its name.
pub(crate) fn write_new<'a>(path: &Path, parts: impl IntoIterator<Item = &'a [u8]>) -> Result<()> {
    let mut file = File::create_new(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    sync_data(&file)
}
