//! What was acknowledged is there exactly once, through any number of `kill -9`: under load, during start-up, and in the
//! very moment after an acknowledgement.
//!
//! `BAROGRAPH_KILL_ROUNDS` sets how often (20 when unset), `BAROGRAPH_KILL_SEED` repeats a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{Notify, watch};

use crate::support::otlp::{LOGS_METHOD, decisions};
use crate::support::server::{Home, Server, Starting, serve};
use crate::support::{query, send, table, until};

const SENDERS: usize = 4;
const BATCH_RECORDS: i64 = 20;

/// How long a sender waits before it tries again where nothing answers.
const RETRY: Duration = Duration::from_millis(100);

/// One sender's side of the story, kept apart from the server's: a record's id is the sender and its sequence number,
/// and every number below `acknowledged` was acknowledged.
#[derive(Debug, Default)]
struct Ledger {
    acknowledged: AtomicI64,
    resent: AtomicI64,
}

/// What senders and killer share.
#[derive(Debug, Default)]
struct Field {
    ledgers: [Ledger; SENDERS],
    acknowledgement: Notify,
    stop: AtomicBool,
}

impl Field {
    fn acknowledged(&self) -> i64 {
        self.ledgers.iter().map(|ledger| ledger.acknowledged.load(Ordering::SeqCst)).sum()
    }
}

/// Sends batch after batch; one that was not acknowledged is sent again, byte for byte, until it is.
async fn send_on(field: Arc<Field>, sender: usize, mut endpoint: watch::Receiver<String>) {
    let ledger = &field.ledgers[sender];
    let mut from = 0;
    while !field.stop.load(Ordering::SeqCst) {
        let message = decisions(&session(sender), from, from + BATCH_RECORDS);
        loop {
            let channel = send::channel(&endpoint.borrow_and_update().clone());
            let reply = send::grpc(channel, LOGS_METHOD, &[], false, message.clone()).await;
            if let Ok(reply) = reply {
                send::takes_all(&reply).expect("a batch is acknowledged whole or not at all");
                break;
            }
            ledger.resent.fetch_add(1, Ordering::SeqCst);
            // Until there is a new server, or in a moment: the old one may only have been slow.
            drop(tokio::time::timeout(RETRY, endpoint.changed()).await);
        }
        from += BATCH_RECORDS;
        ledger.acknowledged.store(from, Ordering::SeqCst);
        field.acknowledgement.notify_waiters();
    }
}

fn session(sender: usize) -> String {
    format!("sender-{sender}")
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_events_survive_kill_9_exactly_once() {
    let rounds = setting("BAROGRAPH_KILL_ROUNDS").unwrap_or(20);
    let seed = setting("BAROGRAPH_KILL_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("BAROGRAPH_KILL_SEED={seed} BAROGRAPH_KILL_ROUNDS={rounds}");
    let mut random = fastrand::Rng::with_seed(seed);
    let home = Home::new();
    let field = Arc::new(Field::default());
    // Nobody listens there before the first server does.
    let (endpoint, endpoints) = watch::channel("http://127.0.0.1:9".to_owned());
    let senders: Vec<_> =
        (0..SENDERS).map(|sender| tokio::spawn(send_on(Arc::clone(&field), sender, endpoints.clone()))).collect();

    let mut killed_starting = 0;
    for _ in 0..rounds {
        if random.u8(0..100) < 30 {
            let starting = Starting::spawn(&home, serve(&home.data()));
            tokio::time::sleep(Duration::from_millis(random.u64(0..500))).await;
            starting.kill();
            killed_starting += 1;
            continue;
        }
        let server = Server::start(&home);
        endpoint.send_replace(server.endpoints.grpc.clone());
        let moment = Duration::from_millis(random.u64(50..1_500));
        tokio::time::sleep(moment).await;
        if random.bool() {
            // In the very moment after the next acknowledgement, or soon, should there be none.
            drop(tokio::time::timeout(Duration::from_secs(1), field.acknowledgement.notified()).await);
        }
        server.kill();
    }

    let server = Server::start(&home);
    let before = field.acknowledged();
    endpoint.send_replace(server.endpoints.grpc.clone());
    let limit = Duration::from_mins(1);
    until("senders go on after the last kill", limit, || (field.acknowledged() > before).then_some(())).await;
    field.stop.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.await.unwrap();
    }
    until("all rows are visible", limit, || {
        (query::count(&home.data(), "events").cast_signed() >= field.acknowledged()).then_some(())
    })
    .await;
    report(&field, &stored(&home), &format!("{rounds} kills, {killed_starting} of them during start-up"));
    let status = server.terminate(limit).await;
    assert!(status.success(), "after SIGTERM it ends with {status}");
    report(&field, &stored(&home), "The same after an orderly end");
}

#[derive(Debug, Deserialize)]
struct Stored {
    session_id: String,
    rows: i64,
    ids: i64,
    first: i64,
    last: i64,
}

fn stored(home: &Home) -> Vec<Stored> {
    let sql = "SELECT session_id, count(*) AS rows, count(DISTINCT sequence) AS ids, min(sequence) AS first, \
               max(sequence) AS last FROM events GROUP BY session_id ORDER BY session_id";
    query::rows(&home.data(), sql)
}

/// Each sender's numbers have no gaps, so first, last, count and distinct count prove every single one.
fn report(field: &Field, stored: &[Stored], title: &str) {
    let mut rows = vec![table::row(["sender", "acknowledged", "sent again", "stored", "lost", "doubled"])];
    let mut faults = 0;
    for (sender, ledger) in field.ledgers.iter().enumerate() {
        let acknowledged = ledger.acknowledged.load(Ordering::SeqCst);
        let found = stored.iter().find(|stored| stored.session_id == session(sender));
        let (count, ids) = found.map_or((0, 0), |found| (found.rows, found.ids));
        let in_range = found.is_some_and(|found| found.first == 0 && found.last == acknowledged - 1);
        let (lost, doubled) = (acknowledged - ids, count - ids);
        faults += i64::from(lost != 0 || doubled != 0 || !in_range);
        let figures = [acknowledged, ledger.resent.load(Ordering::SeqCst), count, lost, doubled];
        rows.push([vec![session(sender)], table::row(figures)].concat());
    }
    table::print(title, &rows);
    assert_eq!(faults, 0, "acknowledged events are lost or doubled: {stored:?}");
}
