//! Whether the clock can be trusted to say that a row's time is over. What is expired is gone; a clock that jumped a
//! year ahead would expire everything.

use std::time::{Duration, Instant};

/// The clock may drift or be adjusted by this much between two looks, µs.
const SLACK: i64 = 5 * 60 * 1_000_000;

/// Watches the clock against one that only counts.
#[derive(Debug)]
pub(super) struct Steadiness {
    /// The time and the count at the last look.
    last: (i64, Instant),
    /// Since when the clock has run evenly.
    since: Instant,
    required: Duration,
}

impl Steadiness {
    /// Begins to watch at a time, µs since the epoch.
    pub(super) fn new(now: i64, required: Duration) -> Self {
        Self { last: (now, Instant::now()), since: Instant::now(), required }
    }

    /// Looks at the clock, which says it is this time, µs since the epoch.
    pub(super) fn look(&mut self, now: i64) {
        let (time, count) = self.last;
        let counted = i64::try_from(count.elapsed().as_micros()).unwrap_or(i64::MAX);
        let jump = now.saturating_sub(time).saturating_sub(counted);
        self.last = (now, Instant::now());
        if jump.saturating_abs() > SLACK {
            let seconds = jump / 1_000_000;
            tracing::warn!(seconds, "the clock has jumped; rows are kept until it has run evenly for some time");
            self.since = Instant::now();
        }
    }

    /// Whether the clock has run evenly for long enough.
    pub(super) fn is_steady(&self) -> bool {
        self.since.elapsed() >= self.required
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_is_not_trusted_until_it_has_run_evenly() {
        const NOW: i64 = 1_800_000_000_000_000;
        let mut steadiness = Steadiness::new(NOW, Duration::ZERO);
        steadiness.look(NOW + SLACK / 2);
        assert!(steadiness.is_steady());
        for jump in [-86_400_000_000, 86_400_000_000, i64::MAX] {
            let mut steadiness = Steadiness::new(NOW, Duration::from_mins(1));
            steadiness.since = Instant::now().checked_sub(Duration::from_hours(1)).unwrap();
            assert!(steadiness.is_steady());
            steadiness.look(NOW.saturating_add(jump));
            assert!(!steadiness.is_steady(), "{jump}");
        }
    }
}
