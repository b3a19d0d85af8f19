//! One tool call as every page shows it: the row type of the `decisions` view.

use crate::rows::Row;

/// The columns of a [`CallRow`], as they are named in the view.
pub(crate) const COLUMNS: &str = "\
    event_id, event_time, received_time, agent, agent_version, session_id, prompt_id, tool_use_id, sequence, \
    user_id, user_email, team, repo, host, agent_id, tool_name, tool_kind, mcp_server, mcp_tool, command, \
    file_path, url, decision, source, decided_by, decided_by_basis, decided_by_reason, asked, wait_ms, \
    permission_mode, outcome, duration_ms, error_type, rule, rule_scope";

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
    /// succeeded, failed, `not_run`; empty while there is no result.
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
    /// Reads a row with these [`COLUMNS`].
    pub(crate) fn read(row: Row<'_>) -> Self {
        Self {
            event_id: row.text("event_id"),
            event_time: row.time("event_time").unwrap_or_default(),
            received_time: row.time("received_time").unwrap_or_default(),
            agent: row.text("agent"),
            agent_version: row.text("agent_version"),
            session_id: row.text("session_id"),
            prompt_id: row.text("prompt_id"),
            tool_use_id: row.text("tool_use_id"),
            sequence: row.int("sequence"),
            user_id: row.text("user_id"),
            user_email: row.text("user_email"),
            team: row.text("team"),
            repo: row.text("repo"),
            host: row.text("host"),
            agent_id: row.text("agent_id"),
            tool_name: row.text("tool_name"),
            tool_kind: row.text("tool_kind"),
            mcp_server: row.text("mcp_server"),
            mcp_tool: row.text("mcp_tool"),
            command: row.text("command"),
            file_path: row.text("file_path"),
            url: row.text("url"),
            decision: row.text("decision"),
            source: row.text("source"),
            decided_by: row.text("decided_by"),
            decided_by_basis: row.text("decided_by_basis"),
            decided_by_reason: row.text("decided_by_reason"),
            asked: row.flag("asked"),
            wait_ms: row.float("wait_ms"),
            permission_mode: row.text("permission_mode"),
            outcome: row.text("outcome"),
            duration_ms: row.float("duration_ms"),
            error_type: row.text("error_type"),
            rule: row.text("rule"),
            rule_scope: row.text("rule_scope"),
        }
    }

    /// The argument that matters: command, else path, else URL; empty when none was sent.
    pub fn argument(&self) -> &str {
        [&self.command, &self.file_path, &self.url].into_iter().find(|text| !text.is_empty()).map_or("", |text| text)
    }
}
