//! The OTLP specification, from outside and in whole: what is sent is what is stored, whichever way it comes, and the
//! books balance to the record. `docs/otlp.md` lists every clause with the test that proves it; most are beside the
//! receiver.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::support::otlp::{LOGS_METHOD, decisions};
use crate::support::samples::{Sample, samples};
use crate::support::server::{Home, Server};
use crate::support::{query, send, until};

const LIMIT: Duration = Duration::from_secs(30);

/// A way for a request to travel.
#[derive(Clone, Copy, Debug)]
enum Way {
    Grpc,
    HttpProtobuf,
    HttpJson,
}

const WAYS: [Way; 3] = [Way::Grpc, Way::HttpProtobuf, Way::HttpJson];

/// Sends a request and makes sure that it was taken whole, in the very bytes of a full success.
async fn take(server: &Server, way: Way, sample: &Sample) {
    let (content_type, body, success) = match way {
        Way::Grpc => {
            let channel = send::channel(&server.endpoints.grpc);
            let reply = send::grpc(channel, sample.method, &[], false, sample.protobuf.clone()).await.unwrap();
            assert!(reply.is_empty(), "{}: {reply:?}", sample.method);
            return;
        }
        Way::HttpProtobuf => ("application/x-protobuf", send::gzip(&sample.protobuf), ""),
        Way::HttpJson => ("application/json", send::gzip(&sample.json), "{}"),
    };
    let headers = [("content-type", content_type), ("content-encoding", "gzip")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let url = format!("{}{}", server.endpoints.http, sample.path);
    let answer = send::http(&send::http_client(), &url, &headers, body).await.unwrap();
    assert_eq!(
        (answer.status, answer.content_type.as_str(), &answer.body[..]),
        (200, content_type, success.as_bytes())
    );
}

/// All rows of a table, without what differs from run to run.
fn rows(data: &Path, table: &str) -> Vec<Value> {
    let mut rows: Vec<serde_json::Map<String, Value>> =
        query::rows(data, &format!("SELECT * FROM {table} ORDER BY event_id"));
    for row in &mut rows {
        assert!(row.remove("received_time").is_some());
    }
    rows.into_iter().map(Value::Object).collect()
}

/// Starts on a folder that has another's keys, which make event ids and hashes.
fn start_with_keys_of(other: Option<&Home>, home: &Home) -> Server {
    if let Some(other) = other {
        let keys = home.data().join("keys");
        std::fs::create_dir_all(&keys).unwrap();
        for entry in std::fs::read_dir(other.data().join("keys")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), keys.join(entry.file_name())).unwrap();
        }
    }
    Server::start(home)
}

#[tokio::test]
async fn the_same_records_are_the_same_rows_over_all_three_ways() {
    let samples = samples();
    let homes = WAYS.map(|_| Home::new());
    let mut stored: Vec<[Vec<Value>; 3]> = Vec::new();
    for (place, (way, home)) in WAYS.into_iter().zip(&homes).enumerate() {
        let server = start_with_keys_of((place > 0).then_some(&homes[0]), home);
        for sample in &samples {
            take(&server, way, sample).await;
        }
        // What has been acknowledged is in the tables when a server has ended.
        assert!(server.terminate(LIMIT).await.success());
        stored.push(["events", "spans", "metric_points"].map(|table| rows(&home.data(), table)));
    }
    let [grpc, protobuf, json] = stored.as_slice() else { panic!() };
    assert_eq!(grpc.each_ref().map(Vec::len), [1, 1, 5]);
    assert_eq!(grpc, protobuf, "gRPC and HTTP with protobuf");
    assert_eq!(grpc, json, "gRPC and HTTP with JSON");

    let [events, spans, points] = grpc;
    assert_eq!(events[0]["trace_id"], "0102030405060708090a0b0c0d0e0f10");
    assert_eq!((&events[0]["span_id"], &events[0]["severity_number"]), (&"a1a2a3a4a5a6a7a8".into(), &17.into()));
    assert_eq!(events[0]["event_name"], "something.happened");
    let attributes = &events[0]["attributes"];
    assert_eq!(attributes["large"], "9007199254740993", "{attributes:#}");
    assert_eq!(attributes["flag"], "true");
    assert_eq!((&spans[0]["span_kind"], &spans[0]["status_code"]), (&"client".into(), &"error".into()));
    let kind = |name: &str| points.iter().find(|point| point["name"] == name).unwrap()["metric_type"].clone();
    let kinds = ["m0", "m1", "m2", "m3", "m4"].map(kind);
    assert_eq!(kinds, ["gauge", "sum", "histogram", "exponential_histogram", "summary"]);
    let sum = points.iter().find(|point| point["name"] == "m1").unwrap();
    assert_eq!((&sum["value_int"], &sum["temporality"]), (&9_007_199_254_740_993_i64.into(), &"delta".into()));
}

/// A counter's value; all labels that are given must be there.
fn counter(metrics: &str, name: &str, labels: &str) -> u64 {
    let line = metrics.lines().find(|line| line.starts_with(name) && line.contains(labels));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn a_request_sent_again_is_counted_and_stored_once_whichever_way_it_comes() {
    let home = Home::new();
    let server = Server::start(&home);
    let samples = samples();
    for way in WAYS {
        for sample in &samples {
            take(&server, way, sample).await;
        }
    }
    let metrics = send::page(&server, "/metrics").await;
    for (signal, records) in [("logs", 1), ("traces", 1), ("metrics", 5)] {
        let of = |name: &str| {
            counter(&metrics, &format!("barograph_collector_{name}_total"), &format!("signal=\"{signal}\""))
        };
        assert_eq!(
            ["records_received", "records_stored", "records_already_stored", "records_refused"].map(of),
            [records * 3, records, records * 2, 0],
            "{signal}"
        );
    }
    assert!(server.terminate(LIMIT).await.success());
    assert_eq!(["events", "spans", "metric_points"].map(|table| query::count(&home.data(), table)), [1, 1, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_clients_of_both_doors_balance_to_the_record() {
    const CLIENTS: usize = 300;
    const RECORDS: i64 = 7;
    let home = Home::new();
    let server = Server::start(&home);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let endpoints = server.endpoints.clone();
            tokio::spawn(async move {
                let message = decisions(&format!("client-{client}"), 0, RECORDS);
                if client % 2 == 0 {
                    let channel = send::channel(&endpoints.grpc);
                    let reply = send::grpc(channel, LOGS_METHOD, &[], client % 4 == 0, message).await.unwrap();
                    send::takes_all(&reply).unwrap();
                } else {
                    let headers = [("content-type".to_owned(), "application/x-protobuf".to_owned())];
                    let url = format!("{}/v1/logs", endpoints.http);
                    let answer = send::http(&send::http_client(), &url, &headers, message).await.unwrap();
                    assert_eq!((answer.status, answer.body.len()), (200, 0));
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let sent = CLIENTS as u64 * RECORDS.cast_unsigned();
    let metrics = send::page(&server, "/metrics").await;
    let logs = |name: &str| counter(&metrics, &format!("barograph_collector_{name}_total"), "signal=\"logs\"");
    assert_eq!(["records_received", "records_stored"].map(logs), [sent, sent]);
    let accepted = |transport: &str| {
        counter(&metrics, "barograph_collector_requests_accepted_total", &format!("transport=\"{transport}\""))
    };
    assert_eq!((accepted("grpc"), accepted("http")), (CLIENTS as u64 / 2, CLIENTS as u64 / 2));
    until("all of them are in the table", LIMIT, || (query::count(&home.data(), "events") == sent).then_some(())).await;
}

/// Where the tests are that `docs/otlp.md` names, by the first part of their names there.
fn source(place: &str) -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match place {
        "grpc" | "http" | "content" | "framing" | "slow" | "many" | "lifecycle" => {
            root.join("collector/src/receive/tests").join(format!("{place}.rs"))
        }
        "json" => root.join("collector/src/receive/json/tests.rs"),
        "admission" | "body" | "deadline" | "decode" | "reply" | "rpc" | "shape" => {
            root.join("collector/src/receive").join(format!("{place}.rs"))
        }
        place => root.join("tests").join(format!("{place}.rs")),
    }
}

#[test]
fn every_clause_of_the_documentation_names_a_test_that_there_is() {
    let page = include_str!("../docs/otlp.md");
    let clauses: Vec<_> = page.lines().filter(|line| line.starts_with("| ") && !line.contains("| test |")).collect();
    assert!(clauses.len() > 45, "{} clauses", clauses.len());
    for clause in clauses {
        let tests = clause.trim_end_matches(" |").rsplit_once("| ").unwrap().1;
        let names: Vec<_> = tests.split_whitespace().collect();
        assert!(!names.is_empty(), "{clause}");
        for name in names {
            let (place, test) = name.trim_matches('`').split_once("::").unwrap_or_else(|| panic!("{name}: {clause}"));
            let file = source(place);
            let code = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(code.contains(&format!("fn {test}(")), "{} has no test {test}", file.display());
        }
    }
}
