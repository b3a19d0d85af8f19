//! Gemini CLI. `accept` says nothing about a person; `auto_accept` is a person's click on "Allow for this session".

use super::{Attribution, Evidence, inferred, observed, unknown};
use crate::values::{DecidedBy, ToolKind};

pub(super) fn attribute(evidence: &Evidence<'_>) -> Attribution {
    match (evidence.decision_sent, evidence.permission_mode, evidence.interactive) {
        ("auto_accept", _, _) => observed(
            DecidedBy::Person,
            Some(true),
            "Gemini CLI sends auto_accept when a person allows it for the session.",
        ),
        ("modify", _, _) => observed(
            DecidedBy::Person,
            Some(true),
            "Gemini CLI sends modify when a person edits the call before it runs.",
        ),
        ("reject", _, Some(true)) => inferred(
            DecidedBy::Person,
            Some(true),
            "The session ran in a terminal: a person said no, or left the question.",
        ),
        ("reject", _, _) => unknown(None, "A policy and a person's no look alike in what Gemini CLI sends."),
        ("accept", "yolo", _) => inferred(DecidedBy::Mode, Some(false), "In yolo mode everything passes."),
        ("accept", "autoEdit", _) if evidence.kind() == ToolKind::Edit => {
            inferred(DecidedBy::Mode, Some(false), "In autoEdit mode edits pass.")
        }
        ("accept", _, _) if evidence.kind() == ToolKind::Read => {
            inferred(DecidedBy::Mode, Some(false), "Reads in the workspace need no approval.")
        }
        ("accept", _, Some(false)) => inferred(
            DecidedBy::Rule,
            Some(false),
            "A headless run can ask nobody, and the mode does not let it pass: a policy did.",
        ),
        ("accept", _, _) => unknown(
            None,
            "A person's allow once, an earlier allow for the session and a policy look alike in what Gemini CLI sends.",
        ),
        ("", _, Some(false)) if evidence.error_type == "tool_not_registered" => {
            inferred(DecidedBy::NobodyToAsk, Some(false), "A headless run does not offer tools that would have to ask.")
        }
        ("", "plan", _) => inferred(DecidedBy::Mode, Some(false), "Plan mode refuses it."),
        _ => unknown(None, "Gemini CLI sent no decision for this call."),
    }
}
