//! What a query may take: rows, time, memory, turns. And what it may not reach.

use std::time::Duration;

use arrow::array::RecordBatch;
use prometheus_client::registry::Registry;

use super::snapshots::number;
use super::tables::{Store, decision};
use crate::archive::{Archive, AskError};

/// More pairs than anybody can wait for, from a first side that is small: it must end by its time, not by its memory.
const ENDLESS: &str = "SELECT count(*) FROM range(0, 1000) a CROSS JOIN range(0, 1000000000000) b \
                       WHERE a.value + b.value = 1";

#[tokio::test]
async fn an_endless_query_is_ended_and_its_turn_given_back() {
    let store = Store::new();
    let mut config = store.config();
    (config.time_limit, config.concurrency) = (Duration::from_secs(1), 1);
    let archive = Archive::open(config).await.unwrap();
    let error = archive.sql(ENDLESS, 10).await.unwrap_err();
    assert!(matches!(error, AskError::TimedOut { limit_s: 1 }), "{error:?}");
    // It held the only turn. On a busy machine giving it back may outlast another limit.
    for _ in 0..5 {
        if archive.begin().await.is_ok() {
            return;
        }
    }
    panic!("the turn of an ended query was not given back");
}

#[tokio::test]
async fn a_query_that_nobody_waits_for_ends() {
    let store = Store::new();
    let mut config = store.config();
    config.concurrency = 1;
    let archive = Archive::open(config).await.unwrap();
    let asked = archive.sql(ENDLESS, 10);
    assert!(tokio::time::timeout(Duration::from_millis(300), asked).await.is_err());
    // It held the only turn.
    assert_eq!(number(&archive, "SELECT count(*) FROM events").await, 0);
}

#[tokio::test]
async fn a_query_that_gets_no_turn_is_told_so() {
    let store = Store::new();
    let mut config = store.config();
    (config.time_limit, config.concurrency) = (Duration::from_millis(700), 1);
    let archive = Archive::open(config).await.unwrap();
    let turn = archive.begin().await.unwrap();
    let error = archive.sql("SELECT 1", 1).await.unwrap_err();
    assert!(matches!(error, AskError::TimedOut { .. }), "{error:?}");
    drop(turn);
    archive.sql("SELECT 1", 1).await.unwrap();
}

#[tokio::test]
async fn a_greedy_query_runs_out_of_its_memory_and_not_of_ours() {
    let store = Store::new();
    let mut config = store.config();
    config.memory_limit = 4 * 1024 * 1024;
    let archive = Archive::open(config).await.unwrap();
    for sql in [
        "SELECT value FROM range(0, 10000000) ORDER BY value % 1000, value LIMIT 5000000",
        "SELECT value, count(*) FROM range(0, 10000000) GROUP BY value",
        "SELECT value FROM range(0, 100000000)",
    ] {
        let error = archive.sql(sql, 100_000_000).await.unwrap_err();
        assert!(matches!(error, AskError::OutOfMemory), "{sql}: {error:?}");
    }
    assert_eq!(number(&archive, "SELECT count(*) FROM range(0, 1000)").await, 1000);
}

#[tokio::test]
async fn an_answer_is_cut_at_its_row_limit_and_says_so() {
    let store = Store::new();
    let archive = store.open().await;
    let answer = archive.sql("SELECT value FROM range(0, 100000)", 10).await.unwrap();
    assert_eq!((answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), answer.cut), (10, true));
    let answer = archive.sql("SELECT value FROM range(0, 10)", 10).await.unwrap();
    assert_eq!((answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), answer.cut), (10, false));
    let answer = archive.sql("SELECT 1 WHERE false", 10).await.unwrap();
    assert_eq!((answer.schema.fields().len(), answer.batches.len(), answer.cut), (1, 0, false));
}

#[tokio::test]
async fn what_a_table_holds_can_be_found_out() {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![decision("a", 0)]);
    for sql in [
        "SHOW TABLES",
        "SHOW COLUMNS FROM decisions",
        "DESCRIBE events",
        "EXPLAIN SELECT * FROM decisions WHERE team = 'core'",
        "EXPLAIN ANALYZE SELECT count(*) FROM sessions",
        "VALUES (1), (2)",
        "WITH d AS (SELECT * FROM decisions) SELECT count(*) FROM d UNION ALL SELECT 1",
    ] {
        let answer = archive.sql(sql, 100).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(!answer.batches.is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn nothing_but_the_tables_can_be_read() {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![decision("a", 0)]);
    let secret = store.path().join("secret.csv");
    std::fs::write(&secret, "a\nb\n").unwrap();
    let secret = secret.display();
    for sql in [
        format!("SELECT * FROM '{secret}'"),
        format!("SELECT * FROM \"{secret}\""),
        format!("SELECT * FROM read_csv('{secret}')"),
        format!("SELECT * FROM parquet_metadata('{secret}')"),
        "SELECT * FROM read_parquet('/etc/passwd')".to_owned(),
        "SELECT repeat('x', 2000000000)".to_owned(),
        "SELECT lpad('x', 2000000000)".to_owned(),
        "SELECT generate_series(1, 1000000000000)".to_owned(),
        "SELECT array_repeat(1, 1000000000000)".to_owned(),
        "SELECT * FROM nowhere".to_owned(),
        "SELECT nothing FROM events".to_owned(),
        "SELECT 1 / 0".to_owned(),
        "SELECT CAST('x' AS BIGINT)".to_owned(),
        "SELECT $1".to_owned(),
    ] {
        let error = archive.sql(&sql, 10).await.unwrap_err();
        assert!(matches!(error, AskError::Refused { .. }), "{sql}: {error:?}");
    }
    let error = archive.sql("SELECT * FROM nowhere", 10).await.unwrap_err().to_string();
    assert!(error.ends_with("there are decisions, sessions, events, spans and metric_points"), "{error}");
}

#[tokio::test]
async fn deep_and_long_statements_are_survived() {
    let store = Store::new();
    let archive = store.open().await;
    let sum = format!("SELECT {}1", "1+".repeat(900));
    assert_eq!(number(&archive, &sum).await, 901);
    let unions = format!("SELECT count(*) FROM ({} SELECT 1)", "SELECT 1 UNION ALL ".repeat(300));
    assert_eq!(number(&archive, &unions).await, 301);
    let list = format!("SELECT count(*) FROM range(0, 9000) WHERE value IN ({} 0)", "1, 2, ".repeat(5_000));
    assert_eq!(number(&archive, &list).await, 3);
    for sql in [
        format!("SELECT {}1", "1+".repeat(20_000)),
        format!("SELECT {}1{}", "(".repeat(4_000), ")".repeat(4_000)),
        format!("SELECT '{}'", "x".repeat(10_000_000)),
    ] {
        assert!(matches!(archive.sql(&sql, 1).await.unwrap_err(), AskError::Refused { .. }));
    }
}

#[tokio::test]
async fn statements_are_counted_by_how_they_end() {
    let store = Store::new();
    let archive = store.open().await;
    archive.sql("SELECT * FROM range(0, 7)", 10).await.unwrap();
    archive.sql("DROP TABLE events", 10).await.unwrap_err();
    let mut registry = Registry::default();
    archive.register_metrics(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    for line in [
        "barograph_query_statements_total{outcome=\"answered\"} 1",
        "barograph_query_statements_total{outcome=\"refused\"} 1",
        "barograph_query_rows_returned_total 7",
        "barograph_query_duration_seconds_count 1",
    ] {
        assert!(text.contains(line), "{line} not in {text}");
    }
}
