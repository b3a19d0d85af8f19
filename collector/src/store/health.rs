//! Whether the store does its work: what a readiness probe asks.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use barograph_proto::time::rfc3339;

/// For so long after a full disk refused a request, the store counts as not ready.
const FULL_LASTS: Duration = Duration::from_secs(10);

/// The state of a store's two halves; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Why the journal has failed for good.
    journal: OnceLock<String>,
    // Std mutexes: held to read or set a value, never across a wait.
    /// When a full disk last refused a request.
    full: Mutex<Option<Instant>>,
    /// Since when commits fail (µs since the epoch), and the latest cause.
    commits: Mutex<Option<(i64, String)>>,
}

impl Health {
    /// Whether rows can be taken in and reach the tables.
    ///
    /// # Errors
    /// What is wrong, in words for an operator.
    pub fn check(&self) -> Result<(), String> {
        if let Some(reason) = self.journal_failure() {
            return Err(reason);
        }
        let full = *self.0.full.lock().unwrap_or_else(PoisonError::into_inner);
        if full.is_some_and(|since| since.elapsed() < FULL_LASTS) {
            return Err("the disk is full: nothing can be taken in until there is room".to_owned());
        }
        match &*self.0.commits.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((since, cause)) => Err(format!(
                "no row has reached the tables since {}, they wait in the journal: {cause}",
                rfc3339(*since)
            )),
            None => Ok(()),
        }
    }

    /// Why the journal takes nothing any more, if so.
    pub(crate) fn journal_failure(&self) -> Option<String> {
        let reason = self.0.journal.get()?;
        Some(format!("the journal has failed and takes nothing more until the collector is restarted: {reason}"))
    }

    /// The journal has failed for good.
    pub(crate) fn fail_journal(&self, reason: &str) {
        if self.0.journal.set(reason.to_owned()).is_ok() {
            tracing::error!(reason, "the journal has failed; nothing is taken in until the collector is restarted");
        }
    }

    /// The disk was full just now.
    pub(crate) fn journal_full(&self) {
        *self.0.full.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// A commit failed at a time, µs since the epoch.
    pub(crate) fn commit_failed(&self, now: i64, cause: String) {
        let mut commits = self.0.commits.lock().unwrap_or_else(PoisonError::into_inner);
        let since = commits.as_ref().map_or(now, |(since, _)| *since);
        *commits = Some((since, cause));
    }

    /// Commits work.
    pub(crate) fn committed(&self) {
        *self.0.commits.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
