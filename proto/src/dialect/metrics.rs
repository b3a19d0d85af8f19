//! Metric data points into rows: the same for all agents.

use prost::Message;
use serde_json::json;

use super::attributes::Attributes;
use super::{Agent, Scope, generic, identity, micros};
use crate::otlp::{KeyValue, Metric, metric, number_data_point};
use crate::row::MetricPoint;
use crate::values::Kind;

/// Reads every data point of one metric.
pub(super) fn points(scope: &Scope, metric: Metric, rows: &mut Vec<MetricPoint>) {
    // A point's identity includes its metric's: name, unit, type, temporality.
    let mut shell = Metric { data: None, ..metric.clone() }.encode_to_vec();
    let base = |metric_type: &str, temporality: i32| MetricPoint {
        name: metric.name.clone(),
        unit: metric.unit.clone(),
        metric_type: metric_type.to_owned(),
        temporality: match temporality {
            1 => "delta".to_owned(),
            2 => "cumulative".to_owned(),
            _ => String::new(),
        },
        ..MetricPoint::default()
    };
    match metric.data.clone() {
        Some(metric::Data::Gauge(data)) => {
            shell.push(b'g');
            for point in data.data_points {
                let encoded = point.encode_to_vec();
                let mut row = base("gauge", 0);
                number(&mut row, point.value);
                finish(
                    scope,
                    &shell,
                    &encoded,
                    row,
                    point.attributes,
                    point.start_time_unix_nano,
                    point.time_unix_nano,
                    rows,
                );
            }
        }
        Some(metric::Data::Sum(data)) => {
            shell.push(b's');
            for point in data.data_points {
                let encoded = point.encode_to_vec();
                let mut row = base("sum", data.aggregation_temporality);
                row.monotonic = Some(data.is_monotonic);
                number(&mut row, point.value);
                finish(
                    scope,
                    &shell,
                    &encoded,
                    row,
                    point.attributes,
                    point.start_time_unix_nano,
                    point.time_unix_nano,
                    rows,
                );
            }
        }
        Some(metric::Data::Histogram(data)) => {
            shell.push(b'h');
            for point in data.data_points {
                let encoded = point.encode_to_vec();
                let mut row = base("histogram", data.aggregation_temporality);
                row.count = i64::try_from(point.count).ok();
                (row.sum, row.min, row.max) = (point.sum, point.min, point.max);
                row.buckets = json!({"bounds": point.explicit_bounds, "counts": point.bucket_counts}).to_string();
                finish(
                    scope,
                    &shell,
                    &encoded,
                    row,
                    point.attributes,
                    point.start_time_unix_nano,
                    point.time_unix_nano,
                    rows,
                );
            }
        }
        Some(metric::Data::ExponentialHistogram(data)) => {
            shell.push(b'e');
            for point in data.data_points {
                let encoded = point.encode_to_vec();
                let mut row = base("exponential_histogram", data.aggregation_temporality);
                row.count = i64::try_from(point.count).ok();
                (row.sum, row.min, row.max) = (point.sum, point.min, point.max);
                let side = |buckets: Option<
                    &opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets,
                >| {
                    buckets.map(|buckets| json!({"offset": buckets.offset, "counts": buckets.bucket_counts}))
                };
                row.buckets = json!({
                    "scale": point.scale,
                    "zero_count": point.zero_count,
                    "positive": side(point.positive.as_ref()),
                    "negative": side(point.negative.as_ref()),
                })
                .to_string();
                finish(
                    scope,
                    &shell,
                    &encoded,
                    row,
                    point.attributes,
                    point.start_time_unix_nano,
                    point.time_unix_nano,
                    rows,
                );
            }
        }
        Some(metric::Data::Summary(data)) => {
            shell.push(b'y');
            for point in data.data_points {
                let encoded = point.encode_to_vec();
                let mut row = base("summary", 0);
                row.count = i64::try_from(point.count).ok();
                row.sum = Some(point.sum);
                let quantiles = point.quantile_values.iter();
                row.buckets = json!(
                    quantiles
                        .map(|value| json!({"quantile": value.quantile, "value": value.value}))
                        .collect::<Vec<_>>()
                )
                .to_string();
                finish(
                    scope,
                    &shell,
                    &encoded,
                    row,
                    point.attributes,
                    point.start_time_unix_nano,
                    point.time_unix_nano,
                    rows,
                );
            }
        }
        None => {}
    }
}

fn number(row: &mut MetricPoint, value: Option<number_data_point::Value>) {
    match value {
        Some(number_data_point::Value::AsDouble(value)) => row.value = Some(value),
        #[expect(clippy::cast_precision_loss, reason = "the exact value stands in value_int")]
        Some(number_data_point::Value::AsInt(value)) => {
            row.value = Some(value as f64);
            row.value_int = Some(value);
        }
        None => {}
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts that all five kinds of point share, read off each")]
fn finish(
    scope: &Scope,
    shell: &[u8],
    encoded: &[u8],
    mut row: MetricPoint,
    attributes: Vec<KeyValue>,
    start: u64,
    time: u64,
    rows: &mut Vec<MetricPoint>,
) {
    let mut identified = shell.to_vec();
    identified.extend_from_slice(encoded);
    row.origin = scope.origin_of(&identified);
    let mut attributes = Attributes::new(attributes);
    identity(&mut row.origin, &mut attributes);
    generic::ids(&mut row.origin, &mut attributes);
    if scope.agent == Agent::ClaudeCode {
        row.origin.agent_version.clone_from(&row.origin.scope_version);
    } else if row.origin.session_id.is_empty() {
        row.origin.session_id.clone_from(&scope.resource_session);
    }
    row.origin.event_time = micros(time).unwrap_or(row.origin.received_time);
    Kind::Other.as_str().clone_into(&mut row.origin.kind);
    row.start_time = micros(start);
    row.attributes = attributes.into_rows();
    rows.push(row);
}
