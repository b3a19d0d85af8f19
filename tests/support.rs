//! What the promises stand on: a server that ends with its test, captures, senders, queries, tables of figures.

pub(crate) mod browser;
pub(crate) mod bucket;
pub(crate) mod captures;
pub(crate) mod census;
pub(crate) mod decisions;
pub(crate) mod files;
pub(crate) mod otlp;
pub(crate) mod pki;
pub(crate) mod query;
pub(crate) mod replayed;
pub(crate) mod samples;
pub(crate) mod send;
pub(crate) mod server;
pub(crate) mod table;

use std::time::Duration;

/// Looks again and again until there is an answer, and fails when there is none within the limit.
pub(crate) async fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
