//! Counts records without the program's help: a record is a distinct (resource, scope, record) of the bodies as sent.

use std::collections::HashSet;

use barograph_proto::otlp::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric};
use prost::Message;
use serde_json::Value;

/// The records seen so far, of one signal.
#[derive(Debug, Default)]
pub(crate) struct Census {
    seen: HashSet<[Vec<u8>; 3]>,
}

/// What one body holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Records in it.
    pub(crate) sent: u64,
    /// Records that no body before held, each once.
    pub(crate) new: u64,
}

impl std::ops::AddAssign for Counted {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.new += other.new;
    }
}

impl Census {
    /// Takes in a body and says what it added.
    pub(crate) fn add(&mut self, signal: Signal, json: bool, body: &[u8]) -> Counted {
        let records = if json { json_records(signal, body) } else { protobuf_records(signal, body) };
        let sent = records.len() as u64;
        let new = records.into_iter().filter(|record| self.seen.insert(record.clone())).count() as u64;
        Counted { sent, new }
    }
}

fn protobuf_records(signal: Signal, body: &[u8]) -> Vec<[Vec<u8>; 3]> {
    let mut records = Vec::new();
    match signal {
        Signal::Logs => {
            for resource in ExportLogsServiceRequest::decode(body).unwrap().resource_logs {
                for scope in resource.scope_logs {
                    for record in scope.log_records {
                        records.push([
                            encoded(resource.resource.as_ref()),
                            encoded(scope.scope.as_ref()),
                            record.encode_to_vec(),
                        ]);
                    }
                }
            }
        }
        Signal::Traces => {
            for resource in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
                for scope in resource.scope_spans {
                    for span in scope.spans {
                        records.push([
                            encoded(resource.resource.as_ref()),
                            encoded(scope.scope.as_ref()),
                            span.encode_to_vec(),
                        ]);
                    }
                }
            }
        }
        Signal::Metrics => {
            for resource in ExportMetricsServiceRequest::decode(body).unwrap().resource_metrics {
                for scope in resource.scope_metrics {
                    for point in scope.metrics.into_iter().flat_map(points) {
                        records.push([encoded(resource.resource.as_ref()), encoded(scope.scope.as_ref()), point]);
                    }
                }
            }
        }
    }
    records
}

fn encoded(part: Option<&impl Message>) -> Vec<u8> {
    part.map(Message::encode_to_vec).unwrap_or_default()
}

/// The data points of a metric, each behind all that the metric says about them.
fn points(mut metric: Metric) -> Vec<Vec<u8>> {
    use metric::Data::{ExponentialHistogram, Gauge, Histogram, Sum, Summary};
    let points = match &mut metric.data {
        Some(Gauge(data)) => taken(&mut data.data_points),
        Some(Sum(data)) => taken(&mut data.data_points),
        Some(Histogram(data)) => taken(&mut data.data_points),
        Some(ExponentialHistogram(data)) => taken(&mut data.data_points),
        Some(Summary(data)) => taken(&mut data.data_points),
        None => Vec::new(),
    };
    let head = metric.encode_length_delimited_to_vec();
    points.into_iter().map(|point| [head.as_slice(), &point].concat()).collect()
}

fn taken(points: &mut Vec<impl Message>) -> Vec<Vec<u8>> {
    points.drain(..).map(|point| point.encode_to_vec()).collect()
}

/// The same by walking the JSON text, without any knowledge of OTLP but its nesting.
fn json_records(signal: Signal, body: &[u8]) -> Vec<[Vec<u8>; 3]> {
    let [resources, scopes, items] = match signal {
        Signal::Logs => ["resourceLogs", "scopeLogs", "logRecords"],
        Signal::Traces => ["resourceSpans", "scopeSpans", "spans"],
        Signal::Metrics => ["resourceMetrics", "scopeMetrics", "metrics"],
    };
    let body: Value = serde_json::from_slice(body).unwrap();
    let mut records = Vec::new();
    for resource in list(&body, resources) {
        for scope in list(resource, scopes) {
            for item in list(scope, items) {
                let parts = if signal == Signal::Metrics { json_points(item) } else { vec![item.clone()] };
                records.extend(parts.iter().map(|part| {
                    [&resource["resource"], &scope["scope"], part].map(|value| value.to_string().into_bytes())
                }));
            }
        }
    }
    records
}

fn json_points(metric: &Value) -> Vec<Value> {
    let kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
    kinds
        .into_iter()
        .filter_map(|kind| metric.get(kind).map(|data| (kind, data)))
        .flat_map(|(kind, data)| {
            list(data, "dataPoints").iter().map(move |point| {
                let mut single = metric.clone();
                single[kind]["dataPoints"] = Value::Array(vec![point.clone()]);
                single
            })
        })
        .collect()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
