//! The two keys of a data folder, in `keys/`: made at the first start, never replaced.
//!
//! Whoever holds them can test guesses against the hashes in the tables, so only the owner may read them; whoever
//! loses them can no longer match old hashes with new ones.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use barograph_proto::keyed::{EventIdKey, Keys, RedactionKeys};

/// Length of a key, bytes.
const KEY_BYTES: usize = 32;

/// Read or write by group or others.
const FOR_OTHERS: u32 = 0o077;

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Somebody else could have read it.
    #[error("other users may read or write the key {path} (mode {mode:04o}); run `chmod 600 {path}`", path = path.display())]
    Open {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not a key of ours.
    #[error("the key {path} is not {KEY_BYTES} bytes long; restore it from a backup", path = path.display())]
    WrongLength {
        /// The key file.
        path: PathBuf,
    },
    /// The system does not let us.
    #[error("cannot {doing} {path}", path = path.display())]
    Io {
        /// What was tried: read, make.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Reads the keys below a data folder, and makes those that are missing. To be called by the one process that holds
/// the folder.
///
/// # Errors
/// When a key cannot be read or made, is open to other users, or is no key.
pub fn load_or_make(data_dir: &Path) -> Result<Keys, KeyError> {
    let folder = data_dir.join("keys");
    make_folder(data_dir, &folder).map_err(|source| KeyError::Io { doing: "make", path: folder.clone(), source })?;
    Ok(Keys {
        event_id: EventIdKey::new(&load_or_make_key(&folder, "event-id.key")?),
        redaction: redaction_keys(load_or_make_key(&folder, "redaction.key")?),
    })
}

#[expect(clippy::expect_used, reason = "there is one epoch")]
fn redaction_keys(key: [u8; KEY_BYTES]) -> RedactionKeys {
    RedactionKeys::new(vec![(1, key)], key).expect("there is one epoch")
}

fn load_or_make_key(folder: &Path, name: &str) -> Result<[u8; KEY_BYTES], KeyError> {
    let path = folder.join(name);
    match File::open(&path) {
        Ok(file) => read(file, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key =
                make(folder, &path).map_err(|source| KeyError::Io { doing: "make", path: path.clone(), source })?;
            tracing::info!(path = %path.display(), "made a new key; back it up with the tables");
            Ok(key)
        }
        Err(source) => Err(KeyError::Io { doing: "read", path, source }),
    }
}

fn read(mut file: File, path: PathBuf) -> Result<[u8; KEY_BYTES], KeyError> {
    let mut bytes = Vec::with_capacity(KEY_BYTES + 1);
    let mode = file
        .metadata()
        .and_then(|metadata| {
            // One byte more than a key shows that it is too long, however long it is.
            io::Read::by_ref(&mut file).take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            Ok(metadata.permissions().mode() & 0o7777)
        })
        .map_err(|source| KeyError::Io { doing: "read", path: path.clone(), source })?;
    if mode & FOR_OTHERS != 0 {
        return Err(KeyError::Open { path, mode });
    }
    bytes.try_into().map_err(|_| KeyError::WrongLength { path })
}

/// Writes a key beside its place, then moves it there: a crash leaves a whole key or none.
fn make(folder: &Path, path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let unfinished = path.with_extension("key.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(&key)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    File::open(folder)?.sync_all()?;
    Ok(key)
}

fn make_folder(data_dir: &Path, folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    File::open(data_dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};

    use super::*;

    fn hashes(keys: &Keys) -> (String, [u8; 16]) {
        (
            keys.redaction.hash("default", barograph_proto::keyed::Domain::Value, "x"),
            keys.event_id.scope(&[b"a"]).id(b"x"),
        )
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn keys_are_made_once_and_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let made = load_or_make(folder.path()).unwrap();
        assert_eq!(hashes(&made), hashes(&load_or_make(folder.path()).unwrap()));
        let keys = folder.path().join("keys");
        assert_eq!(mode(&keys), 0o700);
        let mut names: Vec<_> = keys.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["event-id.key", "redaction.key"]);
        for name in names {
            let path = keys.join(name);
            assert_eq!((mode(&path), path.metadata().unwrap().len()), (0o600, 32));
        }
    }

    #[test]
    fn folders_have_keys_of_their_own() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (one, other) = (load_or_make(one.path()).unwrap(), load_or_make(other.path()).unwrap());
        assert_ne!(hashes(&one).0, hashes(&other).0);
        assert_ne!(hashes(&one).1, hashes(&other).1);
    }

    #[test]
    fn key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        load_or_make(folder.path()).unwrap();
        let path = folder.path().join("keys/redaction.key");
        for mode in [0o640, 0o604, 0o660] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let error = load_or_make(folder.path()).unwrap_err().to_string();
            assert!(error.contains(&format!("(mode {mode:04o}); run `chmod 600 {}`", path.display())), "{error}");
        }
    }

    #[test]
    fn key_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        load_or_make(folder.path()).unwrap();
        let path = folder.path().join("keys/event-id.key");
        for length in [0, 31, 33, 4096] {
            std::fs::write(&path, vec![7; length]).unwrap();
            assert!(matches!(load_or_make(folder.path()), Err(KeyError::WrongLength { .. })), "{length}");
        }
    }

    #[test]
    fn interrupted_making_is_made_good() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        std::fs::write(folder.path().join("keys/event-id.key.new"), "half").unwrap();
        load_or_make(folder.path()).unwrap();
        assert_eq!(folder.path().join("keys/event-id.key").metadata().unwrap().len(), 32);
    }
}
