//! Spans.

use barograph_proto::otlp::{ResourceSpans, ScopeSpans, Span, Status, span};

use super::Fault;
use super::common::{key_value, resource, scope};
use super::fields::Fields;

pub(super) fn resource_spans(mut fields: Fields) -> Result<ResourceSpans, Fault> {
    Ok(ResourceSpans {
        resource: fields.message("resource", resource)?,
        scope_spans: fields.list("scopeSpans", scope_spans)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn scope_spans(mut fields: Fields) -> Result<ScopeSpans, Fault> {
    Ok(ScopeSpans {
        scope: fields.message("scope", scope)?,
        spans: fields.list("spans", span)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn span(mut fields: Fields) -> Result<Span, Fault> {
    Ok(Span {
        trace_id: fields.id("traceId")?,
        span_id: fields.id("spanId")?,
        trace_state: fields.text("traceState")?,
        parent_span_id: fields.id("parentSpanId")?,
        flags: fields.u32("flags")?,
        name: fields.text("name")?,
        kind: fields.enumeration("kind")?,
        start_time_unix_nano: fields.u64("startTimeUnixNano")?,
        end_time_unix_nano: fields.u64("endTimeUnixNano")?,
        attributes: fields.list("attributes", key_value)?,
        dropped_attributes_count: fields.u32("droppedAttributesCount")?,
        events: fields.list("events", event)?,
        dropped_events_count: fields.u32("droppedEventsCount")?,
        links: fields.list("links", link)?,
        dropped_links_count: fields.u32("droppedLinksCount")?,
        status: fields.message("status", span_status)?,
    })
}

fn event(mut fields: Fields) -> Result<span::Event, Fault> {
    Ok(span::Event {
        time_unix_nano: fields.u64("timeUnixNano")?,
        name: fields.text("name")?,
        attributes: fields.list("attributes", key_value)?,
        dropped_attributes_count: fields.u32("droppedAttributesCount")?,
    })
}

fn link(mut fields: Fields) -> Result<span::Link, Fault> {
    Ok(span::Link {
        trace_id: fields.id("traceId")?,
        span_id: fields.id("spanId")?,
        trace_state: fields.text("traceState")?,
        attributes: fields.list("attributes", key_value)?,
        dropped_attributes_count: fields.u32("droppedAttributesCount")?,
        flags: fields.u32("flags")?,
    })
}

fn span_status(mut fields: Fields) -> Result<Status, Fault> {
    Ok(Status { message: fields.text("message")?, code: fields.enumeration("code")? })
}
