//! Why the tokens cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// Why the tokens cannot be used. No message shows a token or a hash.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Somebody else could have changed it.
    #[error("other users may read or write {path} (mode {mode:04o}); run `chmod 600 {path}`", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not what we wrote.
    #[error(
        "{path} is damaged: {fault}; restore it from a backup, or move it away and make new tokens with \
         `barograph tokens create`", path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// It was there before.
    #[error("{path} is gone; restore it from a backup", path = path.display())]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// The system does not let us.
    #[error("cannot {doing} {path}", path = path.display())]
    Io {
        /// What was tried: read, write, lock.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No token can be made.
    #[error("the system has no randomness to make a token of")]
    NoRandomness,
}

impl TokenError {
    /// For `map_err`: what was tried, with which file.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
