//! What the store promises, proved on real folders: what was acknowledged is in the tables, once.

mod layout;
mod upkeep;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use arrow::array::AsArray as _;
use barograph_proto::row::{Attribute, Event, MetricPoint, Origin, Rows, Span};
use barograph_proto::tables::{LAYOUT_PROPERTY, LAYOUT_VERSION, Table};
use barograph_proto::time::DAY;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::journal::{AppendError, Encoded, Receipt, parse_id};
use crate::redact::RedactedRows;

/// Noon of 2026-11-21.
const NOW: i64 = 20_778 * DAY + DAY / 2;

#[derive(Debug)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn prompt() -> Limits {
    Limits { commit: CommitLimits { interval: Duration::ZERO, ..CommitLimits::default() }, ..Limits::default() }
}

/// Commits nothing before it is closed.
fn lazy() -> Limits {
    let commit = CommitLimits { interval: Duration::from_hours(1), ..CommitLimits::default() };
    Limits { commit, ..Limits::default() }
}

async fn try_open(folder: &Path, limits: Limits) -> Result<Store, OpenError> {
    open_config(StoreConfig::new(folder.to_owned()), limits).await
}

async fn open_config(config: StoreConfig, limits: Limits) -> Result<Store, OpenError> {
    let clock = Arc::new(Hands(AtomicI64::new(NOW)));
    Store::open_with(config, limits, clock, StoreMetrics::default()).await
}

async fn open(folder: &Path, limits: Limits) -> Store {
    try_open(folder, limits).await.unwrap()
}

async fn append(store: &Store, rows: RedactedRows) -> Result<Receipt, AppendError> {
    store.journal().append(Encoded::from(&rows)).await
}

fn origin(id: u128, event_time: i64) -> Origin {
    Origin {
        event_id: format!("{id:032x}"),
        tenant: "default".to_owned(),
        event_time,
        received_time: NOW,
        agent: "codex".to_owned(),
        session_id: format!("session-{}", id % 3),
        resource_attributes: vec![Attribute { key: "k".to_owned(), value: "v".to_owned(), sent: 0 }],
        ..Origin::default()
    }
}

fn redact(rows: Rows) -> RedactedRows {
    crate::redact::testing::redactor().redact(rows)
}

fn events_at(rows: impl IntoIterator<Item = (u128, i64)>) -> RedactedRows {
    let event = |(id, time)| Event { origin: origin(id, time), ..Event::default() };
    redact(Rows { events: rows.into_iter().map(event).collect(), ..Rows::default() })
}

fn events(ids: impl IntoIterator<Item = u128>) -> RedactedRows {
    events_at(ids.into_iter().map(|id| (id, NOW)))
}

/// A row for each table.
fn mixed(id: u128) -> RedactedRows {
    redact(Rows {
        events: vec![Event { origin: origin(id, NOW), ..Event::default() }],
        spans: vec![Span { origin: origin(id + 1, NOW), ..Span::default() }],
        metric_points: vec![MetricPoint { origin: origin(id + 2, NOW), ..MetricPoint::default() }],
    })
}

/// The actions in a table's log, in order.
fn log(folder: &Path, table: Table) -> Vec<Value> {
    let log = folder.join("tables").join(table.name()).join("_delta_log");
    let mut files: Vec<PathBuf> = fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let text: String = files.iter().map(|path| fs::read_to_string(path).unwrap() + "\n").collect();
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The files that a table holds now, as its log added them.
fn adds(folder: &Path, table: Table) -> Vec<Value> {
    let mut live = Vec::<Value>::new();
    for action in log(folder, table) {
        live.extend(action.get("add").cloned());
        if let Some(remove) = action.get("remove") {
            live.retain(|add| add["path"] != remove["path"]);
        }
    }
    live
}

/// The ids that a table holds, by partition, sorted, read from the files that its log names.
fn ids_by_day(folder: &Path, table: Table) -> BTreeMap<String, Vec<u128>> {
    let mut days = BTreeMap::<String, Vec<u128>>::new();
    for add in adds(folder, table) {
        let path = folder.join("tables").join(table.name()).join(add["path"].as_str().unwrap());
        let day = days.entry(add["partitionValues"]["event_date"].as_str().unwrap().to_owned()).or_default();
        for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            assert_eq!(batch.schema().fields(), table.schema().fields());
            let ids = batch.column_by_name("event_id").unwrap().as_string::<i32>();
            day.extend(ids.iter().map(|id| parse_id(id.unwrap()).unwrap()));
        }
    }
    for ids in days.values_mut() {
        ids.sort_unstable();
    }
    days
}

fn ids(folder: &Path, table: Table) -> Vec<u128> {
    let mut ids: Vec<u128> = ids_by_day(folder, table).into_values().flatten().collect();
    ids.sort_unstable();
    ids
}

/// Copies a folder as a crash would leave it: the journal first, and the log before the files that it names, so that
/// nothing in the copy is younger than what it depends on.
fn crash_copy(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    fs::copy(from.join("collector-id"), to.path().join("collector-id")).unwrap();
    copy(&from.join("journal"), &to.path().join("journal"));
    for table in Table::ALL {
        let table = Path::new("tables").join(table.name());
        copy(&from.join(&table).join("_delta_log"), &to.path().join(&table).join("_delta_log"));
        copy(&from.join(&table), &to.path().join(&table));
    }
    to
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != "_delta_log" {
                copy(&entry.path(), &target);
            }
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Waits until something holds.
async fn eventually(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it never came to hold");
}

fn journal_files(folder: &Path) -> usize {
    let files = fs::read_dir(folder.join("journal")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "journal")).count()
}

// On a runtime of one thread, where the Delta library works differently; the other tests have several.
#[tokio::test]
async fn acknowledged_rows_are_in_every_table() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), Limits::default()).await;
    assert_eq!(append(&store, mixed(10)).await.unwrap().stored(), 3);
    assert_eq!(append(&store, events(0..5)).await.unwrap().stored(), 5);
    assert_eq!(append(&store, RedactedRows::default()).await.unwrap().stored(), 0);
    store.health().check().unwrap();
    store.close().await;

    assert_eq!(ids(folder.path(), Table::Events), [0, 1, 2, 3, 4, 10]);
    assert_eq!(ids(folder.path(), Table::Spans), [11]);
    assert_eq!(ids(folder.path(), Table::MetricPoints), [12]);
    let add = adds(folder.path(), Table::Events).remove(0);
    let statistics: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
    assert_eq!(statistics["numRecords"], 6);
    assert_eq!(statistics["minValues"]["received_time"], "2026-11-21T12:00:00.000Z");
    let path = folder.path().join("tables/events").join(add["path"].as_str().unwrap());
    assert_eq!(fs::metadata(path).unwrap().len(), add["size"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_in_the_table_a_second_after_the_first_of_them() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), Limits::default()).await;
    let started = std::time::Instant::now();
    append(&store, events([1])).await.unwrap();
    eventually(|| !adds(folder.path(), Table::Events).is_empty()).await;
    assert!(started.elapsed() >= Duration::from_millis(900), "{:?}", started.elapsed());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_within_a_file_are_sorted_by_session_and_time() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), lazy()).await;
    append(&store, events_at((0..30).map(|id| (id, NOW - i64::try_from(id).unwrap())))).await.unwrap();
    store.close().await;
    let add = adds(folder.path(), Table::Events).remove(0);
    let path = folder.path().join("tables/events").join(add["path"].as_str().unwrap());
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let group = reader.metadata().row_group(0);
    assert_eq!(group.sorting_columns().map(Vec::len), Some(3));
    let blooms = group.columns().iter().filter(|column| column.bloom_filter_offset().is_some());
    assert_eq!(blooms.count(), Table::Events.bloom_columns().len());
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let sessions = batch.column_by_name("session_id").unwrap().as_string::<i32>();
    let times = batch.column_by_name("event_time").unwrap();
    let times = times.as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
    let rows: Vec<_> = sessions.iter().zip(times).collect();
    assert!(rows.is_sorted(), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_to_the_day_of_the_event_unless_its_clock_cannot_be_right() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), lazy()).await;
    let rows = [(1, NOW), (2, NOW - DAY), (3, NOW - 40 * DAY), (4, NOW + DAY), (5, NOW + 2 * DAY), (6, i64::MIN)];
    append(&store, events_at(rows)).await.unwrap();
    store.close().await;
    let days = ids_by_day(folder.path(), Table::Events);
    assert_eq!(
        days.iter().map(|(day, ids)| (day.as_str(), ids.as_slice())).collect::<Vec<_>>(),
        [("2026-11-20", [2].as_slice()), ("2026-11-21", &[1, 3, 5, 6]), ("2026-11-22", &[4])]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_sent_again_after_a_restart_counts_once() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    append(&store, events(0..10)).await.unwrap();
    append(&store, mixed(20)).await.unwrap();
    store.close().await;
    // Twice: the first time the journal still holds the rows, the second time only the tables do.
    for _ in 0..2 {
        let store = open(folder.path(), prompt()).await;
        let again = append(&store, events(5..12)).await.unwrap();
        assert_eq!(again.stored() + again.already_stored(), 7);
        assert_eq!(append(&store, mixed(20)).await.unwrap().already_stored(), 3);
        store.close().await;
    }
    assert_eq!(ids(folder.path(), Table::Events), (0..12).chain([20]).collect::<Vec<_>>());
    assert_eq!(ids(folder.path(), Table::Spans), [21]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loses_nothing_and_doubles_nothing() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), lazy()).await;
    append(&store, mixed(0)).await.unwrap();
    append(&store, events(10..20)).await.unwrap();
    let crashed = crash_copy(folder.path());
    assert!(adds(crashed.path(), Table::Events).is_empty(), "the rows are in the journal only");
    let expected: Vec<u128> = [0].into_iter().chain(10..20).collect();

    // Recovered, committed, and crashed again before anything was cut from the journal.
    let reopened = open(crashed.path(), lazy()).await;
    assert_eq!(ids(crashed.path(), Table::Events), expected);
    assert_eq!(append(&reopened, events(15..25)).await.unwrap().stored(), 5);
    let journal_before = crash_copy(folder.path());
    let again = crash_copy(crashed.path());
    copy(&journal_before.path().join("journal"), &again.path().join("journal"));
    let last = open(again.path(), lazy()).await;
    assert_eq!(ids(again.path(), Table::Events), [0].into_iter().chain(10..25).collect::<Vec<_>>());
    assert_eq!(ids(again.path(), Table::Spans), [1]);
    assert_eq!(journal_files(again.path()), 1, "what is in the tables is cut from the journal, but for its end");
    last.close().await;
    reopened.close().await;
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_two_tables_repeats_only_the_one_that_is_missing() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), lazy()).await;
    append(&store, mixed(0)).await.unwrap();
    let before = crash_copy(folder.path());
    store.close().await;
    // Events and metric points are committed, spans are not, the journal is still there.
    let crashed = crash_copy(folder.path());
    copy(&before.path().join("journal"), &crashed.path().join("journal"));
    let spans = Path::new("tables/spans/_delta_log/00000000000000000001.json");
    fs::remove_file(crashed.path().join(spans)).unwrap();
    open(crashed.path(), lazy()).await.close().await;
    for (table, id) in [(Table::Events, 0), (Table::Spans, 1), (Table::MetricPoints, 2)] {
        assert_eq!(ids(crashed.path(), table), [id], "{table:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn crashes_under_load_lose_nothing_and_double_nothing() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    for request in 0..20_u128 {
        append(&store, events(request * 5..request * 5 + 5)).await.unwrap();
        if request % 4 == 0 {
            let crashed = crash_copy(folder.path());
            open(crashed.path(), prompt()).await.close().await;
            assert_eq!(ids(crashed.path(), Table::Events), (0..request * 5 + 5).collect::<Vec<_>>());
        }
    }
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events), (0..100).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_in_memory_is_read_back_from_the_journal() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), Limits { handoff_bytes: 0, ..prompt() }).await;
    for request in 0..20_u128 {
        append(&store, events([request])).await.unwrap();
    }
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events), (0..20).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_goes_on_while_a_table_is_away_and_the_table_catches_up() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    let (table, away) = (folder.path().join("tables/events"), folder.path().join("away"));
    fs::rename(&table, &away).unwrap();
    File::create(&table).unwrap();
    append(&store, events([1])).await.unwrap();
    let health = store.health();
    eventually(|| !health.warnings().is_empty()).await;
    health.check().expect("the journal takes rows in");
    append(&store, mixed(2)).await.unwrap();
    fs::remove_file(&table).unwrap();
    fs::rename(&away, &table).unwrap();
    eventually(|| health.warnings().is_empty()).await;
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events), [1, 2]);
    assert_eq!(ids(folder.path(), Table::Spans), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_journal_refuses() {
    let folder = TempDir::new().unwrap();
    let config = StoreConfig { journal_limit: 1, ..StoreConfig::new(folder.path().to_owned()) };
    let store = open_config(config.clone(), lazy()).await.unwrap();
    append(&store, events([1])).await.unwrap();
    let refused = append(&store, events([2])).await.unwrap_err();
    assert!(refused.to_string().contains("have not reached the tables yet"), "{refused}");
    let told = store.health().check().unwrap_err();
    assert!(told.contains("have not reached the tables yet"), "{told}");
    store.close().await;
    // What is in the tables does not count, though the journal keeps its end.
    let store = open_config(config, lazy()).await.unwrap();
    append(&store, events([2])).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_refused_until_the_first_has_ended() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    let refused = try_open(folder.path(), prompt()).await;
    assert!(matches!(refused, Err(OpenError::Locked { .. })), "{refused:?}");
    store.close().await;
    open(folder.path(), prompt()).await.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    File::create(&file).unwrap();
    let refused = try_open(&file.join("data"), prompt()).await;
    assert!(matches!(refused, Err(OpenError::Folder { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_collector_id_is_refused_while_the_journal_holds_rows() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), lazy()).await;
    append(&store, events([1])).await.unwrap();
    let crashed = crash_copy(folder.path());
    store.close().await;
    fs::remove_file(crashed.path().join("collector-id")).unwrap();
    let refused = try_open(crashed.path(), prompt()).await;
    assert!(matches!(refused, Err(OpenError::Journal(crate::journal::JournalError::Damaged { .. }))), "{refused:?}");
    fs::write(crashed.path().join("collector-id"), "not an id").unwrap();
    let refused = try_open(crashed.path(), prompt()).await;
    assert!(matches!(refused, Err(OpenError::CollectorId { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_layout_and_a_newer_protocol_are_refused() {
    let newer_layout = (LAYOUT_VERSION + 1).to_string();
    for (table, action, pointer, value) in [
        (Table::Spans, "metaData", format!("/configuration/{LAYOUT_PROPERTY}"), Value::from(newer_layout)),
        (Table::Events, "protocol", "/minWriterVersion".to_owned(), Value::from(4)),
        (Table::Events, "protocol", "/minReaderVersion".to_owned(), Value::from(9)),
        (Table::Events, "protocol", "/minWriterVersion".to_owned(), Value::from(9)),
    ] {
        let folder = TempDir::new().unwrap();
        open(folder.path(), prompt()).await.close().await;
        let mut changed = log(folder.path(), table).into_iter().find_map(|line| line.get(action).cloned()).unwrap();
        *changed.pointer_mut(&pointer).unwrap() = value;
        let entry = folder.path().join("tables").join(table.name()).join("_delta_log/00000000000000000001.json");
        fs::write(entry, serde_json::json!({ action: changed }).to_string()).unwrap();
        let refused = try_open(folder.path(), prompt()).await;
        let Err(OpenError::Table(error @ TableError::Newer { .. })) = &refused else {
            panic!("{action}{pointer}: {refused:?}")
        };
        assert!(error.to_string().contains(table.name()) && error.to_string().contains("another place"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_somebody_else_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), lazy()).await;
    append(&store, events([1])).await.unwrap();
    let log_folder = folder.path().join("tables/events/_delta_log");
    fs::write(log_folder.join("00000000000000000001.json"), r#"{"commitInfo":{"operation":"OPTIMIZE"}}"#).unwrap();
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events), [1]);
    assert!(log_folder.join("00000000000000000002.json").is_file());
}
