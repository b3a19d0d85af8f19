//! What a question reads: the live files of every table at one moment, with what the log knows about each.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use barograph_proto::tables::{PARTITION_COLUMN, Table};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::table_schema::TableSchema;
use object_store::path::Path;

/// A table's columns as the engine reads them.
#[derive(Debug)]
pub(crate) struct Columns {
    /// File columns and partition column, as the Parquet source wants them.
    pub(crate) scan: TableSchema,
    /// The same as one schema, the partition column last.
    pub(crate) schema: SchemaRef,
}

impl Columns {
    /// The columns of a table. Text is read as views: a filter then copies no bytes.
    pub(crate) fn of(table: Table) -> &'static Self {
        static COLUMNS: LazyLock<[Columns; 3]> = LazyLock::new(|| Table::ALL.map(Columns::new));
        let [events, spans, metric_points] = &*COLUMNS;
        match table {
            Table::Events => events,
            Table::Spans => spans,
            Table::MetricPoints => metric_points,
        }
    }

    fn new(table: Table) -> Self {
        let file: Vec<_> = table
            .schema()
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => Field::new(field.name(), DataType::Utf8View, true),
                _ => field.as_ref().clone(),
            })
            .collect();
        let day = Arc::new(Field::new(PARTITION_COLUMN, DataType::Date32, true));
        let scan = TableSchema::builder(Arc::new(Schema::new(file))).with_table_partition_cols(vec![day]).build();
        Self { schema: Arc::clone(scan.table_schema()), scan }
    }
}

/// An `add` of the log, whoever read it.
#[derive(Debug)]
pub(crate) struct Added {
    /// Path below the table's folder, decoded.
    pub(crate) path: String,
    /// Bytes.
    pub(crate) size: i64,
    /// ms since the epoch.
    pub(crate) modification_time: i64,
    /// Partition values as text.
    pub(crate) partition_values: HashMap<String, Option<String>>,
    /// Statistics, JSON.
    pub(crate) stats: Option<String>,
}

/// A live file. Shared between snapshots.
#[derive(Debug)]
pub(crate) struct LiveFile {
    /// Path below the table's folder, as the log names it.
    pub(crate) path: String,
    /// The file as the engine wants it. Its statistics bound what is inside: good for leaving files out, and kept from
    /// the optimiser, which would take them for values.
    pub(crate) part: PartitionedFile,
    /// Bounds, counts of nulls and rows.
    pub(crate) statistics: Arc<Statistics>,
    /// No event in the file is later than this, µs since the epoch; none when the log does not tell.
    pub(crate) latest: Option<i64>,
}

impl LiveFile {
    pub(crate) fn new(table: Table, added: Added) -> Self {
        let columns = Columns::of(table);
        let day = added.partition_values.get(PARTITION_COLUMN).cloned().flatten();
        let day = day
            .and_then(|day| ScalarValue::try_from_string(day, &DataType::Date32).ok())
            .unwrap_or(ScalarValue::Date32(None));
        let stats: serde_json::Value =
            added.stats.as_deref().and_then(|stats| serde_json::from_str(stats).ok()).unwrap_or_default();
        let column_statistics =
            columns.schema.fields().iter().map(|field| bounds(&stats, field, &day)).collect::<Vec<_>>();
        let latest = columns.schema.index_of("event_time").ok().and_then(|index| {
            match column_statistics.get(index)?.max_value.get_value()? {
                ScalarValue::TimestampMicrosecond(latest, _) => *latest,
                _ => None,
            }
        });
        let statistics = Arc::new(Statistics {
            num_rows: count(&stats, "numRecords"),
            total_byte_size: Precision::Absent,
            column_statistics,
        });

        let location = format!("{}/{}", table.name(), added.path);
        let location = Path::parse(&location).unwrap_or_else(|_| Path::from(location));
        let mut part = PartitionedFile::new(String::new(), u64::try_from(added.size).unwrap_or_default());
        part.object_meta.location = location;
        let modified = Duration::from_millis(u64::try_from(added.modification_time).unwrap_or_default());
        part.object_meta.last_modified = UNIX_EPOCH.checked_add(modified).unwrap_or(UNIX_EPOCH).into();
        part.partition_values = vec![day];
        part.statistics = Some(Arc::clone(&statistics));
        Self { path: added.path, part, statistics, latest }
    }

    /// How many rows, where the log tells.
    pub(crate) fn rows(&self) -> Option<usize> {
        self.statistics.num_rows.get_value().copied()
    }
}

fn count(stats: &serde_json::Value, key: &str) -> Precision<usize> {
    stats
        .get(key)
        .and_then(serde_json::Value::as_u64)
        .and_then(|count| usize::try_from(count).ok())
        .map_or(Precision::Absent, Precision::Exact)
}

fn bounds(stats: &serde_json::Value, field: &Field, day: &ScalarValue) -> ColumnStatistics {
    if field.name() == PARTITION_COLUMN {
        let day = Precision::Exact(day.clone());
        return ColumnStatistics { min_value: day.clone(), max_value: day, ..ColumnStatistics::new_unknown() };
    }
    let value = |which: &str| {
        let value = stats.get(which)?.get(field.name())?;
        let text = match value {
            serde_json::Value::Null => return None,
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        ScalarValue::try_from_string(text, field.data_type()).ok()
    };
    let precise = |value: Option<ScalarValue>| value.map_or(Precision::Absent, Precision::Exact);
    ColumnStatistics {
        min_value: precise(value("minValues")),
        max_value: precise(value("maxValues").and_then(rounded_up)),
        null_count: stats.get("nullCount").map_or(Precision::Absent, |nulls| count(nulls, field.name())),
        ..ColumnStatistics::new_unknown()
    }
}

/// Delta lets a writer cut the times in its statistics to whole ms (PROTOCOL.md, "Per-file Statistics"), so the latest
/// may be up to 1 ms later than it says.
fn rounded_up(value: ScalarValue) -> Option<ScalarValue> {
    match value {
        ScalarValue::TimestampMicrosecond(Some(time), zone) if time % 1000 == 0 => {
            Some(ScalarValue::TimestampMicrosecond(Some(time.checked_add(999)?), zone))
        }
        other => Some(other),
    }
}

/// A table's live files at one version.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableSnapshot {
    /// The last commit taken in; none while there is no table.
    pub(crate) version: Option<u64>,
    /// Live files, latest event first, so that "the newest hundred" opens few of them.
    pub(crate) files: Vec<Arc<LiveFile>>,
}

impl TableSnapshot {
    pub(crate) fn new(version: u64, mut files: Vec<Arc<LiveFile>>) -> Self {
        files.sort_by_key(|file| std::cmp::Reverse(file.latest));
        Self { version: Some(version), files }
    }
}

/// What one question reads: every table's snapshot. Handed to the scans through the session's extensions.
#[derive(Debug, Default)]
pub(crate) struct Pinned {
    tables: [Arc<TableSnapshot>; 3],
}

impl Pinned {
    /// Takes the snapshots in the order of [`Table::ALL`].
    pub(crate) fn new(tables: [Arc<TableSnapshot>; 3]) -> Self {
        Self { tables }
    }

    pub(crate) fn table(&self, table: Table) -> &Arc<TableSnapshot> {
        let [events, spans, metric_points] = &self.tables;
        match table {
            Table::Events => events,
            Table::Spans => spans,
            Table::MetricPoints => metric_points,
        }
    }
}
