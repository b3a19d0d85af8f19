//! The record of a question and its answer is taken from any sender, over gRPC and over HTTP/JSON, and its own words
//! stand in `decisions`.

use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;
use serde::Deserialize;

use crate::support::otlp::{EVENT_NS, LOGS_METHOD, int, logs, text};
use crate::support::server::{Home, Server};
use crate::support::{query, send, until};

/// Fields with text, besides the ids.
const FIELDS: [(&str, &str); 12] = [
    ("tool_name", "Bash"),
    ("command", "git push origin main"),
    ("decision", "deny"),
    ("decided_by", "person"),
    ("rule", "Bash(git push:*)"),
    ("rule_scope", "project"),
    ("permission_mode", "default"),
    ("answered_by", "reviewer-7"),
    ("boundary", "pushes to a shared branch"),
    ("why_it_matters", "others build on main"),
    ("options", "push; open a request; stop"),
    ("evidence", "tests were not run"),
];

/// The question waited 14.25 s for its answer.
const ASKED_NS: u64 = EVENT_NS;
const ANSWERED_NS: u64 = EVENT_NS + 14_250_000_000;

fn record(session: &str, call: &str) -> LogRecord {
    let mut attributes = vec![
        text("event.name", "permission_decision"),
        text("session.id", session),
        text("prompt.id", "prompt-1"),
        text("tool_use_id", call),
        int("asked_at", i64::try_from(ASKED_NS).unwrap()),
        int("answered_at", i64::try_from(ANSWERED_NS).unwrap()),
    ];
    attributes.extend(FIELDS.map(|(key, value)| text(key, value)));
    LogRecord { time_unix_nano: ANSWERED_NS, attributes, ..LogRecord::default() }
}

/// The same record as JSON, written by hand as a script would.
fn json(session: &str, call: &str) -> String {
    let attributes: Vec<_> = record(session, call)
        .attributes
        .into_iter()
        .map(|attribute| {
            let value = match attribute.value.and_then(|value| value.value) {
                Some(Value::StringValue(text)) => serde_json::json!({"stringValue": text}),
                Some(Value::IntValue(int)) => serde_json::json!({"intValue": int.to_string()}),
                other => panic!("no such attribute here: {other:?}"),
            };
            serde_json::json!({"key": attribute.key, "value": value})
        })
        .collect();
    let service = serde_json::json!({"key": "service.name", "value": {"stringValue": "home-grown-agent"}});
    let record = serde_json::json!({"timeUnixNano": ANSWERED_NS.to_string(), "attributes": attributes});
    let scope = serde_json::json!({"logRecords": [record]});
    serde_json::json!({"resourceLogs": [{"resource": {"attributes": [service]}, "scopeLogs": [scope]}]}).to_string()
}

#[derive(Debug, Deserialize, PartialEq)]
struct Told {
    agent: String,
    session_id: String,
    prompt_id: String,
    tool_use_id: String,
    asked_us: i64,
    answered_us: i64,
    wait_ms: f64,
    asked: bool,
    decided_by_basis: String,
    #[serde(flatten)]
    fields: std::collections::BTreeMap<String, String>,
}

#[tokio::test]
async fn a_permission_decision_from_any_sender_is_told_in_its_own_words() {
    let home = Home::new();
    let server = Server::start(&home);
    let message = logs("home-grown-agent", vec![record("session-grpc", "call-grpc")]).encode_to_vec();
    let reply = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, message.into()).await;
    send::takes_all(&reply.unwrap()).unwrap();
    let url = format!("{}/v1/logs", server.endpoints.http);
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let body = json("session-json", "call-json").into();
    let answer = send::http(&send::http_client(), &url, &headers, body).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    send::takes_all_json(&answer.body).unwrap();

    let data = home.data();
    let limit = Duration::from_secs(20);
    until("both are in decisions", limit, || (query::count(&data, "decisions") == 2).then_some(())).await;
    // What pages need is in the view; the rest is beside it in the record's own row.
    let of_view = ["tool_name", "command", "decision", "decided_by", "rule", "rule_scope", "permission_mode"];
    let fields: Vec<String> = FIELDS
        .iter()
        .map(|(name, _)| format!("{}.{name} AS {name}", if of_view.contains(name) { "d" } else { "e" }))
        .collect();
    let sql = format!(
        "SELECT d.agent, d.session_id, d.prompt_id, d.tool_use_id, CAST(e.asked_at AS BIGINT) AS asked_us, \
         CAST(e.answered_at AS BIGINT) AS answered_us, d.wait_ms, d.asked, d.decided_by_basis, {} \
         FROM decisions d JOIN events e ON d.event_id = e.event_id ORDER BY d.session_id",
        fields.join(", ")
    );
    let told: Vec<Told> = query::rows(&data, &sql);
    let expected = |way: &str| Told {
        agent: "home-grown-agent".to_owned(),
        session_id: format!("session-{way}"),
        prompt_id: "prompt-1".to_owned(),
        tool_use_id: format!("call-{way}"),
        asked_us: i64::try_from(ASKED_NS / 1_000).unwrap(),
        answered_us: i64::try_from(ANSWERED_NS / 1_000).unwrap(),
        wait_ms: 14_250.0,
        asked: true,
        decided_by_basis: "observed".to_owned(),
        fields: FIELDS.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    assert_eq!(told, [expected("grpc"), expected("json")]);
}
