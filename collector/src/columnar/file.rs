//! One sorted Parquet file.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use arrow::error::ArrowError;
use barograph_proto::tables::{PARTITION_COLUMN, Table};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{BloomFilterPosition, EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::{ColumnarError, day, statistics};

/// At most so many rows stand in one row group.
const ROW_GROUP_ROWS: usize = 100_000;

/// At most so many rows stand in one page: the grain in which readers skip.
const PAGE_ROWS: usize = 8_192;

/// How often a bloom filter may wrongly say "perhaps".
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// Columns whose values hardly repeat: a dictionary would hold every value and the column nothing but numbers.
const DISTINCT_COLUMNS: [&str; 2] = ["event_id", "span_id"];

/// An encoded data file.
#[derive(Debug)]
pub(crate) struct DataFile {
    /// Where it belongs, below the table's folder.
    pub(crate) path: String,
    /// The value of the partition column.
    pub(crate) day: String,
    /// The file.
    pub(crate) bytes: Bytes,
    /// How many rows it holds.
    pub(crate) rows: usize,
    /// Delta's statistics of it, JSON.
    pub(crate) statistics: String,
}

/// Sorts and encodes the rows of one day.
pub(super) fn encode(table: Table, day: i64, batch: &RecordBatch) -> Result<DataFile, ColumnarError> {
    let batch = sort(table, batch)?;
    let day = day::name(day);
    let path = format!("{PARTITION_COLUMN}={day}/part-{}.parquet", uuid::Uuid::new_v4());
    // The Arrow schema would say nothing that the Parquet schema and the table's do not, in a quarter of the smallest file.
    let options = ArrowWriterOptions::new().with_properties(properties(table, &batch)).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options)?;
    writer.write(&batch)?;
    let bytes = writer.into_inner()?.into();
    Ok(DataFile { path, day, bytes, rows: batch.num_rows(), statistics: statistics::json(&batch)? })
}

fn sort(table: Table, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns: Vec<SortColumn> = table
        .sort_columns()
        .iter()
        .filter_map(|name| batch.column_by_name(name))
        .map(|values| SortColumn { values: Arc::clone(values), options: None })
        .collect();
    take_record_batch(batch, &lexsort_to_indices(&columns, None)?)
}

fn properties(table: Table, batch: &RecordBatch) -> WriterProperties {
    let schema = batch.schema();
    let sorting = table
        .sort_columns()
        .iter()
        .filter_map(|name| schema.index_of(name).ok())
        .filter_map(|index| i32::try_from(index).ok())
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect();
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("barograph ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(sorting))
        .set_bloom_filter_position(BloomFilterPosition::End);
    for column in DISTINCT_COLUMNS {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    // The writer folds a filter down to what was really seen, so the number of rows is enough of a guess.
    let distinct = batch.num_rows().clamp(1, ROW_GROUP_ROWS) as u64;
    for column in table.bloom_columns().iter().filter(|column| schema.index_of(column).is_ok()) {
        properties = properties
            .set_column_bloom_filter_enabled(ColumnPath::from(*column), true)
            .set_column_bloom_filter_fpp(ColumnPath::from(*column), BLOOM_FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(ColumnPath::from(*column), distinct);
    }
    properties.build()
}
