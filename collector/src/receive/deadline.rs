//! Reads `grpc-timeout`: how long a caller will wait for its answer
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests>).

use std::time::Duration;

use axum::http::HeaderMap;

/// Digits that the value may have.
const DIGITS: usize = 8;

/// How long the caller waits from now on; none when it does not say, or not in the protocol's words.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (value, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if value.is_empty() || value.len() > DIGITS || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = value.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Duration> {
        let headers = [("grpc-timeout".parse().unwrap(), text.parse().unwrap())].into_iter().collect();
        of(&headers)
    }

    #[test]
    fn every_unit_is_read() {
        let read_as = [
            ("2H", Duration::from_hours(2)),
            ("3M", Duration::from_mins(3)),
            ("10S", Duration::from_secs(10)),
            ("250m", Duration::from_millis(250)),
            ("7u", Duration::from_micros(7)),
            ("99999999n", Duration::from_nanos(99_999_999)),
            ("99999999H", Duration::from_hours(99_999_999)),
            ("0S", Duration::ZERO),
        ];
        for (text, expected) in read_as {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_timeout_is_none() {
        for text in ["", "S", "10", "10s", "-1S", "+1S", "1.5S", "100000000S", "10 S", "10SS"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(of(&HeaderMap::new()), None);
    }
}
