//! The built-in policy, as data: what happens to a column, to an attribute, and to an argument within an attribute.
//!
//! It fails closed. What stands in no list is withheld. Keys are matched as they are written: an agent that spells one
//! differently has it withheld until somebody has looked at it.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use barograph_redaction::{detect, forms};

/// What happens to a text. In all but `Own` and `Hash` secrets and personal data are masked first; see [`forms`] for
/// what is written instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Made by the collector itself: kept.
    Own,
    /// An id: hexadecimal digits are kept unread, since chance makes card numbers of them. Else like `Word`.
    Id,
    /// A word: at most [`LONGEST_LABEL`] characters, no blanks. Hashed if it is none.
    Word,
    /// A name that people give: may have some blanks. Hashed if it is too long or has line breaks.
    Label,
    /// Who did it, as claimed: e-mail addresses stay.
    Identity,
    /// A log body: kept if it is an event's name.
    Body,
    /// Free text in which only what is found is masked.
    Mask,
    /// A tool's arguments as JSON: each by [`ARGUMENTS`]. Hashed if it is no JSON.
    Arguments,
    /// Attributes as JSON: each by [`ATTRIBUTES`]. Hashed if it is no JSON.
    Json,
    /// Length and keyed hash; the word is one of [`forms::KINDS`].
    Hash(&'static str),
    /// Length.
    Withhold,
}

/// Labels longer than this (in bytes) are hashed.
pub(super) const LONGEST_LABEL: usize = 256;

/// Blanks that a label may have.
pub(super) const MOST_BLANKS: usize = 8;

/// Attribute keys longer than this (in bytes) are hidden.
pub(super) const LONGEST_KEY: usize = 128;

/// What Claude Code sends in place of a text that it withholds itself: it says so, and is no content.
pub(super) const SENDERS_MARK: &str = "<REDACTED>";

/// Attribute keys that end so are measures: a number is kept even where it was sent as text.
pub(super) const MEASURES: &[&str] =
    &["_ms", "_ns", "_chars", "_count", "_bytes", "_tokens", "_length", "_seq", ".count", ".size", "_lines", "_usd"];

/// Attribute keys that begin so hold a tool's argument named by the rest.
pub(super) const ARGUMENT_PREFIXES: &[&str] = &["github.copilot.tool.parameters."];

type Table = &'static [(Action, &'static [&'static str])];

/// The columns of all tables. Numbers, times and flags are kept and not listed.
#[rustfmt::skip] // One name a line hides the list.
const COLUMNS: Table = &[
    (Action::Own, &["tenant", "redaction_policy", "redaction_outcome"]),
    (Action::Id, &["event_id", "trace_id", "span_id", "parent_span_id"]),
    (
        Action::Word,
        &[
            "agent_version", "dialect", "kind", "session_id", "prompt_id", "tool_use_id", "agent_id", "event_name",
            "tool_kind", "decision", "source", "permission_mode", "outcome", "error_type", "classifier_verdict",
            "hook_event", "decided_by", "request_id", "span_kind", "status_code", "unit", "metric_type",
            "temporality", "scope_version",
        ],
    ),
    (
        Action::Label,
        &["agent", "service_name", "scope_name", "tool_name", "mcp_server", "mcp_tool", "rule_scope", "model", "name"],
    ),
    (Action::Identity, &["user_id", "user_email", "organization_id", "team", "repo", "host", "answered_by"]),
    (Action::Body, &["body"]),
    (Action::Mask, &["command", "file_path", "url", "rule", "boundary", "why_it_matters", "options", "evidence"]),
    (Action::Hash("error"), &["status_message"]),
    (Action::Json, &["span_events", "span_links", "buckets"]),
];

/// Attributes of resources, log records, spans, span events and data points.
#[rustfmt::skip] // One name a line hides the list.
const ATTRIBUTES: Table = &[
    (
        // Who, which and when: ids, versions, times.
        Action::Word,
        &[
            "agent_id", "app.version", "app_server.api_version", "app_server.client_version",
            "app_server.connection_id", "call_id", "conversation.id", "environment_id", "event.timestamp",
            "extension_id", "gen_ai.conversation.id", "gen_ai.prompt.name", "gen_ai.response.id",
            "gen_ai.tool.call.id", "gen_ai.tool.call_id", "github.copilot.interaction_id",
            "github.copilot.turn_id", "host.id",
            "installation.id", "mcp.connector.id", "message.id", "message.uuid", "organization.id", "plugin.version",
            "plugin_id", "plugin_id_hash", "process.runtime.version", "prompt.id", "prompt_id", "request_body_id",
            "request_id", "rpc.request_id", "service.instance.id", "service.version", "session.id", "session_id",
            "submission.id", "telemetry.sdk.version", "thread.id", "thread_id", "tool.call_id", "tool_use_id",
            "trace_id", "span_id", "turn.id", "turn_id", "user.account_id", "user.account_uuid", "user.id", "version",
        ],
    ),
    (
        // What was decided, by what, in which mode.
        Action::Word,
        &[
            "approval_mode", "approval_policy", "category", "circuit_breaker", "classifier_category",
            "classifier_threshold", "classifier_verdict", "decided_by", "decision", "decision_type", "from_mode",
            "github.copilot.permission.kind", "github.copilot.permission.result", "grant_scope", "hook_event",
            "hook_source", "hook_type", "mode", "permission_mode", "reason_code", "reason_type",
            "routing.approval_mode", "routing.classifier_threshold", "rule_scope", "sandbox", "sandbox_policy",
            "source", "to_mode", "tool_class", "trigger",
        ],
    ),
    (
        // What happened: events, kinds, states, errors by class.
        Action::Word,
        &[
            "action", "agent.source", "agent_type", "app.entrypoint", "auth.env_provider_key_name",
            "auth.header_name", "auth_method", "auth_type", "bash_command_class", "body_truncated",
            "command_category", "command_source", "config.legacy_multi_agent_disabled_sources",
            "critical_path_status", "effort", "enabled_via", "env", "error.type", "error_category", "error_class",
            "error_code", "error_kind", "error_name", "error_type", "event.kind", "event.name", "exception.type",
            "extension", "finish_reasons", "format", "gen_ai.operation.name", "gen_ai.output.type",
            "gen_ai.provider.name", "gen_ai.response.finish_reasons", "gen_ai.system", "gen_ai.token.type",
            "gen_ai.tool.type", "github.copilot.agent.type", "github.copilot.initiator",
            "github.copilot.mcp.server.source", "github.copilot.mcp.server.transport", "http.method",
            "http.request.method", "invocation_trigger", "kind", "level", "llm_request.context", "managed",
            "managed_only", "managed_settings.helper.applied", "managed_settings.helper.state",
            "managed_settings.source_behavior", "managed_settings.sources", "managed_settings.trigger",
            "mcp.server.origin", "mcp.transport", "mcp_server_origin", "mcp_server_scope", "mention_type", "method",
            "mimetype", "operation", "origin", "originator", "outcome", "output_format", "parent.source", "phase",
            "plugin.scope", "precompute_reuse", "provider", "query_source", "query_source_safe", "reason", "result",
            "role", "safe_mode", "server_kind", "server_scope", "service_tier", "session_source", "skill.source",
            "span.type", "speed", "stage", "start_type", "startup.phase", "startup.status", "state", "status",
            "status_code", "stop_reason", "strategy", "subcommand", "success", "terminal.type", "token_type",
            "tool_mode", "tool_namespace", "tool_origin", "tool_source", "tool_type", "transport", "transport_type",
            "type", "used_default",
        ],
    ),
    (
        // Codex's own spans and metrics.
        Action::Word,
        &[
            "active", "actual_store", "api.path", "build_mode", "bundle_shape", "cache", "candidate_set_truncated",
            "catalog_entries", "catalog_source", "catalog_surface", "code.file.path", "code.module.name", "codex.op",
            "codex.request.reasoning_effort", "codex.tool.phase", "codex.turn.phase", "codex.turn.reasoning_effort",
            "config_use_memories", "credential_kind", "db", "endpoint", "exposure", "fallback_reason",
            "feature_enabled", "from", "has_citations", "incremental_tools", "is_git", "is_worktree", "max_total",
            "model_reasoning_effort", "product_sku", "query_script", "query_truncated", "read_allowed",
            "read_progress", "reasoning_summary", "refresh_strategy", "rpc.method", "rpc.system", "rpc.transport",
            "secure_error", "secure_outcome", "selected_store", "shell_snapshot_mode", "slug", "storage_phase",
            "store_mode", "target", "thread.name", "tmp_mem_enabled", "tty", "wire_api", "app_server.client_name",
        ],
    ),
    (
        // Numbers that are sent as text.
        Action::Word,
        &[
            "artifacts_deleted", "attempt", "duration", "error_count", "event.sequence", "files_past_cutoff",
            "files_retained_fresh", "history_entries_pruned", "num_blocking", "num_cancelled", "num_hooks",
            "num_non_blocking_error", "num_outputs_persisted", "num_success", "period_days", "session_files_deleted",
            "transcripts_deleted", "transcripts_exempted_desktop",
        ],
    ),
    (
        // What people and vendors named: tools, models, servers, skills, machines' kinds.
        Action::Label,
        &[
            "agent.name", "agent_name", "anthropic.mcp.server.name", "anthropic.provider", "bash_argv0",
            "command_name", "decision_model", "decision_source", "embedding_model", "exporter", "extension_ids",
            "extension_name", "extensions", "final_model", "function_name", "gen_ai.agent.name",
            "gen_ai.request.model", "gen_ai.response.model", "gen_ai.tool.name",
            "github.copilot.context.mcp_server_names", "github.copilot.context.skills",
            "github.copilot.permission.tool_name", "hook_matcher", "hook_name", "host.arch", "host.name", "language",
            "marketplace.name", "mcp.connector.name", "mcp.server.name", "mcp_server", "mcp_server.name",
            "mcp_server_name", "mcp_servers", "mcp_tool", "mcp_tool.name", "mcp_tool_name", "mcp_tools",
            "core_tools_enabled", "model", "model_name", "name", "os", "os.description", "os.name", "os.type",
            "os.version", "os_arch", "os_platform", "os_release", "os_version", "plugin.name",
            "process.executable.name", "process.runtime.description", "process.runtime.name", "provider_name", "repo",
            "routing.decision_model", "routing.decision_source", "rule_source", "server", "server.address",
            "server_name", "service.name", "skill.name", "skill_name", "subagent_type", "team",
            "telemetry.sdk.language", "telemetry.sdk.name", "tool", "tool.name", "tool_name", "tool_name_safe",
            "department", "repository", "team.id",
        ],
    ),
    (
        // What was asked for: commands, paths, addresses, rules.
        Action::Mask,
        &[
            "boundary", "command", "cwd", "evidence", "file_path", "full_command", "http.target", "http.url",
            "options", "process.executable.path", "rule", "url", "url.full", "url.path", "user.email",
            "why_it_matters", "workspace.host_paths",
        ],
    ),
    (Action::Arguments, &["arguments", "function_args", "gen_ai.tool.call.arguments", "tool_input", "tool_parameters"]),
    (
        // Attributes of attributes: exit codes, phases, span events, buckets.
        Action::Json,
        &["attributes", "metadata", "phases"],
    ),
    (Action::Hash("prompt"), &["gen_ai.prompt", "prompt", "prompt_text", "user_prompt"]),
    (
        Action::Hash("message"),
        &[
            "feedback", "gen_ai.agent.description", "gen_ai.completion", "gen_ai.input.messages",
            "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions",
            "gen_ai.tool.description", "reasoning", "request_text", "response", "response_text", "routing.reasoning",
            "system_prompt",
        ],
    ),
    (Action::Hash("body"), &["body"]),
    (Action::Hash("output"), &["gen_ai.tool.call.result", "output", "tool.output", "tool_output", "stdout", "stderr"]),
    (Action::Hash("args"), &["process.command", "process.command_args", "process.command_line"]),
    (
        Action::Hash("error"),
        &["error", "error.message", "error_message", "exception.message", "exception.stacktrace", "status_message"],
    ),
    (Action::Hash("identity"), &["enduser.id", "process.owner", "user.full_name", "user.name"]),
];

/// Arguments of tools, by the names that the agents' own tools give them. An MCP server names its own as it likes; what
/// is not here is withheld.
#[rustfmt::skip] // One name a line hides the list.
const ARGUMENTS: Table = &[
    (
        Action::Mask,
        &[
            "absolute_path", "bash_command", "cmd", "command", "cwd", "description", "dir", "dir_path", "directory",
            "exclude", "filePath", "file_path", "file_paths", "full_command", "git_branch", "glob", "include",
            "new_path", "notebook_path", "old_path", "path", "paths", "pattern", "uri", "url", "urls", "workdir",
            "working_directory",
        ],
    ),
    (
        Action::Word,
        &[
            "cell_id", "cell_type", "command_type", "edit_mode", "git_commit_id", "id", "isolation", "mode",
            "output_mode", "run_in_background", "shell", "shell_id", "status", "task_id", "timeout", "type",
            "mcp_server_name_hash",
        ],
    ),
    (
        Action::Label,
        &[
            "agent", "agent_type", "mcp_server_name", "mcp_tool_name", "model", "server", "server_name", "skill",
            "skill_name", "subagent_type", "tool", "tool_name",
        ],
    ),
    (Action::Hash("prompt"), &["instruction", "instructions", "message", "prompt", "question", "task"]),
    (
        Action::Hash("content"),
        &[
            "body", "chars", "code", "content", "contents", "data", "file_text", "input", "insert_text", "newString",
            "new_source", "new_str", "new_string", "oldString", "old_str", "old_string", "patch", "stdin", "text",
        ],
    ),
];

/// Where a key is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// In [`ATTRIBUTES`].
    Attributes,
    /// In [`ARGUMENTS`].
    Arguments,
}

/// The built-in policy, ready for look-up.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    columns: HashMap<&'static str, Action>,
    attributes: HashMap<&'static str, Action>,
    arguments: HashMap<&'static str, Action>,
}

impl Policy {
    pub(super) fn built_in() -> Self {
        let index = |table: Table| {
            table.iter().flat_map(|(action, keys)| keys.iter().map(|key| (*key, *action))).collect::<HashMap<_, _>>()
        };
        Self { columns: index(COLUMNS), attributes: index(ATTRIBUTES), arguments: index(ARGUMENTS) }
    }

    /// What happens to a text column; none for a column that the policy does not name.
    pub(super) fn column(&self, column: &str) -> Option<Action> {
        self.columns.get(column).copied()
    }

    /// What happens to a value under a key; what is not named is withheld.
    pub(super) fn value(&self, keys: Keys, key: &str) -> Action {
        let (table, key) = match keys {
            Keys::Arguments => (&self.arguments, key),
            Keys::Attributes => match ARGUMENT_PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)) {
                Some(argument) => (&self.arguments, argument),
                None => (&self.attributes, key),
            },
        };
        table.get(key).copied().unwrap_or(Action::Withhold)
    }

    /// The hash that names this policy and the detection that goes with it, 16 hex digits.
    pub(super) fn hash() -> String {
        let tables = format!("{:?}", (COLUMNS, ATTRIBUTES, ARGUMENTS, MEASURES, ARGUMENT_PREFIXES));
        let limits = format!("{:?}", (LONGEST_LABEL, MOST_BLANKS, LONGEST_KEY, SENDERS_MARK));
        let detection = format!("{:?}", (detect::VERSION, forms::KINDS));
        let digest = Sha256::digest(format!("{tables}\n{limits}\n{detection}"));
        digest.iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_listed_twice() {
        for table in [COLUMNS, ATTRIBUTES, ARGUMENTS] {
            let mut keys: Vec<_> = table.iter().flat_map(|(_, keys)| keys.iter()).collect();
            let listed = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), listed);
        }
    }

    #[test]
    fn hashed_kinds_are_in_the_grammar() {
        for (action, _) in [COLUMNS, ATTRIBUTES, ARGUMENTS].concat() {
            if let Action::Hash(kind) = action {
                assert!(forms::KINDS.contains(&kind), "{kind}");
            }
        }
    }

    #[test]
    fn the_hash_names_the_policy() {
        let hash = Policy::hash();
        assert_eq!((hash.len(), hash == Policy::hash()), (16, true));
    }
}
