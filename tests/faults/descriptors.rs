//! Out of file descriptors: more connections than the server may have open files.

use std::time::Duration;

use bytes::Bytes;

use crate::connections::idle;
use crate::fault::{Fault, Need};
use crate::probe;
use crate::support::ledger::Load;
use crate::support::otlp::decisions;
use crate::support::send;
use crate::under_test::{AGAIN, ServerUnderTest};

/// How many files the server may open.
const FILES: &str = "--nofile=256:256";

const CONNECTIONS: usize = 1_000;

/// What says that there are as many connections as the open files allow.
const CLOSED: &str = "closed a new connection";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn out_of_file_descriptors() {
    let needs = [Need::Program("prlimit"), Need::Descriptors(4_000)];
    let name = "out of file descriptors";
    let Some(_fault) = Fault::begin(name, 40, &needs).await else { return };
    let mut server = ServerUnderTest::new();
    server.wrapper = ["prlimit", FILES].map(Into::into).into();
    let load = Load::start(Duration::from_millis(20));
    let running = server.start(&load);
    load.acknowledged_more(5, Duration::from_secs(30)).await;
    load.refusals();

    let flood = idle(&running, CONNECTIONS, CONNECTIONS).await;
    assert!(server.home.logged().contains(CLOSED), "the server took every connection");
    let held = load.acknowledged_more(20, Duration::from_secs(20)).await;
    println!("{} of {CONNECTIONS} idle connections: the senders' own took 20 batches each in {held:?}", flood.len());
    drop(flood);
    let started = tokio::time::Instant::now();
    let again = loop {
        if probe::told(&running, 1).await == ["gRPC Ok", "HTTP 200"] {
            break started.elapsed();
        }
        assert!(started.elapsed() < AGAIN, "no new connection is served {AGAIN:?} after the others are gone");
    };
    println!("new connections were served {again:?} after the others had gone");
    server.holds(running, load, AGAIN, "Out of file descriptors").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_leave_the_journal_its_descriptors() {
    let needs = [Need::Program("prlimit"), Need::Descriptors(4_000)];
    let name = "a new journal file beside all connections that there may be";
    let Some(_fault) = Fault::begin(name, 20, &needs).await else { return };
    let mut server = ServerUnderTest::new();
    server.wrapper = ["prlimit", FILES].map(Into::into).into();
    let load = Load::start(Duration::from_millis(20));
    let running = crate::support::server::Server::start_command(&server.home, server.command());
    // An open connection, and no record yet: the journal makes its first file with the first record.
    let (client, url) = (send::http_client(), format!("{}/v1/logs", running.endpoints.http));
    let headers = [("content-type".to_owned(), "application/x-protobuf".to_owned())];
    assert_eq!(send::http(&client, &url, &headers, Bytes::new()).await.unwrap().status, 200);
    let flood = idle(&running, CONNECTIONS, CONNECTIONS).await;
    assert!(server.home.logged().contains(CLOSED), "the server took every connection");
    assert_eq!(send::http(&client, &url, &headers, decisions("probe", 0, 1)).await.unwrap().status, 200);
    drop(flood);
    load.lead_to(&running.endpoints);
    server.holds(running, load, AGAIN, "A new journal file beside all connections that there may be").await;
}
