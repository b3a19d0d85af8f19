//! Why the store cannot be opened.

use std::path::PathBuf;

use super::table::TableError;
use crate::journal::JournalError;

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}; give one that this user may write with --data-dir")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another process uses the data folder.
    #[error("another process uses the data folder {path}; stop it, or give another folder with --data-dir")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The collector's id cannot be read.
    #[error(
        "the file {path} does not hold a collector's id; restore it from a copy, since without it rows would be \
             stored twice"
    )]
    CollectorId {
        /// The file.
        path: PathBuf,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A table cannot be read or made.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The tables' bucket is away, and the journal, which would know where we stopped, is empty.
    #[error(
        "the tables cannot be reached, and the folder {path} holds no journal that tells where the collector stopped; \
         wait until the tables can be reached and start again"
    )]
    Lost {
        /// The data folder.
        path: PathBuf,
        /// Why the tables cannot be reached.
        #[source]
        source: TableError,
    },
    /// A part of the program failed.
    #[error("cannot start the store's threads and tasks; see whether the system's limits allow more of them")]
    Start(#[source] std::io::Error),
}
