//! Who decided, and how that is known: what follows from everything that was sent about a call, one room per agent.
//!
//! One record rarely tells. Claude Code's `source`, taken at its word, is right for a quarter of the calls whose truth is
//! known: `user_permanent` is a person in the terminal but a settings rule in a headless run. So the query side gathers
//! the evidence of a call (its decision, the wait span, the session's other events) and asks here. What even that cannot
//! tell is unknown, with the reason as a sentence.
//!
//! The facts are from recordings of the real clients whose own transcripts say who decided (`tests/fixtures`).

mod claude_code;
mod codex;
mod copilot;
mod gemini_cli;
mod shell;
#[cfg(test)]
mod tests;

use crate::values::{Basis, DecidedBy, Decision, ToolKind};

/// A wait from which on somebody or something outside the agent must have been asked, ms. Rules, modes and hooks take 1
/// to 100 ms in the recordings, people and embedding programs 565 ms and more.
pub const ANSWER_MS: f64 = 300.0;

/// What is known of one call. An empty text: not told.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub struct Evidence<'a> {
    /// Canonical agent name.
    pub agent: &'a str,
    /// What a `permission_decision` record about the call says: one of [`DecidedBy`].
    pub told: &'a str,
    /// Whether there is a `permission_decision` record about the call.
    pub recorded: bool,
    /// Whether that record says when the question was put.
    pub recorded_question: bool,
    /// One of [`Decision`].
    pub decision: &'a str,
    /// The decision in the sender's own word.
    pub decision_sent: &'a str,
    /// The sender's word for who decided.
    pub source: &'a str,
    /// One of [`ToolKind`].
    pub tool_kind: &'a str,
    /// The command, as far as it was sent.
    pub command: &'a str,
    /// The mode in force.
    pub permission_mode: &'a str,
    /// Whether a person sat at the agent's own prompt.
    pub interactive: Option<bool>,
    /// How long the call waited for an answer, ms.
    pub wait_ms: Option<f64>,
    /// Auto mode's verdict.
    pub classifier_verdict: &'a str,
    /// Class of error.
    pub error_type: &'a str,
    /// Whether a `PermissionRequest` hook ran directly before the decision: a question was due, then.
    pub question_hook: bool,
    /// Whether anything else in the session shows a program that embeds the agent and answers for it.
    pub embedded: bool,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// Who or what.
    pub decided_by: DecidedBy,
    /// How that is known.
    pub basis: Basis,
    /// Whether a person was asked; none when it cannot be told.
    pub asked: Option<bool>,
    /// How it follows, or why it cannot be told: a sentence for the reader.
    pub reason: &'static str,
}

/// Says who decided about a call.
pub fn attribute(evidence: &Evidence<'_>) -> Attribution {
    if evidence.recorded {
        return recorded(evidence);
    }
    match evidence.agent {
        "claude-code" => claude_code::attribute(evidence),
        "codex" => codex::attribute(evidence),
        "gemini-cli" => gemini_cli::attribute(evidence),
        "copilot" => copilot::attribute(evidence),
        _ => unknown(None, "What this agent means by its decisions is not known to Barograph."),
    }
}

fn recorded(evidence: &Evidence<'_>) -> Attribution {
    let Some(decided_by) = DecidedBy::parse(evidence.told).filter(|told| *told != DecidedBy::Unknown) else {
        let asked = evidence.recorded_question.then_some(true);
        return unknown(asked, "A permission_decision record was sent, and it does not say who decided.");
    };
    let asked = match decided_by {
        DecidedBy::Person => Some(true),
        DecidedBy::Host | DecidedBy::Unknown => None,
        _ => Some(false),
    };
    observed(decided_by, asked, "A permission_decision record says so.")
}

fn observed(decided_by: DecidedBy, asked: Option<bool>, reason: &'static str) -> Attribution {
    Attribution { decided_by, basis: Basis::Observed, asked, reason }
}

fn inferred(decided_by: DecidedBy, asked: Option<bool>, reason: &'static str) -> Attribution {
    Attribution { decided_by, basis: Basis::Inferred, asked, reason }
}

fn unknown(asked: Option<bool>, reason: &'static str) -> Attribution {
    Attribution { decided_by: DecidedBy::Unknown, basis: Basis::Unknown, asked, reason }
}

impl Evidence<'_> {
    fn allowed(&self) -> bool {
        self.decision == Decision::Allow.as_str()
    }

    fn kind(&self) -> ToolKind {
        ToolKind::parse(self.tool_kind).unwrap_or(ToolKind::Other)
    }

    fn waited(&self) -> Option<bool> {
        self.wait_ms.map(|wait| wait >= ANSWER_MS)
    }
}
