//! Waits for the daily canary's first flight.

use std::time::Duration;

use super::send::page;
use super::server::{Home, Server};

/// The first canary goes out within 40 s; its record must be in the table within 120 s.
const LIMIT: Duration = Duration::from_secs(170);

/// Waits for the first result and returns the metrics.
pub(crate) async fn first_result(server: &Server, home: &Home) -> String {
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let metrics = page(server, "/metrics").await;
        let runs = metrics.lines().filter(|line| line.starts_with("barograph_canary_runs_total{"));
        if runs.clone().count() == 3 && runs.clone().any(|line| line.ends_with(" 1")) {
            return metrics;
        }
        assert!(tokio::time::Instant::now() < deadline, "no canary:\n{metrics}\n{}", home.logged());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
