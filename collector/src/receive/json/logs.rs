//! Log records.

use barograph_proto::otlp::{LogRecord, ResourceLogs, ScopeLogs};

use super::Fault;
use super::common::{any_value, key_value, resource, scope};
use super::fields::Fields;

pub(super) fn resource_logs(mut fields: Fields) -> Result<ResourceLogs, Fault> {
    Ok(ResourceLogs {
        resource: fields.message("resource", resource)?,
        scope_logs: fields.list("scopeLogs", scope_logs)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn scope_logs(mut fields: Fields) -> Result<ScopeLogs, Fault> {
    Ok(ScopeLogs {
        scope: fields.message("scope", scope)?,
        log_records: fields.list("logRecords", log_record)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn log_record(mut fields: Fields) -> Result<LogRecord, Fault> {
    Ok(LogRecord {
        time_unix_nano: fields.u64("timeUnixNano")?,
        observed_time_unix_nano: fields.u64("observedTimeUnixNano")?,
        severity_number: fields.enumeration("severityNumber")?,
        severity_text: fields.text("severityText")?,
        body: fields.message("body", any_value)?,
        attributes: fields.list("attributes", key_value)?,
        dropped_attributes_count: fields.u32("droppedAttributesCount")?,
        flags: fields.u32("flags")?,
        trace_id: fields.id("traceId")?,
        span_id: fields.id("spanId")?,
        event_name: fields.text("eventName")?,
    })
}
