//! Spans into rows: what all agents share, then each agent's own words.

use serde_json::{Value, json};

use super::attributes::{Attributes, object};
use super::{Agent, Scope, claude_code, codex, copilot, gemini_cli, generic, id, identity, micros};
use crate::otlp;
use crate::row::Span;

/// Reads one span.
pub(super) fn span(scope: &Scope, sent: otlp::Span) -> Span {
    let mut span = Span { origin: scope.origin(&sent), ..Span::default() };
    let mut attributes = Attributes::new(sent.attributes);
    let origin = &mut span.origin;
    origin.event_time = micros(sent.start_time_unix_nano).unwrap_or(origin.received_time);
    origin.trace_id = id(&sent.trace_id);
    origin.span_id = id(&sent.span_id);
    identity(origin, &mut attributes);
    span.parent_span_id = id(&sent.parent_span_id);
    span.end_time = micros(sent.end_time_unix_nano);
    #[expect(clippy::cast_precision_loss, reason = "a span of 100 days is still exact to the µs")]
    let duration = sent.end_time_unix_nano.checked_sub(sent.start_time_unix_nano).map(|nanos| nanos as f64 / 1e6);
    span.verdict.duration_ms = duration;
    span_kind(sent.kind).clone_into(&mut span.span_kind);
    if let Some(status) = sent.status {
        match status.code {
            1 => "ok",
            2 => "error",
            _ => "",
        }
        .clone_into(&mut span.status_code);
        span.status_message = status.message;
    }
    span.span_events = list(sent.events.into_iter().map(|event| {
        json!({"name": event.name, "time": micros(event.time_unix_nano), "attributes": object(event.attributes)})
    }));
    span.span_links = list(sent.links.into_iter().map(|link| {
        json!({"trace_id": id(&link.trace_id), "span_id": id(&link.span_id), "attributes": object(link.attributes)})
    }));
    span.name = sent.name;

    let kind = match scope.agent {
        Agent::ClaudeCode => claude_code::span(&mut span, &mut attributes),
        Agent::Codex => codex::span(&mut span, &mut attributes),
        Agent::GeminiCli => gemini_cli::span(&mut span, &mut attributes),
        Agent::Copilot => copilot::span(&mut span, &mut attributes),
        Agent::Other => generic::span(&mut span, &mut attributes),
    };
    kind.as_str().clone_into(&mut span.origin.kind);
    if span.origin.session_id.is_empty() && scope.agent != Agent::ClaudeCode {
        span.origin.session_id.clone_from(&scope.resource_session);
    }
    span.attributes = attributes.into_rows();
    span
}

fn span_kind(kind: i32) -> &'static str {
    match kind {
        1 => "internal",
        2 => "server",
        3 => "client",
        4 => "producer",
        5 => "consumer",
        _ => "",
    }
}

fn list(items: impl Iterator<Item = Value>) -> String {
    let items: Vec<Value> = items.collect();
    if items.is_empty() { String::new() } else { Value::Array(items).to_string() }
}
