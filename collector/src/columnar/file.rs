//! One sorted Parquet file.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use barograph_proto::tables::{PARTITION_COLUMN, Table};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{BloomFilterPosition, EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::statistics::Statistics;
use super::{ColumnarError, day};

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
    let mut writer = FileWriter::new(table, &day::name(day), batch.num_rows(), ZstdLevel::default())?;
    writer.write(&batch)?;
    writer.finish()
}

/// Writes one data file from batches that come in its order.
pub(super) struct FileWriter {
    day: String,
    writer: ArrowWriter<Vec<u8>>,
    statistics: Statistics,
    schema: SchemaRef,
    rows: usize,
}

impl FileWriter {
    /// Begins a file of a day, as the partition column has it, for about so many rows.
    pub(super) fn new(table: Table, day: &str, rows: usize, level: ZstdLevel) -> Result<Self, ColumnarError> {
        let schema = table.schema();
        // The Arrow schema would say nothing that the Parquet schema and the table's do not, in a quarter of the
        // smallest file.
        let properties = properties(table, &schema, rows, level);
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)?;
        Ok(Self { day: day.to_owned(), writer, statistics: Statistics::default(), schema, rows: 0 })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        self.rows += batch.num_rows();
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
            rows: self.rows,
            statistics: self.statistics.json(&self.schema)?,
        })
    }
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

fn properties(table: Table, schema: &Schema, rows: usize, level: ZstdLevel) -> WriterProperties {
    let sorting = table
        .sort_columns()
        .iter()
        .filter_map(|name| schema.index_of(name).ok())
        .filter_map(|index| i32::try_from(index).ok())
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect();
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("barograph ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(sorting))
        .set_bloom_filter_position(BloomFilterPosition::End);
    for column in DISTINCT_COLUMNS {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    // The writer folds a filter down to what was really seen, so the number of rows is enough of a guess.
    let distinct = rows.clamp(1, ROW_GROUP_ROWS) as u64;
    for column in table.bloom_columns().iter().filter(|column| schema.index_of(column).is_ok()) {
        properties = properties
            .set_column_bloom_filter_enabled(ColumnPath::from(*column), true)
            .set_column_bloom_filter_fpp(ColumnPath::from(*column), BLOOM_FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(ColumnPath::from(*column), distinct);
    }
    properties.build()
}
