//! Sizes and times as people write them: `512MiB`, `30s`, `7d`.

use std::time::Duration;

const SIZES: [(&str, usize); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
const TIMES: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads a size of memory; at least one byte.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let counted = split(text).and_then(|(number, unit)| {
        let (_, size) = SIZES.into_iter().find(|(name, _)| *name == unit)?;
        usize::try_from(number).ok()?.checked_mul(size)
    });
    counted.filter(|size| *size > 0).ok_or_else(|| {
        format!("`{text}` is no size: a size is a whole number above 0 with KiB, MiB or GiB, such as 512MiB")
    })
}

/// Reads a length of time; at least one millisecond.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let counted = split(text).and_then(|(number, unit)| {
        let (_, length) = TIMES.into_iter().find(|(name, _)| *name == unit)?;
        number.checked_mul(length)
    });
    counted.filter(|length| *length > 0).map(Duration::from_millis).ok_or_else(|| {
        format!("`{text}` is no length of time: it is a whole number above 0 with ms, s, min, h or d, such as 30s")
    })
}

/// Reads a number of things; at least one.
pub(super) fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("`{text}` is no number of things: it is a whole number above 0, such as 10000"))
}

/// Reads how long something is to last, in hours or days; at most a hundred years.
pub(crate) fn lifetime(text: &str) -> Result<Duration, String> {
    const HOUR: u64 = 3_600;
    const LONGEST: u64 = 100 * 365 * 24 * HOUR;
    let counted = split(text).and_then(|(number, unit)| match unit {
        "h" => number.checked_mul(HOUR),
        "d" => number.checked_mul(24 * HOUR),
        _ => None,
    });
    counted
        .filter(|seconds| (1..=LONGEST).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is no lifetime: it is a whole number above 0 with h or d, such as 90d"))
}

/// Reads a share of a whole, 0 to 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("`{text}` is no share: a share is a number from 0 to 1, such as 0.25"))
}

/// The number before the unit, and the unit.
fn split(text: &str) -> Option<(u64, &str)> {
    let (number, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_as_written() {
        assert_eq!(bytes("512MiB"), Ok(512 << 20));
        assert_eq!(bytes("2 GiB"), Ok(2 << 30));
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2min"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("7d"), Ok(Duration::from_hours(168)));
    }

    #[test]
    fn shares_are_numbers_from_0_to_1() {
        assert_eq!(share("0.25"), Ok(0.25));
        assert_eq!(share("1"), Ok(1.0));
        for text in ["", "1.1", "-0.1", "NaN", "inf", "half", "25%"] {
            assert!(share(text).unwrap_err().contains("such as 0.25"), "{text}");
        }
    }

    #[test]
    fn numbers_and_lifetimes_are_read_as_written() {
        assert_eq!(count("10000"), Ok(10_000));
        assert_eq!(lifetime("90d"), Ok(Duration::from_hours(90 * 24)));
        assert_eq!(lifetime("12 h"), Ok(Duration::from_hours(12)));
        for text in ["", "0", "-1", "1.5", "many", "99999999999999999999"] {
            assert!(count(text).unwrap_err().contains("such as 10000"), "{text}");
        }
        for text in ["", "90", "0d", "d", "1w", "36501d", "99999999999999999999d"] {
            assert!(lifetime(text).unwrap_err().contains("such as 90d"), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["", "512", "MiB", "0MiB", "1.5GiB", "-1KiB", "99999999999999999999KiB", "18014398509481984KiB"] {
            assert!(bytes(text).unwrap_err().contains("such as 512MiB"), "{text}");
        }
        for text in ["", "30", "s", "0s", "1w", "99999999999999999999s", "ö"] {
            assert!(duration(text).unwrap_err().contains("such as 30s"), "{text}");
        }
    }
}
