//! What the door would store: one value, in a record as its agent sends it, read and redacted as any other.

use std::collections::BTreeMap;

use barograph_proto::dialect;
use barograph_proto::keyed::EventIdKey;
use barograph_proto::otlp::{
    AnyValue, Export, ExportLogsServiceRequest, InstrumentationScope, KeyValue, LogRecord, Resource, ResourceLogs,
    ScopeLogs, any_value,
};
use barograph_proto::row::{Attribute, Cells, Event, MetricPoint, Row, Span};
use barograph_redaction::engine::{Recall, Tally};
use barograph_redaction::forms;
use barograph_redaction::policy::{Caller, Decision, Target};
use serde_json::{Value, json};

use super::Redactor;

/// A value to be tried, and where it stands. `Debug` does not show the value.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    /// Whose it is.
    pub tenant: &'a str,
    /// The agent that sends it: `claude-code`, `codex`, `gemini-cli`, or any other.
    pub agent: &'a str,
    /// The tool that is called; empty for none.
    pub tool: &'a str,
    /// An argument by its dotted path, an attribute by its key, or a text column.
    pub target: Target<'a>,
    /// The value.
    pub text: &'a str,
}

impl std::fmt::Debug for Trial<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial").field("target", &self.target).finish_non_exhaustive()
    }
}

/// What became of a value.
#[derive(Clone, Debug)]
pub struct Tried<'a> {
    /// What is stored; none where the value is withheld.
    pub stored: Option<String>,
    /// What was found and done in the whole record: in the value, and in the names around it.
    pub tally: Tally,
    /// The decision for the value.
    pub decision: &'a Decision,
    /// What it was judged as: an agent may send an argument under another name than its tool has for it.
    pub target: Target<'a>,
}

impl Redactor {
    /// Takes a value through the door.
    pub fn try_value<'a>(&'a self, mut trial: Trial<'a>) -> Tried<'a> {
        match trial.target {
            Target::Argument(path) => {
                let call = Call::of(trial, path);
                let key = call.attribute;
                trial.target = Target::Argument(call.path);
                self.tried(trial, call.read(trial), |event| argument(attribute(&event.attributes, key)?))
            }
            Target::Attribute(key) => {
                let sent = Attribute { key: key.to_owned(), value: trial.text.to_owned(), sent: 0 };
                let event = Event { attributes: vec![sent], ..Event::default() };
                // A key that is hidden hides nothing else: there is only one.
                self.tried(trial, event, |event| Some(event.attributes.first()?.value.clone()))
            }
            Target::Column(name) => {
                if has_column::<Event>(name) {
                    self.tried_column::<Event>(trial, name)
                } else if has_column::<Span>(name) {
                    self.tried_column::<Span>(trial, name)
                } else {
                    self.tried_column::<MetricPoint>(trial, name)
                }
            }
        }
    }

    fn tried_column<'a, R: Row>(&'a self, trial: Trial<'a>, name: &str) -> Tried<'a> {
        let mut row = R::default();
        row.cells(&mut Column { name, text: Some(trial.text.to_owned()), found: None });
        self.tried(trial, row, |row| {
            let mut column = Column { name, text: None, found: None };
            row.clone().cells(&mut column);
            column.found
        })
    }

    fn tried<'a, R: Row>(
        &'a self,
        trial: Trial<'a>,
        mut row: R,
        stored: impl FnOnce(&R) -> Option<String>,
    ) -> Tried<'a> {
        let named = |given: &str, own: &mut String| {
            if own.is_empty() {
                given.clone_into(own);
            }
        };
        trial.tenant.clone_into(&mut row.origin_mut().tenant);
        named(trial.agent, &mut row.origin_mut().agent);
        if let Some(call) = row.call_mut() {
            named(trial.tool, &mut call.tool_name);
        }
        let (agent, tool) =
            (row.origin().agent.clone(), row.call().map(|call| call.tool_name.clone()).unwrap_or_default());
        let decision = self.policy().decide(Caller { agent: &agent, tool: &tool }, trial.target);
        let (mut recall, mut tally) = (Recall::default(), Tally::default());
        self.row(&mut row, &mut recall, &mut tally);
        tally.secrets.clone_from(&row.origin().redaction_secrets);
        let stored = stored(&row).filter(|stored| stored == trial.text || *stored != forms::withheld(trial.text));
        Tried { stored, tally, decision, target: trial.target }
    }
}

/// A tool call as its agent reports it.
struct Call<'a> {
    scope: &'static str,
    event: &'static str,
    /// The attribute that holds the tool's name.
    name: &'static str,
    /// The attribute that holds the arguments.
    attribute: &'static str,
    /// The argument's name there.
    path: &'a str,
    arguments: Value,
}

impl<'a> Call<'a> {
    fn of(trial: Trial<'_>, path: &'a str) -> Self {
        let is_shell = trial.agent == "claude-code" && trial.tool == "Bash";
        let (scope, event, name, attribute, path) = match trial.agent {
            // Claude Code sends the command of its shell tool apart from the rest.
            "claude-code" if is_shell && matches!(path, "command" | "full_command") => {
                ("com.anthropic.claude_code.events", "tool_result", "tool_name", "tool_parameters", "full_command")
            }
            "claude-code" => ("com.anthropic.claude_code.events", "tool_result", "tool_name", "tool_input", path),
            "codex" => ("codex", "codex.tool_result", "tool_name", "arguments", path),
            "gemini-cli" => ("gemini-cli", "gemini_cli.tool_call", "function_name", "function_args", path),
            _ => ("", "tool_call", "gen_ai.tool.name", "gen_ai.tool.call.arguments", path),
        };
        let arguments = path.rsplit('.').fold(Value::from(trial.text), |value, key| json!({ key: value }));
        Self { scope, event, name, attribute, path, arguments }
    }

    /// The row that the dialect makes of it.
    fn read(&self, trial: Trial<'_>) -> Event {
        let attributes = vec![
            text("event.name", self.event),
            text(self.name, trial.tool),
            text(self.attribute, &self.arguments.to_string()),
        ];
        let record = LogRecord { attributes, ..LogRecord::default() };
        let scope = InstrumentationScope { name: self.scope.to_owned(), ..InstrumentationScope::default() };
        let scope_logs = ScopeLogs { scope: Some(scope), log_records: vec![record], ..ScopeLogs::default() };
        let resource = Resource { attributes: vec![text("service.name", trial.agent)], ..Resource::default() };
        let logs = ResourceLogs { resource: Some(resource), scope_logs: vec![scope_logs], ..ResourceLogs::default() };
        let export = Export::Logs(ExportLogsServiceRequest { resource_logs: vec![logs] });
        // The id is of no use to anybody, so any key will do.
        let rows = dialect::read(trial.tenant, 0, &EventIdKey::new(&[0; 32]), export);
        rows.events.into_iter().next().unwrap_or_default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    let value = any_value::Value::StringValue(value.to_owned());
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn attribute<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.key == key).map(|attribute| attribute.value.as_str())
}

/// An argument in stored JSON. Where it was withheld with all that it is part of: what stands for that.
fn argument(stored: &str) -> Option<String> {
    let Ok(mut json) = serde_json::from_str::<Value>(stored) else { return Some(stored.to_owned()) };
    while let Value::Object(fields) = json {
        // There is one at each level, but its key may be hidden.
        json = fields.into_iter().next()?.1;
    }
    match json {
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// Fills or reads one text column.
struct Column<'a> {
    name: &'a str,
    text: Option<String>,
    found: Option<String>,
}

fn has_column<R: Row>(name: &str) -> bool {
    let mut column = Column { name, text: None, found: None };
    R::default().cells(&mut column);
    column.found.is_some()
}

impl Cells for Column<'_> {
    fn text(&mut self, column: &'static str, value: &mut String) {
        if column == self.name {
            if let Some(text) = self.text.take() {
                *value = text;
            }
            self.found = Some(value.clone());
        }
    }

    fn json(&mut self, column: &'static str, value: &mut String) {
        self.text(column, value);
    }

    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}

    fn int(&mut self, _: &'static str, _: &mut Option<i64>) {}

    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}

    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}

    fn attributes(&mut self, _: &'static str, _: &mut Vec<Attribute>) {}

    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}

    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}
