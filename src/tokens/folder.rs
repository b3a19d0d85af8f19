//! Files of a data folder that are replaced whole, and belong to whom the folder belongs to.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use super::TokenError;

/// Makes a data folder where there is none, for its owner only: tokens can be made before the first start.
pub(super) fn make(data_dir: &Path) -> Result<(), TokenError> {
    DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(TokenError::io("make", data_dir))
}

/// Keeps other commands out until the file is dropped.
pub(super) fn lock(data_dir: &Path) -> Result<File, TokenError> {
    let path = data_dir.join("tokens.lock");
    let lock = || {
        let file = open(data_dir, &path, OpenOptions::new().create(true).truncate(false).write(true))?;
        file.lock()?;
        Ok(file)
    };
    lock().map_err(TokenError::io("lock", &path))
}

/// Replaces a file by one with this text, which survives a power cut from the return on: new file, its bytes synced,
/// then its name, then the folder. Only one process may do that at a time.
pub(super) fn replace(data_dir: &Path, name: &str, text: &str) -> Result<(), TokenError> {
    let (path, new) = (data_dir.join(name), data_dir.join(format!("{name}.new")));
    let replace = || {
        let mut file = open(data_dir, &new, OpenOptions::new().create(true).truncate(true).write(true))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &path)?;
        File::open(data_dir)?.sync_all()
    };
    replace().map_err(TokenError::io("write", &path))
}

/// Opens a file that only its owner may read, and gives it to the folder's owner: a command that root runs must not shut
/// the server out.
fn open(data_dir: &Path, path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = options.mode(0o600).open(path)?;
    let folder = data_dir.metadata()?;
    if folder.uid() != file.metadata()?.uid() {
        fchown(&file, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(file)
}
