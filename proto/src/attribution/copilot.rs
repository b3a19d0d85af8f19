//! GitHub Copilot CLI. It names who decided only where a question was due.

use super::{Attribution, Evidence, inferred, observed, unknown};
use crate::values::DecidedBy;

pub(super) fn attribute(evidence: &Evidence<'_>) -> Attribution {
    let result = evidence.source;
    if result.contains("could-not-request-from-user") {
        observed(DecidedBy::NobodyToAsk, Some(false), "Copilot says that it could not ask its user.")
    } else if result.contains("interactively") || result.contains("by-user") {
        observed(DecidedBy::Person, Some(true), "Copilot says that its user answered.")
    } else if result.contains("rule") {
        observed(DecidedBy::Rule, Some(false), "Copilot says that a rule decided.")
    } else if result.is_empty() && !evidence.allowed() {
        inferred(DecidedBy::Rule, Some(false), "Copilot refused it without a question: a rule.")
    } else if result.is_empty() {
        unknown(Some(false), "Copilot let it pass without a question: a rule or a switch, it does not say which.")
    } else {
        unknown(None, "Copilot's answer does not say who decided.")
    }
}
