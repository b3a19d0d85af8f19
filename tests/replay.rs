//! Every recorded client is understood: each request is taken whole, and each record is in its table exactly once.

use std::collections::HashMap;

use serde::Deserialize;

use crate::support::replayed::{Replayed, TABLES, replayed};
use crate::support::{query, table};

#[test]
fn every_recorded_request_is_accepted_whole() {
    let replayed = replayed();
    let requests: usize = replayed.sent.iter().map(|sent| sent.requests).sum();
    println!("{requests} requests of {} scenarios, {} refused", replayed.sent.len(), replayed.refused.len());
    assert!(requests > 400, "the captures are not all there");
    assert!(replayed.refused.is_empty(), "not accepted whole:\n{}", replayed.refused.join("\n"));
}

#[test]
fn every_recorded_record_is_stored_once() {
    let replayed = replayed();
    let stored = TABLES.map(|name| stored_per_scenario(replayed, name));
    let mut rows = vec![table::row([
        "scenario",
        "requests",
        "logs sent",
        "distinct",
        "events",
        "spans sent",
        "distinct",
        "spans",
        "points sent",
        "distinct",
        "metric_points",
    ])];
    let mut wrong = Vec::new();
    for (place, (scenario, sent)) in replayed.captures.scenarios.iter().zip(&replayed.sent).enumerate() {
        let mut cells = vec![scenario.name.clone(), sent.requests.to_string()];
        for (counted, stored) in sent.records.iter().zip(&stored) {
            cells.extend([counted.sent, counted.new, stored[place]].map(|figure| figure.to_string()));
        }
        if sent.records.iter().zip(&stored).any(|(counted, stored)| counted.new != stored[place]) {
            wrong.push(scenario.name.as_str());
        }
        rows.push(cells);
    }
    let totals = [0, 1, 2].map(|table| replayed.sent.iter().map(|sent| sent.records[table].sent).sum::<u64>());
    let mut cells = vec!["all".to_owned(), replayed.sent.iter().map(|sent| sent.requests).sum::<usize>().to_string()];
    for ((sent, distinct), stored) in totals.into_iter().zip(replayed.expected()).zip(&stored) {
        cells.extend([sent, distinct, stored.iter().sum()].map(|figure: u64| figure.to_string()));
    }
    rows.push(cells);
    table::print("Records sent, distinct among them, and stored", &rows);
    assert!(totals.iter().zip(replayed.expected()).any(|(sent, distinct)| *sent > distinct), "no capture re-sends");
    assert!(wrong.is_empty(), "stored is not what was sent in: {}", wrong.join(", "));
}

/// Distinct rows of a table per scenario, told apart by when the server received them. Rows of no scenario are counted
/// nowhere, so the sums are checked against the whole table.
fn stored_per_scenario(replayed: &Replayed, table: &str) -> Vec<u64> {
    #[derive(Deserialize)]
    struct PerRequest {
        received_us: i64,
        rows: u64,
        records: u64,
    }
    let sql = format!(
        "SELECT CAST(received_time AS BIGINT) AS received_us, count(*) AS rows, count(DISTINCT event_id) AS records \
         FROM {table} GROUP BY received_time"
    );
    let per_request: Vec<PerRequest> = query::rows(&replayed.home.data(), &sql);
    let doubled: u64 = per_request.iter().map(|request| request.rows - request.records).sum();
    assert_eq!(doubled, 0, "{table} holds records twice");
    let mut stored: HashMap<usize, u64> = HashMap::new();
    for request in &per_request {
        let within = |window: (i64, i64)| (window.0..=window.1).contains(&request.received_us);
        let scenario = replayed.sent.iter().position(|sent| within(sent.window));
        let scenario = scenario.unwrap_or_else(|| panic!("{table} holds rows received at {}", request.received_us));
        *stored.entry(scenario).or_default() += request.records;
    }
    (0..replayed.sent.len()).map(|scenario| stored.get(&scenario).copied().unwrap_or(0)).collect()
}
