//! All captures, replayed once against one server, for all promises that are about them.

use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use barograph_proto::otlp::Signal;
use barograph_proto::time::{Clock, SystemClock};
use bytes::Bytes;

use super::captures::{self, Captures, Request, Scenario};
use super::census::{Census, Counted};
use super::server::{Home, Server};
use super::{query, send};

/// How long the last rows may take until queries see them.
const VISIBLE_LIMIT: Duration = Duration::from_secs(20);

/// The tables in the order of [`Signal::ALL`].
pub(crate) const TABLES: [&str; 3] = ["events", "spans", "metric_points"];

/// The captures and the server that took them.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(crate) home: Home,
    pub(crate) server: Server,
    pub(crate) captures: Captures,
    /// What was sent, in the order of the captures' scenarios.
    pub(crate) sent: Vec<Sent>,
    /// Requests that were not taken whole, with the reason.
    pub(crate) refused: Vec<String>,
    _leash: Leash,
}

/// What was sent of one scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// Requests.
    pub(crate) requests: usize,
    /// Records per signal, in the order of [`Signal::ALL`].
    pub(crate) records: [Counted; 3],
    /// When, by the clock that the server shares: from (inclusive) to (inclusive), µs since the epoch.
    pub(crate) window: (i64, i64),
}

/// The one replay of this process.
pub(crate) fn replayed() -> &'static Replayed {
    static REPLAYED: LazyLock<Replayed> = LazyLock::new(|| {
        // A thread of its own, since the first caller may already be inside a runtime.
        let replay = || tokio::runtime::Runtime::new().unwrap().block_on(replay());
        std::thread::spawn(replay).join().unwrap_or_else(|_| panic!("the replay failed; its own message is above"))
    });
    &REPLAYED
}

async fn replay() -> Replayed {
    let captures = captures::read();
    let home = Home::new();
    let server = Server::start_logging(&home, "trace");
    let leash = Leash::new(&server, &home);
    let mut census: [Census; 3] = Default::default();
    let mut refused = Vec::new();
    let mut sent = Vec::new();
    for scenario in &captures.scenarios {
        let start = SystemClock.now();
        let channel = send::channel(&server.endpoints.grpc);
        let client = send::http_client();
        let mut records = [Counted::default(); 3];
        for request in &scenario.requests {
            let answer = if request.meta.transport == "grpc" {
                over_grpc(channel.clone(), scenario, request).await
            } else {
                over_http(&client, &server.endpoints.http, request).await
            };
            if let Err(reason) = answer {
                refused.push(format!("{}/{}: {reason}", scenario.name, request.name));
            }
            let signal = request.meta.signal();
            let table = Signal::ALL.iter().position(|other| *other == signal).unwrap();
            records[table] += census[table].add(signal, request.json, &request.body);
        }
        sent.push(Sent { requests: scenario.requests.len(), records, window: (start, SystemClock.now()) });
    }
    let replayed = Replayed { home, server, captures, sent, refused, _leash: leash };
    replayed.wait_until_visible().await;
    replayed
}

impl Replayed {
    /// Distinct records sent of each signal.
    pub(crate) fn expected(&self) -> [u64; 3] {
        [0, 1, 2].map(|table| self.sent.iter().map(|sent| sent.records[table].new).sum())
    }

    /// Waits until the tables hold what was sent, or for long enough: the promises say what is missing.
    async fn wait_until_visible(&self) {
        let deadline = Instant::now() + VISIBLE_LIMIT;
        while Instant::now() < deadline {
            if TABLES.map(|table| query::count(&self.home.data(), table)) == self.expected() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn over_grpc(channel: tonic::transport::Channel, scenario: &Scenario, request: &Request) -> Result<(), String> {
    // The transport writes these itself.
    let own = ["user-agent", "accept-encoding", "grpc-accept-encoding"];
    let metadata: Vec<_> =
        request.meta.metadata.iter().filter(|(key, _)| !own.contains(&key.as_str())).cloned().collect();
    let method = request.meta.method.as_deref().expect("a gRPC request has a method");
    let reply = send::grpc(channel, method, &metadata, scenario.grpc_gzip, request.body.clone()).await;
    send::takes_all(&reply.map_err(|status| status.to_string())?)
}

async fn over_http(client: &reqwest::Client, endpoint: &str, request: &Request) -> Result<(), String> {
    let own = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding"];
    let headers: Vec<_> = request
        .meta
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.to_ascii_lowercase().as_str()))
        .cloned()
        .collect();
    let body: Bytes = match request.meta.content_encoding.as_deref() {
        Some("gzip") => send::gzip(&request.body),
        Some(other) => panic!("a capture is compressed with {other}, which this replay does not know"),
        None => request.body.clone(),
    };
    let url = format!("{endpoint}{}", request.meta.path.as_deref().expect("an HTTP request has a path"));
    let answer = send::http(client, &url, &headers, body).await.map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(format!("HTTP {}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
    }
    let sent_type = if request.json { "application/json" } else { "application/x-protobuf" };
    if !answer.content_type.starts_with(sent_type) {
        return Err(format!("sent {sent_type}, answered {}", answer.content_type));
    }
    if request.json { send::takes_all_json(&answer.body) } else { send::takes_all(&answer.body) }
}

/// Ends the shared server and removes its folder when this process ends, however it ends: what a static holds is never
/// dropped, but the system closes the pipe that this shell reads from.
#[derive(Debug)]
struct Leash(Child);

impl Leash {
    fn new(server: &Server, home: &Home) -> Self {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            r#"trap "" INT TERM; read -r _; kill -9 "$1"; rm -rf "$2""#,
            "leash",
            &server.id().to_string(),
        ]);
        command.arg(home.path()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        // Reached only when the replay itself fails.
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
