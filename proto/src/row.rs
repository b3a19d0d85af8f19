//! The canonical rows: what an agent's telemetry means, in our words, with the sender's words beside it.
//!
//! A row is a protobuf message (its journal form) and a list of cells (its table form). One visitor, [`Cells`], walks
//! the cells in column order; the table schema, the Arrow builders and the redactor all use it, so a new field cannot
//! be stored without being redacted, nor redacted without being stored.
//!
//! An empty text is an absent one: it is stored as null.

mod cells;
mod opaque;

use std::collections::BTreeMap;

pub use self::cells::{Cells, Row};

/// Whose data a request is when its connection carries no credential, which only loopback may do; and whose data is asked
/// for, since nobody signs in yet.
pub const DEFAULT_TENANT: &str = "default";

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
    /// What became of the row in redaction, one of [`crate::values::Redaction`]; empty on rows of layout 1.
    #[prost(string, tag = "27")]
    pub redaction_outcome: String,
    /// What was found and what was done, each with how often: kinds of finds (`github-pat`), whole values by what was done
    /// to them (`hashed:prompt`), reasons for withholding (`withheld:no-rule`).
    #[prost(btree_map = "string, int64", tag = "28")]
    pub redaction_kinds: BTreeMap<String, i64>,
    /// The secrets that were found: keyed hash ([`crate::keyed::Domain::Secret`], 16 hex digits) and kind.
    #[prost(btree_map = "string, string", tag = "29")]
    pub redaction_secrets: BTreeMap<String, String>,
    /// What the row's texts had before redaction, bytes.
    #[prost(int64, optional, tag = "30")]
    pub redaction_bytes_in: Option<i64>,
    /// What they had after it, bytes.
    #[prost(int64, optional, tag = "31")]
    pub redaction_bytes_out: Option<i64>,
    /// The epoch of the key that made the row's hashes.
    #[prost(int64, optional, tag = "32")]
    pub redaction_key_epoch: Option<i64>,
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
    /// Adds rows behind those that are there.
    pub fn append(&mut self, mut more: Self) {
        self.events.append(&mut more.events);
        self.spans.append(&mut more.spans);
        self.metric_points.append(&mut more.metric_points);
    }

    /// How many rows, of all tables.
    pub fn len(&self) -> usize {
        self.events.len() + self.spans.len() + self.metric_points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
