//! Why the keys cannot be used.

use std::io;
use std::path::PathBuf;

use super::KEY_BYTES;

/// Why the keys cannot be used. No message shows a key.
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
    /// Its name says no epoch.
    #[error(
        "{path} is no key's name; redaction keys are called redaction-1.key, redaction-2.key and so on: rename it, or move \
         it elsewhere", path = path.display()
    )]
    Name {
        /// The file.
        path: PathBuf,
    },
    /// The first epoch stands there under its old and its new name.
    #[error(
        "{path} and redaction-1.key are both there; keep the one that hashed what is stored, and move the other elsewhere",
        path = path.display()
    )]
    TwoFirst {
        /// The file with the old name.
        path: PathBuf,
    },
    /// Keys are given, and others are in the folder.
    #[error(
        "redaction keys are given by file or environment, and {path} is there too; give that key as well and move the file \
         away, or give none", path = path.display()
    )]
    GivenAndKept {
        /// A key file.
        path: PathBuf,
    },
    /// What was given is no list of keys.
    #[error("{place}: {problem}")]
    Given {
        /// The file.
        place: String,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// There is no redaction key.
    #[error("no redaction key is left; restore keys/ from a backup")]
    NoEpoch,
    /// The system does not let us.
    #[error("cannot {doing} {path}", path = path.display())]
    Io {
        /// What was tried: read, make, rename, remove.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl KeyError {
    /// For `map_err`: what was tried, with which file.
    pub(super) fn io(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
