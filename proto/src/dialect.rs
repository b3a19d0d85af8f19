//! Dialects: what an agent's words mean, one room per agent.
//!
//! A dialect fills the canonical columns of a row from the attributes that the agent really sends
//! (`tests/fixtures` holds recordings of them) and leaves the rest as attributes. An attribute that a column holds as it
//! was sent is taken out; one that was translated stays, so that the sender's own words are never lost.
//!
//! What one record cannot tell alone (who decided, whether somebody was asked) is not decided here: see
//! [`crate::attribution`].

mod attributes;
mod claude_code;
mod codex;
mod copilot;
mod gemini_cli;
mod generic;
mod logs;
mod metrics;
#[cfg(test)]
mod tests;
mod tools;
mod traces;

use prost::Message;

pub(crate) use self::attributes::Attributes;
use crate::keyed::{EventIdKey, EventIdScope};
use crate::otlp::{Export, InstrumentationScope, Resource};
use crate::row::{Call, Origin, Rows};
use crate::tables::Table;

/// The agents whose words we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agent {
    ClaudeCode,
    Codex,
    GeminiCli,
    Copilot,
    Other,
}

impl Agent {
    /// Recognises an agent. The scope comes first: one environment variable forges `service.name`, none forges the scope.
    fn of(scope: &str, service: &str) -> Self {
        if scope.starts_with("com.anthropic.claude_code") {
            Self::ClaudeCode
        } else if scope.starts_with("codex") {
            Self::Codex
        } else if scope == "gemini-cli" {
            Self::GeminiCli
        } else if scope == "github.copilot" {
            Self::Copilot
        } else if service.starts_with("claude-code") {
            Self::ClaudeCode
        } else if service.starts_with("codex") {
            Self::Codex
        } else if service == "gemini-cli" {
            Self::GeminiCli
        } else if service == "github-copilot" {
            Self::Copilot
        } else {
            Self::Other
        }
    }

    /// The name of the agent in the `agent` column, and of its dialect with the dialect's version.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ClaudeCode => ("claude-code", "claude-code/1"),
            Self::Codex => ("codex", "codex/1"),
            Self::GeminiCli => ("gemini-cli", "gemini-cli/1"),
            Self::Copilot => ("copilot", "copilot/1"),
            Self::Other => ("", "generic/1"),
        }
    }
}

/// Reads a request into canonical rows: one row per log record, span or data point, in the order sent.
///
/// `tenant` is who the connection's credential belongs to, `received_time` is µs since the epoch.
pub fn read(tenant: &str, received_time: i64, key: &EventIdKey, export: Export) -> Rows {
    let request = Request { tenant, received_time, key };
    let mut rows = Rows::default();
    match export {
        Export::Logs(export) => {
            for resource_logs in export.resource_logs {
                let sender = request.sender(resource_logs.resource);
                for scope_logs in resource_logs.scope_logs {
                    let scope = sender.scope(Table::Events, scope_logs.scope.as_ref());
                    rows.events.extend(scope_logs.log_records.into_iter().map(|record| logs::event(&scope, record)));
                }
            }
        }
        Export::Traces(export) => {
            for resource_spans in export.resource_spans {
                let sender = request.sender(resource_spans.resource);
                for scope_spans in resource_spans.scope_spans {
                    let scope = sender.scope(Table::Spans, scope_spans.scope.as_ref());
                    rows.spans.extend(scope_spans.spans.into_iter().map(|span| traces::span(&scope, span)));
                }
            }
        }
        Export::Metrics(export) => {
            for resource_metrics in export.resource_metrics {
                let sender = request.sender(resource_metrics.resource);
                for scope_metrics in resource_metrics.scope_metrics {
                    let scope = sender.scope(Table::MetricPoints, scope_metrics.scope.as_ref());
                    for metric in scope_metrics.metrics {
                        metrics::points(&scope, metric, &mut rows.metric_points);
                    }
                }
            }
        }
    }
    rows
}

/// What the records of one request share.
struct Request<'a> {
    tenant: &'a str,
    received_time: i64,
    key: &'a EventIdKey,
}

impl<'a> Request<'a> {
    fn sender(&'a self, resource: Option<Resource>) -> Sender<'a> {
        let resource = resource.unwrap_or_default();
        let encoded = resource.encode_to_vec();
        let mut attributes = Attributes::new(resource.attributes);
        let mut origin = Origin {
            tenant: self.tenant.to_owned(),
            received_time: self.received_time,
            service_name: attributes.take_text("service.name"),
            host: attributes.take_text("host.name"),
            ..Origin::default()
        };
        identity(&mut origin, &mut attributes);
        Sender { request: self, encoded, attributes, origin }
    }
}

/// What the records of one resource share.
struct Sender<'a> {
    request: &'a Request<'a>,
    encoded: Vec<u8>,
    attributes: Attributes,
    origin: Origin,
}

impl Sender<'_> {
    fn scope(&self, table: Table, scope: Option<&InstrumentationScope>) -> Scope {
        let encoded = scope.map(Message::encode_to_vec).unwrap_or_default();
        let request = self.request;
        let parts = [table.name().as_bytes(), request.tenant.as_bytes(), &self.encoded, &encoded];
        let mut attributes = self.attributes.clone();
        let mut origin = self.origin.clone();
        if let Some(scope) = scope {
            origin.scope_name.clone_from(&scope.name);
            origin.scope_version.clone_from(&scope.version);
            attributes.extend_prefixed("scope.", &scope.attributes);
        }
        let agent = Agent::of(&origin.scope_name, &origin.service_name);
        let (name, dialect) = agent.names();
        origin.agent = if name.is_empty() { origin.service_name.clone() } else { name.to_owned() };
        dialect.clone_into(&mut origin.dialect);
        // Gemini CLI gives its runtime's version here, and its own nowhere: it stays an attribute.
        if agent != Agent::GeminiCli {
            origin.agent_version = attributes.take_text("service.version");
        }
        let resource_session = attributes.text("session.id").unwrap_or_default().to_owned();
        origin.resource_attributes = attributes.into_rows();
        Scope { agent, ids: request.key.scope(&parts), origin, resource_session }
    }
}

/// What the records of one scope share.
struct Scope {
    agent: Agent,
    ids: EventIdScope,
    origin: Origin,
    /// The resource's session id: the truth for Gemini CLI, which sets it; a forgery for Claude Code, which does not.
    resource_session: String,
}

impl Scope {
    /// The origin of one record, with its event id.
    fn origin(&self, record: &impl Message) -> Origin {
        self.origin_of(&record.encode_to_vec())
    }

    fn origin_of(&self, record: &[u8]) -> Origin {
        Origin { event_id: hex::encode(self.ids.id(record)), ..self.origin.clone() }
    }
}

/// Moves the identity that the sender claims into its columns. A record's own claim replaces the resource's.
fn identity(origin: &mut Origin, attributes: &mut Attributes) {
    for (column, keys) in [
        (&mut origin.user_id, &["user.id", "enduser.id"][..]),
        (&mut origin.user_email, &["user.email"]),
        (&mut origin.organization_id, &["organization.id"]),
        (&mut origin.team, &["team", "team.id", "department"]),
        (&mut origin.repo, &["repo", "repository", "vcs.repository.name"]),
    ] {
        for key in keys {
            let value = attributes.take_text(key);
            if !value.is_empty() {
                *column = value;
                break;
            }
        }
    }
}

/// Nanoseconds as the table keeps them: µs. Zero is "not set".
fn micros(nanos: u64) -> Option<i64> {
    (nanos != 0).then(|| i64::try_from(nanos / 1000).unwrap_or(i64::MAX))
}

/// An id as hex; empty for an unset one.
fn id(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| *byte == 0) { String::new() } else { hex::encode(bytes) }
}

/// Gives a call that a sender named in its own words its canonical kind and name.
pub(crate) fn name_tool(call: &mut Call) {
    tools::split_mcp(call);
    let mcp = !call.mcp_server.is_empty();
    let kind = if mcp { crate::values::ToolKind::Mcp } else { tools::kind(&call.tool_name) };
    kind.as_str().clone_into(&mut call.tool_kind);
    tools::name_mcp(call);
}
