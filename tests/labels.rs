//! The `decisions` view says of each call what the client reported: same session, call, tool, argument, decision and
//! source, for every label of every recorded scenario.

use crate::support::captures::Label;
use crate::support::decisions::{DecisionRow, Decisions};
use crate::support::replayed::replayed;
use crate::support::table;

#[test]
fn every_reported_decision_is_told_as_reported() {
    let replayed = replayed();
    let decisions = Decisions::read(&replayed.home.data());
    let mut rows = vec![table::row(["scenario", "labels", "joined", "mismatches"])];
    let mut mismatches = Vec::new();
    let mut total = [0; 3];
    for scenario in replayed.captures.scenarios.iter().filter(|scenario| !scenario.labels.is_empty()) {
        let joined = decisions.join(&scenario.labels);
        let before = mismatches.len();
        for (label, row) in scenario.labels.iter().zip(&joined) {
            let found = match row {
                Ok(row) => differences(label, row, &replayed.captures.planted),
                Err(reason) => vec![reason.clone()],
            };
            mismatches.extend(found.into_iter().map(|difference| format!("{}: {difference}", scenario.name)));
        }
        mismatches.extend(superfluous(&decisions, &scenario.labels).map(|text| format!("{}: {text}", scenario.name)));
        let counts =
            [scenario.labels.len(), joined.iter().filter(|row| row.is_ok()).count(), mismatches.len() - before];
        total = [0, 1, 2].map(|place| total[place] + counts[place]);
        rows.push([vec![scenario.name.clone()], table::row(counts)].concat());
    }
    rows.push([table::row(["all"]), table::row(total)].concat());
    table::print("Decisions as reported", &rows);
    assert!(total[0] > 300, "the labels are not all there");
    assert!(mismatches.is_empty(), "{} mismatches:\n{}", mismatches.len(), mismatches.join("\n"));
}

/// What a row says otherwise than the label.
fn differences(label: &Label, row: &DecisionRow, planted: &[String]) -> Vec<String> {
    let call = label.tool_use_id.as_deref().or(label.session_id.as_deref()).unwrap_or_default();
    let mut differences = Vec::new();
    let mut check = |what: &str, told: Option<&str>, expected: Option<&str>| {
        if told != expected {
            differences.push(format!("{call} ({}): {what} is {told:?}, not {expected:?}", row.event_id));
        }
    };
    if let Some(session) = &label.session_id {
        check("session_id", row.session_id.as_deref(), Some(session));
    }
    check("tool_name", row.tool_name.as_deref(), Some(&canonical(label, row)));
    check("decision", row.decision.as_deref(), label.decision.as_deref());
    check("source", row.source.as_deref(), label.source.as_deref());
    let sent = [
        ("mcp_server", &row.mcp_server, &label.mcp_server_sent),
        ("mcp_tool", &row.mcp_tool, &label.mcp_tool_sent),
        ("file_path", &row.file_path, &label.file_path),
        ("url", &row.url, &label.url),
    ];
    for (what, told, expected) in sent.into_iter().filter(|(_, _, expected)| expected.is_some()) {
        check(what, told.as_deref(), expected.as_deref());
    }
    if let Some(command) = &label.command_sent {
        // Where something was planted the policy masks it; what stands before it stays as it was.
        match planted.iter().filter_map(|text| command.find(text.as_str())).min() {
            None => check("command", row.command.as_deref(), Some(command)),
            Some(masked) => {
                let (kept, _) = command.split_at(masked);
                let told = row.command.as_deref().filter(|told| told.starts_with(kept)).map(|_| kept);
                check("the command before what is masked", told, Some(kept));
            }
        }
    }
    differences
}

/// The canonical tool name: the label's, or by the rule: an MCP tool is named with its server when both are known.
///
/// `Task` is the old name of Claude Code's `Agent`, and a model may still call it so. The transcript, which the label is
/// from, has the name that the model said; every event and span has the client's own, `Agent`.
fn canonical(label: &Label, row: &DecisionRow) -> String {
    match (&label.tool_name, &row.mcp_server, &row.mcp_tool) {
        (Some(name), _, _) if name == "Task" && label.tool_name_sent == "Agent" => label.tool_name_sent.clone(),
        (Some(name), _, _) => name.clone(),
        (None, Some(server), Some(tool)) if label.tool_name_sent.ends_with(tool.as_str()) => {
            format!("mcp__{server}__{tool}")
        }
        _ => label.tool_name_sent.clone(),
    }
}

/// Calls that nobody reported, in sessions whose calls have no id.
fn superfluous<'a>(decisions: &'a Decisions, labels: &'a [Label]) -> impl Iterator<Item = String> + 'a {
    let without_call = |label: &&Label| label.tool_use_id.is_none();
    let mut sessions: Vec<_> =
        labels.iter().filter(without_call).map(|label| (&label.agent, label.session_id.as_deref())).collect();
    sessions.dedup();
    sessions.into_iter().filter_map(move |(agent, session)| {
        let session = session.unwrap_or_default();
        let reported = labels.iter().filter(without_call).filter(|label| label.session_id.as_deref() == Some(session));
        let (reported, told) = (reported.count(), decisions.without_call(agent, session));
        (told != reported).then(|| format!("session {session} has {told} calls, reported were {reported}"))
    })
}
