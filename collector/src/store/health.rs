//! Whether the store does its work: what a readiness probe asks.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use barograph_proto::time::rfc3339;

/// For so long after a request was refused for want of room, the store counts as not ready.
const FULL_LASTS: Duration = Duration::from_secs(10);

/// The state of a store's two halves; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Why the journal has failed for good.
    journal: OnceLock<String>,
    // Std mutexes: held to read or set a value, never across a wait.
    /// When a request was last refused for want of room, and what is full.
    full: Mutex<Option<(Instant, String)>>,
    /// Since when commits fail (µs since the epoch), and the latest cause.
    commits: Mutex<Option<(i64, String)>>,
}

impl Health {
    /// Whether rows can be taken in. Tables that are away are no reason to take nothing: the journal has room, agents send
    /// once, and a probe that fails would send them away; see [`Health::warnings`].
    ///
    /// # Errors
    /// What is wrong, in words for an operator.
    pub fn check(&self) -> Result<(), String> {
        if let Some(reason) = self.journal_failure() {
            return Err(reason);
        }
        match &*self.0.full.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((since, reason)) if since.elapsed() < FULL_LASTS => {
                Err(format!("nothing can be taken in until there is room: {reason}"))
            }
            _ => Ok(()),
        }
    }

    /// What needs somebody's care although rows are taken in, in words for an operator.
    pub fn warnings(&self) -> Vec<String> {
        let commits = self.0.commits.lock().unwrap_or_else(PoisonError::into_inner);
        let told = commits.as_ref().map(|(since, cause)| {
            let since = rfc3339(*since);
            format!("no row has reached the tables since {since}, they wait in the journal: {cause}")
        });
        told.into_iter().collect()
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

    /// There was no room just now.
    pub(crate) fn journal_full(&self, reason: &str) {
        *self.0.full.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), reason.to_owned()));
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
