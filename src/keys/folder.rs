//! The folder of the keys: which epochs stand in it.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::{KeyError, Secret, file};

/// How the first epoch's key was called when there was one only.
const FIRST: &str = "redaction.key";

/// The name of an epoch's key.
pub(super) fn name(epoch: u32) -> String {
    format!("redaction-{epoch}.key")
}

/// The folder `keys/` of a data folder.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, which need not exist.
    pub(super) fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("keys"))
    }

    /// The folder, made for its owner only if it is missing.
    pub(super) fn make(data_dir: &Path) -> Result<Self, KeyError> {
        let folder = Self::of(data_dir);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder.0)
            .and_then(|()| File::open(data_dir)?.sync_all())
            .map_err(KeyError::io("make", &folder.0))?;
        Ok(folder)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Secret>, KeyError> {
        file::read(&self.path(name))
    }

    pub(super) fn read_or_make(&self, name: &str) -> Result<Secret, KeyError> {
        if let Some(key) = self.read(name)? {
            return Ok(key);
        }
        let path = self.path(name);
        let key = file::make(&path)?;
        tracing::info!(path = %path.display(), "made a new key; back it up with the tables");
        Ok(key)
    }

    /// Gives the first epoch's key the name that later ones have.
    pub(super) fn rename_first(&self) -> Result<(), KeyError> {
        let (old, new) = (self.path(FIRST), self.path(&name(1)));
        if !old.exists() {
            return Ok(());
        }
        // Looks for both.
        self.numbers()?;
        std::fs::rename(&old, &new).and_then(|()| file::sync_folder(&new)).map_err(KeyError::io("rename", &old))
    }

    /// The epochs whose key is there, oldest first.
    pub(super) fn numbers(&self) -> Result<Vec<u32>, KeyError> {
        let entries = match self.0.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(KeyError::io("read", &self.0)(error)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(KeyError::io("read", &self.0))?.file_name();
            match name.to_str().map(number) {
                Some(Named::Epoch(number)) if numbers.contains(&number) => {
                    return Err(KeyError::TwoFirst { path: self.path(FIRST) });
                }
                Some(Named::Epoch(number)) => numbers.push(number),
                Some(Named::Wrong) => return Err(KeyError::Name { path: self.0.join(name) }),
                Some(Named::Other) | None => {}
            }
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The live epochs with their keys, oldest first.
    pub(super) fn epochs(&self) -> Result<Vec<(u32, Secret)>, KeyError> {
        let mut epochs = Vec::new();
        for number in self.numbers()? {
            if let Some(key) = file::read(&self.file(number))? {
                epochs.push((number, key));
            }
        }
        Ok(epochs)
    }

    /// Where an epoch's key is.
    pub(super) fn file(&self, epoch: u32) -> PathBuf {
        let path = self.path(&name(epoch));
        if epoch == 1 && !path.exists() { self.path(FIRST) } else { path }
    }
}

/// What a file's name says.
enum Named {
    Epoch(u32),
    /// It begins and ends as an epoch's does, and is none: a key that would silently not be asked with.
    Wrong,
    Other,
}

fn number(name: &str) -> Named {
    if name == FIRST {
        return Named::Epoch(1);
    }
    let Some(digits) = name.strip_prefix("redaction-").and_then(|name| name.strip_suffix(".key")) else {
        return Named::Other;
    };
    match digits.parse() {
        Ok(number) if number > 0 && self::name(number) == name => Named::Epoch(number),
        _ => Named::Wrong,
    }
}
