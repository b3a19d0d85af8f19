//! The recorded clients: every scenario with its requests and labels, from the archive beside the tests and from the
//! folder of captures where there is one.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use barograph_proto::otlp::Signal;
use bytes::Bytes;
use serde::Deserialize;

/// All captures.
#[derive(Debug)]
pub(crate) struct Captures {
    /// By client, then by name.
    pub(crate) scenarios: Vec<Scenario>,
    /// Strings that must never come through.
    pub(crate) planted: Vec<String>,
}

/// One run of one client.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// `claude-code-2.1.328/perm-default`.
    pub(crate) name: String,
    /// In the order sent; requests whose body was not kept are left out.
    pub(crate) requests: Vec<Request>,
    /// In the order sent.
    pub(crate) labels: Vec<Label>,
    /// Whether the client compressed its gRPC messages, which no meta file tells.
    pub(crate) grpc_gzip: bool,
}

impl Scenario {
    /// Whether the client sent traces.
    pub(crate) fn has_traces(&self) -> bool {
        self.requests.iter().any(|request| request.meta.signal() == Signal::Traces)
    }
}

/// One export request.
#[derive(Debug)]
pub(crate) struct Request {
    /// Its name in the scenario's folder, such as `001.logs`.
    pub(crate) name: String,
    /// How it was sent.
    pub(crate) meta: Meta,
    /// Its body after transport decompression.
    pub(crate) body: Bytes,
    /// Whether the body is JSON.
    pub(crate) json: bool,
}

/// How a request was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct Meta {
    signal: String,
    /// `grpc`, `http/json`, `http/protobuf`.
    pub(crate) transport: String,
    /// gRPC method path.
    pub(crate) method: Option<String>,
    /// gRPC metadata.
    #[serde(default)]
    pub(crate) metadata: Vec<(String, String)>,
    /// HTTP path.
    pub(crate) path: Option<String>,
    /// HTTP headers.
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    /// HTTP content encoding.
    pub(crate) content_encoding: Option<String>,
}

impl Meta {
    /// What it carries.
    pub(crate) fn signal(&self) -> Signal {
        let named = Signal::ALL.into_iter().find(|signal| signal.name() == self.signal);
        named.unwrap_or_else(|| panic!("no signal is called {}", self.signal))
    }
}

/// One decision that the client reported, and who really decided.
#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) agent: String,
    pub(crate) session_id: Option<String>,
    pub(crate) tool_use_id: Option<String>,
    pub(crate) tool_name_sent: String,
    /// The canonical name; absent where the label's maker left it to the rule.
    pub(crate) tool_name: Option<String>,
    pub(crate) command_sent: Option<String>,
    pub(crate) mcp_server_sent: Option<String>,
    pub(crate) mcp_tool_sent: Option<String>,
    pub(crate) file_path: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) decision: Option<String>,
    pub(crate) source: Option<String>,
    /// None where nobody knows: not to be scored.
    pub(crate) decided_by: Option<String>,
}

/// Path below the captures' top to content.
type Files = BTreeMap<String, Vec<u8>>;

/// Reads the archive, and what the folder of captures holds beyond it.
pub(crate) fn read() -> Captures {
    let mut files = archive();
    let folder = std::env::var_os("BAROGRAPH_CAPTURES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures"), PathBuf::from);
    let known: Vec<String> = scenario_names(&files);
    for (path, content) in below(&folder) {
        let is_new = !known.iter().any(|name| path.starts_with(&format!("{name}/")));
        if is_new {
            files.entry(path).or_insert(content);
        }
    }
    let scenarios = scenario_names(&files).into_iter().map(|name| scenario(&files, name)).collect();
    let planted = text(&files, "planted.txt").lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Captures { scenarios, planted }
}

fn archive() -> Files {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/captures.tar.zst");
    let packed = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut archive = tar::Archive::new(zstd::Decoder::new(packed).unwrap());
    let mut files = Files::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let path = entry.path().unwrap().to_str().unwrap().trim_start_matches("./").to_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            files.insert(path, content);
        }
    }
    files
}

/// Every file below a folder; none when there is no such folder.
fn below(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn scenario_names(files: &Files) -> Vec<String> {
    files.keys().filter_map(|path| path.strip_suffix("/scenario.json")).map(str::to_owned).collect()
}

fn scenario(files: &Files, name: String) -> Scenario {
    #[derive(Deserialize)]
    struct Run {
        #[serde(default)]
        env: BTreeMap<String, String>,
    }
    let folder = format!("{name}/");
    let requests = files
        .range(folder.clone()..)
        .take_while(|(path, _)| path.starts_with(&folder))
        .filter_map(|(path, meta)| {
            let stem = path.strip_suffix(".meta.json")?;
            let (body, json) = match (files.get(&format!("{stem}.pb")), files.get(&format!("{stem}.json"))) {
                (Some(body), _) => (body, false),
                (None, Some(body)) => (body, true),
                (None, None) => return None,
            };
            Some(Request {
                name: stem.trim_start_matches(&folder).to_owned(),
                meta: serde_json::from_slice(meta).unwrap_or_else(|error| panic!("{path}: {error}")),
                body: Bytes::copy_from_slice(body),
                json,
            })
        })
        .collect();
    let labels = files.get(&format!("{folder}labels.jsonl")).map_or_else(Vec::new, |lines| {
        let lines = std::str::from_utf8(lines).unwrap().lines();
        lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"))).collect()
    });
    let run: Run = serde_json::from_str(text(files, &format!("{folder}scenario.json"))).unwrap();
    let grpc_gzip = run.env.get("OTEL_EXPORTER_OTLP_COMPRESSION").is_some_and(|compression| compression == "gzip");
    Scenario { name, requests, labels, grpc_gzip }
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    std::str::from_utf8(files.get(path).unwrap_or_else(|| panic!("the captures have no {path}"))).unwrap()
}
