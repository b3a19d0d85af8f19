//! What keeps a table's log short and its folder small: checkpoints, clean-up of the log, vacuum.

use std::time::Duration;

use delta_kernel::Snapshot as KernelSnapshot;
use deltalake_core::kernel::transaction::CommitProperties;
use deltalake_core::operations::vacuum::VacuumMode;
use deltalake_core::protocol::checkpoints::cleanup_expired_logs_for;
use deltalake_core::{DeltaTable, DeltaTableError};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde::Deserialize;

use super::{TableError, TableLog};

/// At least so many commits lie between two checkpoints: readers list and read at most so many small files more.
pub(super) const FEWEST_CHECKPOINT_COMMITS: u64 = 100;

/// And at most so many.
const MOST_CHECKPOINT_COMMITS: u64 = 1_000;

/// A checkpoint names every live file and every one that went lately, so the more there are, the rarer it is: one
/// commit more for so many of them.
const FILES_PER_COMMIT: u64 = 10;

impl TableLog {
    /// Writes a checkpoint when one is due; the version that it is of.
    pub(crate) async fn checkpoint_if_due(&self) -> Result<Option<u64>, TableError> {
        let version = {
            let mut state = self.current().await?;
            let files = state.live.len() as u64 + state.next.saturating_sub(state.checkpointed);
            let due = (files / FILES_PER_COMMIT).clamp(FEWEST_CHECKPOINT_COMMITS, MOST_CHECKPOINT_COMMITS);
            if state.next <= state.checkpointed.saturating_add(due) {
                return Ok(None);
            }
            state.checkpointed = state.next - 1;
            state.checkpointed
        };
        let (engine, url) = (self.log.engine(None), self.url());
        let task = tokio::task::spawn_blocking(move || {
            let snapshot = KernelSnapshot::builder_for(url).at_version(version).build(engine.as_ref())?;
            snapshot.checkpoint(engine.as_ref(), None).map(drop)
        });
        let written = task.await.map_err(|_| self.unusable(DeltaTableError::generic("the checkpoint has panicked")))?;
        written.map(|()| Some(version)).map_err(|source| self.unusable(source))
    }

    /// Removes entries of the log that only tell of times before the time travel's, up to the last checkpoint that
    /// needs none of them. Gives how many. `now` is in ms since the epoch.
    pub(crate) async fn clean_log(&self, now: i64) -> Result<usize, TableError> {
        let last = self.current().await?.next.saturating_sub(1);
        let cutoff = now.saturating_sub(millis(self.time_travel));
        cleanup_expired_logs_for(last, self.log.as_ref(), cutoff, None).await.map_err(|source| self.unusable(source))
    }

    /// Removes data files that left the table before the time travel's beginning, and those that never came into it:
    /// what a crash, or a compaction that came too late, has left. Gives how many.
    pub(crate) async fn vacuum(&self) -> Result<usize, TableError> {
        let mut table = DeltaTable::new(std::sync::Arc::clone(&self.log));
        table.load().await.map_err(|source| self.unusable(source))?;
        let retention = chrono::Duration::from_std(self.time_travel).unwrap_or(chrono::Duration::MAX);
        let properties =
            CommitProperties::default().with_create_checkpoint(false).with_cleanup_expired_logs(Some(false));
        let vacuum = table
            .vacuum()
            .with_mode(VacuumMode::Full)
            .with_retention_period(retention)
            .with_enforce_retention_duration(true)
            .with_commit_properties(properties);
        let (_, done) = vacuum.await.map_err(|source| self.unusable(source))?;
        Ok(done.files_deleted.len())
    }

    /// The version of the last checkpoint, as the log's own hint tells.
    pub(super) async fn last_checkpoint(&self) -> Option<u64> {
        #[derive(Deserialize)]
        struct Hint {
            version: u64,
        }
        let hint = self.files().get(&Path::from("_delta_log/_last_checkpoint")).await.ok()?.bytes().await.ok()?;
        serde_json::from_slice::<Hint>(&hint).ok().map(|hint| hint.version)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
