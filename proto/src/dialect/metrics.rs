//! Metric data points into rows: the same for all agents.

use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use prost::Message;
use serde_json::{Value, json};

use super::attributes::Attributes;
use super::{Agent, Scope, generic, identity, micros};
use crate::otlp::{
    ExponentialHistogramDataPoint, HistogramDataPoint, KeyValue, Metric, NumberDataPoint, SummaryDataPoint, metric,
    number_data_point,
};
use crate::row::MetricPoint;
use crate::values::Kind;

/// Reads every data point of one metric.
pub(super) fn points(scope: &Scope, mut metric: Metric, rows: &mut Vec<MetricPoint>) {
    let data = metric.data.take();
    let encoded = metric.encode_to_vec();
    let mut series =
        Series { scope, metric: &metric, encoded: &encoded, rows, metric_type: "", temporality: 0, monotonic: None };
    match data {
        Some(metric::Data::Gauge(data)) => {
            series.metric_type = "gauge";
            data.data_points.into_iter().for_each(|point| series.number(point));
        }
        Some(metric::Data::Sum(data)) => {
            series.metric_type = "sum";
            series.temporality = data.aggregation_temporality;
            series.monotonic = Some(data.is_monotonic);
            data.data_points.into_iter().for_each(|point| series.number(point));
        }
        Some(metric::Data::Histogram(data)) => {
            series.metric_type = "histogram";
            series.temporality = data.aggregation_temporality;
            data.data_points.into_iter().for_each(|point| series.histogram(point));
        }
        Some(metric::Data::ExponentialHistogram(data)) => {
            series.metric_type = "exponential_histogram";
            series.temporality = data.aggregation_temporality;
            data.data_points.into_iter().for_each(|point| series.exponential_histogram(point));
        }
        Some(metric::Data::Summary(data)) => {
            series.metric_type = "summary";
            data.data_points.into_iter().for_each(|point| series.summary(point));
        }
        None => {}
    }
}

/// What the points of one metric share, and where their rows go.
struct Series<'a> {
    scope: &'a Scope,
    metric: &'a Metric,
    /// The metric without its points, as bytes.
    encoded: &'a [u8],
    metric_type: &'static str,
    temporality: i32,
    monotonic: Option<bool>,
    rows: &'a mut Vec<MetricPoint>,
}

impl Series<'_> {
    fn number(&mut self, point: NumberDataPoint) {
        let mut row = self.row(&point, point.start_time_unix_nano, point.time_unix_nano);
        match point.value {
            Some(number_data_point::Value::AsDouble(value)) => row.value = Some(value),
            #[expect(clippy::cast_precision_loss, reason = "the exact value stands in value_int")]
            Some(number_data_point::Value::AsInt(value)) => {
                row.value = Some(value as f64);
                row.value_int = Some(value);
            }
            None => {}
        }
        self.push(row, point.attributes);
    }

    fn histogram(&mut self, point: HistogramDataPoint) {
        let mut row = self.row(&point, point.start_time_unix_nano, point.time_unix_nano);
        row.count = i64::try_from(point.count).ok();
        (row.sum, row.min, row.max) = (point.sum, point.min, point.max);
        row.buckets = json!({"bounds": point.explicit_bounds, "counts": point.bucket_counts}).to_string();
        self.push(row, point.attributes);
    }

    fn exponential_histogram(&mut self, point: ExponentialHistogramDataPoint) {
        let mut row = self.row(&point, point.start_time_unix_nano, point.time_unix_nano);
        row.count = i64::try_from(point.count).ok();
        (row.sum, row.min, row.max) = (point.sum, point.min, point.max);
        row.buckets = json!({
            "scale": point.scale,
            "zero_count": point.zero_count,
            "positive": side(point.positive.as_ref()),
            "negative": side(point.negative.as_ref()),
        })
        .to_string();
        self.push(row, point.attributes);
    }

    fn summary(&mut self, point: SummaryDataPoint) {
        let mut row = self.row(&point, point.start_time_unix_nano, point.time_unix_nano);
        row.count = i64::try_from(point.count).ok();
        row.sum = Some(point.sum);
        let quantiles = point.quantile_values.iter();
        row.buckets =
            Value::Array(quantiles.map(|at| json!({"quantile": at.quantile, "value": at.value})).collect()).to_string();
        self.push(row, point.attributes);
    }

    /// A row with what all kinds of point have. A point's identity includes its metric's: name, unit, type.
    fn row(&self, point: &impl Message, start: u64, time: u64) -> MetricPoint {
        let mut identified = self.encoded.to_vec();
        identified.extend_from_slice(self.metric_type.as_bytes());
        identified.extend_from_slice(&point.encode_to_vec());
        let mut row = MetricPoint {
            origin: self.scope.origin_of(&identified),
            name: self.metric.name.clone(),
            unit: self.metric.unit.clone(),
            metric_type: self.metric_type.to_owned(),
            temporality: match self.temporality {
                1 => "delta".to_owned(),
                2 => "cumulative".to_owned(),
                _ => String::new(),
            },
            monotonic: self.monotonic,
            start_time: micros(start),
            ..MetricPoint::default()
        };
        row.origin.event_time = micros(time).unwrap_or(row.origin.received_time);
        row
    }

    fn push(&mut self, mut row: MetricPoint, attributes: Vec<KeyValue>) {
        let mut attributes = Attributes::new(attributes);
        identity(&mut row.origin, &mut attributes);
        generic::ids(&mut row.origin, &mut attributes);
        if self.scope.agent == Agent::ClaudeCode {
            row.origin.agent_version.clone_from(&row.origin.scope_version);
        } else if row.origin.session_id.is_empty() {
            row.origin.session_id.clone_from(&self.scope.resource_session);
        }
        Kind::Other.as_str().clone_into(&mut row.origin.kind);
        row.attributes = attributes.into_rows();
        self.rows.push(row);
    }
}

fn side(buckets: Option<&Buckets>) -> Option<Value> {
    buckets.map(|buckets| json!({"offset": buckets.offset, "counts": buckets.bucket_counts}))
}
