//! `permission_decision`, our own record that a question about permission was put and answered.
//!
//! It is a protobuf message (`schema/barograph/v1/permission_decision.proto`) and, equally, an OTLP log record that any
//! sender may send on either transport: attribute `event.name` = `permission_decision`, the session as `session.id`, the
//! prompt as `prompt.id`, and every other field as an attribute of its own name. `asked_at` and `answered_at` are
//! integers (ns since the epoch) or RFC 3339 texts.

use crate::dialect::Attributes;
use crate::row::Event;
use crate::time;
use crate::values::{DecidedBy, Decision};

#[expect(
    missing_debug_implementations,
    missing_docs,
    clippy::pedantic,
    reason = "generated from the .proto file, which documents it"
)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/barograph.v1.rs"));
}

/// The `event.name` of the log record.
pub const EVENT_NAME: &str = "permission_decision";

/// Reads the record's own attributes into an event whose ids have been read.
pub(crate) fn read(event: &mut Event, attributes: &mut Attributes) {
    let call = &mut event.call;
    call.tool_name = attributes.take_text("tool_name");
    call.mcp_server = attributes.take_text("mcp_server_name");
    call.mcp_tool = attributes.take_text("mcp_tool_name");
    call.command = attributes.take_text("command");
    call.file_path = attributes.take_text("file_path");
    call.url = attributes.take_text("url");
    crate::dialect::name_tool(call);

    let verdict = &mut event.verdict;
    let decision = attributes.text("decision").map(str::to_ascii_lowercase);
    if let Some(decision) = decision.as_deref().and_then(|word| match word {
        "accept" | "approve" | "approved" => Some(Decision::Allow),
        "reject" | "denied" => Some(Decision::Deny),
        word => Decision::parse(word),
    }) {
        decision.as_str().clone_into(&mut verdict.decision);
    }
    if let Some(decided_by) = attributes.text("decided_by").and_then(DecidedBy::parse) {
        decided_by.as_str().clone_into(&mut verdict.decided_by);
    }
    verdict.source = attributes.take_text("source");
    verdict.rule = attributes.take_text("rule");
    verdict.rule_scope = attributes.take_text("rule_scope");
    verdict.permission_mode = attributes.take_text("permission_mode");
    verdict.answered_by = attributes.take_text("answered_by");
    verdict.asked_at = moment(attributes, "asked_at");
    verdict.answered_at = moment(attributes, "answered_at");
    verdict.boundary = attributes.take_text("boundary");
    verdict.why_it_matters = attributes.take_text("why_it_matters");
    verdict.options = attributes.take_text("options");
    verdict.evidence = attributes.take_text("evidence");
    if let (Some(asked), Some(answered)) = (verdict.asked_at, verdict.answered_at) {
        #[expect(clippy::cast_precision_loss, reason = "a wait of 100 years is still exact to the ms")]
        let wait = answered.saturating_sub(asked) as f64 / 1000.0;
        verdict.wait_ms = (wait >= 0.0).then_some(wait);
    }
}

fn moment(attributes: &mut Attributes, key: &str) -> Option<i64> {
    if let Some(nanos) = attributes.int(key) {
        attributes.take_int(key);
        return (nanos != 0).then_some(nanos / 1000);
    }
    let moment = attributes.text(key).and_then(time::parse_rfc3339)?;
    attributes.take_text(key);
    Some(moment)
}
