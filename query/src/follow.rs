//! Follows a Delta log: loads the table once, then takes in newer commits one JSON file at a time.
//!
//! When nothing is new this costs one failed open and one stat. `deltalake-core` replays whole logs well but is linear
//! in the live files on every update, so it is used for the first load and after a clean-up of the log only.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use barograph_proto::tables::{LAYOUT_PROPERTY, LAYOUT_VERSION, Table};
use deltalake_core::kernel::{Add, Remove};
use deltalake_core::{DeltaTable, DeltaTableError};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::Mutex;

use crate::snapshot::{Added, LiveFile, TableSnapshot};

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
    #[error("commit {path} cannot be read; check its permissions and the disk")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("commit {path}, line {line}, is not an action of a Delta log; restore the file from a backup")]
    Action {
        path: PathBuf,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("the folder {path} cannot be addressed; use an absolute path")]
    Folder { path: PathBuf },
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
    folder: PathBuf,
    // An async lock, because it is held while files are read: whoever asks at the same time waits for the same news
    // instead of reading it too.
    current: Mutex<Arc<TableSnapshot>>,
}

impl Follower {
    pub(crate) fn new(table: Table, folder: PathBuf) -> Self {
        Self { table, folder, current: Mutex::default() }
    }

    /// Takes in what was committed until now. The folder need not exist yet.
    pub(crate) async fn refresh(&self) -> Result<Arc<TableSnapshot>, LogError> {
        let mut current = self.current.lock().await;
        // Read in place: this runs on the queries' own threads, and handing it to another costs more than it takes.
        match news(&self.folder.join("_delta_log"), current.version)? {
            News::Nothing => {}
            News::Commits(commits) => *current = Arc::new(self.apply(&current, commits)),
            News::Reload => *current = Arc::new(self.load().await?),
        }
        Ok(Arc::clone(&current))
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
        let folder = std::path::absolute(&self.folder).ok();
        let url = folder.and_then(|folder| url::Url::from_directory_path(folder).ok());
        let url = url.ok_or_else(|| LogError::Folder { path: self.folder.clone() })?;
        let table: DeltaTable = match deltalake_core::open_table(url).await {
            Ok(table) => table,
            // The folder is there and its first commit is not yet.
            Err(DeltaTableError::NotATable(_)) => return Ok(TableSnapshot::default()),
            Err(error) => return Err(open(error)),
        };
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

fn news(log: &Path, version: Option<u64>) -> Result<News, LogError> {
    let Some(version) = version else {
        let first = std::fs::read_dir(log).ok().and_then(|mut entries| entries.next());
        return Ok(if first.is_some() { News::Reload } else { News::Nothing });
    };
    let mut commits = Vec::new();
    for version in version.saturating_add(1).. {
        let path = commit_path(log, version);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => break,
            Err(source) => return Err(LogError::Read { path, source }),
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
    Ok(if commit_path(log, version).exists() { News::Nothing } else { News::Reload })
}

fn commit_path(log: &Path, version: u64) -> PathBuf {
    log.join(format!("{version:020}.json"))
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
fn read_commit(path: &Path, version: u64, text: &str) -> Result<Option<Commit>, LogError> {
    let mut commit = Commit { version, added: Vec::new(), removed: HashSet::new() };
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let action: Action = serde_json::from_str(line).map_err(|source| LogError::Action {
            path: path.to_owned(),
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
