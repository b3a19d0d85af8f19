//! Follows a Delta log: loads the table once, then takes in newer commits one JSON file at a time.
//!
//! When nothing is new this costs one read that finds nothing. `deltalake-core` replays whole logs well but is linear in
//! the live files on every update, so it is used for the first load and after a clean-up of the log only.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use barograph_proto::tables::{LAYOUT_PROPERTY, LAYOUT_VERSION, Table};
use deltalake_core::kernel::{Add, Remove};
use deltalake_core::{DeltaTable, DeltaTableError};
use futures::StreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::Mutex;

use crate::place::TablesAt;
use crate::snapshot::{Added, LiveFile, TableSnapshot};

/// A log in which nothing was new for so long may have been cleaned up under us. Clean-up keeps an hour at least.
const CLEANED_UP_AFTER: Duration = Duration::from_mins(10);

/// Why a table's log cannot be followed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error(
        "table {table} has layout {found}, and this version of barograph reads up to {LAYOUT_VERSION}; \
         use the version that wrote it, or a newer one"
    )]
    NewerLayout { table: &'static str, found: String },
    #[error("table {table} uses {feature}, which barograph cannot read; rewrite the table without it")]
    Feature { table: &'static str, feature: &'static str },
    #[error("the log of table {table} cannot be read; see that its place can be reached and read")]
    Read {
        table: &'static str,
        #[source]
        source: object_store::Error,
    },
    #[error("commit {path}, line {line}, is not an action of a Delta log; restore the file from a backup")]
    Action {
        path: Path,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("table {table} cannot be opened; check its _delta_log folder")]
    Open {
        table: &'static str,
        #[source]
        source: Box<DeltaTableError>,
    },
}

/// One table's log, and the snapshot it has led to so far.
#[derive(Debug)]
pub(crate) struct Follower {
    table: Table,
    tables: TablesAt,
    /// The tables' files, from their common folder on.
    files: Arc<dyn ObjectStore>,
    // An async lock, because it is held while files are read: whoever asks at the same time waits for the same news
    // instead of reading it too.
    current: Mutex<Current>,
}

/// What the log has led to, and when anything new was last seen in it.
#[derive(Debug)]
struct Current {
    snapshot: Arc<TableSnapshot>,
    moved: Instant,
}

impl Follower {
    pub(crate) fn new(table: Table, tables: &TablesAt) -> Self {
        let current = Current { snapshot: Arc::default(), moved: Instant::now() };
        Self { table, tables: tables.clone(), files: tables.files(), current: Mutex::new(current) }
    }

    /// Takes in what was committed until now. The table need not exist yet.
    pub(crate) async fn refresh(&self) -> Result<Arc<TableSnapshot>, LogError> {
        let mut current = self.current.lock().await;
        let snapshot = match self.news(&current).await? {
            News::Nothing => return Ok(Arc::clone(&current.snapshot)),
            News::Commits(commits) => self.apply(&current.snapshot, commits),
            News::Reload => self.load().await?,
        };
        *current = Current { snapshot: Arc::new(snapshot), moved: Instant::now() };
        Ok(Arc::clone(&current.snapshot))
    }

    async fn news(&self, current: &Current) -> Result<News, LogError> {
        let Some(version) = current.snapshot.version else {
            let log = Path::from(self.table.name()).join("_delta_log");
            let first = self.files.list(Some(&log)).next().await;
            // What keeps the folder from being listed keeps the table from being opened, and is told then.
            return Ok(if first.is_some() { News::Reload } else { News::Nothing });
        };
        let mut commits = Vec::new();
        for version in version.saturating_add(1).. {
            let path = self.commit_path(version);
            let text = match self.files.get(&path).await {
                Ok(found) => found.bytes().await.map_err(|source| self.unread(source))?,
                Err(object_store::Error::NotFound { .. }) => break,
                Err(source) => return Err(self.unread(source)),
            };
            match read_commit(&path, version, &text)? {
                Some(commit) => commits.push(commit),
                None => return Ok(News::Reload),
            }
        }
        if !commits.is_empty() {
            return Ok(News::Commits(commits));
        }
        // Clean-up removes the oldest commits first: while ours is there, none after it can be missing.
        // A look costs a request where the tables are in a bucket.
        let look = !self.tables.is_bucket() || current.moved.elapsed() > CLEANED_UP_AFTER;
        let cleaned_up = look
            && matches!(self.files.head(&self.commit_path(version)).await, Err(object_store::Error::NotFound { .. }));
        Ok(if cleaned_up { News::Reload } else { News::Nothing })
    }

    fn commit_path(&self, version: u64) -> Path {
        Path::from(self.table.name()).join("_delta_log").join(format!("{version:020}.json"))
    }

    fn unread(&self, source: object_store::Error) -> LogError {
        LogError::Read { table: self.table.name(), source }
    }

    fn apply(&self, current: &TableSnapshot, commits: Vec<Commit>) -> TableSnapshot {
        let mut files = current.files.clone();
        let mut version = current.version.unwrap_or_default();
        for commit in commits {
            version = commit.version;
            if !commit.removed.is_empty() {
                files.retain(|file| !commit.removed.contains(&file.path));
            }
            files.extend(commit.added.into_iter().map(|added| Arc::new(LiveFile::new(self.table, added))));
        }
        TableSnapshot::new(version, files)
    }

    async fn load(&self) -> Result<TableSnapshot, LogError> {
        let name = self.table.name();
        let open = |source: DeltaTableError| LogError::Open { table: name, source: Box::new(source) };
        let mut table = DeltaTable::new(self.tables.log(self.table));
        match table.load().await {
            Ok(()) => {}
            // The folder is there and its first commit is not yet.
            Err(DeltaTableError::NotATable(_)) => return Ok(TableSnapshot::default()),
            Err(error) => return Err(open(error)),
        }
        let state = table.snapshot().map_err(open)?;
        self.check(state.metadata().configuration())?;
        let files = state
            .log_data()
            .iter()
            .map(|file| {
                if file.deletion_vector_descriptor().is_some() {
                    return Err(LogError::Feature { table: name, feature: "deletion vectors" });
                }
                Ok(Arc::new(LiveFile::new(
                    self.table,
                    Added {
                        path: file.path().into_owned(),
                        size: file.size(),
                        modification_time: file.modification_time(),
                        partition_values: file.partition_values_map(),
                        stats: file.stats(),
                    },
                )))
            })
            .collect::<Result<_, _>>()?;
        Ok(TableSnapshot::new(state.version(), files))
    }

    fn check(&self, properties: &HashMap<String, String>) -> Result<(), LogError> {
        let table = self.table.name();
        if let Some(layout) = properties.get(LAYOUT_PROPERTY)
            && layout.parse::<u32>().map_or(true, |layout| layout > LAYOUT_VERSION)
        {
            return Err(LogError::NewerLayout { table, found: layout.clone() });
        }
        if properties.get("delta.columnMapping.mode").is_some_and(|mode| mode != "none") {
            return Err(LogError::Feature { table, feature: "column mapping" });
        }
        Ok(())
    }
}

/// What the log holds beyond a version.
enum News {
    Nothing,
    Commits(Vec<Commit>),
    /// Metadata changed, or the log was cleaned up under us: start over.
    Reload,
}

struct Commit {
    version: u64,
    added: Vec<Added>,
    removed: HashSet<String>,
}

/// The actions that matter here; the log has more (PROTOCOL.md, "Actions").
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    add: Option<Add>,
    remove: Option<Remove>,
    meta_data: Option<IgnoredAny>,
    protocol: Option<IgnoredAny>,
}

/// Reads a commit; none when it changes what can only be learnt from the whole log.
fn read_commit(path: &Path, version: u64, text: &[u8]) -> Result<Option<Commit>, LogError> {
    let mut commit = Commit { version, added: Vec::new(), removed: HashSet::new() };
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let action: Action = serde_json::from_slice(line).map_err(|source| LogError::Action {
            path: path.clone(),
            line: index + 1,
            source,
        })?;
        if action.meta_data.is_some() || action.protocol.is_some() {
            return Ok(None);
        }
        if let Some(remove) = action.remove {
            commit.removed.insert(remove.path);
        }
        if let Some(add) = action.add {
            if add.deletion_vector.is_some() {
                return Ok(None);
            }
            commit.added.push(Added {
                path: add.path,
                size: add.size,
                modification_time: add.modification_time,
                partition_values: add.partition_values,
                stats: add.stats,
            });
        }
    }
    Ok(Some(commit))
}
