//! One Delta table: opened or made, its layout, and what its log has led to so far.
//!
//! The library's own commit builder is not used: it replays the log for every commit and costs more the longer it is.
//! Here the log is replayed once; after that every entry, ours or another writer's, is taken in as it comes.

mod commit;
mod live;
mod upkeep;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use barograph_proto::tables::{LAYOUT_PROPERTY, LAYOUT_VERSION, PARTITION_COLUMN, Table};
use bytes::Bytes;
use delta_kernel::Snapshot as KernelSnapshot;
use deltalake_core::DeltaTableError;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::{CommitData, TransactionError};
use deltalake_core::kernel::{Action, DataType, MetadataExt as _, Snapshot, StructField, StructType};
use deltalake_core::logstore::{CommitOrBytes, LogStoreRef};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;
use uuid::Uuid;

pub(crate) use self::commit::Change;
pub(crate) use self::live::LiveFile;
use self::live::{Entry, Live};
use super::place::Place;
use crate::columnar::STATISTICS_COLUMNS;

/// The Delta protocol that our tables are made with, reader and writer version. Another engine may raise it.
const PROTOCOL: (i32, i32) = (1, 2);

/// Why a table cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A newer version of the program, or another engine, has changed the table.
    #[error(
        "the table {place} has {what} {found}, and this version of barograph knows up to {known}: start the newer \
         version that wrote it, or give another place for the tables"
    )]
    Newer {
        /// The table's folder or address.
        place: String,
        /// What is newer.
        what: &'static str,
        /// The version found.
        found: String,
        /// The newest version that we know.
        known: String,
    },
    /// The log cannot be read or written.
    #[error("cannot use the table {place}; see that it is reachable, readable, complete and writable")]
    Log {
        /// The table's folder or address.
        place: String,
        /// What the library said.
        #[source]
        source: Box<DeltaTableError>,
    },
}

/// A table that we write. The committer and the maintenance share it.
#[derive(Debug)]
pub(crate) struct TableLog {
    table: Table,
    place: String,
    log: LogStoreRef,
    app_id: String,
    /// For how long the table's past can be read.
    time_travel: Duration,
    /// The last journal position whose rows are in the table. Changed under the lock only.
    committed: AtomicI64,
    // An async lock, held while an entry is put: two of our own commits at a time would only collide.
    state: Mutex<State>,
}

/// Where the log has led.
#[derive(Debug, Default)]
struct State {
    /// The version of the next commit.
    next: u64,
    live: Live,
    /// The version of the last checkpoint that was begun.
    checkpointed: u64,
    /// Whether the log has to be read again as a whole.
    stale: bool,
}

impl TableLog {
    /// Opens a table, or makes it.
    pub(crate) async fn open(
        place: &Place,
        table: Table,
        collector: Uuid,
        time_travel: Duration,
    ) -> Result<Self, TableError> {
        let name = place.name(table);
        let log = place.log(table).map_err(|source| unusable(&name, source))?;
        let app_id = format!("barograph-collector-{}", collector.simple());
        let state = Mutex::new(State { stale: true, ..State::default() });
        let this = Self { table, place: name, log, app_id, time_travel, committed: AtomicI64::new(0), state };
        if !this.log.is_delta_table_location().await.map_err(|source| this.unusable(source))? {
            this.create().await?;
        }
        while !this.load(&mut *this.state.lock().await).await? {
            this.bring_up_to_date().await?;
        }
        Ok(this)
    }

    /// Which table it is.
    pub(crate) fn table(&self) -> Table {
        self.table
    }

    /// The table's folder or address, as messages name it.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The table's files, from its folder on.
    pub(crate) fn files(&self) -> Arc<dyn ObjectStore> {
        self.log.object_store(None)
    }

    /// The last journal position whose rows are in the table; 0 before the first.
    pub(crate) fn committed(&self) -> i64 {
        self.committed.load(Ordering::Acquire)
    }

    /// The files that belong to the table, as far as we have read its log.
    pub(crate) async fn live_files(&self) -> Result<Vec<LiveFile>, TableError> {
        Ok(self.current().await?.live.files())
    }

    /// Writes a data file, durably. It belongs to the table only when it is committed.
    pub(crate) async fn put(&self, path: &str, bytes: Bytes) -> Result<(), TableError> {
        let put = self.files().put(&Path::from(path), bytes.into()).await;
        put.map(drop).map_err(|source| self.unusable(source))
    }

    /// The error of a table that cannot be used.
    pub(crate) fn unusable(&self, source: impl Into<DeltaTableError>) -> TableError {
        unusable(&self.place, source.into())
    }

    /// The state, read again first where that is needed.
    async fn current(&self) -> Result<MutexGuard<'_, State>, TableError> {
        let mut state = self.state.lock().await;
        if state.stale {
            self.load(&mut state).await?;
        }
        Ok(state)
    }

    /// Takes in what others have committed since.
    async fn catch_up(&self, state: &mut State) -> Result<(), TableError> {
        let began = state.next;
        while let Some(entry) = self.log.read_commit_entry(state.next).await.map_err(|source| self.unusable(source))? {
            match state.live.apply(&entry, &self.app_id) {
                Entry::Files(position) => {
                    self.committed.fetch_max(position.unwrap_or(0), Ordering::AcqRel);
                    state.next += 1;
                }
                Entry::Other => return self.load(state).await.map(drop),
            }
        }
        // Told that somebody was faster, and nothing is there: it was cleaned up, and we have slept for long.
        if state.next == began { self.load(state).await.map(drop) } else { Ok(()) }
    }

    /// Reads the log as a whole: checks that the table is one we may write, which files it holds, where it ends, and
    /// what we have committed. False when it lacks columns or settings of this version.
    async fn load(&self, state: &mut State) -> Result<bool, TableError> {
        state.stale = true;
        let snapshot = self.snapshot().await?;
        let protocol = (snapshot.protocol().min_reader_version(), snapshot.protocol().min_writer_version());
        if protocol.0 > PROTOCOL.0 || protocol.1 > PROTOCOL.1 {
            return Err(self.newer("the Delta protocol", protocol_name(protocol), protocol_name(PROTOCOL)));
        }
        let properties = snapshot.metadata().configuration();
        let found = properties.get(LAYOUT_PROPERTY).map_or("unknown", String::as_str);
        let layout = match found.parse::<u32>() {
            Ok(layout) if layout <= LAYOUT_VERSION => layout,
            _ => return Err(self.newer("the layout", found.to_owned(), LAYOUT_VERSION.to_string())),
        };
        let version = snapshot.version();
        let views = snapshot.file_views(self.log.as_ref(), None);
        let fold = views.try_fold(Live::default(), |mut live, view| {
            live.insert(LiveFile::of_view(&view));
            std::future::ready(Ok(live))
        });
        let live = fold.await.map_err(|source| self.unusable(source))?;
        self.committed.fetch_max(self.transaction(version).await?.unwrap_or(0), Ordering::AcqRel);
        let checkpointed = self.last_checkpoint().await.unwrap_or(0);
        *state = State { next: version + 1, live, checkpointed, stale: false };
        let is_set = |(name, value): &(&str, String)| properties.get(*name) == Some(value);
        Ok(layout == LAYOUT_VERSION && self.properties().iter().all(is_set))
    }

    async fn snapshot(&self) -> Result<Snapshot, TableError> {
        Snapshot::try_new(self.log.as_ref(), None).await.map_err(|source| match source {
            DeltaTableError::KernelError(delta_kernel::Error::Unsupported(found)) => {
                self.newer("a Delta protocol that is too new:", found, protocol_name(PROTOCOL))
            }
            source => self.unusable(source),
        })
    }

    /// Brings a table of an older layout, or one with other settings, to ours: the columns that it lacks are added at
    /// its end, and are null in the rows it has. One commit, so that a crash leaves the table as it was or as it should
    /// be.
    async fn bring_up_to_date(&self) -> Result<(), TableError> {
        let snapshot = self.snapshot().await?;
        let entry = self.metadata_entry(&snapshot).map_err(|source| self.unusable(source))?;
        let version = snapshot.version() + 1;
        match self.log.write_commit_entry(version, CommitOrBytes::LogBytes(entry), Uuid::new_v4()).await {
            // Another writer was faster, or we were, and were not told: the log knows.
            Ok(()) | Err(TransactionError::VersionAlreadyExists(_)) => Ok(()),
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// The commit that adds the columns which a table lacks, and sets its properties.
    fn metadata_entry(&self, snapshot: &Snapshot) -> Result<Bytes, DeltaTableError> {
        let schema = snapshot.schema();
        let added: Vec<StructField> =
            columns(self.table)?.into_iter().filter(|column| schema.field(column.name()).is_none()).collect();
        let schema = StructType::try_new(schema.fields().cloned().chain(added.iter().cloned()))?;
        let mut metadata = snapshot.metadata().clone().with_schema(&schema)?;
        for (name, value) in self.properties() {
            metadata = metadata.add_config_key(name.to_owned(), value)?;
        }
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
        let read = read.await.map_err(|_| self.unusable(DeltaTableError::generic("reading the log has panicked")))?;
        read.map_err(|source| self.unusable(source))
    }

    async fn create(&self) -> Result<(), TableError> {
        let columns = columns(self.table).map_err(|source| self.unusable(source))?;
        let created = CreateBuilder::new()
            .with_log_store(Arc::clone(&self.log))
            .with_table_name(self.table.name())
            .with_columns(columns)
            .with_partition_columns([PARTITION_COLUMN])
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_configuration(self.properties().map(|(name, value)| (name, Some(value))))
            .with_raise_if_key_not_exists(false)
            .await;
        match created {
            Ok(_) => Ok(()),
            // Another collector makes the same table at the same moment.
            Err(_) if self.log.is_delta_table_location().await.unwrap_or(false) => Ok(()),
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// What the table says of itself, to us and to whoever else reads, compacts or vacuums it.
    fn properties(&self) -> [(&'static str, String); 5] {
        let kept = format!("interval {} seconds", self.time_travel.as_secs());
        [
            (LAYOUT_PROPERTY, LAYOUT_VERSION.to_string()),
            ("delta.checkpointInterval", upkeep::FEWEST_CHECKPOINT_COMMITS.to_string()),
            ("delta.dataSkippingStatsColumns", STATISTICS_COLUMNS.join(",")),
            ("delta.deletedFileRetentionDuration", kept.clone()),
            ("delta.logRetentionDuration", kept),
        ]
    }

    /// The table's address, with the slash at its end that the kernel needs.
    fn url(&self) -> Url {
        let mut url = self.log.root_url().clone();
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url
    }

    fn newer(&self, what: &'static str, found: String, known: String) -> TableError {
        TableError::Newer { place: self.place.clone(), what, found, known }
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

fn unusable(place: &str, source: DeltaTableError) -> TableError {
    TableError::Log { place: place.to_owned(), source: Box::new(source) }
}

fn protocol_name((reader, writer): (i32, i32)) -> String {
    format!("reader {reader}, writer {writer}")
}
