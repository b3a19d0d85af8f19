//! One tool call as every page shows it: the row type of the `decisions` view.

/// A tool call with its decision. Empty text: the sender did not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallRow {
    /// Event id of the decision record, citable as `/events/{event_id}`.
    pub event_id: String,
    /// When, by the sender's clock, µs since the epoch.
    pub event_time: i64,
    /// When it was received, µs since the epoch.
    pub received_time: i64,
    /// `claude-code`, `codex`, `gemini-cli`, `copilot` or the `service.name`.
    pub agent: String,
    /// The agent's version.
    pub agent_version: String,
    /// Session id.
    pub session_id: String,
    /// Prompt id.
    pub prompt_id: String,
    /// Tool call id.
    pub tool_use_id: String,
    /// Sender's counter.
    pub sequence: Option<i64>,
    /// Claimed user id.
    pub user_id: String,
    /// Claimed e-mail.
    pub user_email: String,
    /// Claimed team.
    pub team: String,
    /// Claimed repository.
    pub repo: String,
    /// Claimed host.
    pub host: String,
    /// Subagent, where told.
    pub agent_id: String,
    /// Canonical tool name.
    pub tool_name: String,
    /// One of [`barograph_proto::values::ToolKind`].
    pub tool_kind: String,
    /// MCP server.
    pub mcp_server: String,
    /// MCP tool.
    pub mcp_tool: String,
    /// Shell command, redacted.
    pub command: String,
    /// Path, redacted.
    pub file_path: String,
    /// URL, redacted.
    pub url: String,
    /// allow, ask, deny; empty when the sender did not say.
    pub decision: String,
    /// The sender's own word for who decided.
    pub source: String,
    /// One of [`barograph_proto::values::DecidedBy`].
    pub decided_by: String,
    /// One of [`barograph_proto::values::Basis`].
    pub decided_by_basis: String,
    /// Why we think so, or why it cannot be told: a sentence.
    pub decided_by_reason: String,
    /// Whether somebody was asked; none when it cannot be told.
    pub asked: Option<bool>,
    /// How long the call waited for an answer, ms; none when not told.
    pub wait_ms: Option<f64>,
    /// Mode in force.
    pub permission_mode: String,
    /// succeeded, failed, not_run; empty while there is no result.
    pub outcome: String,
    /// How long it ran, ms.
    pub duration_ms: Option<f64>,
    /// Class of error.
    pub error_type: String,
    /// The rule that decided, where told.
    pub rule: String,
    /// Where it stands, where told.
    pub rule_scope: String,
}

impl CallRow {
    /// The argument that matters: command, else path, else URL; empty when none was sent.
    pub fn argument(&self) -> &str {
        [&self.command, &self.file_path, &self.url].into_iter().find(|text| !text.is_empty()).map_or("", |text| text)
    }
}
