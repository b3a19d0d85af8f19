//! Rows on their way into the tables: encoded as files, put in their places, committed.

use std::time::Duration;

use barograph_proto::row::{Event, MetricPoint, Row, Span};
use barograph_proto::tables::PARTITION_COLUMN;
use bytes::Bytes;
use deltalake_core::kernel::Add;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::committer::CommitError;
use super::opening::Tables;
use super::priority;
use super::table::TableLog;
use crate::columnar::{self, ColumnarError, DataFile};
use crate::metrics::{StoreMetrics, TableLabels};
use crate::pace::Pace;

/// How nice encoding is to others, as nice(2) counts: whoever waits for an acknowledgement comes first.
const NICE: i32 = 15;

/// A file that was put so long ago and is still not committed is put again: by the time it is, another collector's vacuum
/// might have taken it for left over.
const PUT_LASTS: Duration = Duration::from_mins(30);

/// Rows that are committed together, each as the journal holds it.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) events: Vec<Bytes>,
    pub(super) spans: Vec<Bytes>,
    pub(super) metric_points: Vec<Bytes>,
    pub(super) rows: usize,
    /// Their length in the journal.
    pub(super) bytes: u64,
    /// Whether the journal grows faster than the tables.
    pub(super) is_late: bool,
}

/// Encoded files on their way into the tables.
#[derive(Debug)]
pub(super) struct Pending {
    events: Vec<Written>,
    spans: Vec<Written>,
    metric_points: Vec<Written>,
    /// The last journal position that they cover.
    position: i64,
}

/// One data file, and when it was put.
#[derive(Debug)]
struct Written {
    file: DataFile,
    put: Option<Instant>,
}

impl Pending {
    /// Encodes the rows up to a position of the journal. Unless they are late, whoever waits for an acknowledgement comes
    /// first.
    pub(super) async fn encode(batch: Batch, position: i64) -> Result<Self, CommitError> {
        let (send, encoded) = oneshot::channel();
        // A thread of its own, since a thread that has become nicer stays so.
        let work = move || {
            let encoded = if batch.is_late {
                Self::encode_here(batch, position, &mut || ())
            } else {
                priority::lower(NICE);
                let mut pace = Pace::begin();
                Self::encode_here(batch, position, &mut || pace.rest_here())
            };
            // Nobody waits any more when the store was closed hard.
            drop(send.send(encoded));
        };
        std::thread::Builder::new().name("columnar".to_owned()).spawn(work).map_err(CommitError::Thread)?;
        encoded.await.map_err(|_| CommitError::Task)?
    }

    fn encode_here(batch: Batch, position: i64, stepped: &mut dyn FnMut()) -> Result<Self, CommitError> {
        Ok(Self {
            events: encode::<Event>(batch.events, stepped)?,
            spans: encode::<Span>(batch.spans, stepped)?,
            metric_points: encode::<MetricPoint>(batch.metric_points, stepped)?,
            position,
        })
    }

    /// Writes them to all tables at once; `now` is in µs since the epoch. Returns the position up to which all rows are in
    /// the tables then. What is done is not done again when it is called again after a failure.
    pub(super) async fn settle(
        &mut self,
        tables: &Tables,
        now: i64,
        metrics: &StoreMetrics,
    ) -> Result<i64, CommitError> {
        let position = self.position;
        let (events, spans, metric_points) = tokio::join!(
            write(&tables.events, &mut self.events, position, now, metrics),
            write(&tables.spans, &mut self.spans, position, now, metrics),
            write(&tables.metric_points, &mut self.metric_points, position, now, metrics),
        );
        events.and(spans).and(metric_points)?;
        Ok(position)
    }
}

fn encode<R: Row>(rows: Vec<Bytes>, stepped: &mut dyn FnMut()) -> Result<Vec<Written>, ColumnarError> {
    let files = columnar::encode::<R>(rows, stepped)?;
    Ok(files.into_iter().map(|file| Written { file, put: None }).collect())
}

/// Puts a table's files and commits them. What is done is not done again when a later step fails.
async fn write(
    log: &TableLog,
    files: &mut Vec<Written>,
    position: i64,
    now: i64,
    metrics: &StoreMetrics,
) -> Result<(), CommitError> {
    if files.is_empty() {
        return Ok(());
    }
    for written in files.iter_mut().filter(|written| written.put.is_none_or(|put| put.elapsed() > PUT_LASTS)) {
        log.put(&written.file.path, written.file.bytes.clone()).await?;
        written.put = Some(Instant::now());
    }
    let adds: Vec<Add> = files.iter().map(|written| add(&written.file, now)).collect();
    log.append(&adds, position).await?;
    let labels = TableLabels { table: log.table().name() };
    metrics.commits.get_or_create(&labels).inc();
    let rows: usize = files.iter().map(|written| written.file.rows).sum();
    metrics.rows_committed.get_or_create(&labels).inc_by(rows as u64);
    files.clear();
    Ok(())
}

/// The action that takes a data file into its table; `now` is in µs since the epoch.
pub(super) fn add(file: &DataFile, now: i64) -> Add {
    Add {
        path: file.path.clone(),
        partition_values: [(PARTITION_COLUMN.to_owned(), Some(file.day.clone()))].into(),
        size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        modification_time: now.div_euclid(1_000),
        data_change: true,
        stats: Some(file.statistics.clone()),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}
