//! One log record, sent through an OTLP/HTTP port as any sender's, and asked for in the tables: through the running
//! server, or through one that is started for it in a folder of its own.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use barograph_proto::time::{Clock as _, SystemClock};
use barograph_query::archive::Archive;
use barograph_query::questions::contents::events_at;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::report::Finding;
use crate::app::App;
use crate::ask;
use crate::canary::send::{self, SendError, Way};
use crate::config::Config;
use crate::telemetry::LogWatch;

const CHECK: &str = "round trip";

/// Who the record says it is from.
const SERVICE: &str = "barograph-doctor";

/// The record should be in its table within this. Usually it takes two seconds at most.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

/// How often the table is asked for it.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Sends a record to a running server and looks for it in the folder that the settings name.
pub(super) async fn through(way: Way, archive: &Archive) -> Finding {
    match trip(way, archive).await {
        Ok(Trip { acknowledged, seen: Some(seen) }) => Finding::ok(
            CHECK,
            format!("the running server acknowledged a record in {acknowledged:.1?}, queries saw it after {seen:.1?}"),
        ),
        Ok(Trip { acknowledged, seen: None }) => Finding::fail(
            CHECK,
            format!(
                "the running server acknowledged a record in {acknowledged:.1?}, but it was not in the tables within {} s",
                SEEN_WITHIN.as_secs()
            ),
            "see /readyz and the log for why it does not commit; or it writes another folder: give its --data-dir",
        ),
        Err(SendError::Refused(status @ (401 | 403))) => Finding::warn(
            CHECK,
            format!("the running server asks for a credential (status {status}), which this command does not have"),
            "send a record with one of its tokens and search for it on the dashboard",
        ),
        Err(error) => Finding::fail(CHECK, error.to_string(), "see the server's log and /readyz"),
    }
}

/// Starts a server in a folder of its own, on ports that the system picks, under the policy of the settings.
pub(super) async fn alone(config: &Config, log: LogWatch) -> Finding {
    match proved(config, log).await {
        Ok(Trip { acknowledged, seen: Some(seen) }) => {
            let found = format!(
                "no server runs on these ports; one started for this acknowledged a record in {acknowledged:.1?}, queries \
                 saw it after {seen:.1?}"
            );
            Finding::ok(CHECK, found)
        }
        Ok(Trip { seen: None, .. }) => Finding::fail(
            CHECK,
            format!(
                "a server started for this acknowledged a record and did not store it within {} s",
                SEEN_WITHIN.as_secs()
            ),
            "see whether the machine is overloaded, and its folder for temporary files full",
        ),
        Err(error) => Finding::fail(
            CHECK,
            format!("a server cannot be started for it: {error:#}"),
            "mend what failed above; the folder for temporary files (TMPDIR) must be writable too",
        ),
    }
}

async fn proved(config: &Config, log: LogWatch) -> anyhow::Result<Trip> {
    let folder = Scratch::make()?;
    let any = "127.0.0.1:0".parse()?;
    let config = Config {
        data_dir: folder.0.clone(),
        tables: None,
        otlp_grpc: any,
        otlp_http: any,
        web: any,
        redaction_canary: false,
        ..config.clone()
    };
    let app = Box::pin(App::build(&config, log)).await?;
    let way = app.own_way();
    let archive = Archive::open(ask::archive_config(&config)?).await?;
    let stop = CancellationToken::new();
    let mut serving = pin!(app.run(stop.clone()));
    tokio::select! {
        ended = &mut serving => {
            ended?;
            anyhow::bail!("it ended by itself")
        }
        trip = trip(way, &archive) => {
            stop.cancel();
            serving.await?;
            Ok(trip?)
        }
    }
}

/// How long it took.
struct Trip {
    acknowledged: Duration,
    /// Until a query saw it; none when none did in time.
    seen: Option<Duration>,
}

async fn trip(way: Way, archive: &Archive) -> Result<Trip, SendError> {
    // Found again by its time, which redaction never touches. No other record has it to the microsecond.
    let at = SystemClock.now();
    let body = record(at);
    let begin = Instant::now();
    let sent = tokio::task::spawn_blocking(move || send::logs(&way, &body));
    sent.await.map_err(|_| std::io::Error::other("the sender failed"))??;
    let acknowledged = begin.elapsed();
    let look = async {
        let mut again = tokio::time::interval(LOOK_AGAIN);
        loop {
            again.tick().await;
            // Tables that cannot be read now may be read yet.
            if events_at(archive, at).await.is_ok_and(|events| events > 0) {
                return begin.elapsed();
            }
        }
    };
    Ok(Trip { acknowledged, seen: tokio::time::timeout(SEEN_WITHIN, look).await.ok() })
}

/// A log record of this time, µs since the epoch, as OTLP/JSON.
fn record(at: i64) -> String {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    json!({"resourceLogs": [{
        "resource": {"attributes": [text("service.name", SERVICE)]},
        "scopeLogs": [{
            "scope": {"name": SERVICE, "version": env!("CARGO_PKG_VERSION")},
            "logRecords": [{"timeUnixNano": format!("{at}000"), "attributes": [text("event.name", "barograph.doctor")]}],
        }],
    }]})
    .to_string()
}

/// A folder for this process alone, removed with all in it.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("barograph-doctor-{}", Uuid::new_v4()));
        DirBuilder::new().mode(0o700).create(&path).with_context(|| made(&path))?;
        Ok(Self(path))
    }
}

fn made(path: &Path) -> String {
    format!("cannot make the folder {}", path.display())
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left lies among the temporary files, and holds one record of ours.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
