//! Anybody else: kept generically, by the semantic conventions' names and the commonest of others.

use super::attributes::Attributes;
use super::tools;
use crate::row::{Event, Origin, Span};
use crate::values::Kind;

/// Fills in the ids that are still empty, by any of the names in use.
pub(crate) fn ids(origin: &mut Origin, attributes: &mut Attributes) {
    for (column, keys) in [
        (
            &mut origin.session_id,
            &["session.id", "session_id", "gen_ai.conversation.id", "conversation.id", "thread.id"][..],
        ),
        (&mut origin.prompt_id, &["prompt.id", "prompt_id"]),
        (&mut origin.tool_use_id, &["tool_use_id", "gen_ai.tool.call.id", "call_id"]),
        (&mut origin.agent_id, &["agent_id", "gen_ai.agent.id"]),
    ] {
        for key in keys {
            if !column.is_empty() {
                break;
            }
            *column = attributes.take_text(key);
        }
    }
}

/// Reads an event. What an unknown agent means by a decision is not guessed at.
pub(super) fn event(event: &mut Event, attributes: &mut Attributes) -> Kind {
    ids(&mut event.origin, attributes);
    event.call.tool_name = attributes.take_text("gen_ai.tool.name");
    if !event.call.tool_name.is_empty() {
        tools::kind(&event.call.tool_name).as_str().clone_into(&mut event.call.tool_kind);
    }
    Kind::Other
}

/// Reads a span.
pub(super) fn span(span: &mut Span, attributes: &mut Attributes) -> Kind {
    ids(&mut span.origin, attributes);
    span.call.tool_name = attributes.take_text("gen_ai.tool.name");
    if !span.call.tool_name.is_empty() {
        tools::kind(&span.call.tool_name).as_str().clone_into(&mut span.call.tool_kind);
    }
    Kind::Other
}
