//! Why a frame was not written, and which errors of the system may pass by themselves.

use std::io::{Error, ErrorKind};

use rustix::io::Errno;

/// Why a frame was not written.
pub(super) enum Failure {
    /// The disk is full, and the file is as it was before.
    Full,
    /// The process has no file descriptor left for a new file, and nothing was made.
    NoDescriptor,
    /// What is on the disk is no longer known.
    Fatal(String),
}

/// Whether an error says that there is no room.
pub(super) fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Whether an error says that the process or the system has too many files open.
pub(super) fn is_out_of_descriptors(error: &Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}
