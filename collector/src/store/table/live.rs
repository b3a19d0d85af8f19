//! The files that a table holds now, kept up with its log entry by entry.

use std::collections::HashMap;

use bytes::Bytes;
use deltalake_core::kernel::{Action, Add, LogicalFileView, Remove};
use serde::Deserialize;

use barograph_proto::tables::PARTITION_COLUMN;

/// A data file that belongs to the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveFile {
    /// Below the table's folder.
    pub(crate) path: String,
    /// The value of the partition column, as the log has it; empty where another engine left it out.
    pub(crate) day: String,
    /// Its size, bytes.
    pub(crate) bytes: u64,
    /// How many rows it holds; 0 where another engine did not say.
    pub(crate) rows: u64,
    /// When it was written, ms since the epoch.
    pub(crate) modified: i64,
}

impl LiveFile {
    fn of_add(add: &Add) -> Self {
        Self {
            path: add.path.clone(),
            day: add.partition_values.get(PARTITION_COLUMN).cloned().flatten().unwrap_or_default(),
            bytes: u64::try_from(add.size).unwrap_or_default(),
            rows: rows(add.stats.as_deref()),
            modified: add.modification_time,
        }
    }

    pub(super) fn of_view(view: &LogicalFileView) -> Self {
        Self {
            path: view.path().into_owned(),
            day: view.partition_values_map().remove(PARTITION_COLUMN).flatten().unwrap_or_default(),
            bytes: u64::try_from(view.size()).unwrap_or_default(),
            rows: rows(view.stats().as_deref()),
            modified: view.modification_time(),
        }
    }

    /// The action that takes it out of the table at a time, ms since the epoch.
    pub(super) fn removal(&self, now: i64, data_change: bool) -> Remove {
        Remove {
            path: self.path.clone(),
            data_change,
            deletion_timestamp: Some(now),
            extended_file_metadata: Some(true),
            partition_values: Some([(PARTITION_COLUMN.to_owned(), Some(self.day.clone()))].into()),
            size: i64::try_from(self.bytes).ok(),
            ..Remove::default()
        }
    }
}

fn rows(statistics: Option<&str>) -> u64 {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Statistics {
        #[serde(default)]
        num_records: u64,
    }
    statistics.and_then(|text| serde_json::from_str::<Statistics>(text).ok()).map_or(0, |read| read.num_records)
}

/// The live files by their paths.
#[derive(Debug, Default)]
pub(super) struct Live(HashMap<String, LiveFile>);

/// What an entry of the log says besides files.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Files came and went; the position that our own transaction names, if there is one.
    Files(Option<i64>),
    /// Something that only reading the log as a whole can tell the meaning of.
    Other,
}

impl Live {
    pub(super) fn insert(&mut self, file: LiveFile) {
        self.0.insert(file.path.clone(), file);
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn files(&self) -> Vec<LiveFile> {
        self.0.values().cloned().collect()
    }

    /// Takes in an entry of the log. Nothing is taken in when it is [`Entry::Other`].
    pub(super) fn apply(&mut self, entry: &Bytes, app_id: &str) -> Entry {
        let lines = entry.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let Ok(actions) = lines.map(serde_json::from_slice::<Action>).collect::<Result<Vec<_>, _>>() else {
            return Entry::Other;
        };
        if actions.iter().any(|action| matches!(action, Action::Metadata(_) | Action::Protocol(_))) {
            return Entry::Other;
        }
        let mut position = None;
        for action in actions {
            match action {
                Action::Add(add) => self.insert(LiveFile::of_add(&add)),
                Action::Remove(remove) => {
                    self.0.remove(&remove.path);
                }
                Action::Txn(transaction) if transaction.app_id == app_id => position = Some(transaction.version),
                _ => {}
            }
        }
        Entry::Files(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADD: &str = r#"{"add":{"path":"event_date=2026-11-21/a.parquet","partitionValues":{"event_date":"2026-11-21"},"size":7,"modificationTime":5,"dataChange":true,"stats":"{\"numRecords\":3}"}}"#;

    fn apply(live: &mut Live, lines: &[&str]) -> Entry {
        live.apply(&Bytes::from(lines.join("\n")), "us")
    }

    #[test]
    fn files_come_and_go_and_our_position_is_told() {
        let mut live = Live::default();
        let txn = |app| format!(r#"{{"txn":{{"appId":"{app}","version":9}}}}"#);
        assert_eq!(apply(&mut live, &[ADD, &txn("us")]), Entry::Files(Some(9)));
        let file = LiveFile {
            path: "event_date=2026-11-21/a.parquet".to_owned(),
            day: "2026-11-21".to_owned(),
            bytes: 7,
            rows: 3,
            modified: 5,
        };
        assert_eq!(live.files(), [file]);
        let remove =
            r#"{"remove":{"path":"event_date=2026-11-21/a.parquet","dataChange":false,"deletionTimestamp":6}}"#;
        assert_eq!(apply(&mut live, &[remove, &txn("them")]), Entry::Files(None));
        assert_eq!(live.len(), 0);
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        let mut live = Live::default();
        for line in
            [r#"{"fromTheFuture":{}}"#, "not JSON", r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#]
        {
            assert_eq!(apply(&mut live, &[ADD, line]), Entry::Other, "{line}");
            assert_eq!(live.len(), 0);
        }
    }
}
