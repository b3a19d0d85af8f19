//! One sorted Parquet file.

use std::sync::Arc;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use barograph_proto::tables::{PARTITION_COLUMN, Table};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{BloomFilterPosition, EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::statistics::Statistics;
use super::{ColumnarError, STEP_ROWS, day};

/// At most so many rows stand in one row group.
const ROW_GROUP_ROWS: usize = 100_000;

/// At most so many rows stand in one page: the grain in which readers skip, and in which texts repeat. Each page of each
/// column takes a new compressor and a new decompressor: a quarter of this cost a quarter of all CPU time.
const PAGE_ROWS: usize = 16_384;

/// How often a bloom filter may wrongly say "perhaps".
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// The same where every row has a value of its own: a filter is then the largest part of a file that is not data.
const DISTINCT_BLOOM_FALSE_POSITIVES: f64 = 0.1;

/// Columns whose values hardly repeat: a dictionary would hold every value and the column nothing but numbers. Each with
/// the encoding that zstd makes the least of, as measured on the demo fleet: ids without the length before each, those
/// with a prefix (`toolu_…`) without it, doubles byte by byte, numbers that count by their differences.
const DISTINCT_COLUMNS: [(&str, Encoding); 18] = [
    ("answered_at", Encoding::PLAIN),
    ("asked_at", Encoding::PLAIN),
    ("cost_usd", Encoding::BYTE_STREAM_SPLIT),
    ("duration_ms", Encoding::BYTE_STREAM_SPLIT),
    ("end_time", Encoding::PLAIN),
    ("event_id", Encoding::DELTA_LENGTH_BYTE_ARRAY),
    ("event_time", Encoding::PLAIN),
    ("parent_span_id", Encoding::DELTA_LENGTH_BYTE_ARRAY),
    ("prompt_id", Encoding::DELTA_LENGTH_BYTE_ARRAY),
    ("received_time", Encoding::PLAIN),
    ("request_id", Encoding::DELTA_BYTE_ARRAY),
    ("sequence", Encoding::DELTA_BINARY_PACKED),
    ("span_id", Encoding::DELTA_LENGTH_BYTE_ARRAY),
    ("start_time", Encoding::PLAIN),
    ("tool_use_id", Encoding::DELTA_BYTE_ARRAY),
    ("trace_id", Encoding::DELTA_LENGTH_BYTE_ARRAY),
    ("value", Encoding::PLAIN),
    ("wait_ms", Encoding::BYTE_STREAM_SPLIT),
];

/// Columns of long texts that are much alike, where a harder look for what repeats pays.
const WORDY_COLUMNS: [&[&str]; 3] = [&["attributes", "key_value", "value"], &["body"], &["span_events"]];

/// Columns that readers skip pages by. For the others a bound a page would be room for nothing.
const SKIPPED_BY: [&str; 8] =
    ["session_id", "event_time", "received_time", "kind", "agent", "tool_name", "decision", "tool_use_id"];

/// How hard a file is compressed, as zstd counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// All columns but the wordy ones.
    level: i32,
    /// The wordy ones.
    wordy: i32,
}

impl Effort {
    /// For what will be written anew: commits, which stand behind every second of ingest, and small compactions.
    pub(super) const LEAST: Self = Self { level: 1, wordy: 1 };
    /// For what stays as it is for years.
    pub(super) const LASTING: Self = Self { level: 3, wordy: 6 };
}

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

/// Sorts and encodes the rows of one day, and tells when a step is done.
pub(super) fn encode(
    table: Table,
    day: i64,
    batch: &RecordBatch,
    stepped: &mut dyn FnMut(),
) -> Result<DataFile, ColumnarError> {
    let order = order(table, batch)?;
    let rows = order.len();
    let mut writer = FileWriter::new(table, &day::name(day), rows, Effort::LEAST)?;
    for start in (0..rows).step_by(STEP_ROWS) {
        stepped();
        writer.write(&take_record_batch(batch, &order.slice(start, STEP_ROWS.min(rows - start)))?)?;
    }
    stepped();
    writer.finish()
}

/// Writes one data file from batches that come in its order.
pub(super) struct FileWriter {
    day: String,
    writer: ArrowWriter<Vec<u8>>,
    statistics: Statistics,
    schema: SchemaRef,
}

impl FileWriter {
    /// Begins a file of a day, as the partition column has it, for about so many rows.
    pub(super) fn new(table: Table, day: &str, rows: usize, effort: Effort) -> Result<Self, ColumnarError> {
        let schema = table.schema();
        // The Arrow schema would say nothing that the Parquet schema and the table's do not, in a quarter of the
        // smallest file.
        let properties = properties(table, &schema, rows, effort)?;
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)?;
        Ok(Self { day: day.to_owned(), writer, statistics: Statistics::default(), schema })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        self.statistics.add(batch);
        Ok(self.writer.write(batch)?)
    }

    /// How large the file is so far, about, bytes.
    pub(super) fn bytes(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    pub(super) fn finish(self) -> Result<DataFile, ColumnarError> {
        Ok(DataFile {
            path: format!("{PARTITION_COLUMN}={}/part-{}.parquet", self.day, uuid::Uuid::new_v4()),
            day: self.day,
            bytes: self.writer.into_inner()?.into(),
            rows: self.statistics.rows(),
            statistics: self.statistics.json(&self.schema)?,
        })
    }
}

/// Which row comes where in the table's order.
fn order(table: Table, batch: &RecordBatch) -> Result<UInt32Array, ArrowError> {
    let columns: Vec<SortColumn> = table
        .sort_columns()
        .iter()
        .filter_map(|name| batch.column_by_name(name))
        .map(|values| SortColumn { values: Arc::clone(values), options: None })
        .collect();
    lexsort_to_indices(&columns, None)
}

fn properties(table: Table, schema: &Schema, rows: usize, effort: Effort) -> Result<WriterProperties, ParquetError> {
    let sorting = table
        .sort_columns()
        .iter()
        .filter_map(|name| schema.index_of(name).ok())
        .filter_map(|index| i32::try_from(index).ok())
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect();
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("barograph ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(effort.level)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns(Some(sorting))
        .set_bloom_filter_position(BloomFilterPosition::End);
    for column in SKIPPED_BY {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Page);
    }
    for (column, encoding) in DISTINCT_COLUMNS.into_iter().filter(|(column, _)| schema.index_of(column).is_ok()) {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(column), false)
            .set_column_encoding(ColumnPath::from(column), encoding);
    }
    let wordy = Compression::ZSTD(ZstdLevel::try_new(effort.wordy)?);
    for column in WORDY_COLUMNS {
        let path = column.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        properties = properties.set_column_compression(ColumnPath::from(path), wordy);
    }
    // The writer folds a filter down to what was really seen, so the number of rows is enough of a guess.
    let distinct = rows.clamp(1, ROW_GROUP_ROWS) as u64;
    for column in table.bloom_columns().iter().filter(|column| schema.index_of(column).is_ok()) {
        let is_distinct = matches!(*column, "event_id" | "span_id");
        let false_positives = if is_distinct { DISTINCT_BLOOM_FALSE_POSITIVES } else { BLOOM_FALSE_POSITIVES };
        properties = properties
            .set_column_bloom_filter_enabled(ColumnPath::from(*column), true)
            .set_column_bloom_filter_fpp(ColumnPath::from(*column), false_positives)
            .set_column_bloom_filter_max_ndv(ColumnPath::from(*column), distinct);
    }
    Ok(properties.build())
}
