//! Which day a row belongs to: the day of its event, unless the sender's clock cannot be right.

use barograph_proto::row::Origin;
use barograph_proto::time::DAY;

/// An event may be reported so late: machines sleep, and agents send what they kept.
const LATEST_REPORT: i64 = 31 * DAY;

/// A sender's clock may run ahead so far: time zones mistaken for UTC are within it.
const CLOCK_AHEAD: i64 = DAY;

/// The day of a row, in days since the epoch.
pub(super) fn of(origin: &Origin) -> i64 {
    let age = origin.received_time.saturating_sub(origin.event_time);
    let time = if (-CLOCK_AHEAD..=LATEST_REPORT).contains(&age) { origin.event_time } else { origin.received_time };
    time.div_euclid(DAY)
}

/// A day as the partition's value, `2026-11-21`. A day that no calendar has, which takes a receive time from a broken
/// clock, is the epoch's.
pub(super) fn name(day: i64) -> String {
    let time = chrono::DateTime::from_timestamp_micros(day.saturating_mul(DAY)).unwrap_or_default();
    time.format("%Y-%m-%d").to_string()
}

/// The day of a partition's value; none for a text that is no date.
pub(crate) fn parse(name: &str) -> Option<i64> {
    let date = chrono::NaiveDate::parse_from_str(name, "%Y-%m-%d").ok()?;
    Some(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros().div_euclid(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implausible_clocks_fall_back_to_the_day_of_receipt() {
        const RECEIVED: i64 = 20_000 * DAY + 5;
        for (event_time, day) in [
            (RECEIVED, 20_000),
            (RECEIVED - 6, 19_999),
            (RECEIVED - 31 * DAY, 19_969),
            (RECEIVED - 31 * DAY - 1, 20_000),
            (RECEIVED + DAY, 20_001),
            (RECEIVED + DAY + 1, 20_000),
            (0, 20_000),
            (i64::MIN, 20_000),
            (i64::MAX, 20_000),
        ] {
            assert_eq!(of(&Origin { event_time, received_time: RECEIVED, ..Origin::default() }), day, "{event_time}");
        }
    }

    #[test]
    fn days_have_calendar_names() {
        assert_eq!(name(0), "1970-01-01");
        assert_eq!(name(20_778), "2026-11-21");
        assert_eq!(name(i64::MAX), "1970-01-01");
        assert_eq!(parse("2026-11-21"), Some(20_778));
        assert_eq!(parse("yesterday"), None);
    }
}
