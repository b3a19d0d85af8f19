//! A table whose log is about to get a checkpoint.

use std::path::Path;

/// A checkpoint of a table's log is due at each multiple of so many commits.
const CHECKPOINT_COMMITS: usize = 100;

/// Adds empty commits to the log of the table of events, so that the next but one is followed by a checkpoint.
pub(crate) fn grow(data: &Path) {
    let log = data.join("tables/events/_delta_log");
    let version = |name: &str| name.strip_suffix(".json")?.parse::<usize>().ok();
    let names = std::fs::read_dir(&log).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let last = names.filter_map(|name| version(&name)).max().expect("the table has commits");
    let due = (last + 3).next_multiple_of(CHECKPOINT_COMMITS);
    for version in last + 1..=due - 2 {
        let entry =
            "{\"commitInfo\":{\"timestamp\":1795166924000,\"operation\":\"WRITE\",\"operationParameters\":{}}}\n";
        std::fs::write(log.join(format!("{version:020}.json")), entry).unwrap();
    }
}

/// How many checkpoints the table of events has.
pub(crate) fn checkpoints(data: &Path) -> usize {
    let log = std::fs::read_dir(data.join("tables/events/_delta_log")).unwrap();
    log.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".checkpoint")).count()
}
