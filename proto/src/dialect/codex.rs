//! Codex CLI, as recorded from 0.169.0.
//!
//! It sends nothing when the person says no, and arguments only with results.

use super::attributes::Attributes;
use super::{generic, tools};
use crate::row::{Call, Event, Span};
use crate::values::{Decision, Kind, ToolKind};

/// Reads an event and says what kind it is.
pub(super) fn event(event: &mut Event, attributes: &mut Attributes) -> Kind {
    event.origin.session_id = attributes.take_text("conversation.id");
    event.origin.tool_use_id = attributes.take_text("call_id");
    event.model = attributes.take_text("model");
    let version = attributes.take_text("app.version");
    if !version.is_empty() {
        event.origin.agent_version = version;
    }
    event.verdict.interactive = match attributes.text("originator") {
        Some("codex_exec") => Some(false),
        Some(originator) if originator.contains("tui") || originator == "codex_cli_rs" => Some(true),
        _ => None,
    };
    match event.event_name.as_str() {
        "codex.tool_decision" => {
            tool(&mut event.call, attributes);
            event.verdict.decision = match attributes.text("decision") {
                Some(word) if word.starts_with("approved") => Decision::Allow.to_string(),
                Some("denied" | "abort" | "aborted" | "timed_out") => Decision::Deny.to_string(),
                _ => String::new(),
            };
            event.verdict.source = attributes.take_text("source");
            Kind::Decision
        }
        "codex.tool_result" => {
            tool(&mut event.call, attributes);
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            event.verdict.outcome = tools::outcome(attributes);
            Kind::Result
        }
        "codex.conversation_starts" => {
            event.verdict.permission_mode = attributes.first_text(&["approval_policy"]);
            Kind::Session
        }
        "codex.user_prompt" => Kind::Prompt,
        "codex.api_request" | "codex.websocket_request" => {
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            Kind::Request
        }
        "codex.sse_event" => {
            event.input_tokens = attributes.take_int("input_token_count");
            event.output_tokens = attributes.take_int("output_token_count");
            Kind::Response
        }
        "codex.startup_phase" => Kind::Session,
        _ => Kind::Other,
    }
}

/// Reads one of the hundreds of internal spans, of which none is about a decision.
pub(super) fn span(span: &mut Span, attributes: &mut Attributes) -> Kind {
    span.origin.session_id = attributes.take_text("conversation.id");
    span.origin.tool_use_id = attributes.take_text("call_id");
    generic::ids(&mut span.origin, attributes);
    Kind::Other
}

fn tool(call: &mut Call, attributes: &mut Attributes) {
    call.tool_name = attributes.first_text(&["tool_name"]);
    if let Some(server) = attributes.text("tool_namespace").and_then(|namespace| namespace.strip_prefix("mcp__")) {
        server.clone_into(&mut call.mcp_server);
        call.mcp_tool.clone_from(&call.tool_name);
        ToolKind::Mcp.as_str().clone_into(&mut call.tool_kind);
        tools::name_mcp(call);
    } else {
        tools::kind(&call.tool_name).as_str().clone_into(&mut call.tool_kind);
        attributes.take_text("tool_name");
    }
    if let Some(arguments) = attributes.object("arguments") {
        tools::arguments(call, &arguments);
    } else if let Some(patch) = attributes.text("arguments") {
        patched_file(patch).clone_into(&mut call.file_path);
    }
}

/// The first file that a patch touches.
fn patched_file(patch: &str) -> &str {
    patch
        .lines()
        .find_map(|line| {
            ["*** Update File: ", "*** Add File: ", "*** Delete File: "]
                .iter()
                .find_map(|prefix| line.strip_prefix(prefix))
        })
        .unwrap_or_default()
        .trim()
}
