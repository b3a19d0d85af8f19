//! The clock jumps: two hours ahead, a day ahead, a day back, under load and with a kill after each. Only the server's
//! own clock does, by libfaketime.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::fault::{Fault, Need, first};
use crate::support::ledger::Load;
use crate::support::otlp::EVENT_NS;
use crate::support::query;
use crate::under_test::{AGAIN, ServerUnderTest};

/// Where libfaketime is.
pub(crate) const LIBRARIES: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
];

const HOUR: i64 = 3_600;

/// What is added to the clock, in libfaketime's words and in seconds.
const JUMPS: [(&str, i64); 5] = [("+0", 0), ("+2h", 2 * HOUR), ("+1d", 24 * HOUR), ("-1d", -24 * HOUR), ("+0", 0)];

#[derive(Debug, Deserialize)]
struct Hour {
    hour: i64,
    rows: i64,
}

#[derive(Debug, Deserialize)]
struct Days {
    implausible: i64,
}

#[derive(Debug, Deserialize)]
struct Order {
    wrong: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clock_jumps() {
    let expected = 60;
    let Some(_fault) = Fault::begin("clock jumps", expected, &[Need::File(LIBRARIES)]).await else { return };
    let mut server = ServerUnderTest::new();
    let file = server.home.path().join("clock");
    set(&file, "+0");
    let library: PathBuf = first(LIBRARIES).unwrap();
    server.environment = [
        ("LD_PRELOAD", library.as_os_str().to_owned()),
        ("FAKETIME_TIMESTAMP_FILE", file.clone().into_os_string()),
        ("FAKETIME_NO_CACHE", "1".into()),
        // A jump of the wall clock leaves the monotonic one alone.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ("DONT_FAKE_MONOTONIC", "1".into()),
    ]
    .map(|(name, value)| (name.into(), value))
    .into();
    let load = Load::start(Duration::from_millis(20));
    let mut running = server.start(&load);
    for (clock, _) in JUMPS {
        set(&file, clock);
        load.acknowledged_more(20, Duration::from_secs(30)).await;
        running.kill();
        running = server.start(&load);
        load.acknowledged_more(5, Duration::from_secs(30)).await;
    }
    server.holds(running, load, AGAIN, "Jumps of the clock by +2 h, +1 day, -1 day and back, a kill after each").await;

    // The clock of this test has not jumped, and is a minute or so ahead of most rows.
    let sql = "SELECT CAST(round((CAST(received_time AS BIGINT) / 1000000 - CAST(now() AS BIGINT) / 1000000000) \
               / 3600.0) AS BIGINT) AS hour, count(*) AS rows FROM events GROUP BY hour ORDER BY hour";
    let hours: Vec<Hour> = query::rows(&server.data, sql);
    println!("rows by the hour of their receipt, from now: {hours:?}");
    let found: Vec<i64> = hours.iter().filter(|hour| hour.rows > 0).map(|hour| hour.hour).collect();
    assert_eq!(found, [-24, 0, 2, 24], "the server's clock did not jump");

    let event_day = i64::try_from(EVENT_NS / 1_000_000_000).unwrap() / (24 * HOUR);
    let sql = format!(
        "SELECT count(*) FILTER (WHERE \
         CAST(CAST(event_date AS INT) AS BIGINT) <> {event_day} AND \
         CAST(event_date AS DATE) <> CAST(received_time AS DATE)) AS implausible FROM events"
    );
    let days: Vec<Days> = query::rows(&server.data, &sql);
    assert_eq!(days[0].implausible, 0, "rows lie in days that are neither their event's nor their receipt's");

    let sql = "SELECT count(*) AS wrong FROM (SELECT sequence, lag(sequence) OVER (PARTITION BY session_id ORDER BY \
               event_time) AS before FROM events) WHERE sequence <> before + 1";
    let order: Vec<Order> = query::rows(&server.data, sql);
    assert_eq!(order[0].wrong, 0, "the order of the senders is lost");
}

/// Puts the clock, all at once.
fn set(file: &Path, clock: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, format!("{clock}\n")).unwrap();
    std::fs::rename(new, file).unwrap();
}
