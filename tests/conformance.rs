//! The OTLP specification, from outside and in whole: what is sent is what is stored, whichever way it comes, and the
//! books balance to the record. `docs/otlp.md` lists every clause with the test that proves it; most are beside the
//! receiver.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValueList, any_value::Value as Any};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
    exemplar, metric, number_data_point,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use prost::Message;
use serde_json::{Value, json};

use crate::support::otlp::{EVENT_NS, LOGS_METHOD, attribute, decisions, int, logs, text};
use crate::support::server::{Home, Server};
use crate::support::{query, send, until};

const TRACES_METHOD: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const METRICS_METHOD: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

const LIMIT: Duration = Duration::from_secs(30);

/// One request with its two encodings.
struct Sample {
    method: &'static str,
    path: &'static str,
    protobuf: Bytes,
    json: Bytes,
}

fn value(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

/// Every kind of value, with integers that no double holds.
fn log_sample() -> Sample {
    let nested = ArrayValue {
        values: vec![
            value(Any::KvlistValue(KeyValueList { values: vec![int("deep", i64::MIN), text("empty", "")] })),
            value(Any::ArrayValue(ArrayValue::default())),
            AnyValue::default(),
        ],
    };
    let record = LogRecord {
        time_unix_nano: EVENT_NS,
        observed_time_unix_nano: EVENT_NS + 1,
        severity_number: 17,
        severity_text: "ERROR".to_owned(),
        body: Some(value(Any::StringValue("in words: é \u{1f600} \0".to_owned()))),
        attributes: vec![
            text("text", "plain"),
            attribute("flag", Any::BoolValue(true)),
            int("large", 9_007_199_254_740_993),
            attribute("double", Any::DoubleValue(0.1)),
            attribute("not a number", Any::DoubleValue(f64::NAN)),
            attribute("infinite", Any::DoubleValue(f64::NEG_INFINITY)),
            attribute("bytes", Any::BytesValue(vec![0, 0xff, 0x10])),
            attribute("nested", Any::ArrayValue(nested)),
        ],
        dropped_attributes_count: 3,
        flags: 1,
        trace_id: (1..=16).collect(),
        span_id: (0xa1..=0xa8).collect(),
        event_name: "something.happened".to_owned(),
    };
    let json = json!({"resourceLogs": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "conformance"}}]},
        "scopeLogs": [{"scope": {"name": "barograph.tests"}, "logRecords": [{
            "timeUnixNano": EVENT_NS.to_string(), "observedTimeUnixNano": EVENT_NS + 1, "severityNumber": 17,
            "severityText": "ERROR", "body": {"stringValue": "in words: é \u{1f600} \0"},
            "attributes": [
                {"key": "text", "value": {"stringValue": "plain"}},
                {"key": "flag", "value": {"boolValue": true}},
                {"key": "large", "value": {"intValue": 9_007_199_254_740_993_i64}},
                {"key": "double", "value": {"doubleValue": 0.1}},
                {"key": "not a number", "value": {"doubleValue": "NaN"}},
                {"key": "infinite", "value": {"doubleValue": "-Infinity"}},
                {"key": "bytes", "value": {"bytesValue": "AP8Q"}},
                {"key": "nested", "value": {"arrayValue": {"values": [
                    {"kvlistValue": {"values": [
                        {"key": "deep", "value": {"intValue": "-9223372036854775808"}},
                        {"key": "empty", "value": {"stringValue": ""}}]}},
                    {"arrayValue": {}}, {}]}}},
            ],
            "droppedAttributesCount": 3, "flags": 1, "traceId": "0102030405060708090a0B0C0D0E0F10",
            "spanId": "A1a2A3a4A5a6A7a8", "eventName": "something.happened",
            "nameOfAFutureField": {"with": ["anything", null]}
        }]}]
    }]});
    Sample {
        method: LOGS_METHOD,
        path: "/v1/logs",
        protobuf: logs("conformance", vec![record]).encode_to_vec().into(),
        json: json.to_string().into(),
    }
}

/// A span with events, links and status.
fn trace_sample() -> Sample {
    let span = Span {
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        parent_span_id: (2..=9).collect(),
        trace_state: "a=b".to_owned(),
        flags: 257,
        name: "a piece of work".to_owned(),
        kind: 3,
        start_time_unix_nano: EVENT_NS,
        end_time_unix_nano: EVENT_NS + 5_000_000,
        attributes: vec![int("number", 1)],
        events: vec![span::Event {
            time_unix_nano: EVENT_NS + 1_000,
            name: "meanwhile".to_owned(),
            attributes: vec![text("k", "v")],
            dropped_attributes_count: 1,
        }],
        links: vec![span::Link { trace_id: vec![7; 16], span_id: vec![8; 8], flags: 1, ..span::Link::default() }],
        status: Some(Status { message: "not well".to_owned(), code: 2 }),
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let request =
        ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }] };
    let json = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "0102030405060708090A0B0C0D0E0F10", "spanId": "0102030405060708", "parentSpanId": "0203040506070809",
        "traceState": "a=b", "flags": 257, "name": "a piece of work", "kind": 3,
        "startTimeUnixNano": EVENT_NS.to_string(), "endTimeUnixNano": (EVENT_NS + 5_000_000).to_string(),
        "attributes": [{"key": "number", "value": {"intValue": "1"}}],
        "events": [{"timeUnixNano": EVENT_NS + 1_000, "name": "meanwhile", "droppedAttributesCount": 1,
                    "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}],
        "links": [{"traceId": "07".repeat(16), "spanId": "08".repeat(8), "flags": 1, "attributes": null}],
        "status": {"message": "not well", "code": 2}
    }]}]}]});
    Sample {
        method: TRACES_METHOD,
        path: "/v1/traces",
        protobuf: request.encode_to_vec().into(),
        json: json.to_string().into(),
    }
}

/// All five kinds of metric, with exemplars.
fn metric_sample() -> Sample {
    let at = EVENT_NS;
    let exemplars = vec![Exemplar {
        filtered_attributes: vec![text("f", "g")],
        time_unix_nano: at,
        span_id: (1..=8).collect(),
        trace_id: (1..=16).collect(),
        value: Some(exemplar::Value::AsDouble(1.5)),
    }];
    let number = |value| NumberDataPoint { time_unix_nano: at, value: Some(value), ..NumberDataPoint::default() };
    let data = [
        metric::Data::Gauge(Gauge { data_points: vec![number(number_data_point::Value::AsDouble(-0.5))] }),
        metric::Data::Sum(Sum {
            data_points: vec![NumberDataPoint {
                exemplars: exemplars.clone(),
                start_time_unix_nano: at - 1,
                attributes: vec![text("k", "v")],
                ..number(number_data_point::Value::AsInt(9_007_199_254_740_993))
            }],
            aggregation_temporality: AggregationTemporality::Delta.into(),
            is_monotonic: true,
        }),
        metric::Data::Histogram(Histogram {
            data_points: vec![HistogramDataPoint {
                time_unix_nano: at,
                count: 3,
                sum: Some(4.5),
                bucket_counts: vec![1, 2],
                explicit_bounds: vec![1.5],
                min: Some(0.5),
                max: Some(2.0),
                exemplars,
                ..HistogramDataPoint::default()
            }],
            aggregation_temporality: AggregationTemporality::Cumulative.into(),
        }),
        metric::Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![ExponentialHistogramDataPoint {
                time_unix_nano: at,
                count: 4,
                scale: -2,
                zero_count: 1,
                zero_threshold: 0.25,
                positive: Some(Buckets { offset: -1, bucket_counts: vec![1, 2] }),
                ..ExponentialHistogramDataPoint::default()
            }],
            aggregation_temporality: AggregationTemporality::Delta.into(),
        }),
        metric::Data::Summary(Summary {
            data_points: vec![SummaryDataPoint {
                time_unix_nano: at,
                count: 2,
                sum: 3.0,
                quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 1.0 }],
                ..SummaryDataPoint::default()
            }],
        }),
    ];
    let named = |(place, data)| Metric { name: format!("m{place}"), data: Some(data), ..Metric::default() };
    let metrics = data.into_iter().enumerate().map(named).collect();
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }],
    };
    let exemplars = json!([{"asDouble": 1.5, "timeUnixNano": at.to_string(), "spanId": "0102030405060708",
        "traceId": "0102030405060708090a0b0c0d0e0f10",
        "filteredAttributes": [{"key": "f", "value": {"stringValue": "g"}}]}]);
    let json = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [
        {"name": "m0", "gauge": {"dataPoints": [{"timeUnixNano": at, "asDouble": -0.5}]}},
        {"name": "m1", "sum": {"aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [
            {"timeUnixNano": at, "startTimeUnixNano": at - 1, "asInt": "9007199254740993", "exemplars": exemplars,
             "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}]}},
        {"name": "m2", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            {"timeUnixNano": at, "count": "3", "sum": 4.5, "bucketCounts": ["1", "2"], "explicitBounds": [1.5],
             "min": 0.5, "max": 2, "exemplars": exemplars}]}},
        {"name": "m3", "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [
            {"timeUnixNano": at, "count": 4, "scale": -2, "zeroCount": 1, "zeroThreshold": 0.25,
             "positive": {"offset": -1, "bucketCounts": [1, "2"]}}]}},
        {"name": "m4", "summary": {"dataPoints": [
            {"timeUnixNano": at, "count": 2, "sum": 3, "quantileValues": [{"quantile": 0.5, "value": 1}]}]}}
    ]}]}]});
    Sample {
        method: METRICS_METHOD,
        path: "/v1/metrics",
        protobuf: request.encode_to_vec().into(),
        json: json.to_string().into(),
    }
}

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
    let samples = [log_sample(), trace_sample(), metric_sample()];
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
    let samples = [log_sample(), trace_sample(), metric_sample()];
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
        "grpc" | "http" | "framing" | "slow" | "many" | "lifecycle" => {
            root.join("collector/src/receive/tests").join(format!("{place}.rs"))
        }
        "json" => root.join("collector/src/receive/json/tests.rs"),
        "admission" | "body" | "deadline" | "reply" | "rpc" | "shape" => {
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
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(text.contains(&format!("fn {test}()")), "{} has no test {test}", file.display());
        }
    }
}
