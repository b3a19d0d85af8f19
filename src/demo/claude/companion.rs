//! Barograph's companion hook: where a team has it, it sends a `permission_decision` for what a person was asked and
//! for what a managed rule refused.

use barograph_proto::otlp::{Export, LogRecord};

use super::{Mode, Setting, Turn, Verdict};
use crate::demo::catalogue::{Call, Risk, Tool};
use crate::demo::wire::{Process, int, nanos, string_value, text};

/// Collects the hook's records of one session.
pub(super) struct Companion {
    process: Process,
    person: String,
}

impl Companion {
    pub(super) fn new(setting: &Setting<'_>, started: i64) -> Self {
        let member = setting.member;
        let resource = vec![
            text("service.name", "claude-code"),
            text("service.version", setting.version.name()),
            text("team", member.team.name),
            text("repo", setting.repo.name),
            text("user.id", member.user_id.as_str()),
            text("user.email", member.email()),
        ];
        let process =
            Process { started, resource, log_scope: ("barograph.permission_decision", "1"), ..Process::default() };
        Self { process, person: member.email() }
    }

    /// Records how a question was answered, or that a managed rule left none.
    #[expect(clippy::too_many_arguments, reason = "one record's facts, each from another place")]
    pub(super) fn decided(
        &mut self,
        session_id: &str,
        turn: &Turn,
        id: &str,
        call: &Call,
        verdict: Verdict,
        mode: Mode,
        (asked, answered): (i64, i64),
    ) {
        let forbidden = call.risk == Risk::Forbidden;
        if !verdict.was_asked() && !forbidden {
            return;
        }
        let mut attributes = vec![
            text("event.name", "permission_decision"),
            text("session.id", session_id),
            text("prompt.id", turn.prompt_id.as_str()),
            text("tool_use_id", id),
        ];
        attributes.extend(match call.tool {
            Tool::Mcp(server, tool) => vec![
                text("tool_name", format!("mcp__{server}__{tool}")),
                text("mcp_server_name", server),
                text("mcp_tool_name", tool),
            ],
            Tool::Bash => vec![text("tool_name", "Bash"), text("command", call.argument.as_str())],
            Tool::WebFetch => vec![text("tool_name", "WebFetch"), text("url", call.argument.as_str())],
            tool => vec![text("tool_name", tool.name()), text("file_path", call.argument.as_str())],
        });
        attributes.push(text("decision", if verdict.accept { "allow" } else { "deny" }));
        attributes.push(text("decided_by", if forbidden { "rule" } else { "person" }));
        if forbidden {
            attributes.extend([text("rule", "Bash(rm -rf /:*)"), text("rule_scope", "managed")]);
        } else if verdict.source == "user_permanent" {
            attributes.extend([text("rule", format!("Bash({}:*)", call.family)), text("rule_scope", "local")]);
        }
        attributes.push(text("permission_mode", mode.name()));
        if !forbidden {
            attributes.extend([
                int("asked_at", asked.saturating_mul(1_000_000)),
                int("answered_at", answered.saturating_mul(1_000_000)),
                text("answered_by", self.person.as_str()),
            ]);
        }
        if let Some((boundary, why, evidence)) = pause(call.risk) {
            attributes.extend([
                text("boundary", boundary),
                text("why_it_matters", why),
                text("options", "allow once; deny; deny and say what to do instead"),
                text("evidence", evidence),
            ]);
        }
        let record = LogRecord {
            time_unix_nano: nanos(answered),
            observed_time_unix_nano: nanos(answered),
            body: Some(string_value("permission_decision")),
            attributes,
            ..LogRecord::default()
        };
        self.process.logs.push((answered, record));
    }

    pub(super) fn finish(mut self, end: i64) -> Vec<(i64, Export)> {
        self.process.logs.sort_by_key(|(at, _)| *at);
        self.process.requests(end)
    }
}

/// The fields of a fail-closed pause: boundary, why it matters, evidence.
fn pause(risk: Risk) -> Option<(&'static str, &'static str, &'static str)> {
    match risk {
        Risk::Risky => Some((
            "changes that cannot be taken back",
            "Others build on what this overwrites or deletes.",
            "The command's target lies outside the working tree.",
        )),
        Risk::Secret => {
            Some(("credentials", "What the agent reads, it may repeat elsewhere.", "The path matches **/.env*."))
        }
        Risk::Forbidden => Some((
            "the machine itself",
            "Nothing of the machine would be left.",
            "The command matches a managed deny rule.",
        )),
        Risk::Open | Risk::Edit | Risk::Routine | Risk::Careful => None,
    }
}
