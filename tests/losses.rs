//! A damaged journal refuses to start and names the file; who agrees to the loss gets it on record.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::support::bucket::{Bucket, Mood};
use crate::support::otlp::{LOGS_METHOD, decisions};
use crate::support::server::{Home, Server, refusal, serve};
use crate::support::{query, send, until};

/// How long things may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn journal_file(data: &Path) -> PathBuf {
    let entries = std::fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "journal")).collect();
    files.sort();
    files.into_iter().next_back().unwrap()
}

async fn send_records(server: &Server, from: i64, to: i64) {
    let channel = send::channel(&server.endpoints.grpc);
    let reply = send::grpc(channel, LOGS_METHOD, &[], false, decisions("damaged", from, to)).await.unwrap();
    send::takes_all(&reply).unwrap();
}

#[derive(Debug, Deserialize)]
struct Loss {
    event_name: String,
    file: String,
    first: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_agrees_to_lose_is_recorded() {
    let (home, bucket) = (Home::new(), Bucket::open().await);
    // While the tables are away, the rows are in the journal and nowhere else.
    bucket.be(Mood::Refuses(503));
    let mut away = serve(&home.data());
    bucket.hold_tables_of(&mut away);
    let server = Server::start_command(&home, away);
    for batch in 0..3 {
        send_records(&server, batch * 10, batch * 10 + 10).await;
    }
    server.kill();
    let file = journal_file(&home.data());
    let mut bytes = std::fs::read(&file).unwrap();
    // In the first frame, which others follow.
    bytes[24 + 20 + 5] ^= 1;
    std::fs::write(&file, bytes).unwrap();

    let told = refusal(serve(&home.data())).await;
    assert!(told.contains(file.to_str().unwrap()) && told.contains("at byte 24"), "{told}");
    assert!(told.contains("--accept-journal-loss"), "{told}");

    let mut accepting = serve(&home.data());
    accepting.arg("--accept-journal-loss");
    let server = Server::start_command(&home, accepting);
    let sql = "SELECT event_name, attributes['journal.file'] AS file, attributes['journal.first_position'] AS first \
               FROM events WHERE service_name = 'barograph'";
    let losses: Vec<Loss> = until("the loss is on record", PATIENCE, || {
        let losses: Vec<Loss> = query::rows(&home.data(), sql);
        (!losses.is_empty()).then_some(losses)
    })
    .await;
    let name = file.file_name().unwrap().to_str().unwrap();
    assert_eq!((losses.len(), losses[0].event_name.as_str()), (1, "barograph.journal_loss"), "{losses:?}");
    assert_eq!((losses[0].file.as_str(), losses[0].first.as_str()), (name, "1"));
    until("the rest is in the table", PATIENCE, || {
        let sql = "SELECT sequence FROM events WHERE session_id = 'damaged'";
        (query::rows::<serde_json::Value>(&home.data(), sql).len() == 20).then_some(())
    })
    .await;
    server.kill();
    // The next start needs no flag, and tells nothing again.
    let server = Server::start(&home);
    send_records(&server, 30, 40).await;
    until("all of it is in the table once", PATIENCE, || {
        let sql = "SELECT sequence FROM events WHERE session_id = 'damaged'";
        (query::rows::<serde_json::Value>(&home.data(), sql).len() == 30).then_some(())
    })
    .await;
    assert_eq!(query::rows::<Loss>(&home.data(), sql).len(), 1);
}
