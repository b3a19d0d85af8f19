//! Claude Code.

use super::shell::{changes_files, only_reads};
use super::{Attribution, Evidence, inferred, observed, unknown};
use crate::values::{DecidedBy, ToolKind};

pub(super) fn attribute(evidence: &Evidence<'_>) -> Attribution {
    match evidence.source {
        "hook" => observed(DecidedBy::Hook, Some(false), "Claude Code says that a hook decided."),
        "user_temporary" | "user_permanent" | "user_reject" | "user_abort" => user(evidence),
        "config" if !evidence.classifier_verdict.is_empty() => {
            observed(DecidedBy::Classifier, Some(false), "Claude Code sent auto mode's verdict with the decision.")
        }
        "config" if evidence.allowed() => allowed_by_config(evidence),
        "config" => refused_by_config(evidence),
        _ => unknown(None, "Claude Code did not say what the decision came from."),
    }
}

/// `user_*`: a person in the terminal; in headless runs also rules of user and local settings, and embedding programs.
fn user(evidence: &Evidence<'_>) -> Attribution {
    match evidence.interactive {
        Some(true) => observed(
            DecidedBy::Person,
            Some(true),
            "The session ran in a terminal, and Claude Code says that its user answered.",
        ),
        Some(false) => headless_user(evidence),
        None if evidence.waited() == Some(false) => inferred(
            DecidedBy::Rule,
            Some(false),
            "The answer came faster than anybody answers: a rule of the user's settings.",
        ),
        None => unknown(
            None,
            "A person and a settings rule look alike here: nothing sent says whether the session ran in a terminal.",
        ),
    }
}

fn headless_user(evidence: &Evidence<'_>) -> Attribution {
    let rule =
        inferred(DecidedBy::Rule, Some(false), "A headless run: the user's settings allow it, nobody was asked.");
    let host = inferred(
        DecidedBy::Host,
        None,
        "A headless run that waited for an answer: the program that embeds Claude Code gave it.",
    );
    match (evidence.waited(), evidence.source) {
        (Some(true), _) => host,
        (Some(false), "user_reject") => inferred(
            DecidedBy::Rule,
            Some(false),
            "A headless run, and no time to answer: a rule of the user's settings refused it.",
        ),
        (Some(false), _) => rule,
        (None, "user_permanent") if !evidence.embedded => rule,
        (None, "user_permanent") => {
            unknown(None, "A settings rule and the answer of an embedding program look alike without the wait span.")
        }
        (None, "user_reject") if evidence.kind() == ToolKind::Web => unknown(
            None,
            "A domain rule of the user's settings and the answer of an embedding program look alike without the wait span.",
        ),
        (None, _) => inferred(
            DecidedBy::Host,
            None,
            "A headless run cannot ask a person: the program that embeds Claude Code answered.",
        ),
    }
}

/// `config` and it ran: a rule of any scope, the mode, or what needs no rule.
fn allowed_by_config(evidence: &Evidence<'_>) -> Attribution {
    let mode = |reason| inferred(DecidedBy::Mode, Some(false), reason);
    let rule = |reason| inferred(DecidedBy::Rule, Some(false), reason);
    match (evidence.permission_mode, evidence.kind()) {
        ("bypassPermissions", _) => mode("In bypassPermissions everything passes that no rule refuses."),
        ("auto", _) => mode("Auto mode let it pass without asking its classifier."),
        (_, ToolKind::Read) => mode("Reads in the working folder need no rule and no question."),
        (_, ToolKind::Agent) => mode("Starting a subagent or a skill needs no rule and no question."),
        ("acceptEdits", ToolKind::Edit) => mode("In acceptEdits, edits in the working folder pass."),
        ("acceptEdits", ToolKind::Shell) if changes_files(evidence.command) => {
            mode("In acceptEdits, commands that make, move or delete files in the working folder pass.")
        }
        (_, ToolKind::Shell) if evidence.command.is_empty() => {
            unknown(Some(false), "A rule allowed the command, or it only reads: the command itself was not sent.")
        }
        (_, ToolKind::Shell) if only_reads(evidence.command) => {
            mode("Commands that only read need no rule and no question.")
        }
        ("", _) => unknown(Some(false), "A rule or the mode let it pass: the mode was not sent."),
        (_, _) => rule("The mode in force does not let it pass by itself: a rule allowed it."),
    }
}

/// `config` and it did not run: a deny rule, or a question that nobody could be asked.
fn refused_by_config(evidence: &Evidence<'_>) -> Attribution {
    if evidence.question_hook && evidence.interactive != Some(true) {
        return inferred(
            DecidedBy::NobodyToAsk,
            Some(false),
            "A PermissionRequest hook ran just before: a question was due, and nobody answered it.",
        );
    }
    match (evidence.interactive, evidence.permission_mode, evidence.kind()) {
        (Some(true), "dontAsk", _) => {
            inferred(DecidedBy::Mode, Some(false), "In dontAsk, what would have asked is refused.")
        }
        (Some(true), _, _) => {
            inferred(DecidedBy::Rule, Some(false), "A person could have been asked and was not: a rule refused it.")
        }
        (Some(false), "dontAsk", ToolKind::Read | ToolKind::Edit | ToolKind::Mcp) => inferred(
            DecidedBy::Mode,
            Some(false),
            "In dontAsk, what would have asked is refused; a deny rule for this tool would have sent nothing.",
        ),
        (Some(false), _, ToolKind::Read | ToolKind::Edit | ToolKind::Mcp) => inferred(
            DecidedBy::NobodyToAsk,
            Some(false),
            "A headless run has nobody to ask; a deny rule for this tool would have sent nothing.",
        ),
        (Some(false), _, _) => {
            unknown(Some(false), "A deny rule and a question that nobody could answer look alike in a headless run.")
        }
        (None, _, _) => unknown(
            None,
            "A deny rule and a question that nobody could answer look alike: nothing sent says whether the session ran in a terminal.",
        ),
    }
}
