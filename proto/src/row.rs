//! The canonical rows: what an agent's telemetry means, in our words, with the sender's words beside it.
//!
//! A row is a protobuf message (its journal form) and a list of cells (its table form). One visitor, [`Cells`], walks
//! the cells in column order; the table schema, the Arrow builders and the redactor all use it, so a new field cannot
//! be stored without being redacted, nor redacted without being stored.
//!
//! An empty text is an absent one: it is stored as null.

use crate::tables::Table;

/// One attribute that has no column of its own.
#[derive(Clone, PartialEq, Eq, prost::Message)]
#[prost(skip_debug)]
pub struct Attribute {
    /// The key as sent.
    #[prost(string, tag = "1")]
    pub key: String,
    /// The value as text: numbers and booleans in their shortest decimal form, arrays and maps as JSON, bytes as hex.
    #[prost(string, tag = "2")]
    pub value: String,
    /// What the value was when it was sent.
    #[prost(enumeration = "Sent", tag = "3")]
    pub sent: i32,
}

/// The type that an attribute's value had on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum Sent {
    /// A string.
    Text = 0,
    /// An integer or a double.
    Number = 1,
    /// A boolean.
    Flag = 2,
    /// An array or a key-value list; the value is its JSON.
    Nested = 3,
    /// Bytes; the value is their hex.
    Bytes = 4,
    /// An `AnyValue` without a value (Gemini CLI sends these).
    Unset = 5,
}

/// Who sent a record, from where, in which session: the columns that every table has.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Origin {
    /// Content-derived id, 32 hex digits: the de-duplication key (see [`crate::keyed::EventIdKey`]).
    #[prost(string, tag = "1")]
    pub event_id: String,
    /// Who the ingest credential belongs to; `default` for loopback without one. Never taken from an attribute.
    #[prost(string, tag = "2")]
    pub tenant: String,
    /// When it happened by the sender's clock, µs since the epoch; the receive time where the sender gave none.
    #[prost(int64, tag = "3")]
    pub event_time: i64,
    /// When the collector received it, µs since the epoch.
    #[prost(int64, tag = "4")]
    pub received_time: i64,
    /// `claude-code`, `codex`, `gemini-cli`, `copilot`; else the `service.name`.
    #[prost(string, tag = "5")]
    pub agent: String,
    /// The agent's own version (not its runtime's), where it is told.
    #[prost(string, tag = "6")]
    pub agent_version: String,
    /// The resource attribute `service.name` as sent.
    #[prost(string, tag = "7")]
    pub service_name: String,
    /// The dialect that read the record and its version, such as `claude-code/1`.
    #[prost(string, tag = "8")]
    pub dialect: String,
    /// The canonical kind, one of [`crate::values::Kind`].
    #[prost(string, tag = "9")]
    pub kind: String,
    /// The agent's session or conversation id.
    #[prost(string, tag = "10")]
    pub session_id: String,
    /// The id of the user's prompt that led to this.
    #[prost(string, tag = "11")]
    pub prompt_id: String,
    /// The id of the tool call (`tool_use_id`, `call_id`, `gen_ai.tool.call.id`).
    #[prost(string, tag = "12")]
    pub tool_use_id: String,
    /// The sender's counter within its process (`event.sequence`).
    #[prost(int64, optional, tag = "13")]
    pub sequence: Option<i64>,
    /// OTLP trace id, 32 hex digits.
    #[prost(string, tag = "14")]
    pub trace_id: String,
    /// OTLP span id, 16 hex digits: the span itself in `spans`, the span that was open in `events`.
    #[prost(string, tag = "15")]
    pub span_id: String,
    /// Claimed user id (for Claude Code an installation's random id, not a person's).
    #[prost(string, tag = "16")]
    pub user_id: String,
    /// Claimed e-mail address.
    #[prost(string, tag = "17")]
    pub user_email: String,
    /// Claimed organization.
    #[prost(string, tag = "18")]
    pub organization_id: String,
    /// Claimed team.
    #[prost(string, tag = "19")]
    pub team: String,
    /// Claimed repository.
    #[prost(string, tag = "20")]
    pub repo: String,
    /// Claimed host name.
    #[prost(string, tag = "21")]
    pub host: String,
    /// Instrumentation scope.
    #[prost(string, tag = "22")]
    pub scope_name: String,
    /// Version of the instrumentation scope.
    #[prost(string, tag = "23")]
    pub scope_version: String,
    /// Resource attributes that have no column.
    #[prost(message, repeated, tag = "24")]
    pub resource_attributes: Vec<Attribute>,
    /// Hash of the redaction policy that the row passed; set by the redactor.
    #[prost(string, tag = "25")]
    pub redaction_policy: String,
    /// Subagent that acted, where the sender tells.
    #[prost(string, tag = "26")]
    pub agent_id: String,
}

/// What a tool was called with.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Call {
    /// Canonical tool name: built-in tools by the agent's own name, MCP tools as `mcp__server__tool` when both are known.
    #[prost(string, tag = "1")]
    pub tool_name: String,
    /// One of [`crate::values::ToolKind`].
    #[prost(string, tag = "2")]
    pub tool_kind: String,
    /// MCP server name.
    #[prost(string, tag = "3")]
    pub mcp_server: String,
    /// MCP tool name.
    #[prost(string, tag = "4")]
    pub mcp_tool: String,
    /// Shell command, where the tool runs one.
    #[prost(string, tag = "5")]
    pub command: String,
    /// File or folder that the tool reads or writes.
    #[prost(string, tag = "6")]
    pub file_path: String,
    /// URL that the tool fetches.
    #[prost(string, tag = "7")]
    pub url: String,
}

/// What was decided about a call, and what came of it, as far as one record tells.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Verdict {
    /// One of [`crate::values::Decision`].
    #[prost(string, tag = "1")]
    pub decision: String,
    /// The sender's own word for who decided, untouched.
    #[prost(string, tag = "2")]
    pub source: String,
    /// Permission mode in force, by the sender's own name.
    #[prost(string, tag = "3")]
    pub permission_mode: String,
    /// One of [`crate::values::Outcome`]; on results.
    #[prost(string, tag = "4")]
    pub outcome: String,
    /// How long the action took, ms.
    #[prost(double, optional, tag = "5")]
    pub duration_ms: Option<f64>,
    /// The sender's class of error.
    #[prost(string, tag = "6")]
    pub error_type: String,
    /// Whether the session was interactive (a person at the agent's own prompt could be asked), where the record tells.
    #[prost(bool, optional, tag = "7")]
    pub interactive: Option<bool>,
    /// Auto mode's verdict (`classifier_verdict`), as sent.
    #[prost(string, tag = "8")]
    pub classifier_verdict: String,
    /// The hook event that ran (`PreToolUse`, `PermissionRequest`), on hook events.
    #[prost(string, tag = "9")]
    pub hook_event: String,
    /// One of [`crate::values::DecidedBy`], where the record itself says so (`permission_decision`).
    #[prost(string, tag = "10")]
    pub decided_by: String,
    /// How long the call waited for an answer, ms, where the record itself says so.
    #[prost(double, optional, tag = "11")]
    pub wait_ms: Option<f64>,
    /// The rule that decided, as text.
    #[prost(string, tag = "12")]
    pub rule: String,
    /// Where that rule stands: managed, user, project, local, command line, session.
    #[prost(string, tag = "13")]
    pub rule_scope: String,
    /// When the question was put, µs since the epoch.
    #[prost(int64, optional, tag = "14")]
    pub asked_at: Option<i64>,
    /// When it was answered, µs since the epoch.
    #[prost(int64, optional, tag = "15")]
    pub answered_at: Option<i64>,
    /// Who answered, as claimed.
    #[prost(string, tag = "16")]
    pub answered_by: String,
    /// Fail-closed pause: which boundary was hit.
    #[prost(string, tag = "17")]
    pub boundary: String,
    /// Fail-closed pause: why it matters.
    #[prost(string, tag = "18")]
    pub why_it_matters: String,
    /// Fail-closed pause: the options put to the person.
    #[prost(string, tag = "19")]
    pub options: String,
    /// Fail-closed pause: the evidence so far.
    #[prost(string, tag = "20")]
    pub evidence: String,
}

/// One log record: a row of `events`.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Event {
    /// Who, where, when.
    #[prost(message, required, tag = "1")]
    pub origin: Origin,
    /// The attribute `event.name` as sent; without one the body's prefix, or empty.
    #[prost(string, tag = "2")]
    pub event_name: String,
    /// The tool call it is about.
    #[prost(message, required, tag = "3")]
    pub call: Call,
    /// What was decided.
    #[prost(message, required, tag = "4")]
    pub verdict: Verdict,
    /// Model that was asked.
    #[prost(string, tag = "5")]
    pub model: String,
    /// API request id.
    #[prost(string, tag = "6")]
    pub request_id: String,
    /// Cost, US dollars.
    #[prost(double, optional, tag = "7")]
    pub cost_usd: Option<f64>,
    /// Tokens sent, without cached ones.
    #[prost(int64, optional, tag = "8")]
    pub input_tokens: Option<i64>,
    /// Tokens received.
    #[prost(int64, optional, tag = "9")]
    pub output_tokens: Option<i64>,
    /// OTLP severity number, 0 when unset.
    #[prost(int64, optional, tag = "10")]
    pub severity_number: Option<i64>,
    /// The log body: text as sent, anything else as JSON.
    #[prost(string, tag = "11")]
    pub body: String,
    /// Attributes that have no column.
    #[prost(message, repeated, tag = "12")]
    pub attributes: Vec<Attribute>,
}

/// One span: a row of `spans`. `event_time` is its start.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Span {
    /// Who, where, when.
    #[prost(message, required, tag = "1")]
    pub origin: Origin,
    /// Span name as sent.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Parent span id, 16 hex digits.
    #[prost(string, tag = "3")]
    pub parent_span_id: String,
    /// When it ended by the sender's clock, µs since the epoch.
    #[prost(int64, optional, tag = "4")]
    pub end_time: Option<i64>,
    /// OTLP span kind: internal, server, client, producer, consumer.
    #[prost(string, tag = "5")]
    pub span_kind: String,
    /// OTLP status: ok, error, or empty when unset.
    #[prost(string, tag = "6")]
    pub status_code: String,
    /// OTLP status message.
    #[prost(string, tag = "7")]
    pub status_message: String,
    /// The tool call it is about.
    #[prost(message, required, tag = "8")]
    pub call: Call,
    /// What was decided.
    #[prost(message, required, tag = "9")]
    pub verdict: Verdict,
    /// Model that was asked.
    #[prost(string, tag = "10")]
    pub model: String,
    /// Span events as JSON: `[{"name", "time" (µs), "attributes"}]`.
    #[prost(string, tag = "11")]
    pub span_events: String,
    /// Span links as JSON: `[{"trace_id", "span_id", "attributes"}]`.
    #[prost(string, tag = "12")]
    pub span_links: String,
    /// Attributes that have no column.
    #[prost(message, repeated, tag = "13")]
    pub attributes: Vec<Attribute>,
}

/// One metric data point: a row of `metric_points`.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct MetricPoint {
    /// Who, where, when.
    #[prost(message, required, tag = "1")]
    pub origin: Origin,
    /// Metric name as sent.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Metric unit as sent.
    #[prost(string, tag = "3")]
    pub unit: String,
    /// `gauge`, `sum`, `histogram`, `exponential_histogram`, `summary`.
    #[prost(string, tag = "4")]
    pub metric_type: String,
    /// delta, cumulative, or empty.
    #[prost(string, tag = "5")]
    pub temporality: String,
    /// Whether a sum only grows.
    #[prost(bool, optional, tag = "6")]
    pub monotonic: Option<bool>,
    /// Start of the interval, µs since the epoch.
    #[prost(int64, optional, tag = "7")]
    pub start_time: Option<i64>,
    /// Value of a gauge or sum.
    #[prost(double, optional, tag = "8")]
    pub value: Option<f64>,
    /// Value of a gauge or sum that was sent as an integer (exact beyond 2^53).
    #[prost(int64, optional, tag = "9")]
    pub value_int: Option<i64>,
    /// Count of a histogram or summary.
    #[prost(int64, optional, tag = "10")]
    pub count: Option<i64>,
    /// Sum of a histogram or summary.
    #[prost(double, optional, tag = "11")]
    pub sum: Option<f64>,
    /// Smallest value of a histogram.
    #[prost(double, optional, tag = "12")]
    pub min: Option<f64>,
    /// Largest value of a histogram.
    #[prost(double, optional, tag = "13")]
    pub max: Option<f64>,
    /// Buckets or quantiles as JSON.
    #[prost(string, tag = "14")]
    pub buckets: String,
    /// Attributes that have no column.
    #[prost(message, repeated, tag = "15")]
    pub attributes: Vec<Attribute>,
}

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
    /// A map column.
    fn attributes(&mut self, column: &'static str, value: &mut Vec<Attribute>);
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

// A row may not have been redacted yet, so `Debug` names it and shows none of its values.

impl std::fmt::Debug for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attribute(..)")
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Origin(..)")
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call(..)")
    }
}

impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verdict(..)")
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Event(..)")
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Span(..)")
    }
}

impl std::fmt::Debug for MetricPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MetricPoint(..)")
    }
}

/// The rows of one export request. Not redacted: `Debug` prints counts only.
#[derive(Clone, Default)]
pub struct Rows {
    /// From log records.
    pub events: Vec<Event>,
    /// From spans.
    pub spans: Vec<Span>,
    /// From metric data points.
    pub metric_points: Vec<MetricPoint>,
}

impl Rows {
    /// How many rows, of all tables.
    pub fn len(&self) -> usize {
        self.events.len() + self.spans.len() + self.metric_points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Rows({} events, {} spans, {} metric points)",
            self.events.len(),
            self.spans.len(),
            self.metric_points.len()
        )
    }
}
