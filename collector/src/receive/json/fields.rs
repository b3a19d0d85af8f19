//! Takes typed fields out of a JSON object. Null and absent are the same: the field's default.

use serde_json::{Map, Number, Value};

use super::Fault;

/// The fields of one message.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of a value that must be an object; null is one without fields.
    pub(super) fn of(value: Value, field: &'static str) -> Result<Self, Fault> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            Value::Null => Ok(Self(Map::new())),
            _ => Err(Fault { field, expected: "an object" }),
        }
    }

    /// Takes a value that is there and not null.
    pub(super) fn take(&mut self, field: &'static str) -> Option<Value> {
        self.0.swap_remove(field).filter(|value| !value.is_null())
    }

    fn read<T>(
        &mut self,
        field: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        self.take(field).map(|value| read(value).ok_or(Fault { field, expected })).transpose()
    }

    /// Refuses a message in which one of these is set as well: of a oneof's fields only one may be.
    pub(super) fn none_of(&self, others: &[&'static str]) -> Result<(), Fault> {
        let other = others.iter().find(|other| self.0.get(**other).is_some_and(|value| !value.is_null()));
        other.map_or(Ok(()), |field| Err(Fault { field, expected: "the only value that is set" }))
    }

    pub(super) fn list<T>(
        &mut self,
        field: &'static str,
        each: impl Fn(Fields) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.values(field)?.into_iter().map(|value| each(Self::of(value, field)?)).collect()
    }

    pub(super) fn values(&mut self, field: &'static str) -> Result<Vec<Value>, Fault> {
        let values = self.read(field, "a list", |value| match value {
            Value::Array(values) => Some(values),
            _ => None,
        })?;
        Ok(values.unwrap_or_default())
    }

    pub(super) fn message<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(Fields) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.take(field).map(|value| read(Self::of(value, field)?)).transpose()
    }

    pub(super) fn text(&mut self, field: &'static str) -> Result<String, Fault> {
        Ok(self.optional_text(field)?.unwrap_or_default())
    }

    pub(super) fn optional_text(&mut self, field: &'static str) -> Result<Option<String>, Fault> {
        self.read(field, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    pub(super) fn texts(&mut self, field: &'static str) -> Result<Vec<String>, Fault> {
        let text = |value| match value {
            Value::String(text) => Ok(text),
            _ => Err(Fault { field, expected: "a list of strings" }),
        };
        self.values(field)?.into_iter().map(text).collect()
    }

    pub(super) fn boolean(&mut self, field: &'static str) -> Result<Option<bool>, Fault> {
        self.read(field, "a boolean", |value| value.as_bool())
    }

    pub(super) fn u64(&mut self, field: &'static str) -> Result<u64, Fault> {
        Ok(self.read(field, "an unsigned 64-bit number", |value| u64_of(&value))?.unwrap_or_default())
    }

    pub(super) fn u64s(&mut self, field: &'static str) -> Result<Vec<u64>, Fault> {
        let number = |value| u64_of(&value).ok_or(Fault { field, expected: "a list of unsigned 64-bit numbers" });
        self.values(field)?.into_iter().map(number).collect()
    }

    pub(super) fn i64(&mut self, field: &'static str) -> Result<Option<i64>, Fault> {
        self.read(field, "a signed 64-bit number", |value| i64_of(&value))
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, Fault> {
        let read = |value| u64_of(&value).and_then(|number| u32::try_from(number).ok());
        Ok(self.read(field, "an unsigned 32-bit number", read)?.unwrap_or_default())
    }

    pub(super) fn i32(&mut self, field: &'static str) -> Result<i32, Fault> {
        let read = |value| i64_of(&value).and_then(|number| i32::try_from(number).ok());
        Ok(self.read(field, "a signed 32-bit number", read)?.unwrap_or_default())
    }

    pub(super) fn f64(&mut self, field: &'static str) -> Result<Option<f64>, Fault> {
        self.read(field, "a number", |value| f64_of(&value))
    }

    pub(super) fn f64s(&mut self, field: &'static str) -> Result<Vec<f64>, Fault> {
        let number = |value| f64_of(&value).ok_or(Fault { field, expected: "a list of numbers" });
        self.values(field)?.into_iter().map(number).collect()
    }

    /// An enum, as its number, which may be one that we do not know. OTLP allows no names here, unlike Protobuf's JSON.
    pub(super) fn enumeration(&mut self, field: &'static str) -> Result<i32, Fault> {
        let read =
            |value: Value| i64_of(&value).filter(|_| value.is_number()).and_then(|number| number.try_into().ok());
        Ok(self.read(field, "the number of an enum's value, which OTLP/JSON does not name", read)?.unwrap_or_default())
    }

    /// A trace or span id: hexadecimal digits of either case, not base64.
    pub(super) fn id(&mut self, field: &'static str) -> Result<Vec<u8>, Fault> {
        let read = |value: Value| value.as_str().and_then(|text| hex::decode(text).ok());
        Ok(self.read(field, "an id in hexadecimal digits", read)?.unwrap_or_default())
    }
}

fn u64_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| whole_time(number)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn i64_of(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A number written with a point or an exponent that is whole all the same, as far as a double is exact.
fn whole(number: &Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    let value = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() <= EXACT)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    Some(value as i64)
}

/// The same for unsigned numbers, up to the largest: times are such, and their senders may have them as doubles.
fn whole_time(number: &Number) -> Option<u64> {
    const END: f64 = 18_446_744_073_709_551_616.0; // 2^64
    let value = number.as_f64().filter(|value| value.fract() == 0.0 && (0.0..END).contains(value))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative, below 2^64")]
    Some(value as u64)
}

fn f64_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            // Rust reads further names of these, and what is too large as infinite.
            text => text.parse().ok().filter(|number: &f64| number.is_finite()),
        },
        _ => None,
    }
}
