//! Keeps a log line that a sender can cause at will from filling the log: the first is written, then at most one a
//! minute, which says how many were kept back. The metrics count each.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two lines of a kind.
const PAUSE: Duration = Duration::from_mins(1);

/// One kind of line.
#[derive(Debug, Default)]
pub(super) struct Seldom(
    // A std mutex: held to read and set values.
    Mutex<State>,
);

#[derive(Debug, Default)]
struct State {
    written: Option<Instant>,
    kept_back: u64,
}

impl Seldom {
    /// Whether a line may be written now, and how many were kept back since the last.
    pub(super) fn may_write(&self) -> Option<u64> {
        self.may_write_at(Instant::now())
    }

    fn may_write_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.written.is_some_and(|written| now.saturating_duration_since(written) < PAUSE) {
            state.kept_back += 1;
            return None;
        }
        state.written = Some(now);
        Some(std::mem::take(&mut state.kept_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_minute_says_how_many_were_kept_back() {
        let (seldom, now) = (Seldom::default(), Instant::now());
        assert_eq!(seldom.may_write_at(now), Some(0));
        for second in 1..60 {
            assert_eq!(seldom.may_write_at(now + Duration::from_secs(second)), None);
        }
        assert_eq!(seldom.may_write_at(now + Duration::from_mins(1)), Some(59));
        assert_eq!(seldom.may_write_at(now + Duration::from_secs(200)), Some(0));
    }
}
