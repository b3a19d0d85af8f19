//! Senders with a ledger of their own, and the comparison of that ledger with what is stored.
//!
//! Each sender has a session and numbers its records; a batch that is not acknowledged is sent again, byte for byte,
//! until it is. So every number below a sender's `acknowledged` was acknowledged, and first, last, count and distinct
//! count of what is stored prove every single one. Half of the senders speak gRPC, half HTTP.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tonic::transport::Channel;

use super::otlp::{LOGS_METHOD, decisions};
use super::server::Endpoints;
use super::{query, send, table, until};

/// Two over gRPC, two over HTTP.
pub(crate) const SENDERS: usize = 4;

/// Records of a batch.
pub(crate) const BATCH_RECORDS: i64 = 20;

/// How long a sender waits before it tries again where it is not told yes.
const RETRY: Duration = Duration::from_millis(100);

/// How long the last batches and their rows may take once everything works again.
const SETTLED: Duration = Duration::from_mins(1);

/// A connection that is refused or breaks, or an answer that does not come in time.
pub(crate) const NO_ANSWER: &str = "no answer";

/// What a sender may be told instead of yes: each of them makes an exporter send the batch again.
const RETRYABLE: [&str; 3] = [NO_ANSWER, "gRPC Unavailable", "HTTP 503"];

/// One sender's side of the story, kept apart from the server's.
#[derive(Debug, Default)]
struct Ledger {
    acknowledged: AtomicI64,
    sent_again: AtomicI64,
    // Std mutexes: held to add an entry, never across a wait.
    /// What it was told instead of yes, and how often.
    refusals: Mutex<BTreeMap<String, u64>>,
    /// How long each batch took from its first attempt to its acknowledgement.
    waits: Mutex<Vec<Duration>>,
}

/// What the senders share with the test.
#[derive(Debug, Default)]
struct Field {
    ledgers: [Ledger; SENDERS],
    acknowledgement: Notify,
    stop: AtomicBool,
}

/// Running senders.
#[derive(Debug)]
pub(crate) struct Load {
    field: Arc<Field>,
    endpoints: watch::Sender<Option<Endpoints>>,
    senders: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts the senders, which wait until they are led to a server, and pause so long after each acknowledgement.
    pub(crate) fn start(pause: Duration) -> Self {
        let field = Arc::<Field>::default();
        let (endpoints, endpoint) = watch::channel(None);
        let senders = (0..SENDERS)
            .map(|sender| tokio::spawn(send_on(Arc::clone(&field), sender, pause, endpoint.clone())))
            .collect();
        Self { field, endpoints, senders }
    }

    /// Sends to this server from now on.
    pub(crate) fn lead_to(&self, endpoints: &Endpoints) {
        self.endpoints.send_replace(Some(endpoints.clone()));
    }

    /// How many records were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> i64 {
        self.by_sender().iter().sum()
    }

    fn by_sender(&self) -> Vec<i64> {
        self.field.ledgers.iter().map(|ledger| ledger.acknowledged.load(Ordering::SeqCst)).collect()
    }

    /// Waits for the next acknowledgement of anybody.
    pub(crate) async fn acknowledgement(&self) {
        self.field.acknowledgement.notified().await;
    }

    /// Waits until every sender was acknowledged once more, and tells how long that took.
    pub(crate) async fn acknowledged_again(&self, limit: Duration) -> Duration {
        self.acknowledged_more(1, limit).await
    }

    /// The same for so many batches of each.
    pub(crate) async fn acknowledged_more(&self, batches: i64, limit: Duration) -> Duration {
        let (started, before) = (Instant::now(), self.by_sender());
        until("every sender is acknowledged again", limit, || {
            let now = self.by_sender();
            let all = before.iter().zip(&now).all(|(before, now)| now - before >= batches * BATCH_RECORDS);
            all.then_some(())
        })
        .await;
        started.elapsed()
    }

    /// How long batches took that were acknowledged since this was last asked, shortest first.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        let mut all: Vec<Duration> = self.field.ledgers.iter().flat_map(|ledger| take(&ledger.waits)).collect();
        all.sort_unstable();
        all
    }

    /// What senders were told instead of yes since this was last asked, which may only be what makes them try again.
    pub(crate) fn refusals(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for (told, times) in self.field.ledgers.iter().flat_map(|ledger| take(&ledger.refusals)) {
            *all.entry(told).or_default() += times;
        }
        let lasting: Vec<&String> = all.keys().filter(|told| !RETRYABLE.contains(&told.as_str())).collect();
        assert!(lasting.is_empty(), "senders were told what makes an exporter drop a batch: {lasting:?} of {all:?}");
        all
    }

    /// Lets every sender end the batch that it has in hand, and closes the ledger.
    pub(crate) async fn stop(self) -> Books {
        self.field.stop.store(true, Ordering::SeqCst);
        for sender in self.senders {
            tokio::time::timeout(SETTLED, sender).await.expect("the last batches are acknowledged in time").unwrap();
        }
        Books(self.field)
    }
}

fn take<T: Default>(entries: &Mutex<T>) -> T {
    std::mem::take(&mut *entries.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Sends batch after batch, each until it is acknowledged.
async fn send_on(field: Arc<Field>, sender: usize, pause: Duration, mut endpoints: watch::Receiver<Option<Endpoints>>) {
    let ledger = &field.ledgers[sender];
    let mut wire = None;
    let mut from = 0;
    while !field.stop.load(Ordering::SeqCst) {
        let message = decisions(&session(sender), from, from + BATCH_RECORDS);
        let started = Instant::now();
        loop {
            if endpoints.has_changed().unwrap_or(false) {
                wire = None;
            }
            let open = match wire.take() {
                Some(open) => open,
                None => Wire::to(sender, &mut endpoints).await,
            };
            let Err(told) = open.send(message.clone()).await else {
                wire = Some(open);
                break;
            };
            // A server that answers is not left.
            wire = (told != NO_ANSWER).then_some(open);
            *ledger.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(told).or_default() += 1;
            ledger.sent_again.fetch_add(1, Ordering::SeqCst);
            // Until there is a new server, or in a moment: the old one may only have been slow.
            if tokio::time::timeout(RETRY, endpoints.changed()).await.is_ok() {
                wire = None;
            }
        }
        from += BATCH_RECORDS;
        ledger.waits.lock().unwrap_or_else(PoisonError::into_inner).push(started.elapsed());
        ledger.acknowledged.store(from, Ordering::SeqCst);
        field.acknowledgement.notify_waiters();
        tokio::time::sleep(pause).await;
    }
}

/// A sender's connection, kept as long as it is good.
#[derive(Debug)]
enum Wire {
    Grpc(Channel),
    Http(reqwest::Client, String),
}

impl Wire {
    /// To where the senders are led, once they are.
    async fn to(sender: usize, endpoints: &mut watch::Receiver<Option<Endpoints>>) -> Self {
        // Never, where the test has ended.
        let Ok(Some(endpoints)) = endpoints.wait_for(Option::is_some).await.map(|found| found.clone()) else {
            return std::future::pending().await;
        };
        if sender.is_multiple_of(2) {
            Self::Grpc(send::channel(&endpoints.grpc))
        } else {
            Self::Http(send::http_client(), format!("{}/v1/logs", endpoints.http))
        }
    }

    /// Sends a message; an error is what the sender was told instead of yes.
    async fn send(&self, message: Bytes) -> Result<(), String> {
        match self {
            Self::Grpc(channel) => {
                let reply = send::grpc(channel.clone(), LOGS_METHOD, &[], false, message).await;
                let reply = reply.map_err(|status| match (status.source(), status.details()) {
                    // The client's own words for a connection that broke or an answer that did not come in time.
                    (Some(_), _) => NO_ANSWER.to_owned(),
                    (None, []) => format!("gRPC {:?} without RetryInfo: {}", status.code(), status.message()),
                    (None, _) => format!("gRPC {:?}", status.code()),
                })?;
                send::takes_all(&reply).expect("a batch is acknowledged whole or not at all");
            }
            Self::Http(client, url) => {
                let headers = [("content-type".to_owned(), "application/x-protobuf".to_owned())];
                let answer = send::http(client, url, &headers, message).await.map_err(|_| NO_ANSWER.to_owned())?;
                match (answer.status, answer.retry_after) {
                    (200, _) => send::takes_all(&answer.body).expect("a batch is acknowledged whole or not at all"),
                    (status, Some(_)) => return Err(format!("HTTP {status}")),
                    (status, None) => return Err(format!("HTTP {status} without Retry-After")),
                }
            }
        }
        Ok(())
    }
}

fn session(sender: usize) -> String {
    format!("sender-{sender}")
}

/// The closed ledger.
#[derive(Debug)]
pub(crate) struct Books(Arc<Field>);

#[derive(Debug, Deserialize)]
struct Stored {
    session_id: String,
    rows: i64,
    ids: i64,
    first: i64,
    last: i64,
}

impl Books {
    /// How many records were acknowledged.
    pub(crate) fn acknowledged(&self) -> i64 {
        self.0.ledgers.iter().map(|ledger| ledger.acknowledged.load(Ordering::SeqCst)).sum()
    }

    /// Waits until all that was acknowledged can be asked for, then compares every single record.
    pub(crate) async fn hold(&self, data_dir: &Path, title: &str) {
        let acknowledged = self.acknowledged();
        let deadline = Instant::now() + SETTLED;
        let visible = || query::count(data_dir, "events WHERE session_id LIKE 'sender-%'").cast_signed();
        // What is missing then is lost, and the table says whose.
        while visible() < acknowledged && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let sql = "SELECT session_id, count(*) AS rows, count(DISTINCT sequence) AS ids, min(sequence) AS first, \
                   max(sequence) AS last FROM events GROUP BY session_id ORDER BY session_id";
        self.report(&query::rows(data_dir, sql), title);
    }

    fn report(&self, stored: &[Stored], title: &str) {
        let mut rows = vec![table::row(["sender", "acknowledged", "sent again", "stored", "lost", "doubled"])];
        let mut faults = 0;
        for (sender, ledger) in self.0.ledgers.iter().enumerate() {
            let acknowledged = ledger.acknowledged.load(Ordering::SeqCst);
            let found = stored.iter().find(|stored| stored.session_id == session(sender));
            let (count, ids) = found.map_or((0, 0), |found| (found.rows, found.ids));
            let in_range = found.is_some_and(|found| found.first == 0 && found.last == acknowledged - 1);
            let (lost, doubled) = (acknowledged - ids, count - ids);
            faults += i64::from(lost != 0 || doubled != 0 || !in_range);
            let figures = [acknowledged, ledger.sent_again.load(Ordering::SeqCst), count, lost, doubled];
            rows.push([vec![session(sender)], table::row(figures)].concat());
        }
        table::print(title, &rows);
        assert_eq!(faults, 0, "acknowledged events are lost or doubled: {stored:?}");
    }
}
