use super::{ANSWER_MS, Attribution, Evidence, attribute};
use crate::values::Basis;

fn claude<'a>(source: &'a str, decision: &'a str, tool_kind: &'a str) -> Evidence<'a> {
    Evidence { agent: "claude-code", source, decision, tool_kind, permission_mode: "default", ..Evidence::default() }
}

fn says(evidence: &Evidence<'_>) -> (&'static str, &'static str, Option<bool>) {
    let Attribution { decided_by, basis, asked, .. } = attribute(evidence);
    (decided_by.as_str(), basis.as_str(), asked)
}

#[test]
fn the_same_word_means_a_person_in_a_terminal_and_a_rule_in_a_headless_run() {
    let call = claude("user_permanent", "allow", "shell");
    assert_eq!(
        says(&Evidence { interactive: Some(true), wait_ms: Some(1069.0), ..call }),
        ("person", "observed", Some(true))
    );
    assert_eq!(
        says(&Evidence { interactive: Some(false), wait_ms: Some(12.0), ..call }),
        ("rule", "inferred", Some(false))
    );
}

#[test]
fn a_headless_run_that_waited_was_answered_by_its_host() {
    for (source, decision) in [("user_temporary", "allow"), ("user_permanent", "allow"), ("user_reject", "deny")] {
        let call = claude(source, decision, "shell");
        let waited = Evidence { interactive: Some(false), wait_ms: Some(ANSWER_MS), ..call };
        assert_eq!(says(&waited), ("host", "inferred", None), "{source}");
    }
}

#[test]
fn a_headless_refusal_of_a_command_cannot_be_told() {
    let call = Evidence { interactive: Some(false), ..claude("config", "deny", "shell") };
    assert_eq!(says(&call), ("unknown", "unknown", Some(false)));
    assert_eq!(says(&Evidence { question_hook: true, ..call }), ("nobody_to_ask", "inferred", Some(false)));
    let edit = Evidence { tool_kind: "edit", ..call };
    assert_eq!(says(&edit), ("nobody_to_ask", "inferred", Some(false)));
}

#[test]
fn a_record_of_ours_is_taken_at_its_word() {
    let call = Evidence { recorded: true, told: "person", ..claude("config", "allow", "shell") };
    assert_eq!(says(&call), ("person", "observed", Some(true)));
}

#[test]
fn an_unknown_agent_is_not_guessed_at() {
    let call = Evidence { agent: "somebody", ..claude("user_reject", "deny", "shell") };
    assert_eq!(attribute(&call).basis, Basis::Unknown);
}

#[test]
fn gemini_clis_words_are_not_taken_at_face_value() {
    let call = Evidence {
        agent: "gemini-cli",
        decision_sent: "accept",
        decision: "allow",
        tool_kind: "shell",
        ..Evidence::default()
    };
    assert_eq!(says(&Evidence { permission_mode: "yolo", ..call }), ("mode", "inferred", Some(false)));
    assert_eq!(says(&Evidence { decision_sent: "auto_accept", ..call }), ("person", "observed", Some(true)));
    assert_eq!(says(&Evidence { interactive: Some(true), ..call }).0, "unknown");
}
