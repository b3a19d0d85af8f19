//! Codex CLI. It sends nothing when a person says no, so a refusal that was sent is never a person's.

use super::{Attribution, Evidence, inferred, observed, unknown};
use crate::values::DecidedBy;

pub(super) fn attribute(evidence: &Evidence<'_>) -> Attribution {
    match (evidence.source, evidence.allowed(), evidence.interactive) {
        ("User", true, Some(true)) => observed(
            DecidedBy::Person,
            Some(true),
            "The session ran in a terminal, and Codex says that its user answered.",
        ),
        ("User", true, _) => unknown(None, "Codex says that its user answered, in a run that can ask nobody."),
        ("User", false, _) if evidence.permission_mode == "never" => inferred(
            DecidedBy::NobodyToAsk,
            Some(false),
            "The approval policy is never: it would have asked, and nobody is asked.",
        ),
        ("User", false, _) => {
            unknown(None, "Codex sends nothing when a person says no; what refused this call is not told.")
        }
        ("Config", true, _) if evidence.permission_mode == "never" => inferred(
            DecidedBy::Mode,
            Some(false),
            "The approval policy is never: everything passes within the sandbox.",
        ),
        ("Config", true, _) => {
            unknown(Some(false), "A rule, an earlier answer and the approval policy look alike in what Codex sends.")
        }
        ("Config", false, _) => inferred(DecidedBy::Rule, Some(false), "Codex says that its configuration refused it."),
        _ => unknown(None, "Codex did not say what the decision came from."),
    }
}
