//! One tool call: its decision, its run, its result, its spans, and what a subagent does within it.

use barograph_proto::otlp::KeyValue;

use super::{CODE_EDITS, Drive, LINES, Session, SpanId, Turn, Verdict, hook_event};
use crate::demo::catalogue::{Call, Tool};
use crate::demo::fleet::{Hook, Switch};
use crate::demo::wire::{flag, int, object, text};

/// A subagent at work.
pub(super) struct Subagent {
    /// Its id.
    pub(super) id: String,
    /// The span under which it works: the execution of the call that started it.
    pub(super) parent: SpanId,
}

/// How a call ended.
struct Run {
    duration: i64,
    error: Option<(&'static str, &'static str)>,
}

impl Session<'_> {
    /// Makes a call that the model asked for, and tells whether it was accepted.
    pub(super) fn call(&mut self, turn: &Turn, call: &Call) -> bool {
        let verdict = self.decide(call);
        self.call_decided(turn, call, verdict, None);
        verdict.accept
    }

    /// Makes a call whose verdict is known.
    pub(super) fn call_decided(&mut self, turn: &Turn, call: &Call, verdict: Verdict, subagent: Option<&Subagent>) {
        let id = format!("toolu_{}", self.dice.hex::<12>());
        let parent = subagent.map_or(turn.trace.span, |subagent| subagent.parent);
        let (tool, blocked, execution) =
            (turn.trace.child(self.dice), turn.trace.child(self.dice), turn.trace.child(self.dice));
        // The call is started while the answer still streams.
        let started = self.now - self.dice.between((20, 60));
        let hook = self.setting.hook().filter(|hook| runs_for(*hook, call, verdict));
        let asked = started + hook.map_or(0, |hook| self.run_hook(turn, hook, call, verdict, started));
        let decided = asked + verdict.wait_ms;
        self.recorder.event(decided, "tool_decision", Some(blocked), self.decision(turn, &id, call, verdict, subagent));
        self.recorder.span(
            "claude_code.tool.blocked_on_user",
            blocked,
            Some(tool.span),
            (asked, decided),
            vec![
                text("span.type", "tool.blocked_on_user"),
                int("duration_ms", verdict.wait_ms),
                text("decision", word(verdict.accept)),
                text("source", verdict.source),
            ],
        );
        if self.setting.member.team.has(Switch::Companion) && self.setting.drive == Drive::Interactive {
            let mode = self.mode;
            self.companion.decided(self.recorder.session_id(), turn, &id, call, verdict, mode, (asked, decided));
        }
        self.count_edit(call, verdict, decided);
        self.now = self.now.max(decided);
        let ended = if verdict.accept {
            let run = self.run(call);
            if call.tool == Tool::Skill {
                self.recorder.event(
                    decided + 1,
                    "skill_activated",
                    Some(turn.trace),
                    vec![
                        text("skill.name", call.argument.as_str()),
                        text("invocation_trigger", "claude-proactive"),
                        text("skill.source", "projectSettings"),
                    ],
                );
            }
            if call.tool == Tool::Agent {
                self.now = decided + run.duration;
                self.subagent(turn, execution.span);
            }
            self.result(turn, &id, call, verdict, subagent, (decided, &run));
            let attributes = execution_attributes(&id, &run);
            let error = run.error.map(|(_, message)| message);
            let times = (decided, decided + run.duration);
            self.recorder.span_with_status(
                "claude_code.tool.execution",
                execution,
                Some(tool.span),
                times,
                attributes,
                error,
            );
            decided + run.duration
        } else {
            decided
        };
        let attributes = self.tool_attributes(&id, call, ended - started);
        self.recorder.span("claude_code.tool", tool, Some(parent), (started, ended + 1), attributes);
        self.now = self.now.max(ended) + self.dice.between((12, 40));
    }

    /// Runs the team's hook and tells how long it took.
    fn run_hook(&mut self, turn: &Turn, hook: Hook, call: &Call, verdict: Verdict, started: i64) -> i64 {
        let duration = self.dice.between((25, 90));
        let blocks = verdict.source == "hook" && !verdict.accept;
        let common = |numbers: Vec<KeyValue>| {
            let mut attributes = vec![
                text("hook_event", hook_event(hook)),
                text("hook_name", format!("{}:{}", hook_event(hook), call.tool.name())),
                text("num_hooks", "1"),
            ];
            attributes.extend(numbers);
            attributes.extend([
                text("managed_only", "true"),
                text("hook_source", "policySettings"),
                text("safe_mode", "false"),
            ]);
            attributes
        };
        self.recorder.event(started, "hook_execution_start", Some(turn.trace), common(Vec::new()));
        let numbers = vec![
            text("num_success", if blocks { "0" } else { "1" }),
            text("num_blocking", if blocks { "1" } else { "0" }),
            text("num_non_blocking_error", "0"),
            text("num_cancelled", "0"),
            text("total_duration_ms", duration.to_string()),
            text("stdout_chars", if verdict.source == "hook" { "132" } else { "0" }),
            text("additional_context_chars", "0"),
            text("system_message_chars", "0"),
            text("initial_user_message_chars", "0"),
            text("num_outputs_persisted", "0"),
        ];
        self.recorder.event(started + duration, "hook_execution_complete", Some(turn.trace), common(numbers));
        duration
    }

    fn decision(
        &self,
        turn: &Turn,
        id: &str,
        call: &Call,
        verdict: Verdict,
        subagent: Option<&Subagent>,
    ) -> Vec<KeyValue> {
        let mut attributes = vec![
            text("decision", word(verdict.accept)),
            text("source", verdict.source),
            text("tool_name", call.tool.name()),
            text("tool_use_id", id),
        ];
        let new = !self.setting.version.is_old();
        if new {
            attributes.push(text("tool_source", if matches!(call.tool, Tool::Mcp(..)) { "mcp" } else { "builtin" }));
        }
        attributes.extend(parameters(call));
        if new {
            attributes.extend(verdict.classifier.map(|word| text("classifier_verdict", word)));
            attributes.push(text("permission_mode", self.mode.name()));
            attributes.push(text("request_id", turn.request_id.as_str()));
            attributes.extend(subagent.map(|subagent| text("agent_id", subagent.id.as_str())));
        }
        attributes
    }

    fn run(&mut self, call: &Call) -> Run {
        let duration = self.dice.between(call.run_ms);
        let error = self.dice.chance(call.fails).then_some(match call.tool {
            Tool::Bash => ("ShellError", "Shell command failed"),
            Tool::Mcp(..) => ("McpToolCallError", "upstream answered 502"),
            Tool::WebFetch => ("Error:ETIMEDOUT", "connect ETIMEDOUT"),
            _ => ("Error:ENOENT", "File does not exist."),
        });
        Run { duration, error }
    }

    fn result(
        &mut self,
        turn: &Turn,
        id: &str,
        call: &Call,
        verdict: Verdict,
        subagent: Option<&Subagent>,
        (decided, run): (i64, &Run),
    ) {
        let mut attributes = vec![
            text("tool_name", call.tool.name()),
            text("tool_use_id", id),
            text("success", if run.error.is_none() { "true" } else { "false" }),
            text("duration_ms", run.duration.to_string()),
        ];
        if let Some((kind, message)) = run.error {
            attributes.extend([text("error_type", kind), text("error", message)]);
        }
        attributes.extend(parameters(call));
        attributes.push(text("tool_input", call.input.as_str()));
        attributes.push(text("tool_input_size_bytes", call.input.len().to_string()));
        if run.error.is_none() {
            attributes.push(text("tool_result_size_bytes", self.dice.between((0, 18_000)).to_string()));
        }
        if matches!(call.tool, Tool::Mcp(..)) {
            attributes.push(text("mcp_server_scope", "project"));
        }
        if self.setting.drive != Drive::Headless && !self.setting.version.is_old() {
            attributes.extend([text("decision_source", verdict.source), text("decision_type", "accept")]);
        }
        if !self.setting.version.is_old() {
            attributes.push(text("request_id", turn.request_id.as_str()));
            attributes.extend(subagent.map(|subagent| text("agent_id", subagent.id.as_str())));
        }
        self.recorder.event(decided + run.duration, "tool_result", Some(turn.trace), attributes);
    }

    fn tool_attributes(&self, id: &str, call: &Call, duration: i64) -> Vec<KeyValue> {
        let (name, inner, server) = match call.tool {
            Tool::Mcp(server, tool) => (format!("mcp__{server}__{tool}"), tool, Some(server)),
            tool => (tool.name().to_owned(), tool.name(), None),
        };
        let new = !self.setting.version.is_old();
        let mut attributes = vec![text("span.type", "tool"), text("tool_name", name.as_str())];
        if new {
            let safe = if server.is_some() { "mcp_other" } else { inner };
            attributes.extend([
                text("tool_name_safe", safe),
                text("gen_ai.operation.name", "execute_tool"),
                text("gen_ai.tool.name", inner),
            ]);
            attributes.extend(server.map(|server| text("anthropic.mcp.server.name", server)));
        }
        match call.tool {
            Tool::Bash => {
                attributes.push(text("full_command", call.argument.as_str()));
                if new {
                    attributes.extend([text("bash_command_class", call.class), text("bash_argv0", first_word(call))]);
                }
            }
            Tool::Read | Tool::Edit | Tool::Write => attributes.push(text("file_path", call.argument.as_str())),
            Tool::Skill => attributes.push(text("skill_name", call.argument.as_str())),
            Tool::Agent => attributes.push(text("subagent_type", call.argument.as_str())),
            Tool::Grep | Tool::Glob | Tool::WebFetch | Tool::Mcp(..) => {}
        }
        attributes.extend([text("tool_use_id", id), text("gen_ai.tool.call.id", id), int("duration_ms", duration)]);
        attributes
    }

    fn count_edit(&mut self, call: &Call, verdict: Verdict, at: i64) {
        if !matches!(call.tool, Tool::Edit | Tool::Write) {
            return;
        }
        self.recorder.count(
            at,
            &CODE_EDITS,
            vec![
                text("decision", word(verdict.accept)),
                text("source", verdict.source),
                text("tool_name", call.tool.name()),
                text("language", language(&call.argument)),
            ],
            1.0,
        );
        if verdict.accept {
            let lines = u32::try_from(self.dice.between((1, 60))).unwrap_or(0);
            let kind = vec![text("type", "added"), text("model", self.setting.model())];
            self.recorder.count(at, &LINES, kind, f64::from(lines));
        }
    }

    /// What a subagent does before it reports.
    fn subagent(&mut self, turn: &Turn, parent: SpanId) {
        let started = self.now;
        let subagent = Subagent { id: format!("a{}", self.dice.hex::<8>()), parent };
        let mut own = Turn {
            trace: turn.trace,
            prompt_id: turn.prompt_id.clone(),
            prompt: String::new(),
            started,
            request_id: String::new(),
        };
        let calls = self.dice.between((2, 4));
        for _ in 0..calls {
            self.ask_model(&mut own, "tool_use", Some(&subagent));
            let call = Call::of_subagent(self.dice, self.setting.repo.name, self.setting.repo.stack);
            let verdict = self.decide(&call);
            self.call_decided(&own, &call, verdict, Some(&subagent));
        }
        self.ask_model(&mut own, "end_turn", Some(&subagent));
        self.now += 4;
        self.recorder.event(
            self.now,
            "subagent_completed",
            Some(turn.trace),
            vec![
                text("agent_type", "general-purpose"),
                text("agent.source", "built-in"),
                flag("is_built_in", true),
                flag("is_async", true),
                int("total_tokens", self.dice.between((4_000, 60_000))),
                int("total_tool_uses", calls),
                int("duration_ms", self.now - started),
                text("model", self.setting.model()),
                text("final_model", self.setting.model()),
                flag("model_swapped", false),
                text("agent_id", subagent.id),
            ],
        );
    }
}

/// Whether a hook runs for a call: before every command, or where a person would be asked.
fn runs_for(hook: Hook, call: &Call, verdict: Verdict) -> bool {
    match hook {
        Hook::PreToolUse => call.tool == Tool::Bash,
        Hook::PermissionRequest => verdict.was_asked() || verdict.source == "hook",
    }
}

fn word(accept: bool) -> &'static str {
    if accept { "accept" } else { "reject" }
}

fn first_word(call: &Call) -> &str {
    call.argument.split_whitespace().next().unwrap_or_default()
}

/// `tool_parameters`, for the tools that have it.
fn parameters(call: &Call) -> Option<KeyValue> {
    let json = match call.tool {
        Tool::Bash => object(&[
            ("bash_command", first_word(call)),
            ("full_command", &call.argument),
            ("description", call.description),
        ]),
        Tool::Mcp(server, tool) => object(&[("mcp_server_name", server), ("mcp_tool_name", tool)]),
        Tool::Skill => object(&[("skill_name", &call.argument)]),
        Tool::Agent => object(&[("subagent_type", &call.argument)]),
        Tool::Read | Tool::Edit | Tool::Write | Tool::Grep | Tool::Glob | Tool::WebFetch => return None,
    };
    Some(text("tool_parameters", json))
}

fn execution_attributes(id: &str, run: &Run) -> Vec<KeyValue> {
    let mut attributes = vec![
        text("span.type", "tool.execution"),
        text("tool_use_id", id),
        text("gen_ai.tool.call.id", id),
        int("duration_ms", run.duration),
        flag("success", run.error.is_none()),
    ];
    attributes.extend(run.error.map(|(_, message)| text("error", message)));
    attributes
}

fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "ts" => "TypeScript",
        "tsx" => "TSX",
        "rs" => "Rust",
        "py" => "Python",
        "sql" => "SQL",
        "tf" => "HCL",
        "yaml" | "yml" => "YAML",
        "json" => "JSON",
        "sh" => "Shell",
        "md" => "Markdown",
        _ => "Plain text",
    }
}
