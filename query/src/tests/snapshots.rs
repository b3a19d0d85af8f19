//! What a question sees: everything committed before it began, and nothing that is gone.

use std::fs;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use barograph_proto::tables::Table;
use serde_json::json;

use super::tables::{NOON, Store, decision, event, point, span};
use crate::archive::{Archive, AskError};
use crate::place::TablesAt;
use crate::questions::overview::newest;
use crate::questions::{Range, find, overview, pressure, record, session};

pub(super) async fn number(archive: &Archive, sql: &str) -> i64 {
    let answer = archive.sql(sql, 10).await.unwrap();
    answer.batches[0].column(0).as_primitive::<Int64Type>().value(0)
}

const COUNT: &str = "SELECT count(*) FROM events";

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_empty_archive() {
    let store = Store::new();
    let mut config = store.config();
    config.tables = TablesAt::folder(&store.path().join("not/yet")).unwrap();
    let archive = Archive::open(config).await.unwrap();
    for table in ["events", "spans", "metric_points", "decisions", "sessions"] {
        assert_eq!(number(&archive, &format!("SELECT count(*) FROM {table}")).await, 0);
    }
    assert_eq!(newest(&archive).await.unwrap(), None);
    let range = Range { after: NOON, before: NOON + 1_000 };
    assert_eq!(overview::overview(&archive, range).await.unwrap(), overview::Overview::default());
    assert_eq!(find::find(&archive, &find::Search::default()).await.unwrap().calls, 0);
    assert_eq!(session::session(&archive, "s1").await.unwrap(), None);
    assert_eq!(record::record(&archive, "e1").await.unwrap(), None);
    let of = pressure::PressureOf { range, team: String::new(), agent: String::new(), limit: 10 };
    assert_eq!(pressure::pressure(&archive, &of).await.unwrap(), []);
}

#[tokio::test]
async fn commits_and_tables_are_seen_as_they_come_and_go() {
    let store = Store::new();
    let archive = store.open().await;
    assert_eq!(number(&archive, COUNT).await, 0);

    let first = store.events(vec![decision("a", 0), decision("b", 1)]);
    assert_eq!(number(&archive, COUNT).await, 2);
    store.events(vec![decision("c", 2)]);
    store.events(vec![decision("d", 3)]);
    assert_eq!(number(&archive, COUNT).await, 4);
    assert_eq!(number(&archive, "SELECT count(*) FROM events WHERE event_id IN ('a', 'd')").await, 2);

    store.remove(Table::Events, &first);
    assert_eq!(number(&archive, COUNT).await, 2);
    assert_eq!(number(&archive, "SELECT count(*) FROM decisions WHERE event_id = 'a'").await, 0);

    store.append(vec![span("s", 0)]);
    store.append(vec![point("p", 0), point("q", 1)]);
    assert_eq!(number(&archive, "SELECT count(*) FROM spans").await, 1);
    assert_eq!(number(&archive, "SELECT count(*) FROM metric_points").await, 2);
}

#[tokio::test]
async fn a_compaction_in_one_commit_changes_no_count() {
    let store = Store::new();
    let archive = store.open().await;
    let files = [0, 1, 2].map(|second| store.events(vec![decision(&format!("e{second}"), second)]));
    assert_eq!(number(&archive, COUNT).await, 3);

    let merged = store.write(vec![decision("e0", 0), decision("e1", 1), decision("e2", 2)]);
    let mut actions = vec![json!({ "add": merged })];
    actions.extend(files.iter().map(|path| json!({ "remove": { "path": path, "dataChange": false } })));
    store.commit(Table::Events, &actions);
    assert_eq!(number(&archive, COUNT).await, 3);
    assert_eq!(number(&archive, "SELECT count(DISTINCT event_id) FROM decisions").await, 3);
}

#[tokio::test]
async fn a_changed_table_property_reloads_the_table() {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![decision("a", 0)]);
    assert_eq!(number(&archive, COUNT).await, 1);
    let log = fs::read_to_string(store.commit_path(Table::Events, 0)).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(log.lines().nth(1).unwrap()).unwrap();
    let add = store.write(vec![decision("b", 1)]);
    store.commit(Table::Events, &[metadata, json!({ "add": add })]);
    assert_eq!(number(&archive, COUNT).await, 2);
}

#[tokio::test]
async fn a_log_that_vanished_is_read_anew() {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![decision("a", 0)]);
    store.events(vec![decision("b", 1)]);
    assert_eq!(number(&archive, COUNT).await, 2);
    fs::remove_dir_all(store.path().join("tables/events")).unwrap();
    store.events(vec![decision("c", 0)]);
    assert_eq!(number(&archive, COUNT).await, 1);
}

#[tokio::test]
async fn a_checkpoint_stands_for_the_commits_it_replaced() {
    let store = Store::new();
    let (archive, late) = (store.open().await, store.open().await);
    store.events(vec![decision("a", 0)]);
    assert_eq!(number(&late, COUNT).await, 1);
    let old = store.events(vec![decision("b", 100_000)]);
    store.events(vec![decision("c", 200_000)]);
    let url = url::Url::from_directory_path(store.path().join("tables/events")).unwrap();
    let table = deltalake_core::open_table(url).await.unwrap();
    deltalake_core::protocol::checkpoints::create_checkpoint(&table, None).await.unwrap();
    for version in 0..3 {
        fs::remove_file(store.commit_path(Table::Events, version)).unwrap();
    }

    // One that has seen nothing, one that knows a commit that is gone.
    for archive in [&archive, &late] {
        assert_eq!(number(archive, COUNT).await, 3);
    }
    // The checkpoint kept the files' bounds, and commits after it are taken in.
    fs::write(store.path().join("tables/events").join(old), "not Parquet at all").unwrap();
    store.put(Table::Events, 4, &[json!({ "add": store.write(vec![decision("d", 300_000)]) })]);
    let sql = "SELECT count(*) FROM events WHERE event_time > TIMESTAMP '2026-03-21T20:00:00Z'";
    assert_eq!(number(&archive, sql).await, 2);
}

#[tokio::test]
async fn files_outside_the_time_asked_for_stay_shut() {
    let store = Store::new();
    let archive = store.open().await;
    let old = store.events(vec![decision("old", 0)]);
    store.events(vec![decision("new", 100_000)]);
    fs::write(store.path().join("tables/events").join(old), "not Parquet at all").unwrap();
    let sql = "SELECT count(*) FROM events WHERE event_time > TIMESTAMP '2026-03-21T00:00:00Z'";
    assert_eq!(number(&archive, sql).await, 1);
    assert_eq!(newest(&archive).await.unwrap(), Some(NOON + 100_000_000_000));
    let error = archive.sql("SELECT event_id FROM events", 10).await.unwrap_err();
    assert!(matches!(error, AskError::Broken { .. }), "{error:?}");
}

#[tokio::test]
async fn an_event_from_the_future_is_not_the_newest() {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![decision("a", 60)]);
    let mut wrong = event("wrong", "other", 0);
    wrong.origin.event_time += 400 * barograph_proto::time::DAY;
    store.events(vec![wrong]);
    assert_eq!(newest(&archive).await.unwrap(), Some(NOON + 60_000_000));
}

#[tokio::test]
async fn a_newer_layout_is_refused_by_name() {
    let store = Store::new();
    store.create(Table::Spans, "3");
    let error = Archive::open(store.config()).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.starts_with("table spans has layout 3, and this version of barograph reads up to 2"), "{source}");
}

#[tokio::test]
async fn rows_of_layout_1_have_nulls_in_the_columns_it_lacked() {
    let store = Store::new();
    store.create(Table::Events, "1");
    let is_old = |column: &str| !column.starts_with("redaction_") || column == "redaction_policy";
    let mut old = decision("old", 0);
    old.attributes = vec![super::tables::attribute("k", "v")];
    let add = store.write_columns(vec![old], is_old);
    store.commit(Table::Events, &[json!({ "add": add })]);
    let archive = store.open().await;
    assert_eq!(number(&archive, "SELECT count(*) FROM events WHERE redaction_kinds IS NULL").await, 1);

    let mut new = decision("new", 1);
    new.origin.redaction_outcome = "redacted".into();
    new.origin.redaction_kinds = [("email".to_owned(), 2), ("password".to_owned(), 1)].into();
    new.origin.redaction_secrets = [("0123456789abcdef".to_owned(), "password".to_owned())].into();
    new.origin.redaction_bytes_in = Some(20);
    store.events(vec![new]);
    let answer = archive
        .sql(
            "SELECT event_id, redaction_outcome AS outcome, redaction_kinds['email'] AS emails, redaction_bytes_in AS b, \
             redaction_secrets['0123456789abcdef'] AS kind, attributes['k'] AS k FROM events ORDER BY event_time",
            10,
        )
        .await
        .unwrap();
    let mut out = Vec::new();
    crate::format::write(&answer, crate::format::Format::Csv, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "event_id,outcome,emails,b,kind,k\r\nold,,,,,v\r\nnew,redacted,2,20,password,\r\n"
    );
    let shown = record::record(&archive, "new").await.unwrap().unwrap().columns;
    let shown = |name: &str| shown.iter().find(|(column, _)| column == name).map(|(_, value)| value.as_str());
    assert_eq!(shown("redaction_kinds"), Some("email 2, password 1"));
    assert_eq!(shown("redaction_secrets"), Some("0123456789abcdef password"));
}

#[tokio::test]
async fn a_commit_that_is_not_json_is_named() {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![decision("a", 0)]);
    assert_eq!(number(&archive, COUNT).await, 1);
    fs::write(store.commit_path(Table::Events, 2), "{}\n{\"add\":").unwrap();
    let error = archive.sql(COUNT, 1).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("00000000000000000002.json, line 2, is not an action"), "{source}");
}

#[tokio::test]
async fn columns_keep_their_types_and_values() {
    let store = Store::new();
    let archive = store.open().await;
    let mut row = decision("a", 0);
    row.origin.sequence = Some(7);
    row.verdict.duration_ms = Some(1.5);
    row.attributes = vec![super::tables::attribute("k", "v")];
    store.events(vec![row]);
    let answer = archive
        .sql(
            "SELECT event_time, event_date, sequence, duration_ms, attributes['k'] AS k, url FROM events \
             WHERE event_date = DATE '2026-03-20'",
            10,
        )
        .await
        .unwrap();
    let mut out = Vec::new();
    crate::format::write(&answer, crate::format::Format::Csv, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "event_time,event_date,sequence,duration_ms,k,url\r\n2026-03-20T10:00:00.000000Z,2026-03-20,7,1.5,v,\r\n"
    );
}
