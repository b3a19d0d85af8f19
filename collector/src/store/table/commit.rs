//! How a table changes: entries of the log, each put where none was before.
//!
//! An append carries a `txn` action with the collector's id and the last journal position it covers, so that after any
//! crash the log itself says what is committed. A replacement goes through only while every file that it replaces is
//! still there.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use deltalake_core::kernel::transaction::{CommitData, TransactionError};
use deltalake_core::kernel::{Action, Add, Transaction};
use deltalake_core::logstore::CommitOrBytes;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use serde_json::json;
use uuid::Uuid;

use super::live::LiveFile;
use super::{PARTITION_COLUMN, State, TableError, TableLog};

/// How often another writer may be faster before a commit is given up for now.
const MOST_RACES: usize = 100;

/// Why files take the place of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The same rows in fewer files, of this size at most, bytes.
    Compaction {
        /// The size that files grow to, bytes.
        target: u64,
    },
    /// Without the rows whose time is over.
    Retention,
}

impl TableLog {
    /// Commits files that hold the table's rows up to a journal position. Does nothing when that is done already.
    pub(crate) async fn append(&self, files: &[Add], position: i64) -> Result<(), TableError> {
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(vec![PARTITION_COLUMN.to_owned()]),
            predicate: None,
        };
        let actions = files.iter().cloned().map(Action::Add).collect();
        let metadata = [("isBlindAppend".to_owned(), json!(true))].into();
        let entry = CommitData::new(actions, operation, metadata, vec![Transaction::new(&self.app_id, position)]);
        let entry = entry.get_bytes().map_err(|source| self.unusable(source))?;
        let mut state = self.current().await?;
        for _ in 0..MOST_RACES {
            if self.committed() >= position {
                return Ok(());
            }
            if self.put_entry(&mut state, &entry).await? {
                self.committed.fetch_max(position, Ordering::AcqRel);
                return Ok(());
            }
        }
        Err(self.too_many_races())
    }

    /// Puts new files in the place of old ones, in one commit. False when one of the old has gone meanwhile: then
    /// nothing is changed. `now` is in ms since the epoch.
    pub(crate) async fn replace(
        &self,
        old: &[LiveFile],
        new: &[Add],
        change: Change,
        now: i64,
    ) -> Result<bool, TableError> {
        let (operation, data_change) = match change {
            Change::Compaction { target } => {
                let target_size = i64::try_from(target).unwrap_or(i64::MAX);
                (DeltaOperation::Optimize { predicate: None, target_size }, false)
            }
            Change::Retention => (DeltaOperation::Delete { predicate: None }, true),
        };
        let removed = old.iter().map(|file| Action::Remove(file.removal(now, data_change)));
        let added = new.iter().cloned().map(|add| Action::Add(Add { data_change, ..add }));
        let entry = CommitData::new(removed.chain(added).collect(), operation, [].into(), Vec::new());
        let entry = entry.get_bytes().map_err(|source| self.unusable(source))?;
        let mut state = self.current().await?;
        for _ in 0..MOST_RACES {
            if !old.iter().all(|file| state.live.contains(&file.path)) {
                return Ok(false);
            }
            if self.put_entry(&mut state, &entry).await? {
                return Ok(true);
            }
        }
        Err(self.too_many_races())
    }

    /// Puts an entry at the log's end. False when another writer was faster, or we were, and were not told: what the
    /// log says by then is taken in.
    async fn put_entry(&self, state: &mut State, entry: &Bytes) -> Result<bool, TableError> {
        let put = CommitOrBytes::LogBytes(entry.clone());
        match self.log.write_commit_entry(state.next, put, Uuid::new_v4()).await {
            Ok(()) => {
                state.live.apply(entry, &self.app_id);
                state.next += 1;
                Ok(true)
            }
            Err(TransactionError::VersionAlreadyExists(_)) => {
                self.catch_up(state).await?;
                Ok(false)
            }
            Err(source) => {
                // It may have arrived all the same.
                state.stale = true;
                Err(self.unusable(source))
            }
        }
    }

    fn too_many_races(&self) -> TableError {
        self.unusable(deltalake_core::DeltaTableError::generic("other writers were faster again and again"))
    }
}
