//! Time as an argument: logic asks a [`Clock`], so that tests can set it. All times are µs since the epoch, UTC.

use std::fmt::Debug;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;

/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;

/// Tells the time.
pub trait Clock: Debug + Send + Sync {
    /// Now, µs since the epoch.
    fn now(&self) -> i64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is to take")]
    fn now(&self) -> i64 {
        chrono::Utc::now().timestamp_micros()
    }
}

/// A time as RFC 3339 in UTC with milliseconds, as pages and exports show it; empty for a time that no calendar has.
pub fn rfc3339(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// Reads an RFC 3339 time; none when it is not one.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
}
