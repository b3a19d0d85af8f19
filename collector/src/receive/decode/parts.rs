//! A Protobuf request, some records at a time: what is decoded is worked on while it is still in the processor's caches,
//! and a large request never stands in memory decoded.

use barograph_proto::otlp::{
    Export, ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, InstrumentationScope,
    LogRecord, Metric, Resource, ResourceLogs, ResourceMetrics, ResourceSpans, ScopeLogs, ScopeMetrics, ScopeSpans,
    Signal, Span,
};
use prost::bytes::Bytes;
use prost::{DecodeError, Message};

/// At most so many records, spans or metrics are decoded at once.
const AT_ONCE: usize = 32;

// The three requests have one shape, with these fields: `opentelemetry/proto/collector/*/v1/*_service.proto` and
// `opentelemetry/proto/*/v1/*.proto` of opentelemetry-proto 1.10.

/// `Export…ServiceRequest`.
#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct Request {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    resources: Vec<Bytes>,
}

/// `ResourceLogs`, `ResourceSpans` or `ResourceMetrics`.
#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct OfResource {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    scopes: Vec<Bytes>,
    #[prost(string, tag = "3")]
    schema_url: String,
}

/// `ScopeLogs`, `ScopeSpans` or `ScopeMetrics`.
#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct OfScope {
    #[prost(message, optional, tag = "1")]
    scope: Option<InstrumentationScope>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    records: Vec<Bytes>,
    #[prost(string, tag = "3")]
    schema_url: String,
}

macro_rules! debug_shows_nothing {
    ($($message:ident),*) => {$(
        impl std::fmt::Debug for $message {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($message), "(..)"))
            }
        }
    )*};
}

debug_shows_nothing!(Request, OfResource, OfScope);

/// Decodes a request, and gives it on as requests of a few records each, in the order sent. What comes before a fault has
/// been given on when the fault is found.
pub(super) fn decode<E: From<DecodeError>>(
    signal: Signal,
    bytes: Bytes,
    mut part: impl FnMut(Export) -> Result<(), E>,
) -> Result<(), E> {
    for resource in Request::decode(bytes)?.resources {
        let OfResource { resource, scopes, schema_url } = OfResource::decode(resource)?;
        for scope in scopes {
            let of = Of { resource: resource.as_ref(), schema_url: &schema_url, scope: OfScope::decode(scope)? };
            for records in of.scope.records.chunks(AT_ONCE) {
                part(of.export(signal, records)?)?;
            }
        }
    }
    Ok(())
}

/// What some records have in common.
struct Of<'a> {
    resource: Option<&'a Resource>,
    schema_url: &'a str,
    scope: OfScope,
}

impl Of<'_> {
    fn export(&self, signal: Signal, records: &[Bytes]) -> Result<Export, DecodeError> {
        let (resource, resource_url) = (self.resource.cloned(), self.schema_url.to_owned());
        let (scope, schema_url) = (self.scope.scope.clone(), self.scope.schema_url.clone());
        Ok(match signal {
            Signal::Logs => {
                let scope_logs = vec![ScopeLogs { scope, log_records: all::<LogRecord>(records)?, schema_url }];
                let resource_logs = vec![ResourceLogs { resource, scope_logs, schema_url: resource_url }];
                Export::Logs(ExportLogsServiceRequest { resource_logs })
            }
            Signal::Traces => {
                let scope_spans = vec![ScopeSpans { scope, spans: all::<Span>(records)?, schema_url }];
                let resource_spans = vec![ResourceSpans { resource, scope_spans, schema_url: resource_url }];
                Export::Traces(ExportTraceServiceRequest { resource_spans })
            }
            Signal::Metrics => {
                let scope_metrics = vec![ScopeMetrics { scope, metrics: all::<Metric>(records)?, schema_url }];
                let resource_metrics = vec![ResourceMetrics { resource, scope_metrics, schema_url: resource_url }];
                Export::Metrics(ExportMetricsServiceRequest { resource_metrics })
            }
        })
    }
}

fn all<M: Message + Default>(records: &[Bytes]) -> Result<Vec<M>, DecodeError> {
    records.iter().map(|record| M::decode(record.as_ref())).collect()
}
