//! The file: TOML, one `name = "value"` a line, every fault with its line.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Spanned, Value};

use super::Fault;
use super::settings::{Given, Settings};

type Document = BTreeMap<Spanned<String>, Spanned<Value>>;

/// Reads the file's settings and notes its faults.
pub(super) fn read(path: &Path, faults: &mut Vec<Fault>) -> Settings {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&path.display().to_string(), &text, faults),
        Err(error) => {
            let message = format!("cannot read the configuration file: {error}");
            faults.push(Fault { place: path.display().to_string(), message });
            Settings::default()
        }
    }
}

/// Reads a file's text. `name` is what faults call the file.
pub(super) fn parse(name: &str, text: &str, faults: &mut Vec<Fault>) -> Settings {
    let mut settings = Settings::default();
    let place = |at: usize| format!("{name}:{}", line(text, at));
    let document: Document = match toml::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            faults.push(Fault { place: place(at), message: error.message().to_owned() });
            return settings;
        }
    };
    let mut lines: Vec<_> = document.into_iter().collect();
    lines.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in lines {
        let place = place(key.span().start);
        let key = key.into_inner();
        if let Some(switch) = settings.switch(&key) {
            match value.into_inner() {
                Value::Boolean(allow) => *switch = Some(allow),
                _ => faults.push(Fault { place, message: format!("{key} is either true or false") }),
            }
            continue;
        }
        let message = match (key.as_str(), value.into_inner()) {
            (name, Value::String(_)) if Settings::BARE.contains(&name) => format!("{key} is written without quotes"),
            (_, value) if is_given(&key, &value) => match settings.give(&key, &spelt(&value)) {
                Given::Taken => continue,
                Given::Unknown => unknown(&key),
                Given::Wrong(message) => format!("{key}: {message}"),
            },
            (name, _) if Settings::BARE.contains(&name) => format!("{key} takes a single value"),
            (_, _) if Settings::NAMES.contains(&key.as_str()) => format!("{key} takes a text in quotes"),
            (_, _) => unknown(&key),
        };
        faults.push(Fault { place, message });
    }
    settings
}

/// Whether a value may be given in this form: in quotes, but for numbers and flags.
fn is_given(key: &str, value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => Settings::BARE.contains(&key),
        _ => false,
    }
}

/// The text that a flag or a variable would give.
fn spelt(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn unknown(key: &str) -> String {
    let keys = [&Settings::NAMES[..], &Settings::SWITCHES].concat().join(", ");
    format!("unknown key `{key}`; the keys are {keys}")
}

/// The number of the line that holds a byte, from 1.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
