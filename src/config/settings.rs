//! The settings as one layer gives them: a flag, a variable or a line of the file, or nothing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use url::Url;

use super::units;
use crate::policies::PolicySource;

/// How our own log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// What one layer sets. The same struct is the flags of `serve` and `demo`.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct Settings {
    /// Folder of journal, tables and keys [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Bucket for the tables: `s3://…`, `gs://…` or `az://…`, credentials as its provider's tools take them
    /// [default: the data folder]
    #[arg(long, value_name = "URL", value_parser = bucket)]
    pub tables: Option<Url>,
    /// How much may wait for tables that are away; more is refused [default: 8GiB]
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub journal_limit: Option<usize>,
    /// For how long the tables' past can be read; at least 1h [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = time_travel)]
    pub time_travel: Option<Duration>,
    /// TOML file that says when rows go, by tenant and class, and which are held; SIGHUP reads it again [default: none
    /// ever goes]
    #[arg(long, value_name = "FILE")]
    pub retention: Option<PathBuf>,
    /// Address for OTLP/gRPC; port 0 takes any free one [default: 127.0.0.1:4317]
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub otlp_grpc: Option<SocketAddr>,
    /// Address for OTLP/HTTP [default: 127.0.0.1:4318]
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub otlp_http: Option<SocketAddr>,
    /// Address for the dashboard [default: 127.0.0.1:4319]
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub web: Option<SocketAddr>,
    /// Own log lines to write: error, warn, info, debug, or per module [default: warn,barograph=info]
    #[arg(long, value_name = "FILTER", value_parser = filter)]
    pub log: Option<String>,
    /// How to write them, to standard error [default: text]
    #[arg(long, value_enum)]
    pub log_format: Option<LogFormat>,
    /// Memory that all queries together may use [default: 512MiB]
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub query_memory_limit: Option<usize>,
    /// How long one query may take [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    pub query_time_limit: Option<Duration>,
    /// File with the redaction keys, to keep them elsewhere than in the data folder: hex digits, `2:…,1:…` for epochs
    #[arg(long, value_name = "FILE")]
    pub redaction_key_file: Option<PathBuf>,
    /// Redaction policy: `default`, `detect-all` or a TOML file; SIGHUP reads it again [default: default]
    #[arg(long, value_name = "POLICY", value_parser = PolicySource::parse)]
    pub redaction_policy: Option<PolicySource>,
    /// A policy that runs beside it and is only counted: `default`, `detect-all` or a TOML file
    #[arg(long, value_name = "POLICY", value_parser = PolicySource::parse)]
    pub redaction_shadow_policy: Option<PolicySource>,
    /// Share of the requests that the shadow policy sees, 0 to 1 [default: 1]
    #[arg(long, value_name = "SHARE", value_parser = units::share)]
    pub redaction_shadow_share: Option<f64>,
    /// Once a day, send a made-up secret through our own door and search for it everywhere [default: true]
    #[arg(long, value_name = "BOOL")]
    pub redaction_canary: Option<bool>,
    /// Go on without the rows that stood where the journal is damaged; an event records it. For one start: only a flag
    #[arg(long)]
    pub accept_journal_loss: bool,
    /// PEM file with the certificate that the OTLP ports speak TLS with; read again when it changes
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with its private key
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// PEM file with the authorities of clients' certificates, which are then asked for
    #[arg(long, value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
    /// TOML file that says which tenant a client certificate's name belongs to: `"*.agents.example.com" = "acme"`
    #[arg(long, value_name = "FILE")]
    pub tls_client_tenants: Option<PathBuf>,
    /// Connections that each of the OTLP ports takes at most [default: 10000]
    #[arg(long, value_name = "N", value_parser = units::count)]
    pub max_connections: Option<usize>,
    /// Memory that the bodies of requests in hand may take, on both OTLP ports together [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub ingest_memory_limit: Option<usize>,
    /// Let other machines send without TLS, with a token: only where a proxy or a mesh encrypts in front
    #[arg(long, num_args = 0, default_missing_value = "true")]
    pub allow_plaintext_bind: Option<bool>,
    /// Let other machines reach the ports, unasked who they are: only for a private network, such as a pod's
    #[arg(long, num_args = 0, default_missing_value = "true")]
    pub allow_unauthenticated_bind: Option<bool>,
}

/// What became of a value that a file or a variable gave.
pub(super) enum Given {
    /// It was taken.
    Taken,
    /// No setting has that name.
    Unknown,
    /// It is not what the setting needs; the message says what would be.
    Wrong(String),
}

impl Settings {
    /// All names but the switches', which only files and flags may give.
    pub(super) const NAMES: [&'static str; 23] = [
        "data_dir",
        "tables",
        "journal_limit",
        "time_travel",
        "retention",
        "otlp_grpc",
        "otlp_http",
        "web",
        "log",
        "log_format",
        "query_memory_limit",
        "query_time_limit",
        "redaction_key_file",
        "redaction_policy",
        "redaction_shadow_policy",
        "redaction_shadow_share",
        "redaction_canary",
        "tls_certificate",
        "tls_key",
        "tls_client_ca",
        "tls_client_tenants",
        "max_connections",
        "ingest_memory_limit",
    ];

    /// Those whose value a file gives without quotes.
    pub(super) const BARE: [&'static str; 3] = ["redaction_shadow_share", "redaction_canary", "max_connections"];

    /// Names of the switches that let other machines in.
    pub(super) const SWITCHES: [&'static str; 2] = ["allow_plaintext_bind", "allow_unauthenticated_bind"];

    /// The switch of that name.
    pub(super) fn switch(&mut self, name: &str) -> Option<&mut Option<bool>> {
        match name {
            "allow_plaintext_bind" => Some(&mut self.allow_plaintext_bind),
            "allow_unauthenticated_bind" => Some(&mut self.allow_unauthenticated_bind),
            _ => None,
        }
    }

    /// Takes a value as text, by the setting's name.
    pub(super) fn give(&mut self, name: &str, text: &str) -> Given {
        fn take<T>(slot: &mut Option<T>, value: Result<T, String>) -> Given {
            match value {
                Ok(value) => {
                    *slot = Some(value);
                    Given::Taken
                }
                Err(message) => Given::Wrong(message),
            }
        }
        match name {
            "data_dir" => take(&mut self.data_dir, folder(text)),
            "tables" => take(&mut self.tables, bucket(text)),
            "journal_limit" => take(&mut self.journal_limit, units::bytes(text)),
            "time_travel" => take(&mut self.time_travel, time_travel(text)),
            "retention" => take(&mut self.retention, file(text)),
            "otlp_grpc" => take(&mut self.otlp_grpc, address(text)),
            "otlp_http" => take(&mut self.otlp_http, address(text)),
            "web" => take(&mut self.web, address(text)),
            "log" => take(&mut self.log, filter(text)),
            "log_format" => take(&mut self.log_format, log_format(text)),
            "query_memory_limit" => take(&mut self.query_memory_limit, units::bytes(text)),
            "query_time_limit" => take(&mut self.query_time_limit, units::duration(text)),
            "redaction_key_file" => take(&mut self.redaction_key_file, file(text)),
            "redaction_policy" => take(&mut self.redaction_policy, PolicySource::parse(text)),
            "redaction_shadow_policy" => take(&mut self.redaction_shadow_policy, PolicySource::parse(text)),
            "redaction_shadow_share" => take(&mut self.redaction_shadow_share, units::share(text)),
            "redaction_canary" => take(&mut self.redaction_canary, flag(text)),
            "tls_certificate" => take(&mut self.tls_certificate, file(text)),
            "tls_key" => take(&mut self.tls_key, file(text)),
            "tls_client_ca" => take(&mut self.tls_client_ca, file(text)),
            "tls_client_tenants" => take(&mut self.tls_client_tenants, file(text)),
            "max_connections" => take(&mut self.max_connections, units::count(text)),
            "ingest_memory_limit" => take(&mut self.ingest_memory_limit, units::bytes(text)),
            _ => Given::Unknown,
        }
    }

    /// These settings, and the weaker layer's where these are silent.
    pub(super) fn over(self, weaker: Self) -> Self {
        Self {
            data_dir: self.data_dir.or(weaker.data_dir),
            tables: self.tables.or(weaker.tables),
            journal_limit: self.journal_limit.or(weaker.journal_limit),
            time_travel: self.time_travel.or(weaker.time_travel),
            retention: self.retention.or(weaker.retention),
            otlp_grpc: self.otlp_grpc.or(weaker.otlp_grpc),
            otlp_http: self.otlp_http.or(weaker.otlp_http),
            web: self.web.or(weaker.web),
            log: self.log.or(weaker.log),
            log_format: self.log_format.or(weaker.log_format),
            query_memory_limit: self.query_memory_limit.or(weaker.query_memory_limit),
            query_time_limit: self.query_time_limit.or(weaker.query_time_limit),
            redaction_key_file: self.redaction_key_file.or(weaker.redaction_key_file),
            redaction_policy: self.redaction_policy.or(weaker.redaction_policy),
            redaction_shadow_policy: self.redaction_shadow_policy.or(weaker.redaction_shadow_policy),
            redaction_shadow_share: self.redaction_shadow_share.or(weaker.redaction_shadow_share),
            redaction_canary: self.redaction_canary.or(weaker.redaction_canary),
            accept_journal_loss: self.accept_journal_loss || weaker.accept_journal_loss,
            tls_certificate: self.tls_certificate.or(weaker.tls_certificate),
            tls_key: self.tls_key.or(weaker.tls_key),
            tls_client_ca: self.tls_client_ca.or(weaker.tls_client_ca),
            tls_client_tenants: self.tls_client_tenants.or(weaker.tls_client_tenants),
            max_connections: self.max_connections.or(weaker.max_connections),
            ingest_memory_limit: self.ingest_memory_limit.or(weaker.ingest_memory_limit),
            allow_plaintext_bind: self.allow_plaintext_bind.or(weaker.allow_plaintext_bind),
            allow_unauthenticated_bind: self.allow_unauthenticated_bind.or(weaker.allow_unauthenticated_bind),
        }
    }
}

fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("is empty; it names a folder".to_owned()) } else { Ok(text.into()) }
}

fn file(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("is empty; it names a file".to_owned()) } else { Ok(text.into()) }
}

/// The schemes that name a bucket.
const BUCKETS: [&str; 3] = ["s3", "gs", "az"];

fn bucket(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| BUCKETS.contains(&url.scheme()) && url.has_host());
    url.ok_or_else(|| format!("`{text}` names no bucket; one is written s3://bucket/folder, gs://… or az://…"))
}

/// Queries that run read files that compaction has replaced, and commits that hang come in late: an hour is the least.
fn time_travel(text: &str) -> Result<Duration, String> {
    match units::duration(text)? {
        short if short < Duration::from_hours(1) => Err(format!("`{text}` is too short; it is 1h at least")),
        length => Ok(length),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is no address: an address is an IP and a port, such as 127.0.0.1:4319"))
}

fn flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
}

fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("`{text}` is no log filter; one that works: warn,barograph=debug")),
    }
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(format!("`{other}` is neither text nor json")),
    }
}
