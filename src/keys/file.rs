//! One key file: read, made, destroyed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::{KEY_BYTES, KeyError, Secret};

/// Read or write by group or others.
const FOR_OTHERS: u32 = 0o077;

/// Reads a key; none when there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Secret>, KeyError> {
    // One byte more than a key shows that it is too long, however long it is.
    match contents(path, KEY_BYTES as u64 + 1)? {
        Some(bytes) => bytes.try_into().map(Some).map_err(|_| KeyError::WrongLength { path: path.to_owned() }),
        None => Ok(None),
    }
}

/// The first bytes of a file that only its owner may read; none when there is no such file.
pub(super) fn contents(path: &Path, most: u64) -> Result<Option<Vec<u8>>, KeyError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeyError::io("read", path)(error)),
    };
    let mut bytes = Vec::new();
    let mode = file
        .metadata()
        .and_then(|metadata| {
            io::Read::by_ref(&mut file).take(most).read_to_end(&mut bytes)?;
            Ok(metadata.permissions().mode() & 0o7777)
        })
        .map_err(KeyError::io("read", path))?;
    if mode & FOR_OTHERS != 0 {
        return Err(KeyError::Open { path: path.to_owned(), mode });
    }
    Ok(Some(bytes))
}

/// Makes a key of random bytes that nobody has made yet. It is written beside its place and linked there: a crash leaves
/// a whole key or none, and of two processes that make the same one the second fails.
pub(super) fn make(path: &Path) -> Result<Secret, KeyError> {
    let key = random().and_then(|key| {
        let unfinished = unfinished(path);
        let linked = write(&unfinished, &key).and_then(|()| std::fs::hard_link(&unfinished, path));
        let removed = std::fs::remove_file(&unfinished);
        linked.and(removed)?;
        sync_folder(path)?;
        Ok(key)
    });
    key.map_err(KeyError::io("make", path))
}

/// Overwrites a key and removes it.
pub(super) fn destroy(path: &Path) -> Result<(), KeyError> {
    let destroyed = random().and_then(|noise| {
        let mut file = OpenOptions::new().write(true).open(path)?;
        for bytes in [noise, [0; KEY_BYTES]] {
            file.rewind()?;
            file.write_all(&bytes)?;
            file.sync_all()?;
        }
        std::fs::remove_file(path)?;
        sync_folder(path)
    });
    destroyed.map_err(KeyError::io("destroy", path))
}

fn random() -> io::Result<Secret> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    Ok(key)
}

fn write(path: &Path, key: &Secret) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(key)?;
    file.sync_all()
}

/// A name beside the key's that no other process uses.
fn unfinished(path: &Path) -> PathBuf {
    path.with_extension(format!("key.{}.new", std::process::id()))
}

/// Makes the names in the file's folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
