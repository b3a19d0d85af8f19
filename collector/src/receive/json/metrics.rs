//! Metric data points, of all five kinds.

use barograph_proto::otlp::{
    ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
    SummaryDataPoint, exemplar, metric::Data, number_data_point,
};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, Gauge, Histogram, Sum, Summary, exponential_histogram_data_point::Buckets,
    summary_data_point::ValueAtQuantile,
};

use super::Fault;
use super::common::{key_value, resource, scope};
use super::fields::Fields;

pub(super) fn resource_metrics(mut fields: Fields) -> Result<ResourceMetrics, Fault> {
    Ok(ResourceMetrics {
        resource: fields.message("resource", resource)?,
        scope_metrics: fields.list("scopeMetrics", scope_metrics)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn scope_metrics(mut fields: Fields) -> Result<ScopeMetrics, Fault> {
    Ok(ScopeMetrics {
        scope: fields.message("scope", scope)?,
        metrics: fields.list("metrics", metric)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn metric(mut fields: Fields) -> Result<Metric, Fault> {
    let data = if let Some(gauge) = fields.message("gauge", gauge)? {
        Some(Data::Gauge(gauge))
    } else if let Some(sum) = fields.message("sum", sum)? {
        Some(Data::Sum(sum))
    } else if let Some(histogram) = fields.message("histogram", histogram)? {
        Some(Data::Histogram(histogram))
    } else if let Some(histogram) = fields.message("exponentialHistogram", exponential_histogram)? {
        Some(Data::ExponentialHistogram(histogram))
    } else {
        fields.message("summary", summary)?.map(Data::Summary)
    };
    fields.none_of(&["gauge", "sum", "histogram", "exponentialHistogram", "summary"])?;
    Ok(Metric {
        name: fields.text("name")?,
        description: fields.text("description")?,
        unit: fields.text("unit")?,
        metadata: fields.list("metadata", key_value)?,
        data,
    })
}

fn gauge(mut fields: Fields) -> Result<Gauge, Fault> {
    Ok(Gauge { data_points: fields.list("dataPoints", number)? })
}

fn sum(mut fields: Fields) -> Result<Sum, Fault> {
    Ok(Sum {
        data_points: fields.list("dataPoints", number)?,
        aggregation_temporality: temporality(&mut fields)?,
        is_monotonic: fields.boolean("isMonotonic")?.unwrap_or_default(),
    })
}

fn histogram(mut fields: Fields) -> Result<Histogram, Fault> {
    Ok(Histogram {
        data_points: fields.list("dataPoints", histogram_point)?,
        aggregation_temporality: temporality(&mut fields)?,
    })
}

fn exponential_histogram(mut fields: Fields) -> Result<ExponentialHistogram, Fault> {
    Ok(ExponentialHistogram {
        data_points: fields.list("dataPoints", exponential_histogram_point)?,
        aggregation_temporality: temporality(&mut fields)?,
    })
}

fn summary(mut fields: Fields) -> Result<Summary, Fault> {
    Ok(Summary { data_points: fields.list("dataPoints", summary_point)? })
}

fn temporality(fields: &mut Fields) -> Result<i32, Fault> {
    fields.enumeration("aggregationTemporality")
}

fn number(mut fields: Fields) -> Result<NumberDataPoint, Fault> {
    let value = match fields.i64("asInt")? {
        Some(number) => Some(number_data_point::Value::AsInt(number)),
        None => fields.f64("asDouble")?.map(number_data_point::Value::AsDouble),
    };
    fields.none_of(&["asDouble"])?;
    Ok(NumberDataPoint {
        attributes: fields.list("attributes", key_value)?,
        start_time_unix_nano: fields.u64("startTimeUnixNano")?,
        time_unix_nano: fields.u64("timeUnixNano")?,
        exemplars: fields.list("exemplars", exemplar)?,
        flags: fields.u32("flags")?,
        value,
    })
}

fn histogram_point(mut fields: Fields) -> Result<HistogramDataPoint, Fault> {
    Ok(HistogramDataPoint {
        attributes: fields.list("attributes", key_value)?,
        start_time_unix_nano: fields.u64("startTimeUnixNano")?,
        time_unix_nano: fields.u64("timeUnixNano")?,
        count: fields.u64("count")?,
        sum: fields.f64("sum")?,
        bucket_counts: fields.u64s("bucketCounts")?,
        explicit_bounds: fields.f64s("explicitBounds")?,
        exemplars: fields.list("exemplars", exemplar)?,
        flags: fields.u32("flags")?,
        min: fields.f64("min")?,
        max: fields.f64("max")?,
    })
}

fn exponential_histogram_point(mut fields: Fields) -> Result<ExponentialHistogramDataPoint, Fault> {
    Ok(ExponentialHistogramDataPoint {
        attributes: fields.list("attributes", key_value)?,
        start_time_unix_nano: fields.u64("startTimeUnixNano")?,
        time_unix_nano: fields.u64("timeUnixNano")?,
        count: fields.u64("count")?,
        sum: fields.f64("sum")?,
        scale: fields.i32("scale")?,
        zero_count: fields.u64("zeroCount")?,
        positive: fields.message("positive", buckets)?,
        negative: fields.message("negative", buckets)?,
        flags: fields.u32("flags")?,
        exemplars: fields.list("exemplars", exemplar)?,
        min: fields.f64("min")?,
        max: fields.f64("max")?,
        zero_threshold: fields.f64("zeroThreshold")?.unwrap_or_default(),
    })
}

fn buckets(mut fields: Fields) -> Result<Buckets, Fault> {
    Ok(Buckets { offset: fields.i32("offset")?, bucket_counts: fields.u64s("bucketCounts")? })
}

fn summary_point(mut fields: Fields) -> Result<SummaryDataPoint, Fault> {
    Ok(SummaryDataPoint {
        attributes: fields.list("attributes", key_value)?,
        start_time_unix_nano: fields.u64("startTimeUnixNano")?,
        time_unix_nano: fields.u64("timeUnixNano")?,
        count: fields.u64("count")?,
        sum: fields.f64("sum")?.unwrap_or_default(),
        quantile_values: fields.list("quantileValues", value_at_quantile)?,
        flags: fields.u32("flags")?,
    })
}

fn value_at_quantile(mut fields: Fields) -> Result<ValueAtQuantile, Fault> {
    Ok(ValueAtQuantile {
        quantile: fields.f64("quantile")?.unwrap_or_default(),
        value: fields.f64("value")?.unwrap_or_default(),
    })
}

fn exemplar(mut fields: Fields) -> Result<Exemplar, Fault> {
    let value = match fields.i64("asInt")? {
        Some(number) => Some(exemplar::Value::AsInt(number)),
        None => fields.f64("asDouble")?.map(exemplar::Value::AsDouble),
    };
    fields.none_of(&["asDouble"])?;
    Ok(Exemplar {
        filtered_attributes: fields.list("filteredAttributes", key_value)?,
        time_unix_nano: fields.u64("timeUnixNano")?,
        span_id: fields.id("spanId")?,
        trace_id: fields.id("traceId")?,
        value,
    })
}
