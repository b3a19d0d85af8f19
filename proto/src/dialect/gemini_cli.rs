//! Gemini CLI, as recorded from 0.61.0.
//!
//! Decision and result come in one record, without a call id; `accept` covers yolo mode, `auto_accept` is the click on
//! "Allow for this session".

use super::attributes::Attributes;
use super::{generic, tools};
use crate::row::{Call, Event, Span};
use crate::values::{Decision, Kind, Outcome, ToolKind};

/// Reads an event and says what kind it is.
pub(super) fn event(event: &mut Event, attributes: &mut Attributes) -> Kind {
    event.origin.session_id = attributes.take_text("session.id");
    event.origin.prompt_id = attributes.take_text("prompt_id");
    event.verdict.interactive = attributes.flag("interactive");
    match event.event_name.as_str() {
        "gemini_cli.tool_call" => {
            tool(&mut event.call, attributes);
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            event.verdict.error_type = attributes.take_text("error_type");
            if attributes.text("error.type") == Some(event.verdict.error_type.as_str()) {
                attributes.take_text("error.type");
            }
            event.verdict.decision = match attributes.text("decision") {
                Some("accept" | "auto_accept" | "modify") => Decision::Allow.to_string(),
                Some("reject") => Decision::Deny.to_string(),
                _ => String::new(),
            };
            outcome(event, attributes).as_str().clone_into(&mut event.verdict.outcome);
            Kind::Decision
        }
        "gemini_cli.config" => {
            event.verdict.permission_mode = attributes.first_text(&["approval_mode"]);
            event.model = attributes.take_text("model");
            Kind::Session
        }
        "gemini_cli.plan.approval_mode_switch" => {
            event.verdict.permission_mode = attributes.first_text(&["to_mode"]);
            Kind::ModeChange
        }
        "gemini_cli.user_prompt" => Kind::Prompt,
        "gemini_cli.api_request" => {
            event.model = attributes.take_text("model");
            Kind::Request
        }
        "gemini_cli.api_response" => {
            event.model = attributes.take_text("model");
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            event.input_tokens = attributes.take_int("input_token_count");
            event.output_tokens = attributes.take_int("output_token_count");
            Kind::Response
        }
        "gemini_cli.api_error" => {
            event.model = attributes.take_text("model");
            event.verdict.duration_ms = attributes.take_float("duration_ms");
            Kind::Error
        }
        "gemini_cli.startup_stats" => Kind::Session,
        "gemini_cli.chat_compression" => Kind::Compaction,
        _ => Kind::Other,
    }
}

/// Reads a span.
pub(super) fn span(span: &mut Span, attributes: &mut Attributes) -> Kind {
    generic::ids(&mut span.origin, attributes);
    match span.name.as_str() {
        "user_prompt" => Kind::Prompt,
        "llm_call" => Kind::Request,
        "tool_call" => {
            span.call.tool_name = attributes.first_text(&["gen_ai.tool.name"]);
            tools::kind(&span.call.tool_name).as_str().clone_into(&mut span.call.tool_kind);
            Kind::Result
        }
        _ => Kind::Other,
    }
}

fn tool(call: &mut Call, attributes: &mut Attributes) {
    let name = attributes.first_text(&["function_name"]);
    if attributes.text("tool_type") == Some("mcp") || name.starts_with("mcp_") {
        ToolKind::Mcp.as_str().clone_into(&mut call.tool_kind);
        call.mcp_server = attributes.take_text("mcp_server_name");
        if let Some(tool) =
            name.strip_prefix("mcp_").and_then(|rest| rest.strip_prefix(&call.mcp_server)?.strip_prefix('_'))
            && !call.mcp_server.is_empty()
        {
            tool.clone_into(&mut call.mcp_tool);
        }
        call.tool_name = name;
        tools::name_mcp(call);
    } else {
        tools::kind(&name).as_str().clone_into(&mut call.tool_kind);
        attributes.take_text("function_name");
        call.tool_name = name;
    }
    if let Some(arguments) = attributes.object("function_args") {
        tools::arguments(call, &arguments);
    }
}

/// `success` stays true when a command fails; the exit code tells.
fn outcome(event: &Event, attributes: &Attributes) -> Outcome {
    if event.verdict.decision == Decision::Deny.as_str() || event.verdict.decision.is_empty() {
        return Outcome::NotRun;
    }
    let failed = attributes
        .object("metadata")
        .and_then(|metadata| metadata.get("isError")?.as_bool())
        .unwrap_or(attributes.flag("success") == Some(false));
    if failed { Outcome::Failed } else { Outcome::Succeeded }
}
