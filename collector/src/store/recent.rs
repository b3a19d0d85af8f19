//! The ids of rows that were received shortly before the start, read from the tables: a request that is sent again
//! after a restart must still count once.

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use futures::StreamExt as _;

use super::maintain::read;
use super::table::{TableError, TableLog};
use crate::journal::parse_id;

/// The columns that are read.
const COLUMNS: [&str; 2] = ["event_id", "received_time"];

/// The ids of rows received at or after a time (µs since the epoch), newest file first, at most so many.
///
/// # Errors
/// When the table's log cannot be read. A data file that cannot be read is left out with a warning: without its ids
/// a repeated row may be stored twice, and queries count each id once.
pub(super) async fn ids(log: &TableLog, since: i64, most: usize) -> Result<Vec<u128>, TableError> {
    let mut files = log.live_files().await?;
    // A file cannot hold rows that were received after it was made.
    files.retain(|file| file.modified >= since.div_euclid(1_000));
    files.sort_unstable_by_key(|file| std::cmp::Reverse(file.modified));
    let mut ids = Vec::new();
    for file in files {
        if ids.len() >= most {
            break;
        }
        let mut rows = match read(log, &file, Some(&COLUMNS)).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(file = file.path, %error, "cannot read the event ids of a data file");
                continue;
            }
        };
        while let Some(batch) = rows.next().await {
            match batch {
                Ok(batch) => ids.extend(recent(&batch, since)),
                Err(error) => tracing::warn!(file = file.path, %error, "cannot read the event ids of a data file"),
            }
        }
    }
    ids.truncate(most);
    Ok(ids)
}

fn recent(batch: &RecordBatch, since: i64) -> Vec<u128> {
    let [event_ids, times] = COLUMNS.map(|name| batch.column_by_name(name));
    let event_ids = event_ids.and_then(|column| column.as_string_opt::<i32>());
    let times = times.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let (Some(event_ids), Some(times)) = (event_ids, times) else { return Vec::new() };
    let recent = event_ids.iter().zip(times).filter(|(_, time)| time.is_some_and(|time| time >= since));
    recent.filter_map(|(id, _)| parse_id(id?)).collect()
}
