//! What the maintenance does to the tables: many files become few, rows go when their time is over, left-overs go, and
//! no row is lost or doubled by any of it.

use std::collections::BTreeSet;

use super::*;
use crate::store::maintain::{MaintenanceLimits, Sizes};

/// Looks at the tables all the time, and takes four files for enough.
fn eager() -> Limits {
    let sizes = Sizes { fan_in: 4, ..Sizes::default() };
    let every = Duration::from_millis(5);
    let maintenance = MaintenanceLimits { every, slow_every: every, steady: Duration::ZERO, sizes };
    Limits { maintenance, ..prompt() }
}

/// Data files in a table's folder, whether they belong to it or not.
fn files_there(folder: &Path, table: Table) -> BTreeSet<String> {
    let table = folder.join("tables").join(table.name());
    let days = fs::read_dir(table).unwrap().map(|entry| entry.unwrap());
    let days = days.filter(|day| day.file_name().to_str().unwrap().starts_with("event_date="));
    days.flat_map(|day| {
        let name = day.file_name().into_string().unwrap();
        let files = fs::read_dir(day.path()).unwrap();
        files.map(move |file| format!("{name}/{}", file.unwrap().file_name().to_str().unwrap())).collect::<Vec<_>>()
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_become_few_sorted_ones_with_every_row_once() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), eager()).await;
    for request in 0..40_u128 {
        let rows = (request * 5..request * 5 + 5).map(|id| (id, NOW - i64::try_from(id * 7 % 200).unwrap()));
        append(&store, events_at(rows)).await.unwrap();
    }
    append(&store, mixed(1_000)).await.unwrap();
    eventually(|| adds(folder.path(), Table::Events).len() < 4).await;
    store.close().await;
    let expected: Vec<u128> = (0..200).chain([1_000]).collect();
    assert_eq!(ids(folder.path(), Table::Events), expected);
    assert_eq!(ids(folder.path(), Table::Spans), [1_001]);

    for add in adds(folder.path(), Table::Events) {
        let path = folder.path().join("tables/events").join(add["path"].as_str().unwrap());
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let statistics: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
        assert_eq!(statistics["numRecords"], reader.metadata().file_metadata().num_rows());
        let batch = reader.build().unwrap().next().unwrap().unwrap();
        let sessions = batch.column_by_name("session_id").unwrap().as_string::<i32>();
        let times = batch.column_by_name("event_time").unwrap();
        let times = times.as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
        assert!(sessions.iter().zip(times).is_sorted());
    }

    // A reader of the past still finds what it read, and the next start knows what was stored.
    let removed = log(folder.path(), Table::Events).into_iter().filter_map(|action| action.get("remove").cloned());
    for remove in removed {
        assert_eq!(remove["dataChange"], false);
        assert!(files_there(folder.path(), Table::Events).contains(remove["path"].as_str().unwrap()));
    }
    let store = open(folder.path(), eager()).await;
    assert_eq!(append(&store, events(190..205)).await.unwrap().stored(), 5);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_two_collectors_have_stored_is_there_once_after_compaction() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), Limits { seen_ids: 2, ..lazy() }).await;
    store.close().await;
    // Who remembers nothing stores again what it is sent again.
    for _ in 0..6 {
        let store = open(folder.path(), Limits { seen_ids: 2, ..prompt() }).await;
        append(&store, events(0..10)).await.unwrap();
        store.close().await;
    }
    let doubled = ids(folder.path(), Table::Events).len();
    assert!(doubled > 10, "{doubled}");
    let store = open(folder.path(), eager()).await;
    eventually(|| adds(folder.path(), Table::Events).len() < 4).await;
    store.close().await;
    let left = ids(folder.path(), Table::Events);
    let distinct: BTreeSet<u128> = left.iter().copied().collect();
    assert_eq!(distinct.len(), 10);
    assert!(left.len() < doubled, "{} of {doubled} are left", left.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn crashes_in_the_middle_of_compactions_lose_nothing_and_double_nothing() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), eager()).await;
    for request in 0..60_u128 {
        append(&store, mixed(request * 3)).await.unwrap();
        if request % 6 == 5 {
            let crashed = crash_copy(folder.path());
            open(crashed.path(), eager()).await.close().await;
            for (table, offset) in [(Table::Events, 0), (Table::Spans, 1), (Table::MetricPoints, 2)] {
                let expected: Vec<_> = (0..=request).map(|request| request * 3 + offset).collect();
                assert_eq!(ids(crashed.path(), table), expected, "{table:?}");
            }
        }
    }
    store.close().await;
}

fn retention(text: &str) -> RetentionPolicy {
    RetentionPolicy::parse(text).unwrap()
}

/// Rows of three days, some about decisions and some prompts, of two tenants.
fn aged() -> RedactedRows {
    let event = |id: u128| {
        let mut origin = origin(id, NOW - i64::try_from(id / 10).unwrap() * 10 * DAY);
        origin.kind = if id.is_multiple_of(2) { "decision" } else { "prompt" }.to_owned();
        origin.tenant = if id % 10 < 5 { "acme" } else { "default" }.to_owned();
        Event { origin, ..Event::default() }
    };
    redact(Rows { events: (0..30).map(event).collect(), ..Rows::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_when_their_time_is_over_and_held_ones_stay() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    append(&store, aged()).await.unwrap();
    store.close().await;

    // Prompts of acme go after 5 days, everything of acme after 15, others stay; session-1 is held.
    let policy = "[[keep]]\ntenant='acme'\nclass='conversations'\ndays=5\n[[keep]]\ntenant='acme'\ndays=15\n\
                  [[hold]]\nname='case'\nsession_id='session-1'";
    let config = StoreConfig { retention: retention(policy), ..StoreConfig::new(folder.path().to_owned()) };
    let stays = |id: &u128| {
        let (age, acme, prompt, held) = (id / 10 * 10, id % 10 < 5, id % 2 == 1, id % 3 == 1);
        let over = acme && (age > 15 || (prompt && age > 5));
        !over || held
    };
    let expected: Vec<u128> = (0..30).filter(stays).collect();
    let store = open_config(config, eager()).await.unwrap();
    eventually(|| ids(folder.path(), Table::Events) == expected).await;
    // The hold ends.
    store.set_retention(retention("[[keep]]\ntenant='acme'\ndays=15"));
    let over = |id: &u128| id % 10 < 5 && id / 10 * 10 > 15;
    let expected: Vec<u128> = expected.into_iter().filter(|id| !over(id)).collect();
    eventually(|| ids(folder.path(), Table::Events) == expected).await;
    store.close().await;
    let changes = log(folder.path(), Table::Events).into_iter().filter_map(|action| action.get("remove").cloned());
    assert!(changes.into_iter().any(|remove| remove["dataChange"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_before_the_clock_has_run_evenly() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    append(&store, aged()).await.unwrap();
    store.close().await;
    let config = StoreConfig { retention: retention("[[keep]]\ndays=1"), ..StoreConfig::new(folder.path().to_owned()) };
    let mut limits = eager();
    limits.maintenance.steady = Duration::from_hours(1);
    let metrics = StoreMetrics::default();
    let clock = Arc::new(Hands(AtomicI64::new(NOW)));
    let store = Store::open_with(config, limits, clock, metrics.clone()).await.unwrap();
    // Until vacuum, which comes after retention, has had its turn twice.
    let spent = || {
        let labels = crate::metrics::TaskLabels { task: "vacuum" };
        metrics.maintenance_seconds.get_or_create(&labels).get()
    };
    eventually(|| spent() > 0.0).await;
    let before = spent();
    eventually(|| spent() > before).await;
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events).len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn left_overs_go_when_the_past_that_may_be_read_has_moved_on() {
    let folder = TempDir::new().unwrap();
    // A short past, but longer than what lies between a file's writing and its commit. The configuration asks for an hour.
    let time_travel = Duration::from_secs(2);
    let config = StoreConfig { time_travel, ..StoreConfig::new(folder.path().to_owned()) };
    let store = open_config(config, eager()).await.unwrap();
    append(&store, events([0])).await.unwrap();
    let orphan = folder.path().join("tables/events/event_date=2026-11-21/part-0.parquet");
    eventually(|| orphan.parent().unwrap().is_dir()).await;
    fs::write(&orphan, "never committed").unwrap();
    for request in 1..20_u128 {
        append(&store, events([request])).await.unwrap();
    }
    let live = || {
        let adds = adds(folder.path(), Table::Events);
        adds.iter().map(|add| add["path"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    eventually(|| live().len() < 4 && files_there(folder.path(), Table::Events) == live()).await;
    store.close().await;
    assert_eq!(ids(folder.path(), Table::Events), (0..20).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_log_is_checkpointed_and_reads_the_same() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), eager()).await;
    let log_folder = folder.path().join("tables/events/_delta_log");
    let checkpoint = || {
        let names = fs::read_dir(&log_folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter_map(|name| name.strip_suffix(".checkpoint.parquet").map(|version| version.parse::<u64>().unwrap()))
            .max()
    };
    let mut id = 0;
    while checkpoint().is_none() {
        append(&store, events([id])).await.unwrap();
        id += 1;
    }
    store.close().await;
    // Only the checkpoint knows the position now.
    for version in 0..checkpoint().unwrap() {
        fs::remove_file(log_folder.join(format!("{version:020}.json"))).unwrap();
    }
    let store = open(folder.path(), eager()).await;
    assert_eq!(append(&store, events([0, id])).await.unwrap().stored(), 1);
    store.close().await;
}
