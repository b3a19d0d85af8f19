//! The server says how it is: health, readiness, and books that balance for every signal.

use std::collections::BTreeMap;

use barograph_proto::otlp::Signal;

use crate::support::replayed::replayed;
use crate::support::server::{Home, Server};
use crate::support::{send, table};

async fn get(endpoint: &str, path: &str) -> (u16, String) {
    let response = send::http_client().get(format!("{endpoint}{path}")).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_fresh_server_is_healthy_and_ready() {
    let home = Home::new();
    let server = Server::start(&home);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let (status, body) = get(&server.endpoints.web, path).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    let status = server.terminate(std::time::Duration::from_secs(30)).await;
    assert!(status.success(), "after SIGTERM it ends with {status}");
}

#[tokio::test]
async fn the_books_balance_for_every_signal() {
    let replayed = replayed();
    let (status, metrics) = get(&replayed.server.endpoints.web, "/metrics").await;
    assert_eq!(status, 200);
    let mut rows = vec![table::row(["signal", "received", "stored", "already stored", "refused", "sent"])];
    for (place, signal) in Signal::ALL.into_iter().enumerate() {
        let counters = counters(&metrics, signal.name());
        let counter = |name: &str| counters.get(name).copied().unwrap_or(0);
        let received = counter("records_received");
        let (stored, already) = (counter("records_stored"), counter("records_already_stored"));
        let refused = counter("records_refused");
        let sent: u64 = replayed.sent.iter().map(|sent| sent.records[place].sent).sum();
        let figures = [received, stored, already, refused, sent];
        rows.push([table::row([signal.name()]), table::row(figures)].concat());
        assert_eq!(received, stored + already + refused, "{}: {metrics}", signal.name());
        assert_eq!(received, sent, "{} received", signal.name());
        assert_eq!(stored, replayed.expected()[place], "{} stored", signal.name());
    }
    table::print("The collector's books after the replay", &rows);
}

/// The collector's counters of one signal, by name without prefix and `_total`.
fn counters(metrics: &str, signal: &str) -> BTreeMap<String, u64> {
    let lines = metrics.lines().filter_map(|line| line.strip_prefix("barograph_collector_"));
    lines
        .filter_map(|line| {
            let (name, rest) = line.split_once('{')?;
            let (labels, value) = rest.split_once("} ")?;
            let of_signal = labels.split(',').any(|label| label == format!("signal=\"{signal}\""));
            let name = name.strip_suffix("_total").filter(|_| of_signal)?;
            Some((name.to_owned(), value.trim().parse::<u64>().ok()?))
        })
        .fold(BTreeMap::new(), |mut counters, (name, value)| {
            *counters.entry(name).or_default() += value;
            counters
        })
}
