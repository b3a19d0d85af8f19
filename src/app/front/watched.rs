//! Files that may be replaced at any time.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// What tells one state of a file from another without reading it; none of a file that is not there.
type Stamp = Option<(i64, i64, u64, u64)>;

/// Files that are read together.
#[derive(Debug)]
pub(super) struct Watched {
    files: Vec<PathBuf>,
    /// As they were when they were last read.
    read: Vec<Stamp>,
    /// As they were at the last look.
    seen: Vec<Stamp>,
}

impl Watched {
    /// Files that are about to be read.
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        let stamps = stamps(&files);
        Self { files, read: stamps.clone(), seen: stamps }
    }

    /// Looks at the files: whether they are to be read again. They must look the same twice, since a certificate and its
    /// key are replaced one after the other, and the one does not fit the other in between.
    pub(super) fn have_changed(&mut self) -> bool {
        let now = stamps(&self.files);
        let settled = now == self.seen;
        self.seen.clone_from(&now);
        if !settled || now == self.read {
            return false;
        }
        self.read = now;
        true
    }
}

/// The time of the last change of any kind, permissions among them. Follows links: Kubernetes replaces a secret by pointing
/// one elsewhere.
fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |file: &PathBuf| {
        let metadata = file.metadata().ok()?;
        Some((metadata.ctime(), metadata.ctime_nsec(), metadata.len(), metadata.ino()))
    };
    files.iter().map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_again_once_they_have_settled() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, "1").unwrap();
        let mut watched = Watched::new(vec![one.clone(), two.clone()]);
        assert!(!watched.have_changed());
        std::fs::write(&one, "11").unwrap();
        assert!(!watched.have_changed(), "not settled");
        std::fs::write(&two, "2").unwrap();
        assert!(!watched.have_changed(), "not settled");
        assert!(watched.have_changed());
        assert!(!watched.have_changed(), "read once");
        std::fs::remove_file(&two).unwrap();
        assert!(!watched.have_changed());
        assert!(watched.have_changed());
        // The same length in another file.
        std::fs::write(folder.path().join("new"), "22").unwrap();
        std::fs::rename(folder.path().join("new"), &one).unwrap();
        assert!(!watched.have_changed());
        assert!(watched.have_changed());
    }
}
