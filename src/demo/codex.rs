//! Sessions of Codex CLI 0.169.0: log records without body and time, whose real name is an attribute.

use barograph_proto::otlp::{Export, KeyValue, LogRecord};

use super::catalogue::{Call, Risk, Tool, prompt};
use super::dice::Dice;
use super::fleet::{Member, Repo};
use super::wire::{Process, flag, int, nanos, object, text};

const VERSION: &str = "0.169.0";
const MODEL: &str = "gpt-6-sol";

/// INFO, the severity of all its records.
const SEVERITY: i32 = 9;

/// One session from `start` on, ms since the epoch; nothing happens after `end`.
pub(crate) fn session(
    dice: &mut Dice,
    member: &Member,
    repo: &'static Repo,
    start: i64,
    end: i64,
) -> Vec<(i64, Export)> {
    let headless = member.is_ci() || dice.chance(20);
    let mut session = Session::new(dice, member, repo, start, headless);
    session.start_up();
    let turns = if headless { 1 } else { session.dice.between((1, 5)) };
    for _ in 0..turns {
        session.turn(repo);
    }
    session.process.requests(end)
}

struct Session<'a> {
    dice: &'a mut Dice,
    process: Process,
    /// ms since the epoch.
    now: i64,
    conversation: String,
    headless: bool,
    /// Families that "don't ask again" covers.
    amended: Vec<&'static str>,
    results: i64,
}

impl<'a> Session<'a> {
    fn new(dice: &'a mut Dice, member: &Member, repo: &Repo, start: i64, headless: bool) -> Self {
        let service = if headless { "codex_exec" } else { "codex_cli_rs" };
        let resource = vec![
            text("telemetry.sdk.name", "opentelemetry"),
            text("telemetry.sdk.version", "0.31.0"),
            text("env", "prod"),
            text("host.name", format!("dev-{:02}", member.number)),
            text("service.version", VERSION),
            text("service.name", service),
            text("telemetry.sdk.language", "rust"),
            text("team", member.team.name),
            text("repo", repo.name),
        ];
        let process =
            Process { started: start, resource, log_scope: ("codex_otel.log_only", ""), ..Process::default() };
        let conversation = dice.uuid();
        Self { dice, process, now: start, conversation, headless, amended: Vec::new(), results: 0 }
    }

    fn start_up(&mut self) {
        let policy = if self.headless { "never" } else { "on-request" };
        self.event(
            703,
            "codex.conversation_starts",
            vec![
                text("provider_name", "openai"),
                flag("auth.env_openai_api_key_present", false),
                text("reasoning_summary", "auto"),
                text("approval_policy", policy),
                text("sandbox_policy", "workspace-write"),
                text("mcp_servers", "github"),
            ],
        );
        self.now += self.dice.between((2_000, 12_000));
    }

    fn turn(&mut self, repo: &'static Repo) {
        let words = prompt(self.dice, repo.name, repo.stack);
        let length = words.chars().count().to_string();
        self.event(1200, "codex.user_prompt", vec![text("prompt_length", length), text("prompt", "[REDACTED]")]);
        let rounds = self.dice.between((1, 9));
        for _ in 0..rounds {
            self.ask_model();
            let call = Call::random(self.dice, repo.name, repo.stack);
            if !matches!(call.tool, Tool::Skill | Tool::Agent | Tool::WebFetch) {
                self.call(&call);
            }
        }
        self.ask_model();
        self.now += self.dice.between((10_000, 300_000));
    }

    fn ask_model(&mut self) {
        let duration = self.dice.between((1_200, 12_000));
        self.now += duration;
        let answered = self.dice.between((90, 900)).to_string();
        self.event(
            803,
            "codex.api_request",
            vec![
                text("duration_ms", answered),
                int("http.response.status_code", 200),
                int("attempt", 0),
                text("endpoint", "/responses"),
            ],
        );
        let (input, output) = (self.dice.between((2_000, 60_000)), self.dice.between((40, 1_500)));
        self.event(
            1153,
            "codex.sse_event",
            vec![
                text("event.kind", "response.completed"),
                text("input_token_count", input.to_string()),
                text("output_token_count", output.to_string()),
                int("cached_token_count", input / 2),
                int("reasoning_token_count", output / 3),
                text("tool_token_count", (input + output).to_string()),
            ],
        );
        self.now += self.dice.between((10, 60));
    }

    fn call(&mut self, call: &Call) {
        let id = format!("call_{}", self.dice.hex::<10>());
        let (name, namespace, server) = match call.tool {
            Tool::Mcp(server, tool) => (tool, format!("mcp__{server}"), server),
            Tool::Edit | Tool::Write => ("apply_patch", "functions".to_owned(), ""),
            _ => ("exec_command", "functions".to_owned(), ""),
        };
        let named =
            || vec![text("tool_name", name), text("tool_namespace", namespace.as_str()), text("call_id", id.as_str())];
        let asks = !matches!(call.risk, Risk::Open | Risk::Edit | Risk::Routine);
        let (decision, source) = if !asks || self.amended.contains(&call.family) {
            ("approved", "Config")
        } else if self.headless {
            ("denied", "User")
        } else {
            self.now += self.dice.answer_ms();
            if matches!(call.risk, Risk::Risky | Risk::Secret | Risk::Forbidden) || self.dice.chance(8) {
                // The person says no: Codex tells nobody.
                return;
            }
            if self.dice.chance(10) {
                self.amended.push(call.family);
                ("approved_with_amendment", "User")
            } else {
                ("approved", "User")
            }
        };
        let mut attributes = named();
        attributes.extend([text("decision", decision), text("source", source)]);
        self.event(1225, "codex.tool_decision", attributes);
        if decision != "denied" {
            self.result(call, named(), server);
        }
    }

    fn result(&mut self, call: &Call, mut attributes: Vec<KeyValue>, server: &str) {
        let duration = self.dice.between(call.run_ms);
        self.now += duration;
        self.results += 1;
        attributes.insert(0, int("tool_result_seq", self.results));
        let arguments = match call.tool {
            Tool::Bash => object(&[("cmd", &call.argument), ("justification", call.description)]),
            Tool::Read => object(&[("cmd", &format!("sed -n '1,200p' {}", call.argument))]),
            Tool::Grep | Tool::Glob => object(&[("cmd", &format!("rg -n '{}'", call.argument))]),
            _ => call.input.clone(),
        };
        let failed = self.dice.chance(call.fails);
        attributes.extend([
            text("duration_ms", duration.to_string()),
            text("success", if failed { "false" } else { "true" }),
            flag("output_truncated", false),
            text("agent_name", "/root"),
            text("arguments", arguments),
            text("output", format!("Process exited with code {}\nOutput:\n", i64::from(failed))),
            text("mcp_server", server),
            text("mcp_server_origin", if server.is_empty() { "" } else { "stdio" }),
        ]);
        self.event(54, "codex.tool_result", attributes);
    }

    /// Records an event; `line` is the place in the client's source that its records carry.
    fn event(&mut self, line: u32, name: &str, attributes: Vec<KeyValue>) {
        let file = if line == 54 { "tool_result" } else { "events/session_telemetry" };
        let mut all = vec![text("event.name", name)];
        all.extend(attributes);
        all.extend([
            text("event.timestamp", barograph_proto::time::rfc3339(self.now * 1_000)),
            text("conversation.id", self.conversation.as_str()),
            text("app.version", VERSION),
            text("originator", if self.headless { "codex_exec" } else { "codex-tui" }),
            text("terminal.type", "xterm-256color"),
            text("model", MODEL),
            text("slug", MODEL),
        ]);
        let record = LogRecord {
            observed_time_unix_nano: nanos(self.now),
            severity_number: SEVERITY,
            severity_text: "INFO".to_owned(),
            attributes: all,
            event_name: format!("event otel/src/{file}.rs:{line}"),
            ..LogRecord::default()
        };
        self.process.logs.push((self.now, record));
    }
}
