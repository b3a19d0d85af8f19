//! `barograph redact test --jsonl`: one row in, one row out, for scores and scripts.

use std::io::{self, BufRead as _, Write};

use anyhow::Context as _;
use barograph_collector::redact::{Redactor, Trial};
use barograph_redaction::policy::Target;
use serde_json::{Map, Value, json};

use super::applied::TENANT;
use super::input::{BadInput, Input};
use super::written;

/// A row to redact. What else stands in it is not looked at.
struct Row {
    /// Given back as it is.
    id: Value,
    agent: String,
    tool: String,
    argument: String,
    text: String,
}

/// Redacts row after row, and writes each before it reads the next.
pub(super) fn run(redactor: &Redactor, input: Input, out: &mut impl Write) -> anyhow::Result<()> {
    let Input { place, reader } = input;
    for (at, line) in reader.split(b'\n').enumerate() {
        let line = line.with_context(|| format!("cannot read {place}"))?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row = match Row::parse(&line) {
            Ok(row) => row,
            Err(what) => {
                written(out.flush())?;
                return Err(BadInput { place, line: at + 1, what }.into());
            }
        };
        let Row { id, agent, tool, argument, text } = &row;
        let redacted =
            redactor.try_value(Trial { tenant: TENANT, agent, tool, target: Target::Argument(argument), text });
        match writeln!(out, "{}", json!({"id": id, "redacted": redacted.stored})) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            result => result.context("cannot write the answer")?,
        }
    }
    written(out.flush())
}

impl Row {
    fn parse(line: &[u8]) -> Result<Self, String> {
        // The parser's own words may quote what it read.
        let mut fields: Map<String, Value> =
            serde_json::from_slice(line).map_err(|error| format!("is no JSON object (column {})", error.column()))?;
        let agent = if fields.contains_key("agent") { "agent" } else { "" };
        Ok(Self {
            agent: if agent.is_empty() { "claude-code".to_owned() } else { text(&mut fields, agent)? },
            tool: text(&mut fields, "tool")?,
            argument: text(&mut fields, "arg")?,
            text: text(&mut fields, "text")?,
            id: fields.remove("id").ok_or_else(|| missing("id"))?,
        })
    }
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("`{name}` is no text")),
        None => Err(missing(name)),
    }
}

fn missing(name: &str) -> String {
    format!("`{name}` is missing; a row is {{\"id\", \"tool\", \"arg\", \"text\"}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_may_hold_more_than_is_read() {
        let row =
            Row::parse(br#"{"id":7,"label":"clean","tool":"Bash","arg":"command","text":"ls","spans":[]}"#).unwrap();
        assert_eq!((row.id, row.agent.as_str(), row.text.as_str()), (json!(7), "claude-code", "ls"));
    }

    #[test]
    fn what_is_wrong_with_a_row_is_told_without_quoting_it() {
        for (line, told) in [
            (&br#"{"id":1,"tool":"Bash""#[..], "is no JSON object (column 21)"),
            (br#""hunter2""#, "is no JSON object (column 9)"),
            (br#"{"id":1,"tool":"Bash","arg":"command"}"#, "`text` is missing"),
            (br#"{"tool":"Bash","arg":"command","text":"hunter2"}"#, "`id` is missing"),
            (br#"{"id":1,"tool":"Bash","arg":"command","text":["hunter2"]}"#, "`text` is no text"),
        ] {
            let error = Row::parse(line).err().unwrap();
            assert!(error.starts_with(told) && !error.contains("hunter2"), "{error}");
        }
    }
}
