//! Syncs that fail, and syncs that take long.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::fault::{Fault, Need};
use crate::probe;
use crate::strace::Strace;
use crate::support::ledger::{Load, NO_ANSWER};
use crate::support::otlp::decisions;
use crate::support::send;
use crate::support::server::Server;
use crate::under_test::{AGAIN, ServerUnderTest};

/// The first segment of a new folder.
const FIRST_SEGMENT: &str = "journal/0000000000000001.journal";

/// Connections that press a slow server, and how many records each sends at a time: together 25 MB.
const BIG: usize = 50;
const BIG_RECORDS: i64 = 1_000;

/// The most memory that a server may have while its disk is slow, bytes.
const MEMORY: u64 = 1 << 30;

/// What says that rows cannot reach the tables.
const WAITING: &str = "rows wait in the journal";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failed_sync_of_the_journal_is_final() {
    let name = "failing fsync of the journal";
    let Some(_fault) = Fault::begin(name, 30, &[Need::Strace]).await else { return };
    for when in [2, 40] {
        let mut server = ServerUnderTest::new();
        let strace = Strace::recording(&server.home.path().join("trace"), "fdatasync")
            .on(&server.data.join(FIRST_SEGMENT))
            .tampering("fdatasync", &format!("error=EIO:when={when}"));
        server.wrapper = strace.wrapper();
        let load = Load::start(Duration::from_millis(5));
        let running = server.start(&load);
        let why = probe::readiness(&running, false, Duration::from_mins(1)).await;
        assert!(why.contains("until the collector is restarted"), "{why}");
        assert_eq!(
            probe::refused(&running, AGAIN).await,
            ["gRPC Unavailable with RetryInfo", "HTTP 503, Retry-After 1"]
        );
        let before = load.acknowledged();
        // The next sync would succeed; it must not be believed, and must not be asked for.
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(load.acknowledged(), before, "after a failed sync somebody was acknowledged");
        let process = running.id();
        running.kill();
        let trace = String::from_utf8(strace.ended(process).await).unwrap();
        let behind = trace.rsplit_once("(INJECTED)").expect("a sync failed").1;
        assert!(!behind.contains("fdatasync("), "the journal is synced again after a failed sync:\n{behind}");
        server.wrapper.clear();
        server.starts_and_holds(load, AGAIN, &format!("Sync {when} of the journal failed ({why})")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failing_syncs_of_the_tables_are_got_over() {
    let name = "failing fsync of the tables";
    let Some(_fault) = Fault::begin(name, 30, &[Need::Strace]).await else { return };
    let mut server = ServerUnderTest::new();
    let load = Load::start(Duration::from_millis(20));
    server.start(&load).kill();
    // Only folders are synced by fsync; each thread's twelfth, and then every third fails. A start makes eight on one
    // thread, the journal's makes one.
    let strace =
        Strace::recording(&server.home.path().join("trace"), "fsync").tampering("fsync", "error=EIO:when=12+3");
    server.wrapper = strace.wrapper();
    let running = server.start(&load);
    let failing = async {
        while !server.home.logged().contains(WAITING) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), failing).await.expect("the tables' syncs fail, and it is not said");
    load.acknowledged_more(100, Duration::from_mins(1)).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let process = running.id();
    running.kill();
    let failed = String::from_utf8(strace.ended(process).await).unwrap().matches("(INJECTED)").count();
    assert!(failed > 0, "no sync failed");
    server.wrapper.clear();
    server.starts_and_holds(load, AGAIN, &format!("{failed} failed syncs of folders")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slow_syncs() {
    let Some(_fault) = Fault::begin("slow fsync", 40, &[Need::Strace]).await else { return };
    let mut server = ServerUnderTest::new();
    let strace =
        Strace::recording(&server.home.path().join("trace"), "fdatasync").tampering("fdatasync", "delay_enter=300000");
    server.wrapper = strace.wrapper();
    let load = Load::start(Duration::ZERO);
    let running = server.start(&load);
    load.acknowledged_more(1, Duration::from_secs(30)).await;
    load.waits();
    let pressed = press(&running, Duration::from_secs(15)).await;
    let (waits, memory) = (load.waits(), probe::peak_memory(running.id()));
    let (median, slowest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    assert!(memory < MEMORY, "it has {} of memory", probe::mib(memory));
    println!(
        "every fdatasync 300 ms late: {} batches in 15 s, median {median:?}, slowest {slowest:?}; beside them {BIG} \
         connections with {BIG_RECORDS} records at a time were told {pressed:?}; memory at most {}",
        waits.len(),
        probe::mib(memory)
    );
    assert!(median >= Duration::from_millis(300), "the syncs were not slow: {median:?}");
    running.kill();
    server.wrapper.clear();
    server.starts_and_holds(load, AGAIN, "Slow syncs, then a kill").await;
}

/// Sends big batches over many connections at once, each as soon as the one before is answered; tells the answers.
async fn press(running: &Server, lasting: Duration) -> BTreeMap<String, usize> {
    let deadline = tokio::time::Instant::now() + lasting;
    let mut senders = JoinSet::new();
    for sender in 0..BIG {
        let url = format!("{}/v1/logs", running.endpoints.http);
        senders.spawn(async move {
            let client = send::http_client();
            let headers = [("content-type".to_owned(), "application/x-protobuf".to_owned())];
            let (mut told, mut from) = (Vec::new(), 0);
            while tokio::time::Instant::now() < deadline {
                let message = decisions(&format!("big-{sender}"), from, from + BIG_RECORDS);
                from += BIG_RECORDS;
                let answer = send::http(&client, &url, &headers, message).await;
                told.push(answer.map_or_else(|_| NO_ANSWER.to_owned(), |answer| format!("HTTP {}", answer.status)));
            }
            told
        });
    }
    let mut all = BTreeMap::new();
    for told in senders.join_all().await.into_iter().flatten() {
        *all.entry(told).or_default() += 1;
    }
    all
}
