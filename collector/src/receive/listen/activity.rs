//! Whether a connection is in use: its requests, each from its head to its answer's.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// The requests of one connection; clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity(
    // A std mutex: held to read and set values.
    Arc<Mutex<State>>,
);

#[derive(Debug, Default)]
struct State {
    /// Requests that are not answered yet.
    open: usize,
    /// When the latest began or ended; none before the first.
    latest: Option<Instant>,
}

/// A request that is not answered yet.
#[derive(Debug)]
pub(super) struct OpenRequest(Activity);

impl Activity {
    /// A request has begun. It ends with what is returned, however that comes.
    pub(super) fn begin(&self) -> OpenRequest {
        self.change(|open| open.saturating_add(1));
        OpenRequest(self.clone())
    }

    /// Whether a request has begun yet.
    pub(super) fn has_begun(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).latest.is_some()
    }

    /// Since when nothing is open: now, when something is.
    pub(super) fn idle_since(&self) -> Instant {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.latest.filter(|_| state.open == 0).unwrap_or_else(Instant::now)
    }

    fn change(&self, open: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.open = open(state.open);
        state.latest = Some(Instant::now());
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.change(|open| open.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_idle_from_the_end_of_its_last_request() {
        let activity = Activity::default();
        assert!(!activity.has_begun());
        let (first, second) = (activity.begin(), activity.begin());
        assert!(activity.has_begun());
        drop(first);
        let before = Instant::now();
        assert!(activity.idle_since() >= before, "one is still open");
        drop(second);
        let after = Instant::now();
        let idle_since = activity.idle_since();
        assert!(before <= idle_since && idle_since <= after);
        assert_eq!(activity.idle_since(), idle_since);
    }
}
