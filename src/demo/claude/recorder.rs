//! What a Claude Code process records: events with the attributes that all of them have, spans, counters.

use barograph_proto::otlp::{Export, KeyValue, LogRecord, Span, Status, span, status};

use super::{Drive, Setting};
use crate::demo::dice::Dice;
use crate::demo::fleet::Switch;
use crate::demo::wire::{Counter, Increment, Process, flag, int, nanos, string_value, text};

/// A span's id.
pub(super) type SpanId = [u8; 8];

/// A trace and a span within it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trace {
    /// Trace id.
    pub(super) id: [u8; 16],
    /// Span id.
    pub(super) span: SpanId,
}

/// Sessions started.
pub(super) const SESSIONS: Counter =
    Counter { name: "claude_code.session.count", unit: "", description: "Count of CLI sessions started" };
/// Money spent.
pub(super) const COST: Counter =
    Counter { name: "claude_code.cost.usage", unit: "USD", description: "Cost of the Claude Code session" };
/// Tokens used.
pub(super) const TOKENS: Counter =
    Counter { name: "claude_code.token.usage", unit: "tokens", description: "Number of tokens used" };
/// Lines changed.
pub(super) const LINES: Counter = Counter {
    name: "claude_code.lines_of_code.count",
    unit: "",
    description: "Count of lines of code modified, with the 'type' attribute indicating whether lines were added or \
                  removed and the 'model' attribute indicating which model made the change",
};
/// Decisions about edits.
pub(super) const CODE_EDITS: Counter = Counter {
    name: "claude_code.code_edit_tool.decision",
    unit: "",
    description: "Count of code editing tool permission decisions (accept/reject) for Edit, Write, and NotebookEdit \
                  tools",
};

/// Collects what one process will send.
pub(super) struct Recorder {
    process: Process,
    /// Attributes of every event, span and data point.
    common: Vec<KeyValue>,
    /// Adds to spans what 2.1.328 does and 2.1.197 does not.
    new_spans: bool,
    traces: bool,
    session_id: String,
    prompt_id: String,
    drafts: Vec<Draft>,
}

/// An event without its number: they are numbered by time, once all are there.
struct Draft {
    at: i64,
    name: &'static str,
    trace: Option<Trace>,
    prompt_id: String,
    attributes: Vec<KeyValue>,
}

impl Recorder {
    pub(super) fn new(setting: &Setting<'_>, session_id: String, started: i64) -> Self {
        let version = setting.version.name();
        let resource = vec![
            text("team", setting.member.team.name),
            text("repo", setting.repo.name),
            text("host.arch", "amd64"),
            text("os.type", "linux"),
            text("os.version", "6.8.0-45-generic"),
            text("service.name", "claude-code"),
            text("service.version", version),
        ];
        let process = Process {
            started,
            resource,
            log_scope: ("com.anthropic.claude_code.events", version),
            span_scope: ("com.anthropic.claude_code.tracing", "1.0.0"),
            metric_scope: ("com.anthropic.claude_code", version),
            ..Process::default()
        };
        let new_spans = !setting.version.is_old();
        let traces = setting.member.team.has(Switch::Traces);
        let common = common(setting, &session_id);
        Self { process, common, new_spans, traces, session_id, prompt_id: String::new(), drafts: Vec::new() }
    }

    /// The session's id.
    pub(super) fn session_id(&self) -> &str {
        &self.session_id
    }

    /// Sets the prompt that later events belong to.
    pub(super) fn set_prompt(&mut self, id: &str) {
        id.clone_into(&mut self.prompt_id);
    }

    /// Records an event.
    pub(super) fn event(&mut self, at: i64, name: &'static str, trace: Option<Trace>, attributes: Vec<KeyValue>) {
        let trace = trace.filter(|_| self.traces);
        self.drafts.push(Draft { at, name, trace, prompt_id: self.prompt_id.clone(), attributes });
    }

    /// Records a span, if the team has traces.
    pub(super) fn span(
        &mut self,
        name: &str,
        trace: Trace,
        parent: Option<SpanId>,
        (start, end): (i64, i64),
        attributes: Vec<KeyValue>,
    ) {
        self.span_with_status(name, trace, parent, (start, end), attributes, None);
    }

    /// Records a span that failed for a reason, or did not.
    pub(super) fn span_with_status(
        &mut self,
        name: &str,
        trace: Trace,
        parent: Option<SpanId>,
        (start, end): (i64, i64),
        attributes: Vec<KeyValue>,
        error: Option<&str>,
    ) {
        if !self.traces {
            return;
        }
        let mut all = self.common.clone();
        if self.new_spans {
            all.extend([
                text("gen_ai.provider.name", "anthropic"),
                text("gen_ai.conversation.id", self.session_id.as_str()),
            ]);
        }
        all.extend(attributes);
        let events = if name == "claude_code.llm_request" {
            let attempt = vec![int("attempt", 1)];
            let name = "gen_ai.request.attempt".to_owned();
            vec![span::Event { time_unix_nano: nanos(start), name, attributes: attempt, ..span::Event::default() }]
        } else {
            Vec::new()
        };
        let failed =
            error.map(|message| Status { message: message.to_owned(), code: status::StatusCode::Error.into() });
        let span = Span {
            trace_id: trace.id.to_vec(),
            span_id: trace.span.to_vec(),
            parent_span_id: parent.map(|parent| parent.to_vec()).unwrap_or_default(),
            // Sampled, and known not to be remote.
            flags: 257,
            name: name.to_owned(),
            kind: span::SpanKind::Internal.into(),
            start_time_unix_nano: nanos(start),
            end_time_unix_nano: nanos(end),
            attributes: all,
            events,
            status: Some(failed.unwrap_or_default()),
            ..Span::default()
        };
        self.process.spans.push((end, span));
    }

    /// Adds to a counter.
    pub(super) fn count(&mut self, at: i64, counter: &'static Counter, attributes: Vec<KeyValue>, by: f64) {
        let attributes = self.common.iter().cloned().chain(attributes).collect();
        self.process.increments.push(Increment { at, counter, attributes, by });
    }

    /// Numbers the events and cuts everything into requests.
    pub(super) fn finish(mut self, end: i64) -> Vec<(i64, Export)> {
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.sort_by_key(|draft| draft.at);
        let records = drafts.into_iter().zip(0..).map(|(draft, sequence)| (draft.at, self.record(draft, sequence)));
        self.process.logs = records.collect();
        self.process.requests(end)
    }

    fn record(&self, draft: Draft, sequence: i64) -> LogRecord {
        let mut attributes = self.common.clone();
        attributes.extend([
            text("event.name", draft.name),
            text("event.timestamp", barograph_proto::time::rfc3339(draft.at * 1_000)),
            int("event.sequence", sequence),
        ]);
        if !draft.prompt_id.is_empty() {
            attributes.push(text("prompt.id", draft.prompt_id));
        }
        attributes.extend(draft.attributes);
        let Trace { id, span } = draft.trace.unwrap_or_default();
        LogRecord {
            time_unix_nano: nanos(draft.at),
            observed_time_unix_nano: nanos(draft.at),
            body: Some(string_value(&format!("claude_code.{}", draft.name))),
            attributes,
            flags: draft.trace.map_or(0, |_| 1),
            trace_id: draft.trace.map(|_| id.to_vec()).unwrap_or_default(),
            span_id: draft.trace.map(|_| span.to_vec()).unwrap_or_default(),
            ..LogRecord::default()
        }
    }
}

fn common(setting: &Setting<'_>, session_id: &str) -> Vec<KeyValue> {
    let member = setting.member;
    let mut attributes = vec![
        text("team", member.team.name),
        text("repo", setting.repo.name),
        text("user.id", member.user_id.as_str()),
        text("session.id", session_id),
    ];
    if member.team.has(Switch::Entrypoint) {
        let entrypoint = match setting.drive {
            Drive::Interactive => "cli",
            Drive::Headless => "sdk-cli",
            Drive::Host => "sdk-ts",
        };
        attributes.extend([text("app.version", setting.version.name()), text("app.entrypoint", entrypoint)]);
    }
    // CI uses an API key, and with one the client tells nothing of an account.
    if !member.is_ci() {
        attributes.extend([
            text("organization.id", ORGANIZATION),
            text("user.email", member.email()),
            text("user.account_uuid", member.account.as_str()),
        ]);
    }
    if !setting.version.is_old() {
        attributes.extend([text("anthropic.provider", "firstParty"), flag("anthropic.custom_base_url", false)]);
    }
    if setting.drive == Drive::Interactive {
        attributes.push(text("terminal.type", TERMINALS[member.number % TERMINALS.len()]));
    }
    attributes
}

const ORGANIZATION: &str = "6f1a3c52-9f0e-4b7d-8a55-0d6f7c1e2b34";

const TERMINALS: &[&str] = &["vscode", "iTerm.app", "tmux", "ghostty", "xterm-256color"];

impl Trace {
    /// Another span of the same trace.
    pub(super) fn child(self, dice: &mut Dice) -> Self {
        Self { id: self.id, span: dice.bytes() }
    }
}
