//! SIGTERM under load, and a process that hangs before it dies.

use std::time::Duration;

use crate::fault::Fault;
use crate::probe;
use crate::support::ledger::Load;
use crate::support::query;
use crate::under_test::{AGAIN, ENDED, ServerUnderTest};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sigterm_under_load() {
    let Some(_fault) = Fault::begin("SIGTERM under load", 25, &[]).await else { return };
    let server = ServerUnderTest::new();
    let load = Load::start(Duration::ZERO);
    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        let running = server.start(&load);
        load.acknowledged_more(20, Duration::from_secs(30)).await;
        let started = tokio::time::Instant::now();
        let status = running.terminate(ENDED).await;
        slowest = slowest.max(started.elapsed());
        assert!(status.success(), "after SIGTERM it ends with {status}");
        let (stored, acknowledged) = (query::count(&server.data, "events").cast_signed(), load.acknowledged());
        assert!(stored >= acknowledged, "{acknowledged} were acknowledged, {stored} are in the table after the end");
    }
    let title = format!("Three orderly ends under load, the slowest in {:.1} s", slowest.as_secs_f64());
    server.starts_and_holds(load, AGAIN, &title).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hang_then_death() {
    let Some(_fault) = Fault::begin("SIGSTOP, then SIGKILL", 30, &[]).await else { return };
    let server = ServerUnderTest::new();
    let load = Load::start(Duration::ZERO);
    // One shorter and one longer than senders wait for an answer.
    for seconds in [4, 12] {
        let running = server.start(&load);
        load.acknowledged_more(5, Duration::from_secs(30)).await;
        probe::signal(running.id(), "STOP");
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        running.kill();
    }
    server.starts_and_holds(load, AGAIN, "Stopped for 4 s and for 12 s, then killed").await;
}
