//! Log records into events: what all agents share, then each agent's own words.

use super::attributes::{Attributes, render};
use super::{Agent, Scope, claude_code, codex, gemini_cli, generic, id, identity, micros};
use crate::otlp::LogRecord;
use crate::permission_decision;
use crate::row::{Event, Sent};
use crate::time;
use crate::values::Kind;

/// Reads one log record.
pub(super) fn event(scope: &Scope, record: LogRecord) -> Event {
    let mut event = Event { origin: scope.origin(&record), ..Event::default() };
    let mut attributes = Attributes::new(record.attributes);
    let origin = &mut event.origin;
    origin.trace_id = id(&record.trace_id);
    origin.span_id = id(&record.span_id);
    identity(origin, &mut attributes);
    event.severity_number = (record.severity_number != 0).then_some(record.severity_number.into());
    let (body, sent) = render(record.body.and_then(|body| body.value));
    event.body = body;

    event.event_name = attributes.take_text("event.name");
    if event.event_name.is_empty() && scope.agent != Agent::Codex {
        // Codex fills this field with a place in its source code.
        event.event_name = record.event_name;
    }
    if event.event_name.is_empty() && sent == Sent::Text && is_name(&event.body) {
        event.event_name.clone_from(&event.body);
    }

    let sent_time = micros(record.time_unix_nano).or_else(|| micros(record.observed_time_unix_nano));
    let stamped = attributes.text("event.timestamp").and_then(time::parse_rfc3339);
    origin.event_time = match scope.agent {
        // Codex leaves the time empty; the observed time is when it flushed.
        Agent::Codex => stamped.or(sent_time),
        _ => sent_time.or(stamped),
    }
    .unwrap_or(origin.received_time);
    if stamped == Some(origin.event_time) {
        attributes.take_text("event.timestamp");
    }

    origin.sequence = attributes.take_int("event.sequence");
    if event.event_name == permission_decision::EVENT_NAME {
        Kind::PermissionDecision.as_str().clone_into(&mut event.origin.kind);
        generic::ids(&mut event.origin, &mut attributes);
        permission_decision::read(&mut event, &mut attributes);
    } else {
        let kind = match scope.agent {
            Agent::ClaudeCode => claude_code::event(&mut event, &mut attributes),
            Agent::Codex => codex::event(&mut event, &mut attributes),
            Agent::GeminiCli => gemini_cli::event(&mut event, &mut attributes),
            Agent::Copilot | Agent::Other => generic::event(&mut event, &mut attributes),
        };
        kind.as_str().clone_into(&mut event.origin.kind);
    }
    if event.origin.session_id.is_empty() && scope.agent != Agent::ClaudeCode {
        event.origin.session_id.clone_from(&scope.resource_session);
    }
    event.attributes = attributes.into_rows();
    event
}

/// Whether a body is the name of an event, as Claude Code's are, rather than a sentence.
fn is_name(body: &str) -> bool {
    body.len() <= 128
        && body.contains('.')
        && body.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
}
