//! The policies that come with Barograph.

use super::Target::*;
use super::*;

#[test]
fn the_shipped_policies_have_no_fault() {
    let (default, detect_all) = (Policy::shipped_default(), Policy::detect_all());
    assert_eq!((default.name(), detect_all.name()), ("default", "detect-all"));
    assert_ne!(default.hash(), detect_all.hash());
    assert_eq!(default.default().steps.to_string(), "hash(value)");
}

#[test]
fn every_text_column_is_named() {
    let policy = Policy::shipped_default();
    for column in columns::all() {
        let decision = policy.decide(Caller { agent: "claude-code", tool: "Bash" }, Column(column));
        assert!(decision.place.is_some(), "{column}");
    }
}

#[test]
fn detect_all_keeps_every_argument_after_detection() {
    let policy = Policy::detect_all();
    for (tool, path) in [
        ("Bash", "command"),
        ("Write", "content"),
        ("mcp__db__configure", "arguments"),
        ("x", "prompt.deep"),
        ("", "y"),
    ] {
        assert_eq!(steps(&policy, "claude-code", tool, Argument(path)), "detect, keep", "{tool} {path}");
    }
    let default = Policy::shipped_default();
    for key in ["prompt", "tool_input", "session.id", "unknown"] {
        assert_eq!(steps(&policy, "", "", Attribute(key)), steps(&default, "", "", Attribute(key)));
    }
}

/// Steps, what names are names of, and names.
type Case = (&'static str, fn(&'static str) -> Target<'static>, &'static [&'static str]);

/// What the policy says of the names that matter most, whoever sends them.
#[test]
fn what_matters_most_is_decided_on_purpose() {
    let policy = Policy::shipped_default();
    let cases: &[Case] = &[
        ("detect, keep", Argument, &["command", "cmd", "full_command", "file_path", "path", "url", "pattern", "cwd"]),
        ("detect, keep(word)", Argument, &["timeout", "run_in_background", "mode", "id", "git_commit_id"]),
        ("detect, keep(label)", Argument, &["subagent_type", "skill", "mcp_tool_name", "model"]),
        ("detect, hash(prompt)", Argument, &["prompt", "message", "question", "instructions"]),
        (
            "detect, hash(content)",
            Argument,
            &["content", "new_string", "old_string", "patch", "stdin", "edits.new_string"],
        ),
        ("hash(value)", Argument, &["email", "env.API_KEY", "password", "unknown", "Command", "justification"]),
        ("detect, keep(word)", Attribute, &["session.id", "tool_use_id", "decision", "event.name", "exception.type"]),
        ("detect, keep(label)", Attribute, &["tool_name", "model", "service.name", "host.name", "hook_name"]),
        ("detect, keep", Attribute, &["full_command", "user.email", "cwd", "http.url", "workspace.host_paths"]),
        ("arguments", Attribute, &["tool_input", "tool_parameters", "arguments", "function_args"]),
        ("attributes", Attribute, &["metadata", "attributes", "phases"]),
        ("detect, hash(prompt)", Attribute, &["prompt", "prompt_text", "user_prompt", "gen_ai.prompt"]),
        ("detect, hash(message)", Attribute, &["response", "gen_ai.output.messages", "system_prompt", "reasoning"]),
        ("detect, hash(body)", Attribute, &["body"]),
        ("detect, hash(output)", Attribute, &["output", "tool.output", "stdout", "gen_ai.tool.call.result"]),
        ("detect, hash(args)", Attribute, &["process.command_args", "process.command_line", "process.command"]),
        ("detect, hash(error)", Attribute, &["error", "error.message", "exception.stacktrace"]),
        ("hash(identity)", Attribute, &["user.name", "process.owner", "enduser.id", "user.full_name"]),
        ("keep(number)", Attribute, &["duration_ms", "input_tokens", "new.count", "cost_usd"]),
        ("hash(value)", Attribute, &["unknown", "http.request.header.authorization", "Prompt"]),
        ("detect, keep", Attribute, &["github.copilot.tool.parameters.command"]),
        ("hash(value)", Attribute, &["github.copilot.tool.parameters.other", "github.copilot.tool.parameters.x_ms"]),
        ("detect, keep(id)", Column, &["event_id", "trace_id", "span_id", "parent_span_id"]),
        ("detect, keep(word)", Column, &["session_id", "decision", "event_name", "kind", "outcome"]),
        ("detect, keep(label)", Column, &["agent", "tool_name", "mcp_server", "mcp_tool", "name", "model"]),
        ("detect(secrets), keep(identity)", Column, &["user_id", "user_email", "team", "repo", "host", "answered_by"]),
        ("detect, keep(event)", Column, &["body"]),
        ("detect, keep", Column, &["command", "file_path", "url", "rule", "boundary", "evidence", "options"]),
        ("detect, hash(error)", Column, &["status_message"]),
        ("attributes", Column, &["span_events", "span_links", "buckets"]),
        ("hash(value)", Column, &["unknown"]),
    ];
    for (expected, target, names) in cases {
        for name in *names {
            assert_eq!(steps(&policy, "claude-code", "Bash", target(name)), *expected, "{:?}", target(name));
        }
    }
}
