//! Searches files for a canary's secret: the data folder, what the process has open, temporary files. Blocks.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aho_corasick::AhoCorasick;

/// Files changed less than this before the canary began count as changed since: clocks of file systems are coarse.
const COARSE: Duration = Duration::from_secs(2);

/// How deep below the folder for temporary files is looked: it is everybody's.
const TEMPORARY_DEPTH: usize = 4;

/// Most bytes of files outside the data folder that are read. Ours are few; others' may be many.
const FOREIGN_BYTES: u64 = 1 << 30;

/// A search for any of some texts in files that have changed since a time.
#[derive(Debug)]
pub(super) struct Search<'a> {
    texts: &'a AhoCorasick,
    since: SystemTime,
    /// Bytes that may still be read.
    left: u64,
    /// Where the texts were found.
    pub(super) found: Vec<PathBuf>,
    /// Files that could not be read.
    pub(super) unread: Vec<PathBuf>,
}

impl<'a> Search<'a> {
    /// Everything that has changed since `began`.
    pub(super) fn new(texts: &'a AhoCorasick, began: SystemTime) -> Self {
        let since = began.checked_sub(COARSE).unwrap_or(SystemTime::UNIX_EPOCH);
        Self { texts, since, left: u64::MAX, found: Vec::new(), unread: Vec::new() }
    }

    /// Searches a folder and all below it. What vanishes meanwhile is no fault.
    pub(super) fn folder(&mut self, folder: &Path) {
        self.below(folder, usize::MAX, None);
    }

    /// Searches temporary files, and what this process has open, but nothing below the data folder. Others' files that
    /// may not be read are passed over.
    pub(super) fn foreign(&mut self, data_dir: &Path) {
        self.left = FOREIGN_BYTES;
        let unread = self.unread.len();
        self.below(&std::env::temp_dir(), TEMPORARY_DEPTH, Some(data_dir));
        self.open_files(data_dir);
        self.unread.truncate(unread);
    }

    /// Open files are seen below `/proc` even when they have no name any more.
    fn open_files(&mut self, data_dir: &Path) {
        let Ok(entries) = Path::new("/proc/self/fd").read_dir() else { return };
        for entry in entries.flatten() {
            let target = entry.path().read_link().unwrap_or_default();
            if target.starts_with(data_dir) || !entry.path().metadata().is_ok_and(|metadata| metadata.is_file()) {
                continue;
            }
            if self.found.contains(&target) {
                continue;
            }
            self.file(&entry.path(), target);
        }
    }

    fn below(&mut self, folder: &Path, depth: usize, but: Option<&Path>) {
        let entries = match folder.read_dir() {
            Ok(entries) => entries,
            Err(error) => return self.note(folder, &error),
        };
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth > 1 && but != Some(path.as_path()) => {
                    self.below(&path, depth - 1, but);
                }
                Ok(kind) if kind.is_file() => self.file(&path, path.clone()),
                Ok(_) => {}
                Err(error) => self.note(&path, &error),
            }
        }
    }

    /// Searches one file; `name` is what it is called when something is found.
    fn file(&mut self, path: &Path, name: PathBuf) {
        match self.holds(path) {
            Ok(true) => self.found.push(name),
            Ok(false) => {}
            Err(error) => self.note(path, &error),
        }
    }

    fn holds(&mut self, path: &Path) -> io::Result<bool> {
        let metadata = path.metadata()?;
        if metadata.modified()? < self.since {
            return Ok(false);
        }
        let Some(left) = self.left.checked_sub(metadata.len()) else { return Ok(false) };
        self.left = left;
        // Read in blocks, however large it is.
        self.texts.stream_find_iter(File::open(path)?).next().transpose().map(|found| found.is_some())
    }

    fn note(&mut self, path: &Path, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            self.unread.push(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Seek as _, Write as _};

    use super::*;

    fn texts() -> AhoCorasick {
        AhoCorasick::new(["hunter2hunter2"]).unwrap()
    }

    #[test]
    fn a_text_is_found_wherever_it_stands_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        let mut long = vec![b'x'; 300_000];
        long.extend_from_slice(b"hunter2hunter2");
        fs::write(folder.path().join("a/b/long"), long).unwrap();
        fs::write(folder.path().join("a/none"), "hunter2 hunter2").unwrap();
        let texts = texts();
        let mut search = Search::new(&texts, SystemTime::UNIX_EPOCH);
        search.folder(folder.path());
        assert_eq!(search.found, [folder.path().join("a/b/long")]);
        assert!(search.unread.is_empty());
    }

    #[test]
    fn files_from_before_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("old")).unwrap();
        (&file).write_all(b"hunter2hunter2").unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000)).unwrap();
        let texts = texts();
        let mut search = Search::new(&texts, SystemTime::UNIX_EPOCH + Duration::from_secs(2_000));
        search.folder(folder.path());
        assert!(search.found.is_empty());
    }

    #[test]
    fn a_temporary_file_without_a_name_is_found_while_it_is_open() {
        let data = tempfile::tempdir().unwrap();
        let mut unnamed = tempfile::tempfile().unwrap();
        // A text of its own: other tests' files are open in this process too.
        unnamed.write_all(b"hunter3hunter3").unwrap();
        unnamed.rewind().unwrap();
        let texts = AhoCorasick::new(["hunter3hunter3"]).unwrap();
        let mut search = Search::new(&texts, SystemTime::UNIX_EPOCH);
        search.open_files(data.path());
        assert_eq!(search.found.len(), 1, "{search:?}");
    }
}
