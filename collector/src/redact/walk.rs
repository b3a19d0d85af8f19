//! Takes a row through the policy, cell by cell.

use std::collections::BTreeMap;

use barograph_proto::keyed::ValueKey;
use barograph_proto::row::{Attribute, Cells, Sent};
use barograph_redaction::detect::{Detector, Personal};
use barograph_redaction::forms;
use serde_json::{Map, Value};

use super::policy::{self, Action, Keys, Policy};

/// What a row of one tenant is redacted with. As a visitor it redacts every cell in place.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    pub(super) policy: &'a Policy,
    pub(super) detector: &'a Detector,
    pub(super) key: &'a ValueKey,
    pub(super) tenant: &'a str,
}

impl Cells for Walk<'_> {
    fn text(&mut self, column: &'static str, value: &mut String) {
        self.apply(self.policy.column(column).unwrap_or(Action::Withhold), value);
    }

    fn json(&mut self, column: &'static str, value: &mut String) {
        self.apply(self.policy.column(column).unwrap_or(Action::Withhold), value);
    }

    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}

    fn int(&mut self, _: &'static str, _: &mut Option<i64>) {}

    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}

    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}

    fn attributes(&mut self, _: &'static str, attributes: &mut Vec<Attribute>) {
        for attribute in attributes {
            self.attribute(attribute);
        }
    }

    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}

    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}

impl Walk<'_> {
    fn attribute(&self, attribute: &mut Attribute) {
        let action = self.policy.value(Keys::Attributes, &attribute.key);
        let value = &mut attribute.value;
        match Sent::try_from(attribute.sent) {
            // What does not look like what it was sent as is not trusted to be it.
            Ok(Sent::Number) if is_number(value) => {}
            Ok(Sent::Flag) if matches!(value.as_str(), "true" | "false") => {}
            Ok(Sent::Text) if action == Action::Withhold && is_measure(&attribute.key) && is_number(value) => {
                self.apply(Action::Word, value);
            }
            Ok(Sent::Text) => self.apply(action, value),
            Ok(Sent::Nested) => self.nested(action, value),
            Ok(Sent::Bytes | Sent::Unset | Sent::Number | Sent::Flag) | Err(_) => match action {
                Action::Hash(_) => self.apply(action, value),
                _ => self.apply(Action::Withhold, value),
            },
        }
        self.key(&mut attribute.key);
    }

    /// Redacts an attribute's key.
    fn key(&self, key: &mut String) {
        let is_plain = key.len() <= policy::LONGEST_KEY
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/:".contains(&byte))
            && self.detector.mask(key, Personal::Mask).is_ok_and(|masked| masked.text == *key);
        if !is_plain && !forms::is_key(key) {
            *key = forms::key(key);
        }
    }

    /// Redacts a text.
    pub(super) fn apply(&self, action: Action, value: &mut String) {
        if value.is_empty() || forms::is_whole(value) {
            return;
        }
        match action {
            Action::Own => {}
            Action::Id if is_hex(value) => {}
            Action::Id | Action::Word => {
                self.label(value, "label", Personal::Mask, |value| !value.contains(char::is_whitespace));
            }
            Action::Label => self.label(value, "label", Personal::Mask, |value| {
                value.chars().filter(|letter| letter.is_whitespace()).count() <= policy::MOST_BLANKS
            }),
            Action::Identity => self.label(value, "identity", Personal::Keep, |_| true),
            Action::Body if is_event_name(value) => self.mask(value, Personal::Mask),
            Action::Body => *value = self.hashed("body", value),
            Action::Mask => self.mask(value, Personal::Mask),
            Action::Arguments => self.json_text(Keys::Arguments, "arguments", value),
            Action::Json => self.json_text(Keys::Attributes, "content", value),
            Action::Hash(_) if value == policy::SENDERS_MARK => {}
            Action::Hash(kind) => *value = self.hashed(kind, value),
            Action::Withhold => *value = forms::withheld(value),
        }
    }

    fn hashed(&self, kind: &str, value: &str) -> String {
        forms::hashed(kind, value, self.key, self.tenant)
    }

    /// Masks what is found in a text.
    fn mask(&self, value: &mut String, personal: Personal) {
        *value = match self.detector.mask(value, personal) {
            Ok(masked) => masked.text.into_owned(),
            Err(_) => forms::withheld(value),
        };
    }

    /// Masks a text that must still look like what it is supposed to be, else hashes it: two that differ stay different.
    fn label(&self, value: &mut String, kind: &str, personal: Personal, is_right: impl Fn(&str) -> bool) {
        if value.len() > policy::LONGEST_LABEL || value.contains(char::is_control) || !is_right(value) {
            *value = self.hashed(kind, value);
            return;
        }
        let mut masked = value.clone();
        self.mask(&mut masked, personal);
        *value = if masked.len() > policy::LONGEST_LABEL { self.hashed(kind, value) } else { masked };
    }

    /// Redacts JSON that came as a text, each value by its key. Written anew even when nothing is found: a text may
    /// repeat a key, and only the last is read.
    fn json_text(&self, keys: Keys, kind: &str, value: &mut String) {
        *value = match serde_json::from_str(value) {
            Ok(json) if matches!(json, Value::Object(_) | Value::Array(_)) => {
                written(&self.json(keys, Action::Withhold, json), value)
            }
            _ => self.hashed(kind, value),
        };
    }

    /// Redacts an array or map that was sent as one: texts by the attribute's own action, inner keys by theirs.
    fn nested(&self, action: Action, value: &mut String) {
        if value.is_empty() || forms::is_whole(value) {
            return;
        }
        let keys = if action == Action::Arguments { Keys::Arguments } else { Keys::Attributes };
        *value = match (action, serde_json::from_str::<Value>(value)) {
            (Action::Hash(kind), _) => self.hashed(kind, value),
            (_, Ok(json)) => written(&self.json(keys, action, json), value),
            (_, Err(_)) => forms::withheld(value),
        };
    }

    /// Redacts a JSON value: numbers and flags are kept, texts take the action, the values of an object that of their
    /// key. What stands below a hashed key is hashed, whatever its own key. As deep as the parser goes, which is bounded.
    fn json(&self, keys: Keys, action: Action, json: Value) -> Value {
        match json {
            Value::Null | Value::Bool(_) | Value::Number(_) => json,
            Value::String(mut text) => {
                self.apply(action, &mut text);
                Value::String(text)
            }
            Value::Array(items) => Value::Array(self.items(keys, action, items)),
            Value::Object(fields) => Value::Object(self.fields(keys, action, fields)),
        }
    }

    fn items(&self, keys: Keys, action: Action, items: Vec<Value>) -> Vec<Value> {
        let mut words: Vec<String> = items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        if action == Action::Mask && words.len() == items.len() {
            // A command as its words: a flag says what the next one is.
            self.detector.mask_vector(&mut words);
            return words.into_iter().map(|word| self.json(keys, action, Value::String(word))).collect();
        }
        items.into_iter().map(|item| self.json(keys, action, item)).collect()
    }

    fn fields(&self, keys: Keys, action: Action, fields: Map<String, Value>) -> Map<String, Value> {
        fields
            .into_iter()
            .map(|(mut key, value)| {
                let inner = match action {
                    Action::Hash(_) => action,
                    _ => self.policy.value(keys, &key),
                };
                self.key(&mut key);
                (key, self.json(keys, inner, value))
            })
            .collect()
    }
}

/// JSON as text; withheld if it cannot be written.
fn written(json: &Value, value: &str) -> String {
    serde_json::to_string(json).unwrap_or_else(|_| forms::withheld(value))
}

fn is_hex(value: &str) -> bool {
    value.len() <= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A number as the collector writes numbers.
fn is_number(value: &str) -> bool {
    value.len() <= 400 && value.parse::<f64>().is_ok()
}

fn is_measure(key: &str) -> bool {
    policy::MEASURES.iter().any(|end| key.ends_with(end))
}

/// Whether a log body names an event, as Claude Code's do, rather than telling about one.
fn is_event_name(body: &str) -> bool {
    body.len() <= 128
        && body.contains('.')
        && body.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
}
