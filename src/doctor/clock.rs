//! Whether the clock can be right: it dates every record that comes in.

use std::path::Path;

use barograph_proto::time::{Clock, SECOND, rfc3339};

use super::report::Finding;

const CHECK: &str = "clock";

/// This version was not there earlier: 2026-01-01, µs since the epoch.
const EARLIEST: i64 = 1_767_225_600 * SECOND;

/// A row may be this much newer than the clock: commits and looks take turns.
const SLACK: i64 = 5 * SECOND;

/// Where systemd's time service says that it has the time.
const TIMESYNC: &str = "/run/systemd/timesync";

/// `newest` is when the newest row in the tables came in.
pub(super) fn check(clock: &dyn Clock, newest: Option<i64>) -> Vec<Finding> {
    [Some(plausible(clock.now(), newest)), synchronised(Path::new(TIMESYNC))].into_iter().flatten().collect()
}

fn plausible(now: i64, newest: Option<i64>) -> Finding {
    let shown = rfc3339(now);
    let advice = "set the clock, by NTP if you can";
    if now < EARLIEST {
        return Finding::fail(CHECK, format!("it is said to be {shown}, before this program was made"), advice);
    }
    match newest {
        Some(newest) if newest > now + SLACK => {
            let found = format!("it is said to be {shown}, but a row came in at {}", rfc3339(newest));
            Finding::fail(CHECK, found, advice)
        }
        Some(newest) => Finding::ok(CHECK, format!("it is {shown}; the newest row came in at {}", rfc3339(newest))),
        None => Finding::ok(CHECK, format!("it is {shown}")),
    }
}

/// What systemd's time service knows; nothing where it is not in use, as others keep the time unseen.
fn synchronised(folder: &Path) -> Option<Finding> {
    if !folder.is_dir() {
        return None;
    }
    Some(if folder.join("synchronized").exists() {
        Finding::ok(CHECK, "systemd-timesyncd has synchronised it")
    } else {
        Finding::warn(CHECK, "systemd-timesyncd has not synchronised it", "see `timedatectl timesync-status`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::report::Verdict;

    #[test]
    fn a_clock_behind_the_newest_row_has_gone_back() {
        let now = EARLIEST + 100 * SECOND;
        for (now, newest, verdict) in [
            (now, None, Verdict::Ok),
            (now, Some(now - SECOND), Verdict::Ok),
            (now, Some(now + SECOND), Verdict::Ok),
            (now, Some(now + 60 * SECOND), Verdict::Fail),
            (EARLIEST - 1, None, Verdict::Fail),
            (0, None, Verdict::Fail),
        ] {
            assert_eq!(plausible(now, newest).verdict, verdict, "{now} {newest:?}");
        }
    }

    #[test]
    fn the_time_service_is_asked_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(synchronised(&folder.path().join("none")), None);
        assert_eq!(synchronised(folder.path()).unwrap().verdict, Verdict::Warn);
        std::fs::write(folder.path().join("synchronized"), "").unwrap();
        assert_eq!(synchronised(folder.path()).unwrap().verdict, Verdict::Ok);
    }
}
