//! What is shipped to operate Barograph speaks of what there is: every metric that the Grafana dashboard and the alerts
//! ask for is one that a server shows, and what is written down about sizes and times agrees with the program.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use prost::Message as _;
use regex::Regex;
use serde_json::Value;

use crate::support::otlp::{LOGS_METHOD, decision, logs, text};
use crate::support::server::{Home, Server, serve};
use crate::support::{query, send, until};

const DASHBOARD: &str = include_str!("../deploy/grafana/barograph.json");
const ALERTS: &str = include_str!("../deploy/prometheus/alerts.yaml");

/// The metrics that a text asks for, histograms by their base name.
fn asked(text: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\bbarograph_[a-z_]+[a-z]").unwrap();
    name.find_iter(text).map(|found| found.as_str().trim_end_matches("_bucket").to_owned()).collect()
}

/// The metrics that a server shows, as they are asked for.
fn shown(metrics: &str) -> BTreeSet<String> {
    let types = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    types
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect()
}

/// The expressions of a dashboard, and what else it says that queries are made of.
fn expressions(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::String(text) if ["expr", "query", "definition"].contains(&name.as_str()) => into.push(text.clone()),
            value => expressions(value, into),
        }),
        Value::Array(values) => values.iter().for_each(|value| expressions(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn dashboard_and_alerts_ask_for_metrics_that_there_are() {
    let home = Home::new();
    let mut command = serve(&home.data());
    command.args(["--redaction-canary", "true", "--redaction-shadow-policy", "detect-all"]);
    let server = Server::start_command(&home, command);
    // Something is found, something withheld, and something refused: counters with many labels begin with the first.
    let mut record = decision("session", 0, "psql postgres://app:hunter2hunter2@db/app");
    record.attributes.push(text("an attribute of no agent", "in words"));
    let message = logs("claude-code", vec![record]).encode_to_vec().into();
    let reply = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, message).await.unwrap();
    send::takes_all(&reply).unwrap();
    let refused = send::http(&send::http_client(), &server.endpoints.http, &[], Bytes::new()).await.unwrap();
    assert_eq!(refused.status, 404);
    let seen = || (query::count(&home.data(), "events") == 1).then_some(());
    until("the record is in the table", Duration::from_secs(30), seen).await;
    let shown = shown(&send::page(&server, "/metrics").await);

    let mut queries = Vec::new();
    expressions(&serde_json::from_str(DASHBOARD).unwrap(), &mut queries);
    assert!(queries.len() > 40, "the dashboard has its panels");
    let asked: BTreeSet<String> = asked(&queries.join("\n")).union(&asked(ALERTS)).cloned().collect();
    assert!(asked.len() > 25, "{asked:?}");
    let missing: Vec<_> = asked.iter().filter(|name| !shown.contains(*name)).collect();
    assert!(missing.is_empty(), "no server shows {missing:?}, but {shown:#?}");
    let unseen: Vec<_> = shown.iter().filter(|name| !asked.contains(*name)).collect();
    assert!(unseen.len() <= 2, "neither dashboard nor alerts ask for {unseen:?}");
}

#[test]
fn the_dashboard_is_one_that_grafana_can_read() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "two panels have one id: {panel}");
        let place = &panel["gridPos"];
        assert!(place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap() <= 24, "{panel}");
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{panel}");
            assert!(panel["description"].as_str().is_some_and(|said| !said.is_empty()), "{panel}");
        }
    }
    let rows: Vec<_> = panels.iter().filter(|panel| panel["type"] == "row").map(|row| &row["title"]).collect();
    assert!(rows.contains(&&Value::from("Table maintenance")), "{rows:?}");
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert_eq!((&variables[0]["name"], &variables[0]["type"]), (&"datasource".into(), &"datasource".into()));
}

/// The lines of a file that are no comments.
fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn every_alert_says_how_bad_it_is_and_what_to_do() {
    let lines = lines(ALERTS);
    let count = |word: &str| lines.iter().filter(|line| line.trim_start_matches("- ").starts_with(word)).count();
    let alerts = count("alert: ");
    assert!(alerts > 10);
    assert_eq!(["expr: ", "labels: {severity: ", "summary: ", "description: "].map(count), [alerts; 4]);
}

#[test]
fn probes_grace_and_rights_are_what_the_program_needs() {
    let pod = lines(include_str!("../deploy/kubernetes/statefulset.yaml"));
    for needed in [
        "replicas: 1",
        "terminationGracePeriodSeconds: 35",
        "runAsNonRoot: true",
        "readOnlyRootFilesystem: true",
        "allowPrivilegeEscalation: false",
        "capabilities: {drop: [ALL]}",
        "httpGet: {path: /healthz, port: web}",
        "httpGet: {path: /readyz, port: web}",
    ] {
        assert!(pod.contains(&needed), "{needed}");
    }
    let compose = lines(include_str!("../deploy/compose.yaml"));
    for needed in ["stop_grace_period: 35s", "read_only: true"] {
        assert!(compose.contains(&needed), "{needed}");
    }
    // Published to this machine only.
    let ports: Vec<_> = compose.iter().filter(|line| line.starts_with("- \"127.0.0.1:")).collect();
    assert_eq!(ports.len(), 3, "{compose:?}");
}

#[test]
fn the_settings_for_kubernetes_are_settings() {
    let map = include_str!("../deploy/kubernetes/configmap.yaml");
    let (_, settings) = map.split_once("barograph.toml: |\n").unwrap();
    let known = include_str!("../deploy/barograph.toml");
    let names: Vec<_> = settings.lines().filter_map(|line| line.trim().split_once(" = ")).collect();
    assert!(names.len() >= 6);
    for (name, _) in names {
        let name = name.trim_start_matches("# ");
        let is_known = known.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{name} = ")));
        assert!(is_known, "{name}");
    }
}

#[test]
fn the_laptop_collector_keeps_what_it_takes_and_changes_nothing() {
    let text = include_str!("../deploy/otelcol/laptop.yaml");
    let lines = lines(text);
    for needed in [
        "endpoint: 127.0.0.1:4317",
        "endpoint: 127.0.0.1:4318",
        "storage: file_storage",
        "fsync: true",
        "max_elapsed_time: 0s",
        "compression: gzip",
    ] {
        assert!(lines.contains(&needed), "{needed}");
    }
    assert!(!lines.iter().any(|line| line.contains("processors:")), "a processor changes records");
    let size = |name: &str| -> u64 { lines.iter().find_map(|line| line.strip_prefix(name)).unwrap().parse().unwrap() };
    assert!(size("max_size: ") * 2 < 64 * 1024 * 1024, "a batch is well below what a request may have");
    assert_eq!(size("max_request_body_size: "), 64 * 1024 * 1024);
}
