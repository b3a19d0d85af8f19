//! How long the disk takes to make a small write durable: what every acknowledgement waits for.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::folder::{existing, probe};
use super::report::Finding;

const CHECK: &str = "disk";

/// Writes that are measured.
const WRITES: usize = 20;

/// Bytes of each: a small request.
const BYTES: usize = 4_096;

/// What a journal's sync should take at most, half of the time. Clients at their exit wait about 2 s.
const SLOW: Duration = Duration::from_millis(20);

pub(super) fn check(data_dir: &Path) -> Option<Finding> {
    let folder = existing(data_dir);
    let path = probe(&folder);
    let measured = measure(&path);
    drop(std::fs::remove_file(&path));
    // Where nothing can be written, the data folder's check says so.
    let mut times = measured.ok()?;
    times.sort_unstable();
    let (median, longest) = (*times.get(WRITES / 2)?, *times.last()?);
    let found = format!("a small write is durable in {median:.1?}, at most {longest:.1?}, of {WRITES}");
    Some(if median > SLOW {
        let advice = "every acknowledgement waits for that: put the data folder on a faster, local disk";
        Finding::warn(CHECK, found, advice)
    } else {
        Finding::ok(CHECK, found)
    })
}

fn measure(path: &Path) -> io::Result<Vec<Duration>> {
    let mut file = File::create_new(path)?;
    (0..WRITES)
        .map(|_| {
            let begin = Instant::now();
            file.write_all(&[0; BYTES])?;
            file.sync_data()?;
            Ok(begin.elapsed())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::report::Verdict;

    #[test]
    fn a_folder_is_measured_and_left_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let finding = check(&home.path().join("not/there/yet")).unwrap();
        assert_ne!(finding.verdict, Verdict::Fail);
        assert_eq!(home.path().read_dir().unwrap().count(), 0);
    }
}
