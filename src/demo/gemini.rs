//! Sessions of Gemini CLI 0.61.0: decision and result in one event, and attributes without a value.

use barograph_proto::otlp::{Export, KeyValue, LogRecord};

use super::catalogue::{Call, Risk, Tool, prompt};
use super::dice::Dice;
use super::fleet::{Member, Repo};
use super::wire::{Process, double, flag, int, list, nanos, pretty_object, string_value, text, unset};

const MODEL: &str = "gemini-3.8-flash";

/// One session from `start` on, ms since the epoch; nothing happens after `end`.
pub(crate) fn session(
    dice: &mut Dice,
    member: &Member,
    repo: &'static Repo,
    start: i64,
    end: i64,
) -> Vec<(i64, Export)> {
    let mode = ["default", "autoEdit", "yolo"][dice.weighted([70, 22, 8].into_iter())];
    let mut session = Session::new(dice, member, repo, start, mode);
    session.start_up();
    let turns = session.dice.between((1, 5));
    for turn in 0..turns {
        session.turn(repo, turn);
    }
    let body = format!("Approval mode {} was active for {}ms.", session.mode, session.now - start);
    let active = f64::from(u32::try_from(session.now - start).unwrap_or(u32::MAX));
    let attributes = vec![text("mode", session.mode), double("duration_ms", active)];
    session.event(&body, "gemini_cli.plan.approval_mode_duration", attributes);
    session.process.requests(end)
}

struct Session<'a> {
    dice: &'a mut Dice,
    process: Process,
    /// ms since the epoch.
    now: i64,
    id: String,
    installation: String,
    mode: &'static str,
    /// Families that "allow for this session" covers.
    allowed: Vec<&'static str>,
}

impl<'a> Session<'a> {
    fn new(dice: &'a mut Dice, member: &Member, repo: &Repo, start: i64, mode: &'static str) -> Self {
        let id = dice.uuid();
        let resource = vec![
            text("host.name", format!("dev-{:02}", member.number)),
            text("host.arch", "amd64"),
            int("process.pid", dice.between((2_000, 60_000))),
            text("process.executable.name", "/usr/bin/node"),
            list("process.command_args", &["/usr/bin/node", "/usr/local/bin/gemini"]),
            text("process.runtime.version", "20.20.2"),
            text("process.runtime.name", "nodejs"),
            text("process.owner", "dev"),
            text("service.name", "gemini-cli"),
            text("service.version", "v20.20.2"),
            text("session.id", id.as_str()),
            text("team", member.team.name),
            text("repo", repo.name),
        ];
        let process = Process { started: start, resource, log_scope: ("gemini-cli", ""), ..Process::default() };
        let installation = member.account.clone();
        Self { dice, process, now: start, id, installation, mode, allowed: Vec::new() }
    }

    fn start_up(&mut self) {
        self.event(
            "CLI configuration loaded.",
            "gemini_cli.config",
            vec![
                text("model", "auto"),
                flag("sandbox_enabled", false),
                text("core_tools_enabled", ""),
                text("approval_mode", self.mode),
                flag("api_key_enabled", true),
                flag("vertex_ai_enabled", false),
                flag("log_user_prompts_enabled", true),
                flag("debug_mode", false),
                text("mcp_servers", "github"),
                int("mcp_servers_count", 1),
                unset("mcp_tools"),
                unset("mcp_tools_count"),
                text("output_format", "text"),
            ],
        );
        self.now += self.dice.between((2_000, 9_000));
        if self.mode == "autoEdit" {
            self.event(
                "Approval mode switched from default to autoEdit.",
                "gemini_cli.plan.approval_mode_switch",
                vec![text("from_mode", "default"), text("to_mode", self.mode)],
            );
        }
    }

    fn turn(&mut self, repo: &'static Repo, turn: i64) {
        let prompt_id = format!("{}########{turn}", self.id);
        let words = prompt(self.dice, repo.name, repo.stack);
        let length = i64::try_from(words.chars().count()).unwrap_or(0);
        self.event(
            &format!("User prompt. Length: {length}."),
            "gemini_cli.user_prompt",
            vec![int("prompt_length", length), text("prompt_id", prompt_id.as_str()), text("prompt", words)],
        );
        let rounds = self.dice.between((1, 8));
        for _ in 0..rounds {
            self.ask_model(&prompt_id);
            let call = Call::random(self.dice, repo.name, repo.stack);
            if !matches!(call.tool, Tool::Skill | Tool::Agent) {
                self.call(&call, &prompt_id);
            }
        }
        self.ask_model(&prompt_id);
        self.now += self.dice.between((10_000, 240_000));
    }

    fn ask_model(&mut self, prompt_id: &str) {
        let duration = self.dice.between((900, 9_000));
        self.now += duration;
        let (input, output) = (self.dice.between((2_000, 60_000)), self.dice.between((30, 900)));
        let body = format!("API response from {MODEL}. Status: 200. Duration: {duration}ms.");
        self.event(
            &body,
            "gemini_cli.api_response",
            vec![
                text("model", MODEL),
                int("duration_ms", duration),
                int("input_token_count", input),
                int("output_token_count", output),
                int("cached_content_token_count", input / 3),
                int("thoughts_token_count", output / 4),
                int("tool_token_count", 0),
                int("total_token_count", input + output),
                text("prompt_id", prompt_id),
                int("status_code", 200),
                list("finish_reasons", &["stop"]),
                text("role", "main"),
            ],
        );
        self.now += self.dice.between((5, 30));
    }

    fn call(&mut self, call: &Call, prompt_id: &str) {
        let edits_pass = call.risk == Risk::Edit && self.mode == "autoEdit";
        let asks =
            call.risk != Risk::Open && self.mode != "yolo" && !edits_pass && !self.allowed.contains(&call.family);
        let mut duration = self.dice.between(call.run_ms);
        let mut decision = "accept";
        if asks {
            duration += self.dice.answer_ms();
            let refuses = matches!(call.risk, Risk::Risky | Risk::Secret | Risk::Forbidden);
            if self.dice.chance(if refuses { 80 } else { 5 }) {
                decision = "reject";
            } else if self.dice.chance(15) {
                self.allowed.push(call.family);
                decision = "auto_accept";
            }
        }
        self.now += duration;
        let success = decision != "reject" && !self.dice.chance(call.fails);
        let (name, server, arguments) = named(call);
        let body = format!("Tool call: {name}. Decision: {decision}. Success: {success}. Duration: {duration}ms.");
        self.event(
            &body,
            "gemini_cli.tool_call",
            vec![
                text("function_name", name),
                int("duration_ms", duration),
                flag("success", success),
                text("decision", decision),
                text("prompt_id", prompt_id),
                text("tool_type", if server.is_some() { "mcp" } else { "native" }),
                int("content_length", 120),
                server.map_or_else(|| unset("mcp_server_name"), |server| text("mcp_server_name", server)),
                unset("extension_name"),
                unset("extension_id"),
                unset("start_time"),
                unset("end_time"),
                text("function_args", arguments),
            ],
        );
    }

    fn event(&mut self, body: &str, name: &str, attributes: Vec<KeyValue>) {
        let mut all = vec![
            text("session.id", self.id.as_str()),
            text("installation.id", self.installation.as_str()),
            flag("interactive", true),
            text("auth_type", "gemini-api-key"),
            text("event.name", name),
            text("event.timestamp", barograph_proto::time::rfc3339(self.now * 1_000)),
        ];
        all.extend(attributes);
        let record = LogRecord {
            time_unix_nano: nanos(self.now),
            observed_time_unix_nano: nanos(self.now),
            body: Some(string_value(body)),
            attributes: all,
            ..LogRecord::default()
        };
        self.process.logs.push((self.now, record));
    }
}

/// The tool's name here, its MCP server, and its arguments.
fn named(call: &Call) -> (String, Option<&'static str>, String) {
    let argument = call.argument.as_str();
    let (name, key) = match call.tool {
        Tool::Mcp(server, tool) => return (format!("mcp_{server}_{tool}"), Some(server), call.input.clone()),
        Tool::Bash => {
            let fields = [("command", argument), ("description", call.description)];
            return ("run_shell_command".to_owned(), None, pretty_object(&fields));
        }
        Tool::Read => ("read_file", "file_path"),
        Tool::Edit => ("replace", "file_path"),
        Tool::Write => ("write_file", "file_path"),
        Tool::Grep => ("grep_search", "pattern"),
        Tool::Glob => ("glob", "pattern"),
        Tool::WebFetch => ("web_fetch", "prompt"),
        Tool::Skill | Tool::Agent => ("activate_skill", "name"),
    };
    (name.to_owned(), None, pretty_object(&[(key, argument)]))
}
