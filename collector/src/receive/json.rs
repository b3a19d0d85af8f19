//! OTLP/JSON to messages: null stands for absent anywhere, numbers may be strings, enums are numbers, unknown names are
//! passed over. See <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>.
//!
//! Own code, as the serde support of `opentelemetry-proto` 0.33 refuses null for lists and texts, and stops at a name
//! that it does not know within a value. Faults name fields, never values.

mod common;
mod fields;
mod logs;
mod metrics;
mod traces;

use barograph_proto::otlp::{
    Export, ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, Signal,
};
use fields::Fields;
use serde_json::Value;

use super::refusal::Refusal;

/// A fault in a message that is JSON, but not OTLP.
#[derive(Debug, thiserror::Error)]
#[error("`{field}` is not {expected}")]
struct Fault {
    field: &'static str,
    expected: &'static str,
}

/// Decodes a request. `serde_json` bounds nesting to 128, so what follows may recurse.
pub(super) fn decode(signal: Signal, bytes: &[u8]) -> Result<Export, Refusal> {
    // Reading a plain `Value`, serde_json names positions and its grammar, never values.
    let value: Value = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let mut fields = Fields::of(value, "the body").map_err(|fault| malformed(&fault))?;
    match signal {
        Signal::Logs => fields
            .list("resourceLogs", logs::resource_logs)
            .map(|resource_logs| Export::Logs(ExportLogsServiceRequest { resource_logs })),
        Signal::Traces => fields
            .list("resourceSpans", traces::resource_spans)
            .map(|resource_spans| Export::Traces(ExportTraceServiceRequest { resource_spans })),
        Signal::Metrics => fields
            .list("resourceMetrics", metrics::resource_metrics)
            .map(|resource_metrics| Export::Metrics(ExportMetricsServiceRequest { resource_metrics })),
    }
    .map_err(|fault| malformed(&fault))
}

fn malformed(fault: &dyn std::error::Error) -> Refusal {
    Refusal::Malformed { fault: fault.to_string() }
}

#[cfg(test)]
mod tests;
