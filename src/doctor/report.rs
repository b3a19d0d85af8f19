//! What was found, and how it is told: a line each, or one JSON document.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::redact;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and could fail some day or be faster.
    Warn,
    /// A server does not start, or loses something.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    pub(super) verdict: Verdict,
    found: String,
    /// What to do; nothing where all is well.
    #[serde(rename = "do")]
    advice: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    pub(super) fn warn(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warn, found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn fail(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, ..Self::warn(check, found, advice) }
    }

    /// An error whose chain of causes says what to do itself.
    pub(super) fn error(check: &'static str, error: impl Into<anyhow::Error>) -> Self {
        Self { check, verdict: Verdict::Fail, found: one_line(&format!("{:#}", error.into())), advice: None }
    }
}

/// All that was found, in the order looked at.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The worst.
    verdict: Verdict,
    checks: Vec<Finding>,
}

impl Report {
    pub(super) fn of(checks: Vec<Finding>) -> Self {
        let verdict = checks.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
        Self { verdict, checks }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.verdict == Verdict::Fail
    }

    pub(super) fn write(&self, format: redact::Report, mut out: impl Write) -> io::Result<()> {
        match format {
            redact::Report::Json => {
                serde_json::to_writer_pretty(&mut out, self)?;
                writeln!(out)
            }
            redact::Report::Text => self.checks.iter().try_for_each(|finding| finding.write(&mut out)),
        }
    }
}

impl Finding {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        };
        write!(out, "{verdict:<4}  {:<13}  {}", self.check, one_line(&self.found))?;
        match &self.advice {
            Some(advice) => writeln!(out, "; {}", one_line(advice)),
            None => writeln!(out),
        }
    }
}

/// A text of several lines in one.
fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: redact::Report) -> String {
        let report = Report::of(vec![
            Finding::ok("keys", "epoch 1"),
            Finding::warn("disk", "slow\n  very", "buy another"),
            Finding::fail("ports", "taken", "stop it"),
        ]);
        assert!(report.has_failed());
        let mut out = Vec::new();
        report.write(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_finding_is_a_line_that_says_what_to_do() {
        assert_eq!(
            written(redact::Report::Text),
            "ok    keys           epoch 1\nwarn  disk           slow; very; buy another\nfail  ports          taken; stop it\n"
        );
    }

    #[test]
    fn as_json_the_worst_stands_first() {
        let json: serde_json::Value = serde_json::from_str(&written(redact::Report::Json)).unwrap();
        assert_eq!(json["verdict"], "fail");
        assert_eq!(
            json["checks"][2],
            serde_json::json!({"check": "ports", "verdict": "fail", "found": "taken", "do": "stop it"})
        );
        assert_eq!(json["checks"][0]["do"], serde_json::Value::Null);
    }

    #[test]
    fn a_report_without_faults_has_not_failed() {
        assert!(!Report::of(vec![Finding::ok("a", ""), Finding::warn("b", "", "")]).has_failed());
    }
}
