//! Writes small Delta tables by hand: Parquet files of canonical rows, and the log beside them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, MapBuilder, MapFieldNames, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;
use barograph_proto::row::{Attribute, Cells, Event, MetricPoint, Row, Sent, Span};
use barograph_proto::tables::{LAYOUT_PROPERTY, LAYOUT_VERSION, PARTITION_COLUMN, Table, map_type};
use barograph_proto::time::rfc3339;
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::archive::{Archive, ArchiveConfig};
use crate::place::TablesAt;

/// 2026-03-20T10:00:00Z.
pub(super) const NOON: i64 = 1_774_000_800_000_000;

/// A data folder with tables, as a collector leaves it. Removed when dropped.
pub(super) struct Store {
    folder: tempfile::TempDir,
}

impl Store {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) async fn open(&self) -> Archive {
        Archive::open(self.config()).await.unwrap()
    }

    pub(super) fn config(&self) -> ArchiveConfig {
        ArchiveConfig::new(TablesAt::folder(&self.path().join("tables")).unwrap())
    }

    pub(super) fn events(&self, rows: Vec<Event>) -> String {
        self.append(rows)
    }

    /// Writes the rows as one file and commits it. Gives the file's path in the log.
    pub(super) fn append<R: Row>(&self, rows: Vec<R>) -> String {
        let add = self.write(rows);
        let path = add["path"].as_str().unwrap().to_owned();
        self.commit(R::TABLE, &[json!({ "add": add })]);
        path
    }

    /// Writes the rows as one file that no commit names yet; gives its `add`.
    pub(super) fn write<R: Row>(&self, rows: Vec<R>) -> Value {
        self.write_columns(rows, |_| true)
    }

    /// The same with only some of the columns, as an older layout has them.
    pub(super) fn write_columns<R: Row>(&self, mut rows: Vec<R>, has: impl Fn(&str) -> bool) -> Value {
        let table = R::TABLE;
        let times: Vec<i64> = rows.iter().map(|row| row.origin().event_time).collect();
        let day: String = rfc3339(times[0]).chars().take(10).collect();
        let batch = batch(&mut rows);
        let schema = batch.schema();
        let kept: Vec<usize> = (0..schema.fields().len()).filter(|index| has(schema.field(*index).name())).collect();
        let batch = batch.project(&kept).unwrap();
        let folder = self.table(table).join(format!("{PARTITION_COLUMN}={day}"));
        fs::create_dir_all(&folder).unwrap();
        let name = format!("part-{}.parquet", fs::read_dir(&folder).unwrap().count());
        let file = folder.join(&name);
        let mut writer = ArrowWriter::try_new(File::create(&file).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let time = |micros: Option<&i64>| {
            chrono::DateTime::from_timestamp_micros(*micros.unwrap())
                .unwrap()
                .to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
        };
        let stats = json!({
            "numRecords": rows.len(),
            "minValues": { "event_time": time(times.iter().min()) },
            "maxValues": { "event_time": time(times.iter().max()) },
            "nullCount": { "event_time": 0 },
        });
        json!({
            "path": format!("{PARTITION_COLUMN}={day}/{name}"),
            "partitionValues": { PARTITION_COLUMN: day },
            "size": fs::metadata(&file).unwrap().len(),
            "modificationTime": 1_774_000_800_000_i64,
            "dataChange": true,
            "stats": stats.to_string(),
        })
    }

    pub(super) fn remove(&self, table: Table, path: &str) {
        let remove = json!({ "path": path, "deletionTimestamp": 1_774_000_800_000_i64, "dataChange": true });
        self.commit(table, &[json!({ "remove": remove })]);
    }

    /// Commits actions, creating the table when there is none.
    pub(super) fn commit(&self, table: Table, actions: &[Value]) {
        if !self.commit_path(table, 0).exists() {
            self.create(table, &LAYOUT_VERSION.to_string());
        }
        let version = (0..10_000).find(|version| !self.commit_path(table, *version).exists()).unwrap();
        self.put(table, version, actions);
    }

    /// Creates an empty table with a layout.
    pub(super) fn create(&self, table: Table, layout: &str) {
        let protocol = json!({ "minReaderVersion": 1, "minWriterVersion": 2 });
        let metadata = json!({
            "id": "5b8b6a8e-0000-4000-8000-000000000000",
            "format": { "provider": "parquet", "options": {} },
            "schemaString": delta_schema(table).to_string(),
            "partitionColumns": [PARTITION_COLUMN],
            "configuration": { LAYOUT_PROPERTY: layout },
            "createdTime": 1_774_000_800_000_i64,
        });
        self.put(table, 0, &[json!({ "protocol": protocol }), json!({ "metaData": metadata })]);
    }

    pub(super) fn commit_path(&self, table: Table, version: u64) -> PathBuf {
        self.table(table).join("_delta_log").join(format!("{version:020}.json"))
    }

    /// Writes a commit of a version.
    pub(super) fn put(&self, table: Table, version: u64, actions: &[Value]) {
        fs::create_dir_all(self.table(table).join("_delta_log")).unwrap();
        let lines: Vec<_> = actions.iter().map(|action| format!("{action}\n")).collect();
        fs::write(self.commit_path(table, version), lines.concat()).unwrap();
    }

    fn table(&self, table: Table) -> PathBuf {
        self.path().join("tables").join(table.name())
    }
}

/// A decision of Claude Code at a number of seconds after [`NOON`].
pub(super) fn decision(id: &str, seconds: i64) -> Event {
    let mut event = event(id, "decision", seconds);
    event.event_name = "tool_decision".into();
    event.call.tool_name = "Bash".into();
    event.call.tool_kind = "shell".into();
    event.verdict.decision = "allow".into();
    event.verdict.source = "config".into();
    event.verdict.permission_mode = "default".into();
    event.verdict.interactive = Some(true);
    event
}

/// An event of Claude Code at a number of seconds after [`NOON`].
pub(super) fn event(id: &str, kind: &str, seconds: i64) -> Event {
    let mut event = Event::default();
    let origin = &mut event.origin;
    origin.event_id = id.into();
    origin.tenant = "default".into();
    origin.event_time = NOON + seconds * 1_000_000;
    origin.received_time = origin.event_time + 5_000;
    origin.agent = "claude-code".into();
    origin.agent_version = "2.1.328".into();
    origin.dialect = "claude-code/1".into();
    origin.kind = kind.into();
    origin.session_id = "s1".into();
    origin.user_email = "ann@example.com".into();
    origin.team = "core".into();
    origin.repo = "acme/app".into();
    origin.host = "laptop".into();
    event
}

/// A span at a number of seconds after [`NOON`].
pub(super) fn span(id: &str, seconds: i64) -> Span {
    Span { origin: event(id, "other", seconds).origin, name: "claude_code.tool".into(), ..Span::default() }
}

/// A metric point at a number of seconds after [`NOON`].
pub(super) fn point(id: &str, seconds: i64) -> MetricPoint {
    MetricPoint {
        origin: event(id, "other", seconds).origin,
        name: "claude_code.cost.usage".into(),
        value: Some(0.25),
        ..MetricPoint::default()
    }
}

pub(super) fn attribute(key: &str, value: &str) -> Attribute {
    Attribute { key: key.into(), value: value.into(), sent: Sent::Text.into() }
}

fn delta_schema(table: Table) -> Value {
    let map =
        |value: &str| json!({ "type": "map", "keyType": "string", "valueType": value, "valueContainsNull": true });
    let kind = |data_type: &DataType| match data_type {
        DataType::Utf8 => json!("string"),
        DataType::Int64 => json!("long"),
        DataType::Float64 => json!("double"),
        DataType::Boolean => json!("boolean"),
        DataType::Timestamp(..) => json!("timestamp"),
        counts if *counts == map_type(DataType::Int64) => map("long"),
        _ => map("string"),
    };
    let field = |name: &str, kind: Value| json!({ "name": name, "type": kind, "nullable": true, "metadata": {} });
    let schema = table.schema();
    let columns = schema.fields().iter().map(|column| field(column.name(), kind(column.data_type())));
    let fields: Vec<_> = columns.chain([field(PARTITION_COLUMN, json!("date"))]).collect();
    json!({ "type": "struct", "fields": fields })
}

fn batch<R: Row>(rows: &mut [R]) -> RecordBatch {
    let schema = R::TABLE.schema();
    let mut columns: Vec<_> = schema.fields().iter().map(|field| Column::of(field.data_type())).collect();
    for row in rows {
        let mut filler = Filler { columns: &mut columns, next: 0 };
        row.cells(&mut filler);
    }
    RecordBatch::try_new(schema, columns.into_iter().map(Column::finish).collect()).unwrap()
}

enum Column {
    Text(StringBuilder),
    Time(TimestampMicrosecondBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Flag(BooleanBuilder),
    Texts(Box<MapBuilder<StringBuilder, StringBuilder>>),
    Counts(Box<MapBuilder<StringBuilder, Int64Builder>>),
}

impl Column {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Utf8 => Self::Text(StringBuilder::new()),
            DataType::Timestamp(..) => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            DataType::Int64 => Self::Int(Int64Builder::new()),
            DataType::Float64 => Self::Float(Float64Builder::new()),
            DataType::Boolean => Self::Flag(BooleanBuilder::new()),
            counts if *counts == map_type(DataType::Int64) => {
                Self::Counts(Box::new(MapBuilder::new(Some(map_names()), StringBuilder::new(), Int64Builder::new())))
            }
            _ => Self::Texts(Box::new(MapBuilder::new(Some(map_names()), StringBuilder::new(), StringBuilder::new()))),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut column) => Arc::new(column.finish()),
            Self::Time(mut column) => Arc::new(column.finish()),
            Self::Int(mut column) => Arc::new(column.finish()),
            Self::Float(mut column) => Arc::new(column.finish()),
            Self::Flag(mut column) => Arc::new(column.finish()),
            Self::Texts(mut column) => Arc::new(column.finish()),
            Self::Counts(mut column) => Arc::new(column.finish()),
        }
    }
}

fn map_names() -> MapFieldNames {
    MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() }
}

struct Filler<'a> {
    columns: &'a mut [Column],
    next: usize,
}

impl Filler<'_> {
    fn column(&mut self) -> &mut Column {
        self.next += 1;
        &mut self.columns[self.next - 1]
    }
}

macro_rules! fill {
    ($cell:ident, $variant:ident, $type:ty) => {
        fn $cell(&mut self, _: &'static str, value: &mut $type) {
            let Column::$variant(column) = self.column() else { unreachable!() };
            column.append_option(value.clone());
        }
    };
}

impl Cells for Filler<'_> {
    fill!(time, Time, Option<i64>);
    fill!(int, Int, Option<i64>);
    fill!(float, Float, Option<f64>);
    fill!(flag, Flag, Option<bool>);

    fn text(&mut self, _: &'static str, value: &mut String) {
        let Column::Text(column) = self.column() else { unreachable!() };
        column.append_option((!value.is_empty()).then_some(&*value));
    }

    fn json(&mut self, name: &'static str, value: &mut String) {
        self.text(name, value);
    }

    fn attributes(&mut self, _: &'static str, value: &mut Vec<Attribute>) {
        let Column::Texts(column) = self.column() else { unreachable!() };
        for attribute in &*value {
            column.keys().append_value(&attribute.key);
            column.values().append_value(&attribute.value);
        }
        column.append(true).unwrap();
    }

    fn counts(&mut self, _: &'static str, value: &mut BTreeMap<String, i64>) {
        let Column::Counts(column) = self.column() else { unreachable!() };
        for (key, count) in &*value {
            column.keys().append_value(key);
            column.values().append_value(*count);
        }
        column.append(true).unwrap();
    }

    fn names(&mut self, _: &'static str, value: &mut BTreeMap<String, String>) {
        let Column::Texts(column) = self.column() else { unreachable!() };
        for (key, name) in &*value {
            column.keys().append_value(key);
            column.values().append_value(name);
        }
        column.append(true).unwrap();
    }
}
