//! Requests that hold everything OTLP knows, in Protobuf and in JSON, the two written apart.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValueList, any_value::Value as Any};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
    exemplar, metric, number_data_point,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use prost::Message;
use serde_json::json;

use super::otlp::{EVENT_NS, LOGS_METHOD, attribute, int, logs, text};

const TRACES_METHOD: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const METRICS_METHOD: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// One request in its two encodings.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The gRPC method.
    pub(crate) method: &'static str,
    /// The path over HTTP.
    pub(crate) path: &'static str,
    pub(crate) protobuf: Bytes,
    pub(crate) json: Bytes,
}

/// A request of each signal.
pub(crate) fn samples() -> [Sample; 3] {
    [log_sample(), trace_sample(), metric_sample()]
}

fn value(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

/// Every kind of value, with integers that no double holds.
fn log_sample() -> Sample {
    let nested = ArrayValue {
        values: vec![
            value(Any::KvlistValue(KeyValueList { values: vec![int("deep", i64::MIN), text("empty", "")] })),
            value(Any::ArrayValue(ArrayValue::default())),
            AnyValue::default(),
        ],
    };
    let record = LogRecord {
        time_unix_nano: EVENT_NS,
        observed_time_unix_nano: EVENT_NS + 1,
        severity_number: 17,
        severity_text: "ERROR".to_owned(),
        body: Some(value(Any::StringValue("in words: é \u{1f600} \0".to_owned()))),
        attributes: vec![
            text("text", "plain"),
            attribute("flag", Any::BoolValue(true)),
            int("large", 9_007_199_254_740_993),
            attribute("double", Any::DoubleValue(0.1)),
            attribute("not a number", Any::DoubleValue(f64::NAN)),
            attribute("infinite", Any::DoubleValue(f64::NEG_INFINITY)),
            attribute("bytes", Any::BytesValue(vec![0, 0xff, 0x10])),
            attribute("nested", Any::ArrayValue(nested)),
        ],
        dropped_attributes_count: 3,
        flags: 1,
        trace_id: (1..=16).collect(),
        span_id: (0xa1..=0xa8).collect(),
        event_name: "something.happened".to_owned(),
    };
    let json = json!({"resourceLogs": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "conformance"}}]},
        "scopeLogs": [{"scope": {"name": "barograph.tests"}, "logRecords": [{
            "timeUnixNano": EVENT_NS.to_string(), "observedTimeUnixNano": EVENT_NS + 1, "severityNumber": 17,
            "severityText": "ERROR", "body": {"stringValue": "in words: é \u{1f600} \0"},
            "attributes": [
                {"key": "text", "value": {"stringValue": "plain"}},
                {"key": "flag", "value": {"boolValue": true}},
                {"key": "large", "value": {"intValue": 9_007_199_254_740_993_i64}},
                {"key": "double", "value": {"doubleValue": 0.1}},
                {"key": "not a number", "value": {"doubleValue": "NaN"}},
                {"key": "infinite", "value": {"doubleValue": "-Infinity"}},
                {"key": "bytes", "value": {"bytesValue": "AP8Q"}},
                {"key": "nested", "value": {"arrayValue": {"values": [
                    {"kvlistValue": {"values": [
                        {"key": "deep", "value": {"intValue": "-9223372036854775808"}},
                        {"key": "empty", "value": {"stringValue": ""}}]}},
                    {"arrayValue": {}}, {}]}}},
            ],
            "droppedAttributesCount": 3, "flags": 1, "traceId": "0102030405060708090a0B0C0D0E0F10",
            "spanId": "A1a2A3a4A5a6A7a8", "eventName": "something.happened",
            "nameOfAFutureField": {"with": ["anything", null]}
        }]}]
    }]});
    Sample {
        method: LOGS_METHOD,
        path: "/v1/logs",
        protobuf: logs("conformance", vec![record]).encode_to_vec().into(),
        json: json.to_string().into(),
    }
}

/// A span with events, links and status.
fn trace_sample() -> Sample {
    let span = Span {
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        parent_span_id: (2..=9).collect(),
        trace_state: "a=b".to_owned(),
        flags: 257,
        name: "a piece of work".to_owned(),
        kind: 3,
        start_time_unix_nano: EVENT_NS,
        end_time_unix_nano: EVENT_NS + 5_000_000,
        attributes: vec![int("number", 1)],
        events: vec![span::Event {
            time_unix_nano: EVENT_NS + 1_000,
            name: "meanwhile".to_owned(),
            attributes: vec![text("k", "v")],
            dropped_attributes_count: 1,
        }],
        links: vec![span::Link { trace_id: vec![7; 16], span_id: vec![8; 8], flags: 1, ..span::Link::default() }],
        status: Some(Status { message: "not well".to_owned(), code: 2 }),
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let request =
        ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }] };
    let json = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "0102030405060708090A0B0C0D0E0F10", "spanId": "0102030405060708", "parentSpanId": "0203040506070809",
        "traceState": "a=b", "flags": 257, "name": "a piece of work", "kind": 3,
        "startTimeUnixNano": EVENT_NS.to_string(), "endTimeUnixNano": (EVENT_NS + 5_000_000).to_string(),
        "attributes": [{"key": "number", "value": {"intValue": "1"}}],
        "events": [{"timeUnixNano": EVENT_NS + 1_000, "name": "meanwhile", "droppedAttributesCount": 1,
                    "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}],
        "links": [{"traceId": "07".repeat(16), "spanId": "08".repeat(8), "flags": 1, "attributes": null}],
        "status": {"message": "not well", "code": 2}
    }]}]}]});
    Sample {
        method: TRACES_METHOD,
        path: "/v1/traces",
        protobuf: request.encode_to_vec().into(),
        json: json.to_string().into(),
    }
}

/// All five kinds of metric, with exemplars.
fn metric_sample() -> Sample {
    let at = EVENT_NS;
    let exemplars = vec![Exemplar {
        filtered_attributes: vec![text("f", "g")],
        time_unix_nano: at,
        span_id: (1..=8).collect(),
        trace_id: (1..=16).collect(),
        value: Some(exemplar::Value::AsDouble(1.5)),
    }];
    let number = |value| NumberDataPoint { time_unix_nano: at, value: Some(value), ..NumberDataPoint::default() };
    let data = [
        metric::Data::Gauge(Gauge { data_points: vec![number(number_data_point::Value::AsDouble(-0.5))] }),
        metric::Data::Sum(Sum {
            data_points: vec![NumberDataPoint {
                exemplars: exemplars.clone(),
                start_time_unix_nano: at - 1,
                attributes: vec![text("k", "v")],
                ..number(number_data_point::Value::AsInt(9_007_199_254_740_993))
            }],
            aggregation_temporality: AggregationTemporality::Delta.into(),
            is_monotonic: true,
        }),
        metric::Data::Histogram(Histogram {
            data_points: vec![HistogramDataPoint {
                time_unix_nano: at,
                count: 3,
                sum: Some(4.5),
                bucket_counts: vec![1, 2],
                explicit_bounds: vec![1.5],
                min: Some(0.5),
                max: Some(2.0),
                exemplars,
                ..HistogramDataPoint::default()
            }],
            aggregation_temporality: AggregationTemporality::Cumulative.into(),
        }),
        metric::Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![ExponentialHistogramDataPoint {
                time_unix_nano: at,
                count: 4,
                scale: -2,
                zero_count: 1,
                zero_threshold: 0.25,
                positive: Some(Buckets { offset: -1, bucket_counts: vec![1, 2] }),
                ..ExponentialHistogramDataPoint::default()
            }],
            aggregation_temporality: AggregationTemporality::Delta.into(),
        }),
        metric::Data::Summary(Summary {
            data_points: vec![SummaryDataPoint {
                time_unix_nano: at,
                count: 2,
                sum: 3.0,
                quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 1.0 }],
                ..SummaryDataPoint::default()
            }],
        }),
    ];
    let named = |(place, data)| Metric { name: format!("m{place}"), data: Some(data), ..Metric::default() };
    let metrics = data.into_iter().enumerate().map(named).collect();
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }],
    };
    let exemplars = json!([{"asDouble": 1.5, "timeUnixNano": at.to_string(), "spanId": "0102030405060708",
        "traceId": "0102030405060708090a0b0c0d0e0f10",
        "filteredAttributes": [{"key": "f", "value": {"stringValue": "g"}}]}]);
    let json = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [
        {"name": "m0", "gauge": {"dataPoints": [{"timeUnixNano": at, "asDouble": -0.5}]}},
        {"name": "m1", "sum": {"aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [
            {"timeUnixNano": at, "startTimeUnixNano": at - 1, "asInt": "9007199254740993", "exemplars": exemplars,
             "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}]}},
        {"name": "m2", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            {"timeUnixNano": at, "count": "3", "sum": 4.5, "bucketCounts": ["1", "2"], "explicitBounds": [1.5],
             "min": 0.5, "max": 2, "exemplars": exemplars}]}},
        {"name": "m3", "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [
            {"timeUnixNano": at, "count": 4, "scale": -2, "zeroCount": 1, "zeroThreshold": 0.25,
             "positive": {"offset": -1, "bucketCounts": [1, "2"]}}]}},
        {"name": "m4", "summary": {"dataPoints": [
            {"timeUnixNano": at, "count": 2, "sum": 3, "quantileValues": [{"quantile": 0.5, "value": 1}]}]}}
    ]}]}]});
    Sample {
        method: METRICS_METHOD,
        path: "/v1/metrics",
        protobuf: request.encode_to_vec().into(),
        json: json.to_string().into(),
    }
}
