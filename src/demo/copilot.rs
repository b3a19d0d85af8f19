//! Sessions of GitHub Copilot CLI 1.0.102: spans only, no log records; a question is a `permission` span.

use barograph_proto::otlp::{Export, KeyValue, Span, Status, span, status};

use super::catalogue::{Call, Risk, Tool};
use super::dice::Dice;
use super::fleet::{Member, Repo};
use super::wire::{Process, double, flag, int, list, nanos, text};

const VERSION: &str = "1.0.102";
const MODEL: &str = "claude-sonnet-4.5";
const REFUSED: &str = "denied-no-approval-rule-and-could-not-request-from-user";

/// One session from `start` on, ms since the epoch; nothing happens after `end`.
pub(crate) fn session(
    dice: &mut Dice,
    member: &Member,
    repo: &'static Repo,
    start: i64,
    end: i64,
) -> Vec<(i64, Export)> {
    let resource = vec![
        text("service.version", VERSION),
        text("team", member.team.name),
        text("service.name", "github-copilot"),
        text("repo", repo.name),
        text("service.instance.id", format!("copilot-otel-{}-0", dice.between((2_000, 60_000)))),
    ];
    let process = Process { started: start, resource, span_scope: ("github.copilot", VERSION), ..Process::default() };
    let (trace, root, conversation) = (dice.bytes(), dice.bytes(), dice.uuid());
    let mut session = Session { dice, process, now: start, trace, root, conversation };
    let turns = session.dice.between((2, 10));
    for turn in 0..turns {
        session.chat(turn, "tool_calls");
        let call = Call::random(session.dice, repo.name, repo.stack);
        session.call(&call);
    }
    session.chat(turns, "stop");
    session.agent(start, turns + 1);
    session.process.requests(end)
}

struct Session<'a> {
    dice: &'a mut Dice,
    process: Process,
    /// ms since the epoch.
    now: i64,
    trace: [u8; 16],
    /// The `invoke_agent` span.
    root: [u8; 8],
    conversation: String,
}

impl Session<'_> {
    fn chat(&mut self, turn: i64, finish: &str) {
        let start = self.now;
        let duration = self.dice.between((900, 9_000));
        self.now += duration;
        let milliseconds = f64::from(u32::try_from(duration).unwrap_or(0));
        let attributes = vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "anthropic"),
            text("gen_ai.request.model", MODEL),
            text("gen_ai.conversation.id", self.conversation.as_str()),
            flag("gen_ai.request.stream", true),
            list("gen_ai.response.finish_reasons", &[finish]),
            int("gen_ai.usage.input_tokens", self.dice.between((1_000, 40_000))),
            int("gen_ai.usage.output_tokens", self.dice.between((20, 900))),
            text("gen_ai.response.model", MODEL),
            double("github.copilot.server_duration", milliseconds),
            text("github.copilot.initiator", if turn == 0 { "user" } else { "agent" }),
            text("github.copilot.turn_id", turn.to_string()),
        ];
        let id = self.dice.bytes();
        self.span(&format!("chat {MODEL}"), span::SpanKind::Client, (id, Some(self.root)), start, attributes, false);
        self.now += self.dice.between((3, 20));
    }

    fn call(&mut self, call: &Call) {
        let start = self.now;
        let (name, kind) = match call.tool {
            Tool::Bash => ("bash", "shell"),
            Tool::Edit => ("edit", "write"),
            Tool::Write => ("create", "write"),
            Tool::Mcp(_, tool) => (tool, "mcp"),
            Tool::Grep | Tool::Glob => ("grep", ""),
            Tool::Read | Tool::WebFetch | Tool::Skill | Tool::Agent => ("view", ""),
        };
        let id: [u8; 8] = self.dice.bytes();
        let due = !kind.is_empty() && !matches!(call.risk, Risk::Open | Risk::Routine);
        let refused = due && (call.risk != Risk::Edit || self.dice.chance(20));
        if due && refused {
            let attributes = vec![
                text("gen_ai.conversation.id", self.conversation.as_str()),
                text("github.copilot.permission.kind", kind),
                text("github.copilot.permission.result", REFUSED),
            ];
            let question = self.dice.bytes();
            self.now += 1;
            self.span("permission", span::SpanKind::Internal, (question, Some(id)), start, attributes, false);
        } else {
            self.now += self.dice.between(call.run_ms);
        }
        let mut attributes = vec![
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.conversation.id", self.conversation.as_str()),
            text("gen_ai.tool.name", name),
            text("gen_ai.tool.call.id", format!("toolu_{}", self.dice.hex::<12>())),
            text("gen_ai.tool.type", "function"),
            text("gen_ai.provider.name", "anthropic"),
        ];
        if refused {
            attributes.push(text("error.type", "denied"));
        } else if call.tool == Tool::Bash {
            let exit = i64::from(self.dice.chance(call.fails));
            attributes.extend([text("process.executable.name", "bash"), int("process.exit.code", exit)]);
        }
        let title = format!("execute_tool {name}");
        self.span(&title, span::SpanKind::Internal, (id, Some(self.root)), start, attributes, refused);
        self.now += self.dice.between((3, 20));
    }

    fn agent(&mut self, start: i64, turns: i64) {
        let attributes = vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.provider.name", "anthropic"),
            text("gen_ai.conversation.id", self.conversation.as_str()),
            text("github.copilot.agent.type", "builtin"),
            list("gen_ai.response.finish_reasons", &["stop"]),
            int("github.copilot.turn_count", turns),
        ];
        self.span("invoke_agent", span::SpanKind::Internal, (self.root, None), start, attributes, false);
    }

    /// Records a span that ends now.
    fn span(
        &mut self,
        name: &str,
        kind: span::SpanKind,
        (id, parent): ([u8; 8], Option<[u8; 8]>),
        start: i64,
        attributes: Vec<KeyValue>,
        failed: bool,
    ) {
        let status = if failed {
            Status { message: "Tool failed".to_owned(), code: status::StatusCode::Error.into() }
        } else {
            Status::default()
        };
        let span = Span {
            trace_id: self.trace.to_vec(),
            span_id: id.to_vec(),
            parent_span_id: parent.map(|parent| parent.to_vec()).unwrap_or_default(),
            flags: 257,
            name: name.to_owned(),
            kind: kind.into(),
            start_time_unix_nano: nanos(start),
            end_time_unix_nano: nanos(self.now),
            attributes,
            status: Some(status),
            ..Span::default()
        };
        self.process.spans.push((self.now, span));
    }
}
