//! Redaction, proved from outside: the labelled corpus through the command and through the receiver is the same and holds
//! the gate, and of what was planted nothing is in any byte that the process writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::kinds;
use crate::score::{Label, Row, score, unpacked};
use crate::support::otlp::{EVENT_NS, LOGS_METHOD, attribute, logs, text};
use crate::support::server::{Home, Server, Starting, barograph, serve};
use crate::support::{captures, query, send, until};

const LIMIT: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Id {
    event_id: String,
}

/// Records of a request.
const BATCH: usize = 100;

fn corpus() -> Vec<Row> {
    unpacked(include_bytes!("fixtures/redaction-corpus.jsonl.gz"))
}

/// The corpus, and kinds and places that detection was not made for.
fn planted() -> Vec<Row> {
    let mut rows = corpus();
    rows.extend(kinds::corpus(3, 4, 0));
    rows.extend(kinds::second_corpus(3).into_iter().filter(|row| row.label == Label::Secret).step_by(3));
    for (at, row) in rows.iter_mut().enumerate() {
        row.id = format!("planted-{at}");
    }
    rows
}

#[tokio::test]
async fn the_corpus_is_judged_alike_by_command_and_receiver_and_holds_the_gate() {
    let rows = corpus();
    let home = Home::new();
    // First the receiver, which makes the keys that both write tokens with.
    let by_receiver = by_receiver(&home, &rows).await;
    let by_command = by_command(&home, &rows);
    let differing: Vec<_> = rows.iter().filter(|row| by_command[&row.id] != by_receiver[&row.id]).collect();
    for row in &differing {
        println!("{}\n  {:?}\n  {:?}", row.text, by_command[&row.id], by_receiver[&row.id]);
    }
    let report = score(rows.iter().map(|row| (row, by_receiver[&row.id].as_deref())));
    println!("{} rows through the receiver, {report}", rows.len());
    assert!(differing.is_empty(), "{} rows are judged unlike", differing.len());
    assert!(report.broken().is_empty(), "{:?}", report.broken());
}

/// What `barograph redact test` leaves of each row; none where it is withheld.
fn by_command(home: &Home, rows: &[Row]) -> BTreeMap<String, Option<String>> {
    #[derive(Deserialize)]
    struct Answer {
        id: String,
        redacted: Option<String>,
    }
    let mut command = barograph();
    command.args(["redact", "test", "--jsonl", "--policy", "detect-all", "--data-dir"]).arg(home.data());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| json!({"id": row.id, "tool": row.tool, "arg": row.arg, "text": row.text}).to_string())
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.join("\n").as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers = answers.lines().map(|line| serde_json::from_str::<Answer>(line).unwrap());
    answers.map(|answer| (answer.id, answer.redacted)).collect()
}

/// What the events hold of each row.
async fn by_receiver(home: &Home, rows: &[Row]) -> BTreeMap<String, Option<String>> {
    #[derive(Deserialize)]
    struct Stored {
        tool_use_id: String,
        attributes: Value,
    }
    let server = serving(home, "detect-all", "info");
    send_rows(&server, rows).await;
    let total = u64::try_from(rows.len()).unwrap();
    until("the rows are stored", LIMIT, || (query::count(&home.data(), "events") == total).then_some(())).await;
    let stored: Vec<Stored> = query::all_rows(&home.data(), "tool_use_id, attributes", "events");
    let arguments: BTreeMap<&str, (&str, &str)> = rows.iter().map(|row| (row.id.as_str(), carrier(row))).collect();
    stored
        .into_iter()
        .map(|row| {
            let (attribute, argument) = arguments[row.tool_use_id.as_str()];
            let attributes = object(&row.attributes);
            let held = attributes.get(attribute).map(object).unwrap_or_default();
            let text = held.get(argument).and_then(Value::as_str).unwrap_or_default().to_owned();
            (row.tool_use_id, Some(text).filter(|text| !text.starts_with("[withheld:")))
        })
        .collect()
}

/// A JSON object, or one inside a text.
fn object(value: &Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map.clone(),
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Map::new(),
    }
}

/// The attribute that carries a row's text, and the argument's name in it.
fn carrier(row: &Row) -> (&'static str, &str) {
    if row.tool == "Bash" && row.arg == "command" {
        ("tool_parameters", "full_command")
    } else {
        ("tool_input", row.arg.as_str())
    }
}

fn record(row: &Row, at: usize) -> LogRecord {
    let (carrier, argument) = carrier(row);
    let body = any_value::Value::StringValue("claude_code.tool_result".to_owned());
    LogRecord {
        time_unix_nano: EVENT_NS + u64::try_from(at).unwrap() * 1_000_000,
        body: Some(AnyValue { value: Some(body) }),
        attributes: vec![
            text("event.name", "tool_result"),
            text("session.id", "corpus"),
            attribute("event.sequence", any_value::Value::IntValue(i64::try_from(at).unwrap())),
            text("tool_use_id", &row.id),
            text("tool_name", &row.tool),
            text(carrier, &json!({ argument: row.text }).to_string()),
            text("success", "true"),
        ],
        ..LogRecord::default()
    }
}

async fn send_rows(server: &Server, rows: &[Row]) {
    let channel = send::channel(&server.endpoints.grpc);
    let records: Vec<LogRecord> = rows.iter().enumerate().map(|(at, row)| record(row, at)).collect();
    for batch in records.chunks(BATCH) {
        let message = logs("claude-code", batch.to_vec()).encode_to_vec().into();
        let reply = send::grpc(channel.clone(), LOGS_METHOD, &[], false, message).await.unwrap();
        send::takes_all(&reply).unwrap();
    }
}

/// A server with a policy, whose temporary files are in the home too.
fn serving(home: &Home, policy: &str, level: &str) -> Server {
    let temporary = home.path().join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    let mut command = serve(&home.data());
    command.args(["--redaction-policy", policy]);
    command.env("BAROGRAPH_LOG", level).env("TMPDIR", temporary);
    let starting = Starting::spawn(home, command);
    starting.ready(LIMIT).unwrap_or_else(|| panic!("the server does not start; it logged:\n{}", home.logged()))
}

#[tokio::test]
async fn nothing_that_is_written_holds_a_secret_by_default() {
    nothing_holds_a_secret("default").await;
}

#[tokio::test]
async fn nothing_that_is_written_holds_a_secret_where_all_is_detected() {
    nothing_holds_a_secret("detect-all").await;
}

/// Sends the corpus and all captures, well and badly formed, and looks through every byte that comes out.
async fn nothing_holds_a_secret(policy: &str) {
    let rows = planted();
    let captures = captures::read();
    let home = Home::new();
    let server = serving(&home, policy, "trace");
    send_rows(&server, &rows).await;
    let client = send::http_client();
    let mut answers = bad_bodies(&server, &client, &rows).await;
    for scenario in &captures.scenarios {
        for request in &scenario.requests {
            let path = request.meta.path.clone().unwrap_or_else(|| format!("/v1/{}", request.meta.signal().name()));
            let kind = if request.json { "application/json" } else { "application/x-protobuf" };
            let url = format!("{}{path}", server.endpoints.http);
            let headers = [("content-type".to_owned(), kind.to_owned())];
            let answer = send::http(&client, &url, &headers, request.body.clone()).await.unwrap();
            answers.push((format!("{}/{}", scenario.name, request.name), answer.body));
        }
    }
    let total = u64::try_from(rows.len()).unwrap();
    until("the corpus is stored", LIMIT, || {
        (query::count(&home.data(), "events WHERE session_id = 'corpus'") == total).then_some(())
    })
    .await;
    let ids: Vec<Id> = query::rows(&home.data(), "SELECT event_id FROM events WHERE session_id = 'corpus' LIMIT 60");
    let records = ids.into_iter().map(|row| format!("/events/{}", row.event_id));
    let pages = ["/metrics", "/", "/health", "/hotspots", "/search", "/search?text=curl", "/sessions/corpus"];
    for page in pages.map(str::to_owned).into_iter().chain(records) {
        let response = client.get(format!("{}{page}", server.endpoints.web)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{page}");
        answers.push((page, response.bytes().await.unwrap()));
    }
    let secrets = Secrets::of(&rows);
    for (part, id) in secrets.parts.values().flatten() {
        assert!(
            secrets.within(format!("é{part}").as_bytes()).contains(id),
            "what is looked for is not found where it is"
        );
    }
    let mut found = Vec::new();
    for (name, body) in &answers {
        found.extend(secrets.within(body).into_iter().map(|id| format!("{id} in the answer of {name}")));
    }
    let mut cells = 0;
    for table in ["events", "spans", "metric_points", "decisions", "sessions"] {
        let whole: Vec<Map<String, Value>> = query::rows(&home.data(), &format!("SELECT * FROM {table}"));
        for row in whole {
            for (column, cell) in row {
                cells += 1;
                let cell = cell.to_string();
                found.extend(secrets.within(cell.as_bytes()).into_iter().map(|id| format!("{id} in {table}.{column}")));
            }
        }
    }
    let mut files = 0;
    for path in files_below(home.path()) {
        // The committer may have removed what was listed.
        let Ok(content) = std::fs::read(&path) else { continue };
        files += 1;
        found.extend(secrets.within(&content).into_iter().map(|id| format!("{id} in {}", path.display())));
    }
    println!(
        "{policy}: {} secrets looked for in {} answers, {cells} cells, {files} files",
        secrets.parts.values().map(Vec::len).sum::<usize>(),
        answers.len()
    );
    assert!(home.logged().contains("TRACE"), "the log is not at trace level, which proves nothing");
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
    drop(server);
}

/// Bodies that are refused, with secrets in them: cut off, of the wrong type, of the wrong kind.
async fn bad_bodies(server: &Server, client: &reqwest::Client, rows: &[Row]) -> Vec<(String, Bytes)> {
    let mut answers = Vec::new();
    for (at, row) in rows.iter().filter(|row| row.label == Label::Secret).enumerate().step_by(7) {
        let message: Bytes = logs("claude-code", vec![record(row, at)]).encode_to_vec().into();
        let json = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": row.text}, "timeUnixNano": row.text}]}]}]});
        for (kind, body) in [
            ("application/x-protobuf", message.slice(..message.len() - 3)),
            ("application/json", Bytes::from(json.to_string())),
            ("application/json", Bytes::from(format!("{{\"resourceLogs\": {:?}", row.text))),
            ("text/plain", Bytes::from(row.text.clone())),
        ] {
            let headers = [("content-type".to_owned(), kind.to_owned())];
            let answer =
                send::http(client, &format!("{}/v1/logs", server.endpoints.http), &headers, body).await.unwrap();
            answers.push((format!("a bad body as {kind}"), answer.body));
        }
        let cut = message.slice(..message.len() - 3);
        if let Err(status) = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, cut).await {
            answers.push(("a bad message".to_owned(), Bytes::from(status.message().to_owned())));
        }
    }
    answers
}

/// How many bytes of a part are looked up at once; shorter parts are in too many harmless words.
const HEAD: usize = 8;

/// What must not be found.
struct Secrets<'a> {
    /// The parts and the ids of their rows, by their first bytes.
    parts: HashMap<[u8; HEAD], Vec<(String, &'a str)>>,
}

impl<'a> Secrets<'a> {
    /// The secrets that detection finds. It is the gate that speaks of the others.
    fn of(rows: &'a [Row]) -> Self {
        let missed = missed(rows);
        let mut parts = HashMap::<_, Vec<_>>::new();
        for row in rows.iter().filter(|row| row.label == Label::Secret && !missed.contains(&row.id)) {
            for span in &row.spans {
                let part: String = row.text.chars().skip(span.start).take(span.end - span.start).collect();
                if let Some(head) = part.as_bytes().first_chunk::<HEAD>().copied() {
                    parts.entry(head).or_default().push((part, row.id.as_str()));
                }
            }
        }
        Self { parts }
    }

    /// The ids of the rows of which a part is in some bytes.
    fn within(&self, content: &[u8]) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        for (at, head) in content.windows(HEAD).enumerate() {
            let Some(parts) = <[u8; HEAD]>::try_from(head).ok().and_then(|head| self.parts.get(&head)) else {
                continue;
            };
            let rest = &content[at..];
            found.extend(parts.iter().filter(|(part, _)| rest.starts_with(part.as_bytes())).map(|(_, id)| *id));
        }
        found
    }
}

/// Ids of rows that the policy `detect-all` leaves a secret in.
fn missed(rows: &[Row]) -> Vec<String> {
    let left = by_command(&Home::new(), rows);
    score(rows.iter().map(|row| (row, left[&row.id].as_deref()))).missed
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map_while(Result::ok) {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}
