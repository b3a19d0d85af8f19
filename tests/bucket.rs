//! Tables in a bucket: what is acknowledged gets there once, whatever the bucket does meanwhile, and is read from there.

use std::time::Duration;

use bytes::Bytes;

use crate::support::bucket::{Bucket, Mood};
use crate::support::otlp::{LOGS_METHOD, decisions};
use crate::support::server::{Home, Server, barograph, serve};
use crate::support::{send, until};

/// How long the tables may take to catch up.
const PATIENCE: Duration = Duration::from_mins(1);

fn start(home: &Home, bucket: &Bucket) -> Server {
    let mut command = serve(&home.data());
    bucket.hold_tables_of(&mut command);
    Server::start_command(home, command)
}

async fn send_records(server: &Server, session: &str, from: i64, to: i64) {
    let message: Bytes = decisions(session, from, to);
    let reply = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, message).await.unwrap();
    send::takes_all(&reply).unwrap();
}

/// Rows and distinct ids of a session, as `barograph query` reads them from the bucket; none while it cannot.
async fn stored(home: &Home, bucket: &Bucket, session: &str) -> Option<(i64, i64)> {
    let sql =
        format!("SELECT count(*) AS n, count(DISTINCT sequence) AS ids FROM events WHERE session_id = '{session}'");
    let mut command = barograph();
    bucket.hold_tables_of(&mut command);
    command.args(["query", &sql, "--format", "csv", "--data-dir"]).arg(home.data());
    // Not on this thread: the bucket may be served by it.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (rows, ids) = text.lines().nth(1)?.split_once(',')?;
    Some((rows.parse().unwrap(), ids.parse().unwrap()))
}

async fn wait_for(home: &Home, bucket: &Bucket, session: &str, expected: i64) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let found = stored(home, bucket, session).await;
        if found == Some((expected, expected)) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{session}: {found:?} of {expected}; {}", home.logged());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_in_the_bucket_and_not_in_the_folder() {
    let (home, bucket) = (Home::new(), Bucket::open().await);
    let server = start(&home, &bucket);
    send_records(&server, "one", 0, 50).await;
    wait_for(&home, &bucket, "one", 50).await;
    assert!(bucket.names().iter().any(|name| name.starts_with("barograph/events/event_date=")));
    assert!(bucket.bytes() > 0);
    assert!(!home.data().join("tables/events").exists());
    let page = send::page(&server, "/search?q=one").await;
    assert!(page.contains("one"), "{page}");
    server.kill();
    let server = start(&home, &bucket);
    // Known from the bucket.
    send_records(&server, "one", 0, 60).await;
    wait_for(&home, &bucket, "one", 60).await;
    let status = server.terminate(PATIENCE).await;
    assert!(status.success(), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_away_costs_nothing_and_catches_up() {
    let (home, bucket) = (Home::new(), Bucket::open().await);
    bucket.be(Mood::Refuses(503));
    let server = start(&home, &bucket);
    send_records(&server, "away", 0, 50).await;
    until("the health page tells of it", PATIENCE, || home.logged().contains("rows wait in the journal").then_some(()))
        .await;
    let health = send::page(&server, "/health").await;
    let ready = send::http_client().get(format!("{}/readyz", server.endpoints.web)).send().await.unwrap();
    assert_eq!(ready.status(), 200, "agents send once: {health}");
    // Killed while nothing of it is in a table: the journal knows.
    server.kill();
    let server = start(&home, &bucket);
    send_records(&server, "away", 50, 100).await;
    let health = send::page(&server, "/health").await;
    assert!(health.contains("kept safe"), "{health}");
    bucket.be(Mood::Well);
    wait_for(&home, &bucket, "away", 100).await;
    // And away again under a server that knew it.
    bucket.be(Mood::Refuses(500));
    send_records(&server, "away", 100, 150).await;
    bucket.be(Mood::Well);
    wait_for(&home, &bucket, "away", 150).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_errs_is_slow_or_loses_replies_neither_loses_nor_doubles() {
    let moods = [
        Mood::Sometimes(3, 500),
        Mood::Sometimes(2, 503),
        Mood::Slow(Duration::from_millis(100)),
        Mood::LosesReplies(2),
        Mood::LosesReplies(3),
        Mood::CutsShort(3),
    ];
    let (home, bucket) = (Home::new(), Bucket::open().await);
    let mut server = start(&home, &bucket);
    let mut sent = 0;
    for mood in moods {
        bucket.be(mood);
        for _ in 0..4 {
            send_records(&server, "moods", sent, sent + 25).await;
            sent += 25;
        }
        server.kill();
        server = start(&home, &bucket);
        send_records(&server, "moods", sent, sent + 25).await;
        sent += 25;
    }
    bucket.be(Mood::Well);
    wait_for(&home, &bucket, "moods", sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_collectors_write_one_set_of_tables() {
    let (one, two, bucket) = (Home::new(), Home::new(), Bucket::open().await);
    let (first, second) = (start(&one, &bucket), start(&two, &bucket));
    for batch in 0..10 {
        let (from, to) = (batch * 20, batch * 20 + 20);
        tokio::join!(send_records(&first, "first", from, to), send_records(&second, "second", from, to));
    }
    wait_for(&one, &bucket, "first", 200).await;
    wait_for(&two, &bucket, "second", 200).await;
    first.kill();
    second.kill();
    let (first, second) = (start(&one, &bucket), start(&two, &bucket));
    tokio::join!(send_records(&first, "first", 200, 220), send_records(&second, "second", 200, 220));
    wait_for(&one, &bucket, "second", 220).await;
    wait_for(&two, &bucket, "first", 220).await;
}
