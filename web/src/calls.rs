//! One tool call as every page shows it: words and marks for what the row says, and links to what is near it.
//!
//! Observed values are plain, inferred ones say how they were inferred, and what cannot be told is the word `unknown`
//! with the reason: never an empty cell, never a zero.

use barograph_query::questions::calls::CallRow;

use crate::chips::{Piece, pieces};
use crate::format::{Stored, Time, counted, duration, href, offset, segment, time};

/// An event this much later than its receipt means that the sender's clock runs ahead.
const AHEAD: i64 = 2 * 1_000_000;

/// A value and how it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// `observed`, `inferred`, `unknown`; or `none` for what does not apply.
    pub(crate) basis: &'static str,
    /// The words.
    pub(crate) text: String,
    /// How it is known, or why it is not: a sentence.
    pub(crate) why: String,
}

impl Known {
    pub(crate) fn observed(text: impl Into<String>) -> Self {
        Self { basis: "observed", text: text.into(), why: String::new() }
    }

    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Self { basis: "unknown", text: "unknown".to_owned(), why: why.into() }
    }

    fn not_applicable(why: &str) -> Self {
        Self { basis: "none", text: "—".to_owned(), why: why.to_owned() }
    }

    /// The words with chips apart: a claim may have been withheld.
    pub(crate) fn pieces(&self) -> Vec<Piece> {
        pieces(&self.text)
    }
}

/// A link with its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// What it says.
    pub(crate) label: String,
    /// Where it leads.
    pub(crate) href: String,
}

/// A call, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// Event id of the decision record: the row's anchor.
    pub(crate) event_id: String,
    /// When.
    pub(crate) time: Time,
    /// `+0:03` after the session's start.
    pub(crate) offset: String,
    /// `sender's clock 5 min ahead`, where clocks disagree.
    pub(crate) skew: String,
    /// Who, as claimed.
    pub(crate) who: Known,
    /// The claims in full.
    pub(crate) who_title: String,
    /// Agent.
    pub(crate) agent: String,
    /// Agent and version.
    pub(crate) agent_title: String,
    /// Tool, as stored.
    pub(crate) tool: Stored,
    /// Argument, as stored.
    pub(crate) argument: Stored,
    /// Why there is no argument.
    pub(crate) argument_why: &'static str,
    /// Whether somebody was asked: an extra mark before the decision.
    pub(crate) asked: bool,
    /// `allow`, `ask`, `deny`, `unknown`: the mark.
    pub(crate) mark: &'static str,
    /// `allowed`, `refused`, `asked`, `unknown`.
    pub(crate) verdict: &'static str,
    /// Who decided.
    pub(crate) by: Known,
    /// The rule that decided, as stored; empty when not told.
    pub(crate) rule: Stored,
    /// How long it waited for an answer.
    pub(crate) wait: Known,
    /// What came of it.
    pub(crate) outcome: Known,
    /// Mode in force, as stored; empty when not told.
    pub(crate) mode: Stored,
    /// The session, at this call.
    pub(crate) session_href: String,
    /// The record as stored.
    pub(crate) record_href: String,
    /// What is near it.
    pub(crate) pivots: Vec<Link>,
}

impl Call {
    /// Prepares a row; offsets count from `start`.
    pub(crate) fn new(row: &CallRow, start: i64) -> Self {
        let asked = row.asked == Some(true);
        let (mark, verdict) = verdict(row);
        Self {
            event_id: row.event_id.clone(),
            time: time(row.event_time),
            offset: offset(row.event_time.saturating_sub(start)),
            skew: skew(row),
            who: who(&row.user_email, &row.user_id),
            who_title: who_title(row),
            agent: row.agent.chars().take(64).collect(),
            agent_title: [row.agent.as_str(), row.agent_version.as_str()].join(" ").trim().to_owned(),
            tool: Stored::short(&row.tool_name),
            argument: Stored::short(row.argument()),
            argument_why: argument_why(row),
            asked,
            mark,
            verdict,
            by: by(row),
            rule: Stored::short(&row.rule),
            wait: wait(row),
            outcome: outcome(row),
            mode: Stored::short(&row.permission_mode),
            session_href: session_href(&row.session_id, &row.event_id),
            record_href: format!("/events/{}", segment(&row.event_id)),
            pivots: pivots(row),
        }
    }
}

/// A session's page, at one of its calls.
pub(crate) fn session_href(session_id: &str, event_id: &str) -> String {
    if session_id.is_empty() {
        return format!("/events/{}", segment(event_id));
    }
    format!("/sessions/{}#{}", segment(session_id), segment(event_id))
}

/// A person as claimed: e-mail, else the installation's id, shortened.
pub(crate) fn who(user_email: &str, user_id: &str) -> Known {
    if !user_email.is_empty() {
        return Known::observed(user_email);
    }
    if user_id.is_empty() {
        return Known::unknown("The agent claimed no person.");
    }
    let short: String = user_id.chars().take(12).collect();
    let shown =
        if short.len() < user_id.len() && !user_id.contains('[') { format!("{short}…") } else { user_id.to_owned() };
    Known { basis: "observed", text: shown, why: String::new() }
}

fn who_title(row: &CallRow) -> String {
    [
        ("e-mail", &row.user_email),
        ("user id", &row.user_id),
        ("team", &row.team),
        ("repository", &row.repo),
        ("host", &row.host),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| format!("claimed {name}: {value}"))
    .collect::<Vec<_>>()
    .join("\n")
}

fn skew(row: &CallRow) -> String {
    let late = row.received_time.saturating_sub(row.event_time);
    let told = |micros: i64| duration(crate::format::micros_float(micros) / 1_000.0);
    if row.received_time == 0 {
        String::new()
    } else if late < -AHEAD {
        format!("sender’s clock {} ahead", told(-late))
    } else {
        String::new()
    }
}

fn argument_why(row: &CallRow) -> &'static str {
    if row.decision == "deny" || row.outcome == "not_run" {
        "Agents rarely send the argument of a call that did not run."
    } else {
        "The agent did not send the argument of this call."
    }
}

fn verdict(row: &CallRow) -> (&'static str, &'static str) {
    match row.decision.as_str() {
        "allow" => ("allow", "allowed"),
        "deny" => ("deny", "refused"),
        "ask" => ("ask", "asked"),
        _ => ("unknown", "unknown"),
    }
}

/// Who decided, as words that fit behind “by”.
pub(crate) fn decider(word: &str) -> &str {
    match word {
        "person" => "a person",
        "host" => "the host program",
        "rule" => "a rule",
        "mode" => "the permission mode",
        "hook" => "a hook",
        "classifier" => "the classifier",
        "guard" => "a safety check",
        "nobody_to_ask" => "nobody could be asked",
        "" => "unknown",
        other => other,
    }
}

fn by(row: &CallRow) -> Known {
    if row.decided_by.is_empty() || row.decided_by == "unknown" {
        return Known::unknown(reason(&row.decided_by_reason, "The telemetry does not tell."));
    }
    let words = decider(&row.decided_by);
    let text = match (row.decided_by.as_str(), row.rule_scope.as_str()) {
        ("rule", "managed") => format!("{words} in managed settings"),
        ("rule", "user") => format!("{words} in the user’s settings"),
        ("rule", "project") => format!("{words} in the project’s settings"),
        ("rule", "local") => format!("{words} in local settings"),
        ("rule", "command line") => format!("{words} on the command line"),
        ("rule", "session") => format!("{words} of this session"),
        ("mode", _) if !row.permission_mode.is_empty() => format!("the mode {}", row.permission_mode),
        _ => words.to_owned(),
    };
    match row.decided_by_basis.as_str() {
        "observed" => Known { basis: "observed", text, why: row.decided_by_reason.clone() },
        "unknown" => Known::unknown(reason(&row.decided_by_reason, "The telemetry does not tell.")),
        _ => {
            Known { basis: "inferred", text, why: reason(&row.decided_by_reason, "Inferred; the reason was not kept.") }
        }
    }
}

fn reason(told: &str, otherwise: &str) -> String {
    let told = if told.is_empty() { otherwise } else { told };
    let mut letters = told.chars();
    letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn wait(row: &CallRow) -> Known {
    match (row.asked, row.wait_ms) {
        (Some(true), Some(ms)) => Known::observed(duration(ms)),
        (Some(true), None) => Known::unknown("Somebody was asked; how long the answer took was not sent."),
        (Some(false), _) => Known::not_applicable("Nobody was asked."),
        (None, Some(ms)) => Known {
            basis: "inferred",
            text: duration(ms),
            why: "The call was held this long; whether somebody was asked cannot be told.".to_owned(),
        },
        (None, None) => Known::unknown("Whether somebody was asked cannot be told from what was sent."),
    }
}

fn outcome(row: &CallRow) -> Known {
    let took = row.duration_ms.map(duration).map(|took| format!(" {took}")).unwrap_or_default();
    match row.outcome.as_str() {
        "succeeded" => Known::observed(format!("ok{took}")),
        "failed" => Known {
            basis: "observed",
            text: format!("failed{took}"),
            why: if row.error_type.is_empty() { String::new() } else { format!("Class of error: {}", row.error_type) },
        },
        "not_run" => Known::observed("not run"),
        "" if row.decision == "deny" => Known {
            basis: "inferred",
            text: "not run".to_owned(),
            why: "The call was refused, and no result was received.".to_owned(),
        },
        "" => Known::unknown("No result was received for this call."),
        other => Known::observed(other),
    }
}

fn pivots(row: &CallRow) -> Vec<Link> {
    let user = if row.user_email.is_empty() { &row.user_id } else { &row.user_email };
    let only = |label: &str, parameter: &str, value: &str| {
        let short: String = value.chars().take(32).collect();
        let more = if short.len() < value.len() { "…" } else { "" };
        (!value.is_empty())
            .then(|| Link { label: format!("{label} {short}{more}"), href: href("/search", &[(parameter, value)]) })
    };
    // The longest stretch between chips: what a search for part of the argument can find.
    let argument = pieces(row.argument())
        .into_iter()
        .filter(|piece| piece.chip.is_none())
        .map(|piece| piece.text.trim().chars().take(120).collect::<String>())
        .max_by_key(String::len)
        .unwrap_or_default();
    [
        only("Same argument:", "text", &argument),
        only("Tool", "tool_name", &row.tool_name),
        only("Person", "user", user),
        only("Team", "team", &row.team),
        only("Repository", "repo", &row.repo),
        only("Calls of session", "session_id", &row.session_id),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How long people were waited for in all, in words.
pub(crate) fn waited(asked: u64, asked_unknown: u64, waited_ms: f64) -> String {
    match (asked, asked_unknown) {
        (0, 0) => "Nobody was asked.".to_owned(),
        (0, unknown) => format!("Whether anybody was asked is unknown for {}.", counted(unknown, "call", "calls")),
        (_, 0) => format!("People waited {} in all.", duration(waited_ms)),
        (_, unknown) => format!("For {} it is unknown whether anybody was asked.", counted(unknown, "call", "calls")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> CallRow {
        CallRow {
            decision: "deny".into(),
            decided_by: "rule".into(),
            decided_by_basis: "inferred".into(),
            ..CallRow::default()
        }
    }

    #[test]
    fn inferred_and_unknown_never_look_observed() {
        assert_eq!(Call::new(&row(), 0).by.basis, "inferred");
        let unsaid = CallRow { decided_by_basis: String::new(), ..row() };
        assert_eq!(Call::new(&unsaid, 0).by.basis, "inferred", "a basis that is missing is not taken for the best one");
        let unknown = CallRow { decided_by: "unknown".into(), decided_by_reason: "headless".into(), ..row() };
        assert_eq!(Call::new(&unknown, 0).by, Known::unknown("Headless"));
    }

    #[test]
    fn a_call_says_who_waited_for_whom() {
        let waits = |asked, wait_ms| Call::new(&CallRow { asked, wait_ms, ..row() }, 0).wait;
        assert_eq!(waits(Some(true), Some(14_000.0)).text, "14 s");
        assert_eq!(waits(Some(true), None).text, "unknown");
        assert_eq!(waits(Some(false), None).why, "Nobody was asked.");
        assert_eq!(waits(None, None).basis, "unknown");
        assert_eq!(waits(None, Some(9.0)).basis, "inferred");
    }

    #[test]
    fn rules_name_their_settings() {
        let text = |scope: &str| Call::new(&CallRow { rule_scope: scope.into(), ..row() }, 0).by.text;
        assert_eq!(text("user"), "a rule in the user’s settings");
        assert_eq!(text(""), "a rule");
    }

    #[test]
    fn clocks_that_disagree_are_named() {
        let skew = |event_time, received_time| Call::new(&CallRow { event_time, received_time, ..row() }, 0).skew;
        assert_eq!(skew(60_000_000, 65_000_000), "");
        assert_eq!(skew(360_000_000, 60_000_000), "sender’s clock 5 min ahead");
        // Late is not wrong: a laptop was offline.
        assert_eq!(skew(1, 3_600_000_001), "");
    }

    #[test]
    fn a_row_without_a_session_opens_its_record() {
        let lonely = CallRow { event_id: "ab".into(), ..row() };
        assert_eq!(Call::new(&lonely, 0).session_href, "/events/ab");
        let call = CallRow { session_id: "a/b".into(), ..lonely };
        assert_eq!(Call::new(&call, 0).session_href, "/sessions/a%2Fb#ab");
    }
}
