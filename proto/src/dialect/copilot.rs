//! GitHub Copilot CLI, as recorded from 1.0.102: spans and metrics only.
//!
//! A `permission` span says that a question was due; its parent is the `execute_tool` span of the call. A call that a
//! rule settled has no `permission` span.

use super::attributes::Attributes;
use super::{generic, tools};
use crate::row::Span;
use crate::values::{Decision, Kind, Outcome, ToolKind};

/// Reads a span and says what kind it is.
pub(super) fn span(span: &mut Span, attributes: &mut Attributes) -> Kind {
    generic::ids(&mut span.origin, attributes);
    span.model = attributes.first_text(&["gen_ai.response.model", "gen_ai.request.model"]);
    if span.name == "permission" {
        span.verdict.source = attributes.take_text("github.copilot.permission.result");
        span.verdict.decision = match span.verdict.source.as_str() {
            result if result.starts_with("denied") => Decision::Deny.to_string(),
            result if result.starts_with("approved") || result.starts_with("allowed") => Decision::Allow.to_string(),
            _ => String::new(),
        };
        span.verdict.wait_ms = span.verdict.duration_ms;
        let kind = match attributes.text("github.copilot.permission.kind") {
            Some("shell") => ToolKind::Shell,
            Some("write") => ToolKind::Edit,
            Some("read") => ToolKind::Read,
            Some("url") => ToolKind::Web,
            Some("mcp") => ToolKind::Mcp,
            _ => ToolKind::Other,
        };
        kind.as_str().clone_into(&mut span.call.tool_kind);
        return Kind::Decision;
    }
    match attributes.text("gen_ai.operation.name") {
        Some("execute_tool") => {
            tool(span, attributes);
            Kind::Result
        }
        Some("chat") => Kind::Request,
        Some("invoke_agent") => Kind::Session,
        _ => Kind::Other,
    }
}

fn tool(span: &mut Span, attributes: &mut Attributes) {
    let call = &mut span.call;
    call.tool_name = attributes.take_text("gen_ai.tool.name");
    let mcp = attributes.has("github.copilot.mcp.server.transport");
    let kind = if mcp { ToolKind::Mcp } else { tools::kind(&call.tool_name) };
    kind.as_str().clone_into(&mut call.tool_kind);
    call.command = attributes.take_text("github.copilot.tool.parameters.command");
    call.file_path = attributes.take_text("github.copilot.tool.parameters.file_path");
    if let Some(arguments) = attributes.object("gen_ai.tool.call.arguments") {
        tools::arguments(call, &arguments);
    }
    span.verdict.error_type = attributes.take_text("error.type");
    let outcome = match span.verdict.error_type.as_str() {
        "" => Outcome::Succeeded,
        "denied" => Outcome::NotRun,
        _ => Outcome::Failed,
    };
    outcome.as_str().clone_into(&mut span.verdict.outcome);
    if outcome == Outcome::NotRun {
        Decision::Deny.as_str().clone_into(&mut span.verdict.decision);
    } else {
        Decision::Allow.as_str().clone_into(&mut span.verdict.decision);
    }
}
