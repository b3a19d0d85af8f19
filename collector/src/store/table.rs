//! One Delta table: opened or made, appended to by put-if-absent of commit entries, checkpointed now and then.
//!
//! Every commit carries a `txn` action with the collector's id and the last journal position it covers, so that after
//! any crash the log itself says what is committed. The library's own commit builder is not used: it keeps the list of
//! all files in memory and costs more the longer the log is.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use barograph_proto::tables::{LAYOUT_PROPERTY, LAYOUT_VERSION, PARTITION_COLUMN, Table};
use bytes::Bytes;
use delta_kernel::Snapshot as KernelSnapshot;
use deltalake_core::DeltaTableError;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::{CommitData, TransactionError};
use deltalake_core::kernel::{Action, Add, DataType, MetadataExt as _, Snapshot, StructField, StructType, Transaction};
use deltalake_core::logstore::{CommitOrBytes, LogStoreRef, StorageConfig, default_logstore};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde_json::json;
use tokio_util::task::TaskTracker;
use url::Url;
use uuid::Uuid;

use super::objects::DurableFiles;
use crate::columnar::STATISTICS_COLUMNS;

/// After so many commits a checkpoint is written: readers list and read at most so many small files.
const CHECKPOINT_COMMITS: u64 = 100;

/// The Delta protocol that our tables are made with, reader and writer version. Another engine may raise it.
const PROTOCOL: (i32, i32) = (1, 2);

/// Why a table cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A newer version of the program, or another engine, has changed the table.
    #[error(
        "the table {folder} has {what} {found}, and this version of barograph knows up to {known}: start the newer \
         version that wrote it, or give another folder with --data-dir"
    )]
    Newer {
        /// The table's folder.
        folder: PathBuf,
        /// What is newer.
        what: &'static str,
        /// The version found.
        found: String,
        /// The newest version that we know.
        known: String,
    },
    /// The log cannot be read or written.
    #[error("cannot use the table {folder}; see that it is readable, complete and writable")]
    Log {
        /// The table's folder.
        folder: PathBuf,
        /// What the library said.
        #[source]
        source: Box<DeltaTableError>,
    },
}

/// A table that we append to.
#[derive(Debug)]
pub(crate) struct TableLog {
    table: Table,
    folder: PathBuf,
    log: LogStoreRef,
    app_id: String,
    /// The version of the next commit.
    next: u64,
    /// The last journal position whose rows are in the table.
    committed: i64,
    /// Whether the log has to be read again, since a commit may or may not have arrived.
    stale: bool,
}

impl TableLog {
    /// Opens a table below a folder, or makes it.
    pub(crate) async fn open(
        tables: &FilePath,
        table: Table,
        files: DurableFiles,
        collector: Uuid,
    ) -> Result<Self, TableError> {
        let folder = tables.join(table.name());
        let log = log_store(&folder, files).map_err(|source| unusable(&folder, source))?;
        let app_id = format!("barograph-collector-{}", collector.simple());
        let mut this = Self { table, folder, log, app_id, next: 0, committed: 0, stale: true };
        if !this.log.is_delta_table_location().await.map_err(|source| unusable(&this.folder, source))? {
            this.create().await.map_err(|source| unusable(&this.folder, source))?;
        }
        while this.load().await? < LAYOUT_VERSION {
            this.add_columns().await?;
        }
        Ok(this)
    }

    /// Which table it is.
    pub(crate) fn table(&self) -> Table {
        self.table
    }

    /// The table's folder.
    pub(crate) fn folder(&self) -> &FilePath {
        &self.folder
    }

    /// The log, for reading.
    pub(crate) fn log(&self) -> &LogStoreRef {
        &self.log
    }

    /// The last journal position whose rows are in the table; 0 before the first.
    pub(crate) fn committed(&self) -> i64 {
        self.committed
    }

    /// Writes a data file, durably. It belongs to the table only when it is committed.
    pub(crate) async fn put(&self, path: &str, bytes: Bytes) -> Result<(), TableError> {
        let put = self.log.object_store(None).put(&Path::from(path), bytes.into()).await;
        put.map(drop).map_err(|source| unusable(&self.folder, source.into()))
    }

    /// Commits files that hold the table's rows up to a journal position. Does nothing when that is done already.
    pub(crate) async fn commit(&mut self, files: &[Add], position: i64) -> Result<(), TableError> {
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(vec![PARTITION_COLUMN.to_owned()]),
            predicate: None,
        };
        let actions = files.iter().cloned().map(Action::Add).collect();
        let metadata = [("isBlindAppend".to_owned(), json!(true))].into();
        let entry = CommitData::new(actions, operation, metadata, vec![Transaction::new(&self.app_id, position)]);
        let entry = entry.get_bytes().map_err(|source| unusable(&self.folder, source.into()))?;
        loop {
            if self.stale {
                self.load().await?;
            }
            if self.committed >= position {
                return Ok(());
            }
            let entry = CommitOrBytes::LogBytes(entry.clone());
            match self.log.write_commit_entry(self.next, entry, Uuid::new_v4()).await {
                Ok(()) => {
                    self.next += 1;
                    self.committed = position;
                    return Ok(());
                }
                // Another writer was faster, or we were, and were not told: the log knows.
                Err(TransactionError::VersionAlreadyExists(_)) => self.stale = true,
                Err(source) => {
                    self.stale = true;
                    return Err(unusable(&self.folder, source.into()));
                }
            }
        }
    }

    /// Starts writing a checkpoint in the background when one is due. Nothing depends on it but speed.
    pub(crate) fn checkpoint_if_due(&self, tasks: &TaskTracker) {
        let Some(version) = self.next.checked_sub(1).filter(|v| *v > 0 && v.is_multiple_of(CHECKPOINT_COMMITS)) else {
            return;
        };
        let (engine, url, table) = (self.log.engine(None), self.url(), self.table.name());
        tasks.spawn_blocking(move || {
            let snapshot = KernelSnapshot::builder_for(url).at_version(version).build(engine.as_ref());
            if let Err(error) = snapshot.and_then(|snapshot| snapshot.checkpoint(engine.as_ref(), None)) {
                tracing::warn!(table, version, %error, "cannot write a checkpoint of the table's log");
            }
        });
    }

    /// Reads the log: checks that the table is one we may write, where it ends, and what we have committed. Gives the
    /// table's layout.
    async fn load(&mut self) -> Result<u32, TableError> {
        let snapshot = Snapshot::try_new(self.log.as_ref(), None).await.map_err(|source| match source {
            DeltaTableError::KernelError(delta_kernel::Error::Unsupported(found)) => {
                self.newer("a Delta protocol that is too new:", found, protocol_name(PROTOCOL))
            }
            source => unusable(&self.folder, source),
        })?;
        let protocol = (snapshot.protocol().min_reader_version(), snapshot.protocol().min_writer_version());
        if protocol.0 > PROTOCOL.0 || protocol.1 > PROTOCOL.1 {
            return Err(self.newer("the Delta protocol", protocol_name(protocol), protocol_name(PROTOCOL)));
        }
        let found = snapshot.metadata().configuration().get(LAYOUT_PROPERTY).map_or("unknown", String::as_str);
        let layout = match found.parse::<u32>() {
            Ok(layout) if layout <= LAYOUT_VERSION => layout,
            _ => return Err(self.newer("the layout", found.to_owned(), LAYOUT_VERSION.to_string())),
        };
        let version = snapshot.version();
        self.committed = self.transaction(version).await?.unwrap_or(0);
        self.next = version + 1;
        self.stale = false;
        Ok(layout)
    }

    /// Brings a table of an older layout to ours: the columns that it lacks are added at its end, and are null in the
    /// rows it has. One commit, so that a crash leaves the table as it was or as it should be.
    async fn add_columns(&self) -> Result<(), TableError> {
        let snapshot = Snapshot::try_new(self.log.as_ref(), None).await.map_err(|source| self.unusable(source))?;
        let entry = self.columns_entry(&snapshot).map_err(|source| self.unusable(source))?;
        let version = snapshot.version() + 1;
        match self.log.write_commit_entry(version, CommitOrBytes::LogBytes(entry), Uuid::new_v4()).await {
            // Another writer was faster, or we were, and were not told: the log knows.
            Ok(()) | Err(TransactionError::VersionAlreadyExists(_)) => Ok(()),
            Err(source) => Err(self.unusable(source.into())),
        }
    }

    /// The commit that adds the columns which a table lacks.
    fn columns_entry(&self, snapshot: &Snapshot) -> Result<Bytes, DeltaTableError> {
        let schema = snapshot.schema();
        let added: Vec<StructField> =
            columns(self.table)?.into_iter().filter(|column| schema.field(column.name()).is_none()).collect();
        let schema = StructType::try_new(schema.fields().cloned().chain(added.iter().cloned()))?;
        let metadata = snapshot
            .metadata()
            .clone()
            .with_schema(&schema)?
            .add_config_key(LAYOUT_PROPERTY.to_owned(), LAYOUT_VERSION.to_string())?;
        let operation = DeltaOperation::AddColumn { fields: added };
        Ok(CommitData::new(vec![Action::Metadata(metadata)], operation, [].into(), Vec::new()).get_bytes()?)
    }

    /// The journal position of our last commit up to a version of the table.
    async fn transaction(&self, version: u64) -> Result<Option<i64>, TableError> {
        let (engine, url, app_id) = (self.log.engine(None), self.url(), self.app_id.clone());
        let read = tokio::task::spawn_blocking(move || {
            let snapshot = KernelSnapshot::builder_for(url).at_version(version).build(engine.as_ref())?;
            snapshot.get_app_id_version(&app_id, engine.as_ref())
        });
        let read =
            read.await.map_err(|_| unusable(&self.folder, DeltaTableError::generic("reading the log has panicked")))?;
        read.map_err(|source| unusable(&self.folder, source.into()))
    }

    async fn create(&self) -> Result<(), DeltaTableError> {
        // For whoever else writes to the table, compaction by another engine above all.
        let properties = [
            (LAYOUT_PROPERTY, LAYOUT_VERSION.to_string()),
            ("delta.checkpointInterval", CHECKPOINT_COMMITS.to_string()),
            ("delta.dataSkippingStatsColumns", STATISTICS_COLUMNS.join(",")),
        ];
        CreateBuilder::new()
            .with_log_store(Arc::clone(&self.log))
            .with_table_name(self.table.name())
            .with_columns(columns(self.table)?)
            .with_partition_columns([PARTITION_COLUMN])
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_configuration(properties.map(|(name, value)| (name, Some(value))))
            .with_raise_if_key_not_exists(false)
            .await
            .map(drop)
    }

    /// The table's address, with the slash at its end that the kernel needs.
    fn url(&self) -> Url {
        let mut url = self.log.root_url().clone();
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url
    }

    /// The error of a log that cannot be used.
    pub(crate) fn unusable(&self, source: DeltaTableError) -> TableError {
        unusable(&self.folder, source)
    }

    fn newer(&self, what: &'static str, found: String, known: String) -> TableError {
        TableError::Newer { folder: self.folder.clone(), what, found, known }
    }
}

/// The columns of a table as its log names them.
fn columns(table: Table) -> Result<Vec<StructField>, DeltaTableError> {
    let mut columns = Vec::new();
    for field in table.schema().fields() {
        columns.push(field.as_ref().try_into_kernel()?);
    }
    columns.push(StructField::new(PARTITION_COLUMN, DataType::DATE, true));
    Ok(columns)
}

fn log_store(folder: &FilePath, files: DurableFiles) -> Result<LogStoreRef, DeltaTableError> {
    let url = Url::from_directory_path(folder)
        .map_err(|()| DeltaTableError::InvalidTableLocation(folder.display().to_string()))?;
    let prefix = Path::from_url_path(url.path()).map_err(object_store::Error::from)?;
    let root: Arc<dyn ObjectStore> = Arc::new(files);
    let table = Arc::new(PrefixStore::new(Arc::clone(&root), prefix));
    Ok(default_logstore(table, root, &url, &StorageConfig::default()))
}

fn unusable(folder: &FilePath, source: DeltaTableError) -> TableError {
    TableError::Log { folder: folder.to_owned(), source: Box::new(source) }
}

fn protocol_name((reader, writer): (i32, i32)) -> String {
    format!("reader {reader}, writer {writer}")
}
