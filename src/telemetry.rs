//! Barograph's own telemetry: log lines to standard error, metrics in a registry that `/metrics` shows. It is never
//! sent to our own doors, and no line or label carries a value that an agent sent.

mod watch;

use std::io::IsTerminal as _;

use anyhow::Context as _;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;

pub use self::watch::LogWatch;

use crate::config::LogFormat;

/// Starts writing log lines, for the rest of the process. What is given back can watch them.
///
/// # Errors
/// When the filter cannot be read, or it was started before.
pub fn start(filter: &str, format: LogFormat) -> anyhow::Result<LogWatch> {
    let filter = EnvFilter::try_new(filter).with_context(|| format!("cannot read the log filter `{filter}`"))?;
    let watch = LogWatch::default();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(watch.clone())
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))?;
    Ok(watch)
}

/// A registry that says which version runs.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("barograph_build", "The running version", version);
    registry
}
