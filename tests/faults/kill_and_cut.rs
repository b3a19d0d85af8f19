//! A kill between the making of a name and the sync of its folder, then a power cut while the next server builds on it.
//!
//! The kill leaves a name that every process sees and no disk is bound to keep. Whoever finds it must sync its folder
//! before the journal forgets the rows that lie under the name. Chance (`power_cuts`) hits this seldom.

use std::time::Duration;

use serde::Deserialize;

use crate::disk::Disk;
use crate::fault::{Fault, Need};
use crate::probe;
use crate::strace::{FILE_CALLS, Strace};
use crate::support::server::Server;
use crate::support::{query, until};
use crate::trace::Trace;
use crate::under_test::ServerUnderTest;

/// How long a record may take to the tables.
const STORED: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
struct Record {
    sequence: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_whose_name_was_not_synced() {
    // The last sync of the log makes the commit's name durable.
    kill_and_cut("kill before a commit's name is durable, then a power cut", |trace| {
        let of_log = |call: &usize| trace.calls[*call].descriptor().ends_with("/events/_delta_log");
        (0..trace.calls.len()).rev().find(|call| trace.calls[*call].name == "fsync" && of_log(call)).unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_partition_whose_name_was_not_synced() {
    kill_and_cut("kill before a partition's name is durable, then a power cut", |trace| {
        let makes =
            |call: &usize| trace.calls[*call].name == "mkdir" && trace.calls[*call].arguments.contains("event_date=");
        let made = (0..trace.calls.len()).find(makes).unwrap();
        let syncs =
            |call: &usize| trace.calls[*call].name == "fsync" && trace.calls[*call].descriptor().ends_with("/events");
        (made..trace.calls.len()).find(syncs).unwrap()
    })
    .await;
}

/// Stores one record, kills the server at the call that is picked, starts another, which takes a second record, cuts
/// the power, and asks for both.
async fn kill_and_cut(name: &'static str, pick: impl Fn(&Trace) -> usize) {
    let Some(_fault) = Fault::begin(name, 10, &[Need::Strace]).await else { return };
    let mut server = ServerUnderTest::new();
    let root = server.home.path().join("disk");
    server.data = root.join("data");
    let mut disk = Disk::new(&root);
    disk.materialise();

    let (strace, running) = start(&mut server, "first");
    take(&running, 0).await;
    stored(&server, &[0]).await;
    let mut trace = end(&strace, running).await;
    trace.end_before(pick(&trace));
    disk.follow(&trace);
    disk.materialise();

    let (strace, running) = start(&mut server, "second");
    stored(&server, &[0]).await;
    take(&running, 1).await;
    disk.follow(&end(&strace, running).await);
    disk.cut_all();
    disk.materialise();

    server.wrapper.clear();
    let _running = Server::start_command(&server.home, server.command());
    stored(&server, &[0, 1]).await;
}

fn start(server: &mut ServerUnderTest, name: &str) -> (Strace, Server) {
    let strace = Strace::recording(&server.home.path().join(name), FILE_CALLS);
    server.wrapper = strace.wrapper();
    (strace, Server::start_command(&server.home, server.command()))
}

async fn end(strace: &Strace, running: Server) -> Trace {
    let process = running.id();
    running.kill();
    Trace::read(&strace.ended(process).await)
}

async fn take(running: &Server, number: i64) {
    assert_eq!(probe::told(running, number).await, ["gRPC Ok", "HTTP 200"]);
}

/// Waits until just these records can be asked for.
async fn stored(server: &ServerUnderTest, numbers: &[i64]) {
    until(&format!("records {numbers:?} are stored"), STORED, || {
        let found: Vec<Record> = query::rows(&server.data, "SELECT sequence FROM events ORDER BY sequence");
        found.iter().map(|record| record.sequence).eq(numbers.iter().copied()).then_some(())
    })
    .await;
}
