//! Configuration: file, environment and flags become one checked [`Config`].
//!
//! Every setting has one name: `otlp_grpc` in the file, `BAROGRAPH_OTLP_GRPC` in the environment, `--otlp-grpc` as a
//! flag. Flags win over the environment, the environment over the file, the file over the defaults. Faults are
//! collected, so that one run shows them all.

mod doors;
mod environment;
mod file;
mod settings;
mod units;

use std::ffi::OsString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use barograph_collector::receive::BYTES_IN_FLIGHT;

pub(crate) use file::line;
pub use settings::{LogFormat, Settings};
pub(crate) use units::lifetime;
use url::Url;

use crate::keys::GivenKeys;
use crate::policies::PolicySource;

/// Where data goes when nobody says otherwise: visible, beside where the program was started.
const DATA_DIR: &str = "./barograph-data";
/// OTLP/gRPC's registered port.
const OTLP_GRPC_PORT: u16 = 4317;
/// OTLP/HTTP's registered port.
const OTLP_HTTP_PORT: u16 = 4318;
/// The next one, easy to remember.
const WEB_PORT: u16 = 4319;
/// Our own news, and the libraries' only when something is wrong.
const LOG: &str = "warn,barograph=info";
/// Half an hour without the tables at some 3,000 records a second.
const JOURNAL_LIMIT: usize = 8 * 1024 * 1024 * 1024;
/// What was there yesterday can be read; what compaction replaced costs disk as long.
const TIME_TRAVEL: Duration = Duration::from_hours(24);
/// Enough for the dashboard over tens of millions of rows, and little beside what the machine has.
const QUERY_MEMORY_LIMIT: usize = 512 * 1024 * 1024;
/// Longer than a person waits for a page.
const QUERY_TIME_LIMIT: Duration = Duration::from_secs(30);

/// Many more than a company has agents, and little memory: a connection that idles takes some 10 KiB.
const MAX_CONNECTIONS: usize = 10_000;

/// The PEM files that TLS is spoken with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Our certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// What clients' certificates are judged by, if they are asked for.
    pub clients: Option<ClientFiles>,
}

/// What clients' certificates are judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFiles {
    /// PEM file with their authorities.
    pub authority: PathBuf,
    /// TOML file that says whose names are whose.
    pub tenants: PathBuf,
}

/// Everything that can be set, checked.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting that people set by its name")]
pub struct Config {
    /// Folder of journal, tables and keys.
    pub data_dir: PathBuf,
    /// Bucket and folder of the tables, if they are not in the data folder.
    pub tables: Option<Url>,
    /// How much the journal may hold that has not reached the tables, bytes.
    pub journal_limit: usize,
    /// For how long the tables' past can be read.
    pub time_travel: Duration,
    /// File that says when rows go.
    pub retention: Option<PathBuf>,
    /// Where OTLP/gRPC is received; port 0 takes any free one.
    pub otlp_grpc: SocketAddr,
    /// Where OTLP/HTTP is received.
    pub otlp_http: SocketAddr,
    /// Where the dashboard is served.
    pub web: SocketAddr,
    /// Which of our own log lines are written, in the language of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// How they are written.
    pub log_format: LogFormat,
    /// Memory that all queries together may use, bytes.
    pub query_memory_limit: usize,
    /// How long one query may take.
    pub query_time_limit: Duration,
    /// File with the redaction keys, for those who keep them elsewhere than in the data folder.
    pub redaction_key_file: Option<PathBuf>,
    /// The redaction keys, given by the environment.
    pub redaction_keys: Option<GivenKeys>,
    /// What decides how values are redacted.
    pub redaction_policy: PolicySource,
    /// A policy that is only counted, beside the real one.
    pub redaction_shadow_policy: Option<PolicySource>,
    /// Share of the requests that the shadow policy sees, 0 to 1.
    pub redaction_shadow_share: f64,
    /// Whether a made-up secret is sent through our own door once a day and searched for.
    pub redaction_canary: bool,
    /// Whether to go on without the rows that stood where the journal is damaged.
    pub accept_journal_loss: bool,
    /// What the OTLP ports speak TLS with, if they do.
    pub tls: Option<TlsFiles>,
    /// Connections that each OTLP port takes at most.
    pub max_connections: usize,
    /// Bytes of requests that both OTLP ports together hold at a time.
    pub ingest_memory_limit: usize,
    /// Whether OTLP ports may be bound that other machines reach, although they do not speak TLS.
    pub allow_plaintext_bind: bool,
    /// Whether ports may be bound that other machines reach, although nobody is asked who they are.
    pub allow_unauthenticated_bind: bool,
}

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands: `barograph.toml:3`, `BAROGRAPH_WEB`, `--web`; or the setting's name where the place does not
    /// matter.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Why there is no configuration: everything that is wrong with it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [fault] => write!(f, "{}: {}", fault.place, fault.message),
            faults => {
                write!(f, "{} faults in the configuration", faults.len())?;
                faults.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.place, fault.message))
            }
        }
    }
}

impl Config {
    /// Reads file and environment and puts the flags on top. The file is the one given, else the one that
    /// `BAROGRAPH_CONFIG` names, else none.
    ///
    /// # Errors
    /// When anything in any of them is wrong: all of it.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
        flags: Settings,
    ) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let environment = environment::read(environment, &mut faults);
        let file = file.map(Path::to_path_buf).or(environment.config_file);
        let file = file.map(|path| file::read(&path, &mut faults)).unwrap_or_default();
        let settings = flags.over(environment.settings).over(file);
        let tls = doors::tls(&settings, &mut faults);
        let mut config = Self { tls, ..Self::of(settings) };
        config.redaction_keys = environment.redaction_keys;
        config.check(&mut faults);
        if faults.is_empty() { Ok(config) } else { Err(Faults(faults)) }
    }

    /// Fills in the defaults.
    fn of(settings: Settings) -> Self {
        let loopback = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self {
            data_dir: settings.data_dir.unwrap_or_else(|| DATA_DIR.into()),
            tables: settings.tables,
            journal_limit: settings.journal_limit.unwrap_or(JOURNAL_LIMIT),
            time_travel: settings.time_travel.unwrap_or(TIME_TRAVEL),
            retention: settings.retention,
            otlp_grpc: settings.otlp_grpc.unwrap_or_else(|| loopback(OTLP_GRPC_PORT)),
            otlp_http: settings.otlp_http.unwrap_or_else(|| loopback(OTLP_HTTP_PORT)),
            web: settings.web.unwrap_or_else(|| loopback(WEB_PORT)),
            log: settings.log.unwrap_or_else(|| LOG.to_owned()),
            log_format: settings.log_format.unwrap_or_default(),
            query_memory_limit: settings.query_memory_limit.unwrap_or(QUERY_MEMORY_LIMIT),
            query_time_limit: settings.query_time_limit.unwrap_or(QUERY_TIME_LIMIT),
            redaction_key_file: settings.redaction_key_file,
            redaction_keys: None,
            redaction_policy: settings.redaction_policy.unwrap_or(PolicySource::Default),
            redaction_shadow_policy: settings.redaction_shadow_policy,
            redaction_shadow_share: settings.redaction_shadow_share.unwrap_or(1.0),
            redaction_canary: settings.redaction_canary.unwrap_or(true),
            accept_journal_loss: settings.accept_journal_loss,
            tls: None,
            max_connections: settings.max_connections.unwrap_or(MAX_CONNECTIONS),
            ingest_memory_limit: settings.ingest_memory_limit.unwrap_or(BYTES_IN_FLIGHT),
            allow_plaintext_bind: settings.allow_plaintext_bind.unwrap_or(false),
            allow_unauthenticated_bind: settings.allow_unauthenticated_bind.unwrap_or(false),
        }
    }

    /// The three doors by the names of their settings.
    pub(crate) fn doors(&self) -> [(&'static str, SocketAddr); 3] {
        [("otlp_grpc", self.otlp_grpc), ("otlp_http", self.otlp_http), ("web", self.web)]
    }

    /// Checks what can only be seen when all is together.
    fn check(&self, faults: &mut Vec<Fault>) {
        if self.redaction_keys.is_some() && self.redaction_key_file.is_some() {
            faults.push(Fault {
                place: environment::REDACTION_KEY.to_owned(),
                message: "is set, and so is redaction_key_file; give the keys by one of them".to_owned(),
            });
        }
        doors::check(self, faults);
    }
}

#[cfg(test)]
mod tests;
