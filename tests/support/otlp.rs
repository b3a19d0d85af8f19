//! Makes small OTLP requests in the shape that Claude Code sends them, each record told apart by session and sequence.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

/// The gRPC method that takes logs.
pub(crate) const LOGS_METHOD: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// A moment of the captures' day, ns since the epoch: event times need not be now.
pub(crate) const EVENT_NS: u64 = 1_795_166_924_000_000_000;

/// An attribute.
pub(crate) fn attribute(key: &str, value: impl Into<any_value::Value>) -> KeyValue {
    let value = Some(AnyValue { value: Some(value.into()) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// A text attribute.
pub(crate) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, any_value::Value::StringValue(value.to_owned()))
}

/// An integer attribute.
pub(crate) fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, any_value::Value::IntValue(value))
}

/// One allowed call of a session.
pub(crate) fn decision(session: &str, sequence: i64, command: &str) -> LogRecord {
    let parameters = serde_json::json!({"bash_command": command, "full_command": command}).to_string();
    LogRecord {
        time_unix_nano: EVENT_NS + u64::try_from(sequence).unwrap() * 1_000_000,
        body: Some(AnyValue { value: Some(any_value::Value::StringValue("claude_code.tool_decision".to_owned())) }),
        attributes: vec![
            text("event.name", "tool_decision"),
            text("session.id", session),
            int("event.sequence", sequence),
            text("tool_use_id", &format!("toolu_{session}_{sequence}")),
            text("tool_name", "Bash"),
            text("tool_parameters", &parameters),
            text("decision", "accept"),
            text("source", "config"),
        ],
        ..LogRecord::default()
    }
}

/// A request with these records from one sender.
pub(crate) fn logs(service: &str, records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let resource = Resource { attributes: vec![text("service.name", service)], ..Resource::default() };
    let scope = InstrumentationScope { name: "barograph.tests".to_owned(), ..InstrumentationScope::default() };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource),
            scope_logs: vec![ScopeLogs { scope: Some(scope), log_records: records, ..ScopeLogs::default() }],
            ..ResourceLogs::default()
        }],
    }
}

/// The message of a request with calls `from..to` of a session.
pub(crate) fn decisions(session: &str, from: i64, to: i64) -> Bytes {
    let records = (from..to).map(|sequence| decision(session, sequence, &format!("echo {sequence}"))).collect();
    logs("claude-code", records).encode_to_vec().into()
}
