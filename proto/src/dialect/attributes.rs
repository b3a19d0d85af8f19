//! A record's attributes while a dialect reads them.

use serde_json::{Map, Number, Value};

use crate::otlp::{AnyValue, KeyValue, any_value};
use crate::row::{Attribute, Sent};

/// Attributes in the order sent. `take_*` removes what a column will hold as it was sent; the others only look.
#[derive(Clone, Default)]
pub(crate) struct Attributes(Vec<KeyValue>);

impl Attributes {
    pub(crate) fn new(attributes: Vec<KeyValue>) -> Self {
        Self(attributes)
    }

    fn value(&self, key: &str) -> Option<&any_value::Value> {
        self.0.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()
    }

    fn remove(&mut self, key: &str) {
        if let Some(at) = self.0.iter().position(|attribute| attribute.key == key) {
            self.0.remove(at);
        }
    }

    /// Whether the attribute is there with a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// A string attribute.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            any_value::Value::StringValue(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The first of several string attributes.
    pub(crate) fn first_text(&self, keys: &[&str]) -> String {
        keys.iter().find_map(|key| self.text(key)).unwrap_or_default().to_owned()
    }

    /// Takes a string attribute out; empty when it is not there, or not a string.
    pub(crate) fn take_text(&mut self, key: &str) -> String {
        let Some(at) = self.0.iter().position(|attribute| attribute.key == key) else { return String::new() };
        match self.0.get_mut(at).and_then(|attribute| attribute.value.as_mut()?.value.as_mut()) {
            Some(any_value::Value::StringValue(text)) => {
                let text = std::mem::take(text);
                self.0.remove(at);
                text
            }
            _ => String::new(),
        }
    }

    /// An integer, sent as one or as text: clients do both, per event.
    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        match self.value(key)? {
            any_value::Value::IntValue(value) => Some(*value),
            any_value::Value::StringValue(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Takes an integer out.
    pub(crate) fn take_int(&mut self, key: &str) -> Option<i64> {
        let value = self.int(key)?;
        self.remove(key);
        Some(value)
    }

    /// A number, sent as one or as text.
    pub(crate) fn float(&self, key: &str) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "durations and costs are far below 2^53")]
        let value = match self.value(key)? {
            any_value::Value::DoubleValue(value) => *value,
            any_value::Value::IntValue(value) => *value as f64,
            any_value::Value::StringValue(text) => text.parse().ok()?,
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// Takes a number out.
    pub(crate) fn take_float(&mut self, key: &str) -> Option<f64> {
        let value = self.float(key)?;
        self.remove(key);
        Some(value)
    }

    /// A boolean, sent as one or as text.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            any_value::Value::BoolValue(value) => Some(*value),
            any_value::Value::StringValue(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A string attribute that holds a JSON object.
    pub(crate) fn object(&self, key: &str) -> Option<Map<String, Value>> {
        match serde_json::from_str(self.text(key)?) {
            Ok(Value::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// Adds others under a prefix.
    pub(crate) fn extend_prefixed(&mut self, prefix: &str, others: &[KeyValue]) {
        self.0.extend(others.iter().map(|other| KeyValue { key: format!("{prefix}{}", other.key), ..other.clone() }));
    }

    /// What is left, as table rows keep it.
    pub(crate) fn into_rows(self) -> Vec<Attribute> {
        self.0
            .into_iter()
            .map(|attribute| {
                let (value, sent) = render(attribute.value.and_then(|value| value.value));
                Attribute { key: attribute.key, value, sent: sent.into() }
            })
            .collect()
    }
}

/// A value as text, with what it was.
pub(super) fn render(value: Option<any_value::Value>) -> (String, Sent) {
    match value {
        None => (String::new(), Sent::Unset),
        Some(any_value::Value::StringValue(text)) => (text, Sent::Text),
        Some(any_value::Value::BoolValue(value)) => (value.to_string(), Sent::Flag),
        Some(any_value::Value::IntValue(value)) => (value.to_string(), Sent::Number),
        Some(any_value::Value::DoubleValue(value)) => (value.to_string(), Sent::Number),
        Some(any_value::Value::BytesValue(bytes)) => (hex::encode(bytes), Sent::Bytes),
        Some(nested) => (json(Some(nested)).to_string(), Sent::Nested),
    }
}

/// A value as JSON. Bytes become their hex, numbers that JSON cannot hold become null.
pub(super) fn json(value: Option<any_value::Value>) -> Value {
    match value {
        Some(any_value::Value::StringValue(text)) => Value::String(text),
        Some(any_value::Value::BoolValue(value)) => Value::Bool(value),
        Some(any_value::Value::IntValue(value)) => Value::Number(value.into()),
        Some(any_value::Value::DoubleValue(value)) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Some(any_value::Value::BytesValue(bytes)) => Value::String(hex::encode(bytes)),
        Some(any_value::Value::ArrayValue(array)) => {
            Value::Array(array.values.into_iter().map(|value| json(value.value)).collect())
        }
        Some(any_value::Value::KvlistValue(list)) => Value::Object(object(list.values)),
        // Or a reference into a profile's string table, which OTLP allows in profiles only.
        None | Some(_) => Value::Null,
    }
}

/// Attributes as a JSON object.
pub(super) fn object(attributes: Vec<KeyValue>) -> Map<String, Value> {
    attributes
        .into_iter()
        .map(|attribute| (attribute.key, json(attribute.value.and_then(|AnyValue { value }| value))))
        .collect()
}
