//! From rows to Parquet: rows into Arrow columns, one sorted file per day of the event, with the statistics that a
//! reader needs to skip it. Takes redacted rows only.

mod columns;
mod day;
mod file;
mod merge;
mod statistics;

use std::collections::BTreeMap;

use barograph_proto::row::Row;
use bytes::Bytes;
pub(crate) use day::parse as parse_day;
pub(crate) use file::DataFile;
pub(crate) use merge::{BATCH_ROWS, MergePlan, Sorted, merge};
pub(crate) use statistics::COLUMNS as STATISTICS_COLUMNS;

use self::columns::Columns;
use crate::redact::Redacted;

/// Why rows could not be turned into files.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ColumnarError {
    /// The columns do not make a batch of the table's schema.
    #[error("cannot build the columns")]
    Columns(#[from] arrow::error::ArrowError),
    /// The journal holds what is no row.
    #[error("cannot read a row of the journal back")]
    Row(#[from] prost::DecodeError),
    /// The file cannot be encoded.
    #[error("cannot encode the Parquet file")]
    Parquet(#[from] parquet::errors::ParquetError),
}

/// Rows that are worked on before others may go first: some milliseconds of work.
const STEP_ROWS: usize = 1_024;

/// Encodes rows of one table, as the journal holds them, one file per day, and tells each time when a step of some
/// milliseconds is done. CPU work: not for the reactor.
pub(crate) fn encode<R: Row>(rows: Vec<Bytes>, stepped: &mut dyn FnMut()) -> Result<Vec<DataFile>, ColumnarError> {
    let mut days: BTreeMap<i64, Columns> = BTreeMap::new();
    for rows in rows.chunks(STEP_ROWS) {
        Redacted::<R>::from_journal(rows, |row| {
            let day = day::of(row.row().origin());
            days.entry(day).or_insert_with(|| Columns::new(R::TABLE)).append(row);
        })?;
        stepped();
    }
    // They are as large as the columns that they have become.
    drop(rows);
    days.into_iter().map(|(day, columns)| file::encode(R::TABLE, day, &columns.finish()?, stepped)).collect()
}
