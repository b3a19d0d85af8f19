//! The ids of rows that were received shortly before the start, read from the tables: a request that is sent again
//! after a restart must still count once.

use std::fs::File;
use std::path::PathBuf;

use arrow::array::AsArray as _;
use arrow::datatypes::TimestampMicrosecondType;
use deltalake_core::DeltaTableError;
use deltalake_core::kernel::Snapshot;
use futures::TryStreamExt as _;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::table::TableLog;
use crate::journal::parse_id;

/// The ids of rows received at or after a time (µs since the epoch), newest file first, at most so many.
///
/// # Errors
/// When the table's log cannot be read. A data file that cannot be read is left out with a warning: without its ids
/// a repeated row may be stored twice, and queries count each id once.
pub(super) async fn ids(log: &TableLog, since: i64, most: usize) -> Result<Vec<u128>, DeltaTableError> {
    let snapshot = Snapshot::try_new(log.log().as_ref(), None).await?;
    let mut files: Vec<(i64, PathBuf)> = snapshot
        .file_views(log.log().as_ref(), None)
        // A file cannot hold rows that were received after it was made.
        .try_filter(|file| std::future::ready(file.modification_time() >= since.div_euclid(1_000)))
        .map_ok(|file| (file.modification_time(), log.folder().join(file.object_store_path().as_ref())))
        .try_collect()
        .await?;
    files.sort_unstable_by(|a, b| b.cmp(a));
    let read = tokio::task::spawn_blocking(move || {
        let mut ids = Vec::new();
        for (_, path) in files {
            if ids.len() >= most {
                break;
            }
            if let Err(error) = read(&path, since, &mut ids) {
                tracing::warn!(file = %path.display(), %error, "cannot read the event ids of a data file");
            }
        }
        ids.truncate(most);
        ids
    });
    read.await.map_err(|_| DeltaTableError::generic("reading event ids has panicked"))
}

fn read(path: &PathBuf, since: i64, ids: &mut Vec<u128>) -> Result<(), ParquetError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let columns = ProjectionMask::columns(reader.parquet_schema(), ["event_id", "received_time"]);
    for batch in reader.with_projection(columns).build()? {
        let batch = batch?;
        let (Some(event_ids), Some(times)) = (batch.column_by_name("event_id"), batch.column_by_name("received_time"))
        else {
            continue;
        };
        let (Some(event_ids), Some(times)) =
            (event_ids.as_string_opt::<i32>(), times.as_primitive_opt::<TimestampMicrosecondType>())
        else {
            continue;
        };
        let recent = event_ids.iter().zip(times).filter(|(_, time)| time.is_some_and(|time| time >= since));
        ids.extend(recent.filter_map(|(id, _)| parse_id(id?)));
    }
    Ok(())
}
