//! Claude Code, as recorded from 2.1.197 and 2.1.328.
//!
//! Numbers come as text on some events and as numbers on others; every attribute may be forged on events that do not
//! define it, so each is read only where the client sets it.

use super::attributes::Attributes;
use super::tools;
use crate::row::{Call, Event, Origin, Span};
use crate::values::{Decision, Kind, ToolKind};

/// Reads an event and says what kind it is.
pub(super) fn event(event: &mut Event, attributes: &mut Attributes) -> Kind {
    ids(&mut event.origin, attributes);
    event.origin.agent_version.clone_from(&event.origin.scope_version);
    event.verdict.interactive = interactive(attributes);
    if let Some(name) = event.event_name.strip_prefix("claude_code.") {
        event.event_name = name.to_owned();
    }
    match event.event_name.as_str() {
        "tool_decision" => {
            tool(&mut event.call, attributes);
            decision(&mut event.verdict.decision, attributes);
            event.verdict.source = attributes.take_text("source");
            event.verdict.permission_mode = attributes.take_text("permission_mode");
            event.verdict.classifier_verdict = attributes.take_text("classifier_verdict");
            event.request_id = attributes.take_text("request_id");
            Kind::Decision
        }
        "tool_result" => {
            tool(&mut event.call, attributes);
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            event.verdict.error_type = attributes.take_text("error_type");
            event.verdict.outcome = tools::outcome(attributes);
            event.request_id = attributes.take_text("request_id");
            Kind::Result
        }
        "user_prompt" => Kind::Prompt,
        "assistant_response" => {
            event.model = attributes.take_text("model");
            event.request_id = attributes.take_text("request_id");
            Kind::Response
        }
        "api_request" => {
            request(event, attributes);
            event.cost_usd = attributes.take_float("cost_usd");
            event.input_tokens = attributes.take_int("input_tokens");
            event.output_tokens = attributes.take_int("output_tokens");
            Kind::Request
        }
        "api_error" | "api_refusal" | "api_retries_exhausted" | "internal_error" => {
            request(event, attributes);
            Kind::Error
        }
        "permission_mode_changed" => {
            event.verdict.permission_mode = attributes.first_text(&["to_mode"]);
            Kind::ModeChange
        }
        "mcp_server_connection" => {
            event.call.mcp_server = attributes.take_text("server_name");
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            Kind::McpConnection
        }
        "hook_registered" | "hook_execution_start" | "hook_execution_complete" | "hook_plugin_metrics" => {
            event.verdict.hook_event = attributes.take_text("hook_event");
            event.verdict.duration_ms = attributes.take_float("total_duration_ms");
            Kind::Hook
        }
        "plugin_loaded" | "plugin_installed" => Kind::Plugin,
        "skill_activated" => Kind::Skill,
        "subagent_completed" => {
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            Kind::Subagent
        }
        "compaction" => {
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            Kind::Compaction
        }
        "managed_settings_resolved" | "retention_sweep" | "auth" => Kind::Session,
        _ => Kind::Other,
    }
}

/// Reads a span of the traces beta and says what kind it is.
pub(super) fn span(span: &mut Span, attributes: &mut Attributes) -> Kind {
    ids(&mut span.origin, attributes);
    // A subagent's conversation id is its agent id, not the session's.
    if span.origin.session_id.is_empty() && span.origin.agent_id.is_empty() {
        span.origin.session_id = attributes.first_text(&["gen_ai.conversation.id"]);
    }
    span.verdict.interactive = interactive(attributes);
    span.model = attributes.take_text("model");
    match span.name.as_str() {
        "claude_code.tool.blocked_on_user" => {
            decision(&mut span.verdict.decision, attributes);
            span.verdict.source = attributes.take_text("source");
            span.verdict.wait_ms = attributes.float("duration_ms").or(span.verdict.duration_ms);
            Kind::Decision
        }
        "claude_code.tool" => {
            tool(&mut span.call, attributes);
            span.call.command = attributes.take_text("full_command");
            span.call.file_path = attributes.take_text("file_path");
            Kind::Result
        }
        "claude_code.tool.execution" => {
            span.verdict.outcome = tools::outcome(attributes);
            Kind::Result
        }
        "claude_code.llm_request" => Kind::Request,
        "claude_code.interaction" => Kind::Prompt,
        "claude_code.hook" => {
            span.verdict.hook_event = attributes.take_text("hook_event");
            Kind::Hook
        }
        _ => Kind::Other,
    }
}

fn ids(origin: &mut Origin, attributes: &mut Attributes) {
    origin.session_id = attributes.take_text("session.id");
    origin.prompt_id = attributes.take_text("prompt.id");
    origin.tool_use_id = attributes.take_text("tool_use_id");
    origin.agent_id = attributes.take_text("agent_id");
}

fn request(event: &mut Event, attributes: &mut Attributes) {
    event.model = attributes.take_text("model");
    event.request_id = attributes.take_text("request_id");
    event.verdict.duration_ms = attributes.take_float("duration_ms");
}

/// Whether a person sits at the agent's own prompt. `app.entrypoint` is off by default; without it only requests tell,
/// by who made them (`repl_main_thread` in the terminal, `sdk` in headless and embedded runs).
fn interactive(attributes: &Attributes) -> Option<bool> {
    if let Some(entrypoint) = attributes.text("app.entrypoint") {
        return match entrypoint {
            "cli" => Some(true),
            entrypoint if entrypoint.starts_with("sdk") || entrypoint.contains("action") => Some(false),
            _ => None,
        };
    }
    match attributes.text("query_source").or_else(|| attributes.text("query_source_safe")) {
        Some(source) if source.starts_with("repl_main_thread") => Some(true),
        Some("sdk") => Some(false),
        _ => None,
    }
}

fn decision(column: &mut String, attributes: &Attributes) {
    let decision = match attributes.text("decision") {
        Some("accept") => Decision::Allow,
        Some("reject") => Decision::Deny,
        _ => return,
    };
    decision.as_str().clone_into(column);
}

fn tool(call: &mut Call, attributes: &mut Attributes) {
    call.tool_name = attributes.take_text("tool_name");
    let mcp = attributes.text("tool_source").is_some_and(|source| source.contains("mcp"));
    let kind = if mcp { ToolKind::Mcp } else { tools::kind(&call.tool_name) };
    kind.as_str().clone_into(&mut call.tool_kind);
    tools::split_mcp(call);
    if let Some(server) = attributes.text("anthropic.mcp.server.name") {
        server.clone_into(&mut call.mcp_server);
    }
    if let Some(parameters) = attributes.object("tool_parameters") {
        for (column, name) in [(&mut call.mcp_server, "mcp_server_name"), (&mut call.mcp_tool, "mcp_tool_name")] {
            if let Some(text) = parameters.get(name).and_then(|value| value.as_str()) {
                text.clone_into(column);
            }
        }
        tools::name_mcp(call);
        tools::arguments(call, &parameters);
    }
    if let Some(input) = attributes.object("tool_input") {
        tools::arguments(call, &input);
    } else if let Some(input) = attributes.text("tool_input") {
        tools::cut_arguments(call, input);
    }
}
