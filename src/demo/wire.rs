//! From a process's records to the export requests that its SDK would send: batches by interval and size.

use std::collections::BTreeMap;

use barograph_proto::otlp::{
    Export, ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, InstrumentationScope,
    KeyValue, LogRecord, Metric, NumberDataPoint, Resource, ResourceLogs, ResourceMetrics, ResourceSpans, ScopeLogs,
    ScopeMetrics, ScopeSpans, Span, metric, number_data_point,
};
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Sum};

pub(crate) use crate::attributes::{double, flag, int, list, string_value, text, unset};

/// Export interval of logs and spans, ms (Claude Code's default).
const BATCH_INTERVAL_MS: i64 = 5_000;

/// Export interval of metrics, ms (Claude Code's default).
const METRIC_INTERVAL_MS: i64 = 60_000;

/// The most records of a batch (the default of the OpenTelemetry SDKs).
const BATCH_RECORDS: usize = 512;

/// ms since the epoch as OTLP's ns; 0 for times before it.
pub(crate) fn nanos(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0).saturating_mul(1_000_000)
}

/// A JSON object of texts, keys in the order given.
pub(crate) fn object(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}:{}", quoted(key), quoted(value))).collect();
    format!("{{{}}}", fields.join(","))
}

/// The same, indented by two spaces, as Gemini CLI writes arguments.
pub(crate) fn pretty_object(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("  {}: {}", quoted(key), quoted(value))).collect();
    format!("{{\n{}\n}}", fields.join(",\n"))
}

fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

/// A counter's increment.
#[derive(Debug)]
pub(crate) struct Increment {
    /// When, ms since the epoch.
    pub(crate) at: i64,
    /// Which counter.
    pub(crate) counter: &'static Counter,
    /// Its attributes.
    pub(crate) attributes: Vec<KeyValue>,
    /// By how much.
    pub(crate) by: f64,
}

/// A counter as its SDK describes it.
#[derive(Debug, PartialEq)]
pub(crate) struct Counter {
    /// Name.
    pub(crate) name: &'static str,
    /// Unit; may be empty.
    pub(crate) unit: &'static str,
    /// Description.
    pub(crate) description: &'static str,
}

/// What one process has to send.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// When it started, ms since the epoch: its intervals count from here.
    pub(crate) started: i64,
    /// Resource attributes.
    pub(crate) resource: Vec<KeyValue>,
    /// Scope of logs: name and version.
    pub(crate) log_scope: (&'static str, &'static str),
    /// Log records with their times, ms since the epoch, in order.
    pub(crate) logs: Vec<(i64, LogRecord)>,
    /// Scope of spans.
    pub(crate) span_scope: (&'static str, &'static str),
    /// Spans with their end times, ms since the epoch, in any order.
    pub(crate) spans: Vec<(i64, Span)>,
    /// Scope of metrics.
    pub(crate) metric_scope: (&'static str, &'static str),
    /// Increments of counters, in any order.
    pub(crate) increments: Vec<Increment>,
}

impl Process {
    /// The requests with the times at which they go out, ms since the epoch; nothing that happened after `end`.
    pub(crate) fn requests(mut self, end: i64) -> Vec<(i64, Export)> {
        self.logs.retain(|(at, _)| *at <= end);
        self.spans.retain(|(at, _)| *at <= end);
        self.spans.sort_by_key(|(at, _)| *at);
        self.increments.retain(|increment| increment.at <= end);
        self.increments.sort_by_key(|increment| increment.at);
        let resource = Resource { attributes: self.resource, ..Resource::default() };
        let mut requests = Vec::new();
        for (sent, log_records) in batches(self.started, self.logs) {
            let scope_logs = ScopeLogs { scope: Some(scope(self.log_scope)), log_records, ..ScopeLogs::default() };
            let resource_logs = vec![ResourceLogs {
                resource: Some(resource.clone()),
                scope_logs: vec![scope_logs],
                ..ResourceLogs::default()
            }];
            requests.push((sent, Export::Logs(ExportLogsServiceRequest { resource_logs })));
        }
        for (sent, spans) in batches(self.started, self.spans) {
            let scope_spans = ScopeSpans { scope: Some(scope(self.span_scope)), spans, ..ScopeSpans::default() };
            let resource_spans = vec![ResourceSpans {
                resource: Some(resource.clone()),
                scope_spans: vec![scope_spans],
                ..ResourceSpans::default()
            }];
            requests.push((sent, Export::Traces(ExportTraceServiceRequest { resource_spans })));
        }
        for (sent, metrics) in deltas(self.started, self.increments) {
            let scope_metrics =
                ScopeMetrics { scope: Some(scope(self.metric_scope)), metrics, ..ScopeMetrics::default() };
            let resource_metrics = vec![ResourceMetrics {
                resource: Some(resource.clone()),
                scope_metrics: vec![scope_metrics],
                ..ResourceMetrics::default()
            }];
            requests.push((sent, Export::Metrics(ExportMetricsServiceRequest { resource_metrics })));
        }
        requests.sort_by_key(|(sent, _)| *sent);
        requests
    }
}

fn scope((name, version): (&str, &str)) -> InstrumentationScope {
    InstrumentationScope { name: name.to_owned(), version: version.to_owned(), ..InstrumentationScope::default() }
}

/// When what happened at `at` is exported: at the end of its interval.
fn tick(started: i64, at: i64, interval: i64) -> i64 {
    started + ((at - started).max(0) / interval + 1) * interval
}

fn batches<T>(started: i64, items: Vec<(i64, T)>) -> Vec<(i64, Vec<T>)> {
    let mut batches: Vec<(i64, Vec<T>)> = Vec::new();
    for (at, item) in items {
        let sent = tick(started, at, BATCH_INTERVAL_MS);
        match batches.last_mut() {
            Some((last, batch)) if *last == sent && batch.len() < BATCH_RECORDS => batch.push(item),
            _ => batches.push((sent, vec![item])),
        }
    }
    batches
}

/// Sums increments into delta counters, one data point per counter and set of attributes in each interval.
fn deltas(started: i64, increments: Vec<Increment>) -> Vec<(i64, Vec<Metric>)> {
    let mut intervals: BTreeMap<i64, Vec<Increment>> = BTreeMap::new();
    for increment in increments {
        let points = intervals.entry(tick(started, increment.at, METRIC_INTERVAL_MS)).or_default();
        let same =
            |point: &&mut Increment| point.counter == increment.counter && point.attributes == increment.attributes;
        match points.iter_mut().find(same) {
            Some(point) => point.by += increment.by,
            None => points.push(increment),
        }
    }
    intervals.into_iter().map(|(sent, points)| (sent, metrics(sent, points))).collect()
}

fn metrics(sent: i64, points: Vec<Increment>) -> Vec<Metric> {
    let mut metrics: Vec<(&Counter, Vec<NumberDataPoint>)> = Vec::new();
    for point in points {
        let data_point = NumberDataPoint {
            attributes: point.attributes,
            start_time_unix_nano: nanos(point.at),
            time_unix_nano: nanos(sent),
            value: Some(number_data_point::Value::AsDouble(point.by)),
            ..NumberDataPoint::default()
        };
        match metrics.iter_mut().find(|(counter, _)| *counter == point.counter) {
            Some((_, data_points)) => data_points.push(data_point),
            None => metrics.push((point.counter, vec![data_point])),
        }
    }
    metrics
        .into_iter()
        .map(|(counter, data_points)| Metric {
            name: counter.name.to_owned(),
            unit: counter.unit.to_owned(),
            description: counter.description.to_owned(),
            data: Some(metric::Data::Sum(Sum {
                data_points,
                aggregation_temporality: AggregationTemporality::Delta.into(),
                is_monotonic: true,
            })),
            ..Metric::default()
        })
        .collect()
}
