//! How Barograph itself is, for the people who run it: whether it is ready, which policy redacts, what a shadow policy
//! would do, what the canary found.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Chrome, write};
use crate::Site;
use crate::error::PageError;
use crate::format::{count, counted, minute, share};
use crate::redaction::{CanaryState, PolicyInForce, RedactionState, ReloadRefused, ShadowState};

/// The health page.
#[derive(Debug, Template)]
#[template(path = "health.html", whitespace = "minimize")]
pub(crate) struct HealthPage {
    chrome: Chrome,
    /// What keeps it from working; empty when it is ready.
    reasons: Vec<String>,
    /// What an operator should know although it works.
    notices: Vec<String>,
    policy: PolicyLine,
    /// A sentence about a reload that failed; empty when there is none.
    refused: String,
    shadow: Option<ShadowSection>,
    canary: CanaryLine,
}

/// A policy in force.
#[derive(Debug)]
struct PolicyLine {
    name: String,
    hash: String,
    source: String,
    since: String,
}

/// What the shadow policy would do.
#[derive(Debug)]
struct ShadowSection {
    policy: PolicyLine,
    /// How much of the traffic it sees, in words.
    seen: String,
    /// What it would do to values: words, number, share of all values.
    values: Vec<(&'static str, String, String)>,
    /// A sentence about rows that it was not shown; empty when it saw them all.
    left_out: String,
    /// Kind, found by the real policy, found by the shadow policy.
    finds: Vec<(String, String, String)>,
}

/// What the canary found.
#[derive(Debug)]
struct CanaryLine {
    sentence: String,
    leaked: bool,
}

impl HealthPage {
    pub(crate) fn new(ready: Result<(), Vec<String>>, notices: Vec<String>, told: RedactionState) -> Self {
        Self {
            chrome: Chrome::new("health", "Health"),
            reasons: ready.err().unwrap_or_default(),
            notices,
            policy: PolicyLine::new(told.policy),
            refused: told.refused.map(refused).unwrap_or_default(),
            shadow: told.shadow.map(ShadowSection::new),
            canary: CanaryLine::new(told.canary),
        }
    }
}

impl PolicyLine {
    fn new(policy: PolicyInForce) -> Self {
        let PolicyInForce { name, hash, source, since } = policy;
        Self { name, hash, source, since: minute(since).human }
    }
}

impl ShadowSection {
    fn new(told: ShadowState) -> Self {
        let values = told.same + told.more + told.less + told.other;
        let value = |words, number| (words, count(number), share(number, values));
        let seen = if told.share >= 1.0 {
            "It sees every request.".to_owned()
        } else {
            format!("It sees a share of {} of the requests.", told.share)
        };
        let left_out = match told.left_out {
            0 => String::new(),
            rows => format!(
                "It was not shown {}: it failed on them, or their request had taken long enough.",
                counted(rows, "row", "rows")
            ),
        };
        Self {
            policy: PolicyLine::new(told.policy),
            seen,
            values: vec![
                value("as the real policy", told.same),
                value("more taken out", told.more),
                value("less taken out", told.less),
                value("as much, written otherwise", told.other),
            ],
            left_out,
            finds: told.finds.into_iter().map(|(kind, real, shadow)| (kind, count(real), count(shadow))).collect(),
        }
    }
}

impl CanaryLine {
    fn new(told: CanaryState) -> Self {
        let leaked = matches!(told, CanaryState::Leaked { .. });
        let sentence = match told {
            CanaryState::Off => "Canary: switched off (redaction_canary = false).".to_owned(),
            CanaryState::Awaited => "Canary: the first synthetic secret is about to be sent.".to_owned(),
            CanaryState::Clean { at } => {
                format!("Canary: on {} a synthetic secret went through and was found nowhere.", minute(at).human)
            }
            CanaryState::Leaked { at, places } => format!(
                "LEAKED: on {} a synthetic secret went through and was found in {}.",
                minute(at).human,
                places.join("; ")
            ),
            CanaryState::Failed { at, reason } => {
                format!("Canary: on {} it could not be told whether a secret leaks: {reason}.", minute(at).human)
            }
        };
        Self { sentence, leaked }
    }
}

fn refused(told: ReloadRefused) -> String {
    let ReloadRefused { at, fault, further } = told;
    let further = match further {
        0 => String::new(),
        more => format!(" ({} more, see the log)", counted(u64::try_from(more).unwrap_or(u64::MAX), "fault", "faults")),
    };
    format!("On {} it was to be read again and was not taken: {fault}{further}", minute(at).human)
}

/// `GET /health`.
pub(crate) async fn get(State(site): State<Site>) -> Result<Response, PageError> {
    write(StatusCode::OK, &HealthPage::new(site.readiness.check(), site.readiness.notices(), site.redaction.state()))
}
