//! What is wrong is refused in words that help, and harms nobody else: bad ports, bad folders, bad bodies.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use tonic::Code;

use crate::support::otlp::{LOGS_METHOD, decisions};
use crate::support::server::{Home, Server, refusal, serve};
use crate::support::{query, send, until};

/// The largest request that a receiver takes, as OTLP recommends.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Stands in bad bodies; no answer and no log line may repeat it.
const MARKER: &str = "marker-7c1f-in-a-bad-body";

const LIMIT: Duration = Duration::from_secs(30);

async fn store(server: &Server, session: &str, records: i64) {
    let channel = send::channel(&server.endpoints.grpc);
    let reply = send::grpc(channel, LOGS_METHOD, &[], false, decisions(session, 0, records)).await.unwrap();
    send::takes_all(&reply).unwrap();
}

async fn holds(data_dir: &Path, events: u64) {
    until("the stored events are there", LIMIT, || (query::count(data_dir, "events") == events).then_some(())).await;
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for option in ["--otlp-grpc", "--otlp-http", "--web"] {
        let mut command = crate::support::server::barograph();
        command.arg("serve").arg("--data-dir").arg(home.data());
        for other in ["--otlp-grpc", "--otlp-http", "--web"] {
            command.args([other, if other == option { &address } else { "127.0.0.1:0" }]);
        }
        let said = refusal(command).await;
        assert!(said.contains(&address), "{option} {address}: {said}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let home = Home::new();
    let file = home.path().join("a-file");
    std::fs::write(&file, "not a folder").unwrap();
    let below = file.join("data");
    let said = refusal(serve(&below)).await;
    assert!(said.contains(below.to_str().unwrap()), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a folder");
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let home = Home::new();
    let mut first = Server::start(&home);
    store(&first, "before", 10).await;
    let said = refusal(serve(&home.data())).await;
    assert!(said.contains(home.data().to_str().unwrap()), "{said}");
    store(&first, "after", 10).await;
    holds(&home.data(), 20).await;
    assert!(!first.has_ended());
}

#[tokio::test]
async fn a_folder_of_a_newer_layout_is_refused_and_left_alone() {
    let home = Home::new();
    let server = Server::start(&home);
    store(&server, "session", 10).await;
    holds(&home.data(), 10).await;
    assert!(server.terminate(LIMIT).await.success());

    let (known, newer) = (r#""barograph.layout":"2""#, r#""barograph.layout":"999""#);
    assert!(rewrite(&home.data().join("tables"), known, newer) > 0, "no table names its layout");
    let said = refusal(serve(&home.data())).await;
    assert!(said.contains("999"), "{said}");
    rewrite(&home.data().join("tables"), newer, known);
    assert_eq!(query::count(&home.data(), "events"), 10);
    let server = Server::start(&home);
    store(&server, "later", 10).await;
    holds(&home.data(), 20).await;
}

/// Replaces text in the Delta logs below a folder; returns how many files had it.
fn rewrite(folder: &Path, from: &str, to: &str) -> usize {
    let mut rewritten = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rewritten += rewrite(&path, from, to);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.contains(from) {
                std::fs::write(&path, text.replace(from, to)).unwrap();
                rewritten += 1;
            }
        }
    }
    rewritten
}

/// A body over HTTP that must be refused.
struct Bad {
    what: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: Bytes,
    status: &'static [u16],
    /// A server may hang up on a body that is too large while it is still being sent.
    may_hang_up: bool,
}

impl Bad {
    fn new(what: &'static str, content_type: &'static [(&'static str, &'static str)], body: impl Into<Bytes>) -> Self {
        let (body, path) = (body.into(), "/v1/logs");
        Self { what, path, headers: content_type, body, status: &[400], may_hang_up: false }
    }
}

const PROTOBUF: &[(&str, &str)] = &[("content-type", "application/x-protobuf")];
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const PROTOBUF_GZIP: &[(&str, &str)] = &[("content-type", "application/x-protobuf"), ("content-encoding", "gzip")];
const PROTOBUF_ODD: &[(&str, &str)] = &[("content-type", "application/x-protobuf"), ("content-encoding", "odd")];
const TEXT: &[(&str, &str)] = &[("content-type", "text/plain")];

fn bad_bodies() -> Vec<Bad> {
    let nothing = vec![0_u8; MAX_MESSAGE_BYTES + 1];
    let bomb = send::gzip(&nothing);
    let cut = send::gzip(&decisions("cut", 0, 50));
    let deep_json = [
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":"#,
        &r#"{"arrayValue":{"values":["#.repeat(100_000),
        &"]}}".repeat(100_000),
        "}]}]}]}",
    ]
    .concat();
    let no_export = format!(r#"{{"resourceLogs":"{MARKER}"}}"#);
    vec![
        Bad::new("text as protobuf", PROTOBUF, MARKER),
        Bad::new("text as JSON", JSON, MARKER),
        Bad::new("JSON of another shape", JSON, no_export),
        Bad::new("text as gzip", PROTOBUF_GZIP, MARKER),
        Bad::new("gzip cut short", PROTOBUF_GZIP, cut.slice(..cut.len() / 2)),
        Bad::new("JSON nested 100,000 deep", JSON, deep_json),
        Bad::new("protobuf nested 200,000 deep", PROTOBUF, deep_protobuf(200_000)),
        Bad { status: &[413], ..Bad::new("a gzip bomb", PROTOBUF_GZIP, bomb) },
        Bad { status: &[413], may_hang_up: true, ..Bad::new("a body too large", PROTOBUF, nothing) },
        Bad { status: &[415], ..Bad::new("plain text", TEXT, MARKER) },
        Bad { status: &[415], ..Bad::new("an unknown encoding", PROTOBUF_ODD, MARKER) },
        Bad { status: &[404], path: "/v1/nothing", ..Bad::new("an unknown path", PROTOBUF, MARKER) },
    ]
}

/// An export request whose one log body is arrays in arrays, written by hand since no encoder goes that deep.
fn deep_protobuf(depth: usize) -> Bytes {
    // Built from the inside out, backwards, so that each length is known when it is written.
    let mut backwards: Vec<u8> = Vec::new();
    let mut wrap = |field: u8| {
        let mut head = vec![field << 3 | 2];
        let mut length = backwards.len();
        while length >= 0x80 {
            head.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        head.push(u8::try_from(length).unwrap());
        backwards.extend(head.iter().rev());
    };
    for _ in 0..depth {
        wrap(1); // ArrayValue.values
        wrap(5); // AnyValue.array_value
    }
    wrap(5); // LogRecord.body
    wrap(2); // ScopeLogs.log_records
    wrap(2); // ResourceLogs.scope_logs
    wrap(1); // ExportLogsServiceRequest.resource_logs
    backwards.reverse();
    backwards.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_bodies_are_refused_for_good_while_others_are_served() {
    let home = Home::new();
    let mut server = Server::start(&home);
    let stop = tokio_util::sync::CancellationToken::new();
    let other = tokio::spawn(keep_sending(server.endpoints.grpc.clone(), stop.clone()));

    let client = reqwest::Client::builder().timeout(Duration::from_mins(1)).build().unwrap();
    let mut faults = Vec::new();
    for bad in bad_bodies() {
        let headers: Vec<_> =
            bad.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match send::http(&client, &format!("{}{}", server.endpoints.http, bad.path), &headers, bad.body).await {
            Ok(answer) => {
                let echoes = String::from_utf8_lossy(&answer.body).contains(MARKER);
                println!("HTTP, {}: {}", bad.what, answer.status);
                if echoes || !bad.status.contains(&answer.status) {
                    faults.push(format!("{}: {} (wanted {:?}, echo {echoes})", bad.what, answer.status, bad.status));
                }
            }
            Err(error) if bad.may_hang_up && !error.is_timeout() => println!("HTTP, {}: hung up", bad.what),
            Err(error) => faults.push(format!("{}: {error}", bad.what)),
        }
    }
    let get = client.get(format!("{}/v1/logs", server.endpoints.http)).send().await.unwrap();
    assert_eq!(get.status().as_u16(), 405, "GET");

    let too_large = Bytes::from(vec![0_u8; MAX_MESSAGE_BYTES + 1]);
    let messages: [(&str, bool, Bytes, &[Code]); 4] = [
        ("text", false, MARKER.into(), &[Code::InvalidArgument, Code::Internal]),
        ("nested 200,000 deep", false, deep_protobuf(200_000), &[Code::InvalidArgument, Code::Internal]),
        ("too large", false, too_large.clone(), &[Code::ResourceExhausted]),
        ("too large when unpacked", true, too_large, &[Code::ResourceExhausted]),
    ];
    for (what, gzip, message, wanted) in messages {
        let channel = tonic::transport::Endpoint::from_shared(server.endpoints.grpc.clone()).unwrap().connect_lazy();
        let status = send::grpc(channel, LOGS_METHOD, &[], gzip, message).await.expect_err(what);
        println!("gRPC, {what}: {:?}", status.code());
        if !wanted.contains(&status.code()) || status.message().contains(MARKER) {
            faults.push(format!("{what}: {status} (wanted {wanted:?})"));
        }
    }

    stop.cancel();
    let acknowledged = other.await.unwrap();
    println!("{acknowledged} records of the other client acknowledged meanwhile");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!server.has_ended());
    assert!(!home.logged().contains(MARKER), "the log repeats a body");
    holds(&home.data(), acknowledged).await;
    assert!(server.terminate(LIMIT).await.success());
}

/// A client that does everything right; returns how many of its records were acknowledged.
async fn keep_sending(endpoint: String, stop: tokio_util::sync::CancellationToken) -> u64 {
    let channel = send::channel(&endpoint);
    let mut from = 0;
    while !stop.is_cancelled() {
        let message = decisions("well-behaved", from, from + 10);
        let reply = send::grpc(channel.clone(), LOGS_METHOD, &[], false, message).await;
        send::takes_all(&reply.expect("others are served while bad bodies are refused")).unwrap();
        from += 10;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    from.cast_unsigned()
}
