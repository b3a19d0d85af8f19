//! 10,000 connections that never send a request.

use std::time::Duration;

use crate::connections::{closed, idle};
use crate::fault::{Fault, Need};
use crate::probe;
use crate::support::ledger::Load;
use crate::under_test::{AGAIN, ServerUnderTest};

const CONNECTIONS: usize = 10_000;

/// How many are made at a time, well below what a listener keeps waiting.
const AT_A_TIME: usize = 100;

/// How long an idle connection may stay.
const CLOSED: Duration = Duration::from_secs(90);

/// How long the others may wait for their acknowledgement.
const OTHERS: Duration = Duration::from_secs(1);

/// The most memory that the server may have, bytes.
const MEMORY: u64 = 1 << 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_idle_connections() {
    let expected = 60;
    let needs = [Need::Descriptors(CONNECTIONS as u64 + 500)];
    let Some(_fault) = Fault::begin("10,000 idle connections", expected, &needs).await else { return };
    let server = ServerUnderTest::new();
    let load = Load::start(Duration::from_millis(50));
    let running = server.start(&load);
    load.acknowledged_more(5, Duration::from_secs(30)).await;
    let open = idle(&running, CONNECTIONS, AT_A_TIME).await;
    assert_eq!(open.len(), CONNECTIONS, "not all connections came about");

    load.waits();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (waits, memory) = (load.waits(), probe::peak_memory(running.id()));
    let started = tokio::time::Instant::now();
    let left = closed(open, CLOSED).await;
    let (in_99_of_100, slowest) = (waits[waits.len() * 99 / 100], waits[waits.len() - 1]);
    println!(
        "{CONNECTIONS} idle connections: {} batches of others in 5 s, 99 % within {in_99_of_100:?}, slowest \
         {slowest:?}; memory at most {}; all closed {:.0} s later",
        waits.len(),
        probe::mib(memory),
        started.elapsed().as_secs_f64()
    );
    assert!(in_99_of_100 < OTHERS, "others wait {in_99_of_100:?}");
    assert!(memory < MEMORY, "it has {} of memory", probe::mib(memory));
    assert_eq!(left, 0, "idle connections are open after {CLOSED:?}");
    server.holds(running, load, AGAIN, "10,000 idle connections").await;
}
