//! Attributes as OTLP has them, from plain values.

use barograph_proto::otlp::{AnyValue, ArrayValue, KeyValue, any_value};

/// A text attribute.
pub(crate) fn text(key: &str, value: impl Into<String>) -> KeyValue {
    with(key, any_value::Value::StringValue(value.into()))
}

/// An integer attribute.
pub(crate) fn int(key: &str, value: i64) -> KeyValue {
    with(key, any_value::Value::IntValue(value))
}

/// A floating-point attribute.
pub(crate) fn double(key: &str, value: f64) -> KeyValue {
    with(key, any_value::Value::DoubleValue(value))
}

/// A boolean attribute.
pub(crate) fn flag(key: &str, value: bool) -> KeyValue {
    with(key, any_value::Value::BoolValue(value))
}

/// An attribute that is a list of texts.
pub(crate) fn list(key: &str, values: &[&str]) -> KeyValue {
    let values = values.iter().map(|value| string_value(value)).collect();
    with(key, any_value::Value::ArrayValue(ArrayValue { values }))
}

/// An attribute whose value is unset, as Gemini CLI sends them.
pub(crate) fn unset(key: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: None }), ..KeyValue::default() }
}

/// A text value, as for a log record's body.
pub(crate) fn string_value(value: &str) -> AnyValue {
    AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) }
}

fn with(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
