//! The list of cells: which columns a row has, in which order. The only such list.

use std::collections::BTreeMap;

use super::{Attribute, Call, Event, MetricPoint, Origin, Span, Verdict};
use crate::tables::Table;

/// A visitor of a row's cells, called once per column in table order, always with the same names.
pub trait Cells {
    /// A text column. An empty text is null.
    fn text(&mut self, column: &'static str, value: &mut String);
    /// A text column that holds JSON with attribute-like content (span events, links, buckets). Empty is null.
    fn json(&mut self, column: &'static str, value: &mut String);
    /// A time column, µs since the epoch, UTC.
    fn time(&mut self, column: &'static str, value: &mut Option<i64>);
    /// A 64-bit integer column.
    fn int(&mut self, column: &'static str, value: &mut Option<i64>);
    /// A double column.
    fn float(&mut self, column: &'static str, value: &mut Option<f64>);
    /// A boolean column.
    fn flag(&mut self, column: &'static str, value: &mut Option<bool>);
    /// A map column of attributes. Without any it is null.
    fn attributes(&mut self, column: &'static str, value: &mut Vec<Attribute>);
    /// A map column from text to number, the collector's own words. Without entries it is null.
    fn counts(&mut self, column: &'static str, value: &mut BTreeMap<String, i64>);
    /// A map column from text to text, the collector's own words. Without entries it is null.
    fn names(&mut self, column: &'static str, value: &mut BTreeMap<String, String>);
}

/// A row of one of the tables.
pub trait Row: prost::Message + Default + Clone {
    /// The table it belongs to.
    const TABLE: Table;
    /// Who, where, when.
    fn origin(&self) -> &Origin;
    /// Who, where, when, to be filled in.
    fn origin_mut(&mut self) -> &mut Origin;
    /// The tool call it is about; none for metric points.
    fn call(&self) -> Option<&Call>;
    /// The same, to be filled in.
    fn call_mut(&mut self) -> Option<&mut Call>;
    /// Walks every cell in column order.
    fn cells(&mut self, cells: &mut impl Cells);
}

impl Origin {
    fn cells(&mut self, cells: &mut impl Cells) {
        let mut time = |column, value: &mut i64| {
            let mut cell = Some(*value);
            cells.time(column, &mut cell);
            *value = cell.unwrap_or_default();
        };
        time("event_time", &mut self.event_time);
        time("received_time", &mut self.received_time);
        cells.text("event_id", &mut self.event_id);
        cells.text("tenant", &mut self.tenant);
        cells.text("agent", &mut self.agent);
        cells.text("agent_version", &mut self.agent_version);
        cells.text("service_name", &mut self.service_name);
        cells.text("dialect", &mut self.dialect);
        cells.text("kind", &mut self.kind);
        cells.text("session_id", &mut self.session_id);
        cells.text("prompt_id", &mut self.prompt_id);
        cells.text("tool_use_id", &mut self.tool_use_id);
        cells.int("sequence", &mut self.sequence);
        cells.text("trace_id", &mut self.trace_id);
        cells.text("span_id", &mut self.span_id);
        cells.text("agent_id", &mut self.agent_id);
        cells.text("user_id", &mut self.user_id);
        cells.text("user_email", &mut self.user_email);
        cells.text("organization_id", &mut self.organization_id);
        cells.text("team", &mut self.team);
        cells.text("repo", &mut self.repo);
        cells.text("host", &mut self.host);
        cells.text("scope_name", &mut self.scope_name);
        cells.text("scope_version", &mut self.scope_version);
        cells.attributes("resource_attributes", &mut self.resource_attributes);
        cells.text("redaction_policy", &mut self.redaction_policy);
        cells.text("redaction_outcome", &mut self.redaction_outcome);
        cells.counts("redaction_kinds", &mut self.redaction_kinds);
        cells.names("redaction_secrets", &mut self.redaction_secrets);
        cells.int("redaction_bytes_in", &mut self.redaction_bytes_in);
        cells.int("redaction_bytes_out", &mut self.redaction_bytes_out);
        cells.int("redaction_key_epoch", &mut self.redaction_key_epoch);
    }
}

impl Call {
    fn cells(&mut self, cells: &mut impl Cells) {
        cells.text("tool_name", &mut self.tool_name);
        cells.text("tool_kind", &mut self.tool_kind);
        cells.text("mcp_server", &mut self.mcp_server);
        cells.text("mcp_tool", &mut self.mcp_tool);
        cells.text("command", &mut self.command);
        cells.text("file_path", &mut self.file_path);
        cells.text("url", &mut self.url);
    }
}

impl Verdict {
    fn cells(&mut self, cells: &mut impl Cells) {
        cells.text("decision", &mut self.decision);
        cells.text("source", &mut self.source);
        cells.text("permission_mode", &mut self.permission_mode);
        cells.text("outcome", &mut self.outcome);
        cells.float("duration_ms", &mut self.duration_ms);
        cells.text("error_type", &mut self.error_type);
        cells.flag("interactive", &mut self.interactive);
        cells.text("classifier_verdict", &mut self.classifier_verdict);
        cells.text("hook_event", &mut self.hook_event);
        cells.text("decided_by", &mut self.decided_by);
        cells.float("wait_ms", &mut self.wait_ms);
        cells.text("rule", &mut self.rule);
        cells.text("rule_scope", &mut self.rule_scope);
        cells.time("asked_at", &mut self.asked_at);
        cells.time("answered_at", &mut self.answered_at);
        cells.text("answered_by", &mut self.answered_by);
        cells.text("boundary", &mut self.boundary);
        cells.text("why_it_matters", &mut self.why_it_matters);
        cells.text("options", &mut self.options);
        cells.text("evidence", &mut self.evidence);
    }
}

impl Row for Event {
    const TABLE: Table = Table::Events;

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn origin_mut(&mut self) -> &mut Origin {
        &mut self.origin
    }

    fn call(&self) -> Option<&Call> {
        Some(&self.call)
    }

    fn call_mut(&mut self) -> Option<&mut Call> {
        Some(&mut self.call)
    }

    fn cells(&mut self, cells: &mut impl Cells) {
        self.origin.cells(cells);
        cells.text("event_name", &mut self.event_name);
        self.call.cells(cells);
        self.verdict.cells(cells);
        cells.text("model", &mut self.model);
        cells.text("request_id", &mut self.request_id);
        cells.float("cost_usd", &mut self.cost_usd);
        cells.int("input_tokens", &mut self.input_tokens);
        cells.int("output_tokens", &mut self.output_tokens);
        cells.int("severity_number", &mut self.severity_number);
        cells.text("body", &mut self.body);
        cells.attributes("attributes", &mut self.attributes);
    }
}

impl Row for Span {
    const TABLE: Table = Table::Spans;

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn origin_mut(&mut self) -> &mut Origin {
        &mut self.origin
    }

    fn call(&self) -> Option<&Call> {
        Some(&self.call)
    }

    fn call_mut(&mut self) -> Option<&mut Call> {
        Some(&mut self.call)
    }

    fn cells(&mut self, cells: &mut impl Cells) {
        self.origin.cells(cells);
        cells.text("name", &mut self.name);
        cells.text("parent_span_id", &mut self.parent_span_id);
        cells.time("end_time", &mut self.end_time);
        cells.text("span_kind", &mut self.span_kind);
        cells.text("status_code", &mut self.status_code);
        cells.text("status_message", &mut self.status_message);
        self.call.cells(cells);
        self.verdict.cells(cells);
        cells.text("model", &mut self.model);
        cells.json("span_events", &mut self.span_events);
        cells.json("span_links", &mut self.span_links);
        cells.attributes("attributes", &mut self.attributes);
    }
}

impl Row for MetricPoint {
    const TABLE: Table = Table::MetricPoints;

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn origin_mut(&mut self) -> &mut Origin {
        &mut self.origin
    }

    fn call(&self) -> Option<&Call> {
        None
    }

    fn call_mut(&mut self) -> Option<&mut Call> {
        None
    }

    fn cells(&mut self, cells: &mut impl Cells) {
        self.origin.cells(cells);
        cells.text("name", &mut self.name);
        cells.text("unit", &mut self.unit);
        cells.text("metric_type", &mut self.metric_type);
        cells.text("temporality", &mut self.temporality);
        cells.flag("monotonic", &mut self.monotonic);
        cells.time("start_time", &mut self.start_time);
        cells.float("value", &mut self.value);
        cells.int("value_int", &mut self.value_int);
        cells.int("count", &mut self.count);
        cells.float("sum", &mut self.sum);
        cells.float("min", &mut self.min);
        cells.float("max", &mut self.max);
        cells.json("buckets", &mut self.buckets);
        cells.attributes("attributes", &mut self.attributes);
    }
}
