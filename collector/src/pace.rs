//! Work that nobody waits for, a few milliseconds at a time.
//!
//! A low priority alone does not let others go first everywhere: some kernels give a core to a thread however nice it is
//! while those who wait share another, and a quota of CPU time counts all threads alike. So such work rests for as long
//! as it has worked, which leaves half a core to it and the rest of the machine to acknowledgements.

use std::time::{Duration, Instant};

/// It works at least so long before it rests.
const STRETCH: Duration = Duration::from_millis(5);

/// It rests no longer than this at a time: what could not be split was long, and is over.
const LONGEST_REST: Duration = Duration::from_millis(50);

/// Work, and since when it goes on without rest.
#[derive(Debug)]
pub(crate) struct Pace {
    since: Instant,
}

impl Pace {
    /// Begins to work.
    pub(crate) fn begin() -> Self {
        Self { since: Instant::now() }
    }

    /// Rests, if it is time. To be called where a step of the work is done.
    pub(crate) async fn rest(&mut self) {
        if let Some(rest) = due(self.since.elapsed()) {
            tokio::time::sleep(rest).await;
            *self = Self::begin();
        }
    }

    /// The same on a thread that does nothing else.
    #[expect(clippy::disallowed_methods, reason = "time is what is given to others, on a thread of its own")]
    pub(crate) fn rest_here(&mut self) {
        if let Some(rest) = due(self.since.elapsed()) {
            std::thread::sleep(rest);
            *self = Self::begin();
        }
    }
}

/// How long to rest after so much work.
fn due(worked: Duration) -> Option<Duration> {
    (worked >= STRETCH).then(|| worked.min(LONGEST_REST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_as_long_as_it_worked_within_bounds() {
        let rests = [(0, None), (4, None), (5, Some(5)), (30, Some(30)), (5_000, Some(50))];
        for (worked, rest) in rests {
            assert_eq!(due(Duration::from_millis(worked)), rest.map(Duration::from_millis), "{worked}");
        }
    }
}
