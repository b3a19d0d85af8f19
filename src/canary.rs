//! The canary: once a day a made-up secret goes through our own OTLP/HTTP port like any sender's, and is then searched
//! for in everything that Barograph writes. What came of it is a metric, a line on the health page and, when it leaked,
//! an error in the log. A leak does not make the server unready: refusing telemetry would lose what is redacted well.

mod search;
mod secret;
pub(crate) mod send;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aho_corasick::AhoCorasick;
use barograph_proto::time::{Clock, SECOND};
use barograph_query::archive::Archive;
use barograph_query::questions::record::{self, Record};
use barograph_web::redaction::CanaryState;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use self::search::Search;
use self::secret::Secret;
use self::send::Way;
use crate::telemetry::LogWatch;

/// Who the canary's record says it is from.
const SERVICE: &str = "barograph-canary";

/// The first canary goes out so long after the start, seconds: many servers that start together do not search at once.
const FIRST: std::ops::Range<u64> = 20..40;

/// Each next one so long after the last, seconds: a day, give or take a quarter of an hour.
const NEXT: std::ops::Range<u64> = 85_500..87_300;

/// The record must be in its table within this. Usually it takes two seconds.
const COMMITTED_WITHIN: Duration = Duration::from_mins(2);

/// How often the table is asked for it.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Sends canaries and remembers what came of the latest.
#[derive(Debug)]
pub(crate) struct Canary {
    /// Where our own OTLP/HTTP port is, and what opens it to us.
    pub(crate) way: Way,
    /// The data folder.
    pub(crate) data_dir: PathBuf,
    /// Answers what the tables hold.
    pub(crate) archive: Archive,
    /// Sees what is logged.
    pub(crate) log: LogWatch,
    /// Tells the time.
    pub(crate) clock: std::sync::Arc<dyn Clock>,
    /// What is counted.
    pub(crate) metrics: CanaryMetrics,
    // A std mutex, since it is held to read or set a value.
    /// What came of the latest.
    pub(crate) state: Mutex<CanaryState>,
}

/// What is counted of canaries. Cheap to clone: all clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct CanaryMetrics {
    runs: Family<ResultLabels, Counter>,
    last_success: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ResultLabels {
    /// clean, leaked or failed.
    result: &'static str,
}

impl CanaryMetrics {
    /// Makes the metrics and registers them. Every result stands there from the start.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        for result in ["clean", "leaked", "failed"] {
            drop(metrics.runs.get_or_create(&ResultLabels { result }));
        }
        let registry = registry.sub_registry_with_prefix("barograph_canary");
        registry.register("runs", "Synthetic secrets sent, by what came of them", metrics.runs.clone());
        registry.register(
            "last_success_timestamp_seconds",
            "When a synthetic secret was last sent and found nowhere, seconds since the epoch; 0 before the first",
            metrics.last_success.clone(),
        );
        metrics
    }
}

/// Why it cannot be told whether a secret leaks. `Display` follows a colon.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Send(#[from] send::SendError),
    #[error("the record was not in its table after {} s", COMMITTED_WITHIN.as_secs())]
    NotCommitted,
    #[error("{path} and {further} more files could not be read", path = first.display())]
    Unread { first: PathBuf, further: usize },
    #[error("a part of the search failed")]
    Broken,
}

impl Canary {
    /// What came of the latest.
    pub(crate) fn state(&self) -> CanaryState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends one now and then until `stop`.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut wait = fastrand::u64(FIRST);
        loop {
            let once = async {
                tokio::time::sleep(Duration::from_secs(wait)).await;
                self.once().await;
            };
            if stop.run_until_cancelled(once).await.is_none() {
                return;
            }
            wait = fastrand::u64(NEXT);
        }
    }

    /// Sends one, searches for it and tells what came of it.
    async fn once(&self) {
        let at = self.clock.now();
        let found = self.sent_and_searched(at).await;
        let (result, state) = match found {
            Ok(places) if places.is_empty() => {
                tracing::info!("a synthetic secret went through the front door and was found nowhere");
                self.metrics.last_success.set(at / SECOND);
                ("clean", CanaryState::Clean { at })
            }
            Ok(places) => {
                tracing::error!(
                    places = places.join("; "),
                    "LEAKED: a synthetic secret went through the front door and was found; see what the redaction \
                     policy keeps"
                );
                ("leaked", CanaryState::Leaked { at, places })
            }
            Err(fault) => {
                tracing::warn!(%fault, "it could not be told whether a synthetic secret leaks");
                ("failed", CanaryState::Failed { at, reason: fault.to_string() })
            }
        };
        self.metrics.runs.get_or_create(&ResultLabels { result }).inc();
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Where a secret sent at a time was found, in words.
    async fn sent_and_searched(&self, at: i64) -> Result<Vec<String>, Fault> {
        let secret = Secret::random();
        let texts = secret.texts().map_err(|_| Fault::Broken)?;
        self.log.begin(&texts);
        let found = self.through_the_door(&secret, &texts, at).await;
        let logged = self.log.end();
        let mut places = found?;
        if logged {
            places.push("the log".to_owned());
        }
        Ok(places)
    }

    async fn through_the_door(&self, secret: &Secret, texts: &AhoCorasick, at: i64) -> Result<Vec<String>, Fault> {
        let (began, ended) = (at - SECOND, at - fastrand::i64(1..SECOND));
        let body = secret.request(began, ended).to_string();
        let way = self.way.clone();
        blocking(move || send::traces(&way, &body)).await??;

        // The journal forgets what is in the tables, so it is read before as well as after.
        let since = SystemTime::UNIX_EPOCH + Duration::from_micros(at.try_into().unwrap_or_default());
        let (journal, of_journal) = (self.data_dir.join("journal"), texts.clone());
        let early = blocking(move || {
            let mut search = Search::new(&of_journal, since);
            search.folder(&journal);
            search.found
        });
        let mut files = early.await?;
        let mut places = in_records(&self.committed(began, ended).await?, texts);

        let (data_dir, texts) = (self.data_dir.clone(), texts.clone());
        let (found, unread) = blocking(move || {
            let mut search = Search::new(&texts, since);
            search.folder(&data_dir);
            search.foreign(&data_dir);
            (search.found, search.unread)
        })
        .await?;
        if places.is_empty() && found.is_empty() && files.is_empty() {
            let further = unread.len().saturating_sub(1);
            if let Some(first) = unread.into_iter().next() {
                return Err(Fault::Unread { first, further });
            }
        }
        files.extend(found);
        files.sort();
        files.dedup();
        places.extend(files.iter().map(|file| place(file, &self.data_dir)));
        places.dedup();
        Ok(places)
    }

    /// Waits until the record is in its table.
    async fn committed(&self, began: i64, ended: i64) -> Result<Vec<Record>, Fault> {
        let look = async {
            let mut again = tokio::time::interval(LOOK_AGAIN);
            loop {
                again.tick().await;
                // An archive that cannot answer now may answer yet.
                match record::spans_between(&self.archive, began, ended).await {
                    Ok(records) if !records.is_empty() => return records,
                    Ok(_) | Err(_) => {}
                }
            }
        };
        tokio::time::timeout(COMMITTED_WITHIN, look).await.map_err(|_| Fault::NotCommitted)
    }
}

/// Runs what would hold up others on a thread that may be held up.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Fault::Broken)
}

/// The columns of records that hold one of the texts.
fn in_records(records: &[Record], texts: &AhoCorasick) -> Vec<String> {
    let mut places = Vec::new();
    for record in records {
        let attributes = |column, list: &[(String, String)]| {
            list.iter().any(|(key, value)| texts.is_match(key) || texts.is_match(value)).then_some(column)
        };
        let columns = record.columns.iter().filter(|(_, value)| texts.is_match(value)).map(|(name, _)| name.as_str());
        let maps = [
            attributes("attributes", &record.attributes),
            attributes("resource_attributes", &record.resource_attributes),
            attributes("redaction_secrets", &record.redaction_secrets),
        ];
        places.extend(
            columns.chain(maps.into_iter().flatten()).map(|column| format!("table {}, column {column}", record.table)),
        );
    }
    places
}

/// What a file is called: by its part of the data folder, or as a temporary file.
fn place(file: &Path, data_dir: &Path) -> String {
    match file.strip_prefix(data_dir) {
        Ok(inner) if inner.starts_with("journal") => "the journal".to_owned(),
        Ok(inner) => format!("the data folder, {}", inner.display()),
        Err(_) => format!("the file {}", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaks_are_named_by_table_and_column() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let texts = AhoCorasick::new(["hunter2"]).unwrap();
        let record = Record {
            table: "spans",
            columns: vec![pair("command", "echo hunter2"), pair("name", "canary")],
            redaction_kinds: Vec::new(),
            redaction_secrets: Vec::new(),
            attributes: vec![pair("note", "hunter2"), pair("hunter2", "")],
            resource_attributes: vec![pair("service.name", "canary")],
        };
        assert_eq!(in_records(&[record], &texts), ["table spans, column command", "table spans, column attributes"]);
    }

    #[test]
    fn files_are_named_by_what_they_are_for() {
        let data = Path::new("/data");
        assert_eq!(place(Path::new("/data/journal/7.log"), data), "the journal");
        assert_eq!(place(Path::new("/data/tables/spans/x.parquet"), data), "the data folder, tables/spans/x.parquet");
        assert_eq!(place(Path::new("/tmp/x"), data), "the file /tmp/x");
    }

    #[test]
    fn every_result_is_counted_from_the_start() {
        let mut registry = Registry::default();
        CanaryMetrics::register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in
            ["barograph_canary_runs_total{result=\"leaked\"} 0", "barograph_canary_last_success_timestamp_seconds 0"]
        {
            assert!(text.contains(line), "{text}");
        }
    }
}
