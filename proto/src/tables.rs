//! The tables: their names, layout and Arrow schemas, derived from the rows' own list of cells.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

use crate::row::{Attribute, Cells, Event, MetricPoint, Row, Span};

/// Version of the tables' layout. A folder written by a newer layout is refused, not guessed at; one of an older layout
/// is given the columns that it lacks, which are null in its rows.
///
/// 2 added `redaction_outcome`, `redaction_kinds`, `redaction_secrets`, `redaction_bytes_in`, `redaction_bytes_out` and
/// `redaction_key_epoch`.
pub const LAYOUT_VERSION: u32 = 2;

/// Name of the table property that carries [`LAYOUT_VERSION`].
pub const LAYOUT_PROPERTY: &str = "barograph.layout";

/// The partition column of every table: the day of the event's time, or of receipt where the sender's clock is implausible.
pub const PARTITION_COLUMN: &str = "event_date";

/// A table of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// One row per log record.
    Events,
    /// One row per span.
    Spans,
    /// One row per metric data point.
    MetricPoints,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 3] = [Self::Events, Self::Spans, Self::MetricPoints];

    /// The table's name in SQL and its folder below `tables/` in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Spans => "spans",
            Self::MetricPoints => "metric_points",
        }
    }

    /// The columns of the table's Parquet files, in order, without the partition column.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; 3]> =
            LazyLock::new(|| [schema_of::<Event>(), schema_of::<Span>(), schema_of::<MetricPoint>()]);
        Arc::clone(match self {
            Self::Events => &SCHEMAS[0],
            Self::Spans => &SCHEMAS[1],
            Self::MetricPoints => &SCHEMAS[2],
        })
    }

    /// Columns that carry a bloom filter: the ids that people look up.
    pub fn bloom_columns(self) -> &'static [&'static str] {
        &["event_id", "session_id", "tool_use_id", "prompt_id", "trace_id", "span_id"]
    }

    /// The order of rows within a file: the two commonest questions are one session and one stretch of time.
    pub fn sort_columns(self) -> &'static [&'static str] {
        &["session_id", "event_time", "sequence"]
    }
}

/// The type of a map column from text to some type, as Parquet, Delta and DuckDB read it.
pub fn map_type(value: DataType) -> DataType {
    let entries = Fields::from(vec![Field::new("key", DataType::Utf8, false), Field::new("value", value, true)]);
    DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries), false)), false)
}

/// The type of a time column.
pub fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn schema_of<R: Row>() -> SchemaRef {
    let mut columns = Columns(Vec::new());
    R::default().cells(&mut columns);
    Arc::new(Schema::new(columns.0))
}

/// Collects the columns that a row's cells name.
struct Columns(Vec<Field>);

impl Columns {
    fn add(&mut self, column: &'static str, data_type: DataType) {
        self.0.push(Field::new(column, data_type, true));
    }
}

impl Cells for Columns {
    fn text(&mut self, column: &'static str, _: &mut String) {
        self.add(column, DataType::Utf8);
    }
    fn json(&mut self, column: &'static str, _: &mut String) {
        self.add(column, DataType::Utf8);
    }
    fn time(&mut self, column: &'static str, _: &mut Option<i64>) {
        self.add(column, time_type());
    }
    fn int(&mut self, column: &'static str, _: &mut Option<i64>) {
        self.add(column, DataType::Int64);
    }
    fn float(&mut self, column: &'static str, _: &mut Option<f64>) {
        self.add(column, DataType::Float64);
    }
    fn flag(&mut self, column: &'static str, _: &mut Option<bool>) {
        self.add(column, DataType::Boolean);
    }
    fn attributes(&mut self, column: &'static str, _: &mut Vec<Attribute>) {
        self.add(column, map_type(DataType::Utf8));
    }
    fn counts(&mut self, column: &'static str, _: &mut BTreeMap<String, i64>) {
        self.add(column, map_type(DataType::Int64));
    }
    fn names(&mut self, column: &'static str, _: &mut BTreeMap<String, String>) {
        self.add(column, map_type(DataType::Utf8));
    }
}
