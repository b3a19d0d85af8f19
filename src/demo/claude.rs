//! Sessions of Claude Code, in the shapes of 2.1.328 and 2.1.197 (with tool details on).

mod calls;
mod companion;
mod model;
mod recorder;
mod story;
mod verdict;

use std::collections::BTreeSet;

use barograph_proto::otlp::{Export, KeyValue};

use super::catalogue::{Call, prompt};
use super::dice::Dice;
use super::fleet::{Hook, Member, Repo, Switch};
use super::wire::{flag, int, list, text};
use companion::Companion;
use recorder::{CODE_EDITS, LINES, Recorder, SESSIONS, SpanId, Trace};
use verdict::Verdict;

pub(crate) use story::story;

/// Who runs the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drive {
    /// A person, in the terminal.
    Interactive,
    /// `claude -p`: nobody can be asked.
    Headless,
    /// A program, over the SDK, which answers questions.
    Host,
}

impl Drive {
    fn query_source(self) -> &'static str {
        if self == Self::Interactive { "repl_main_thread" } else { "sdk" }
    }
}

/// The permission mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Ask.
    Default,
    /// Write files without asking.
    AcceptEdits,
    /// Look, do not touch.
    Plan,
    /// A classifier answers.
    Auto,
    /// Allow everything that no rule forbids.
    BypassPermissions,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::AcceptEdits => "acceptEdits",
            Self::Plan => "plan",
            Self::Auto => "auto",
            Self::BypassPermissions => "bypassPermissions",
        }
    }

    /// What Shift+Tab switches to.
    fn next(self) -> Self {
        match self {
            Self::Default => Self::AcceptEdits,
            Self::AcceptEdits => Self::Plan,
            Self::Plan => Self::Auto,
            Self::Auto | Self::BypassPermissions => Self::Default,
        }
    }
}

/// The client's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// 2.1.197: fewer events, fewer attributes.
    Old,
    /// What most ran when the week began; same shapes as the current one.
    Before,
    /// 2.1.328.
    Current,
}

impl Version {
    fn name(self) -> &'static str {
        match self {
            Self::Old => "2.1.197",
            Self::Before => "2.1.326",
            Self::Current => "2.1.328",
        }
    }

    fn is_old(self) -> bool {
        self == Self::Old
    }
}

/// In what surroundings a session runs.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    /// In whose name.
    pub(crate) member: &'a Member,
    /// Where.
    pub(crate) repo: &'static Repo,
    /// With which client.
    pub(crate) version: Version,
    /// Driven by whom.
    pub(crate) drive: Drive,
    /// The mode at the start.
    pub(crate) mode: Mode,
    /// Whether today a new rule refuses much of what the team does.
    pub(crate) denials_spike: bool,
}

impl Setting<'_> {
    fn model(&self) -> &'static str {
        match (self.version, self.member.number % 4) {
            (Version::Old, _) => "claude-opus-4-8",
            (_, 3) => "claude-sonnet-5-5",
            _ => "claude-opus-5-5",
        }
    }

    fn effort(&self) -> &'static str {
        if self.version.is_old() { "high" } else { "medium" }
    }

    fn hook(&self) -> Option<Hook> {
        self.member.team.hook.filter(|_| !self.member.is_ci())
    }
}

/// How a person leaves.
const EXIT: &str = "/exit";

/// Built-in plugins that announce themselves at start: name and id hash.
const PLUGINS: &[(&str, &str)] = &[
    ("cc-plugin-agents-md", "da63145d0acbb62d"),
    ("cc-plugin-privacy", "a2f27f067781660d"),
    ("cc-plugin-plugin-authoring", "559932fe5f722b82"),
    ("cc-plugin-diff", "a76abe54c194ce84"),
];

/// One ordinary session from `start` on, ms since the epoch; nothing happens after `end`.
pub(crate) fn session(dice: &mut Dice, setting: &Setting<'_>, start: i64, end: i64) -> Vec<(i64, Export)> {
    let mut session = Session::new(dice, setting, start);
    session.start_up();
    let turns = match setting.drive {
        Drive::Interactive => session.dice.between((1, 9)),
        Drive::Headless => 1,
        Drive::Host => session.dice.between((1, 3)),
    };
    for _ in 0..turns {
        if session.now > end {
            break;
        }
        session.ordinary_turn();
    }
    if setting.drive == Drive::Interactive {
        session.exit();
    }
    session.finish(end)
}

/// A session in the making.
struct Session<'a> {
    dice: &'a mut Dice,
    setting: &'a Setting<'a>,
    recorder: Recorder,
    companion: Companion,
    /// ms since the epoch.
    now: i64,
    mode: Mode,
    /// Families of calls that a "don't ask again" of this session covers.
    grants: BTreeSet<&'static str>,
    turns: i64,
}

/// One prompt and what follows from it.
struct Turn {
    trace: Trace,
    prompt_id: String,
    prompt: String,
    started: i64,
    /// The model's last answer, which asked for the calls.
    request_id: String,
}

impl<'a> Session<'a> {
    fn new(dice: &'a mut Dice, setting: &'a Setting<'a>, start: i64) -> Self {
        let session_id = dice.uuid();
        let recorder = Recorder::new(setting, session_id, start);
        let companion = Companion::new(setting, start);
        Self { dice, setting, recorder, companion, now: start, mode: setting.mode, grants: BTreeSet::new(), turns: 0 }
    }

    fn start_up(&mut self) {
        let started = vec![text("start_type", "fresh")];
        self.recorder.count(self.now, &SESSIONS, started, 1.0);
        if !self.setting.version.is_old() {
            self.recorder.event(
                self.now,
                "managed_settings_resolved",
                None,
                vec![
                    text("managed_settings.trigger", "startup"),
                    list("managed_settings.sources", &["file"]),
                    text("managed_settings.source_behavior", "first-wins"),
                    text("managed_settings.helper.state", "none"),
                    text("managed_settings.helper.applied", "none"),
                ],
            );
        }
        self.now += self.dice.between((20, 60));
        if let Some(hook) = self.setting.hook() {
            self.recorder.event(
                self.now,
                "hook_registered",
                None,
                vec![
                    text("hook_event", hook_event(hook)),
                    text("hook_type", "command"),
                    text("hook_source", "policySettings"),
                    text("safe_mode", "false"),
                    text("hook_matcher", if hook == Hook::PreToolUse { "Bash" } else { "*" }),
                ],
            );
        }
        if !self.setting.version.is_old() {
            for (name, hash) in PLUGINS {
                self.recorder.event(self.now, "plugin_loaded", None, plugin(name, hash));
            }
        }
        for server in self.setting.member.team.mcp_servers {
            let duration = self.dice.between((60, 900));
            self.now += duration;
            self.recorder.event(
                self.now,
                "mcp_server_connection",
                None,
                vec![
                    text("status", if self.dice.chance(97) { "connected" } else { "failed" }),
                    text("transport_type", if *server == "postgres" { "stdio" } else { "http" }),
                    text("server_scope", "project"),
                    text("duration_ms", duration.to_string()),
                    flag("is_plugin", false),
                    text("server_name", *server),
                ],
            );
        }
        self.now += self.dice.between((1_000, 9_000));
    }

    /// A prompt, and rounds of asking the model and running what it asks for.
    fn ordinary_turn(&mut self) {
        if self.setting.drive == Drive::Interactive && self.dice.chance(9) {
            self.shift_tab();
        }
        let repo = self.setting.repo;
        let prompt = prompt(self.dice, repo.name, repo.stack);
        let mut turn = self.begin(prompt);
        let rounds = self.dice.between((1, 12));
        for round in 0..rounds {
            // Some answers ask for two calls at once.
            if round == 0 || self.dice.chance(85) {
                self.ask_model(&mut turn, "tool_use", None);
            }
            let call = Call::random(self.dice, repo.name, repo.stack);
            let accepted = self.call(&turn, &call);
            if !accepted && self.setting.drive == Drive::Interactive && self.dice.chance(40) {
                break;
            }
        }
        self.ask_model(&mut turn, "end_turn", None);
        self.end(&turn);
        self.now += match self.setting.drive {
            Drive::Interactive => self.dice.between((8_000, 420_000)),
            _ => self.dice.between((200, 2_000)),
        };
    }

    fn shift_tab(&mut self) {
        let presses = self.dice.between((1, 3));
        for _ in 0..presses {
            let (from, to) = (self.mode, self.mode.next());
            let trigger = text("trigger", "shift_tab");
            if !self.setting.version.is_old() {
                let change = vec![text("from_mode", from.name()), text("to_mode", to.name()), trigger];
                self.recorder.event(self.now, "permission_mode_changed", None, change);
            }
            self.mode = to;
            self.now += self.dice.between((400, 1_500));
        }
    }

    fn begin(&mut self, prompt: String) -> Turn {
        self.turns += 1;
        let trace = Trace { id: self.dice.bytes(), span: self.dice.bytes() };
        let turn = Turn { trace, prompt_id: self.dice.uuid(), prompt, started: self.now, request_id: String::new() };
        self.recorder.set_prompt(&turn.prompt_id);
        self.now += self.dice.between((8, 30));
        let shown = self.shown(&turn.prompt).to_owned();
        let mut attributes =
            vec![text("prompt_length", turn.prompt.chars().count().to_string()), text("prompt", shown.as_str())];
        if !self.setting.version.is_old() {
            attributes.extend([text("prompt_text", shown), text("message.uuid", self.dice.uuid())]);
        }
        if turn.prompt == EXIT {
            attributes.extend([text("command_name", "exit"), text("command_source", "builtin")]);
        }
        self.recorder.event(self.now, "user_prompt", Some(trace), attributes);
        self.now += self.dice.between((40, 90));
        turn
    }

    /// A text that a person or a model wrote, as far as the team's switches let it out.
    fn shown<'t>(&self, words: &'t str) -> &'t str {
        if self.setting.member.team.has(Switch::Prompts) { words } else { "<REDACTED>" }
    }

    fn end(&mut self, turn: &Turn) {
        self.now += self.dice.between((3, 12));
        let mut attributes = vec![text("span.type", "interaction")];
        if !self.setting.version.is_old() {
            attributes.push(text("gen_ai.operation.name", "invoke_agent"));
        }
        attributes.extend([
            text("user_prompt", self.shown(&turn.prompt)),
            int("user_prompt_length", length(&turn.prompt)),
            int("interaction.sequence", self.turns),
        ]);
        if !self.setting.version.is_old() {
            attributes.extend([text("parent.source", "none"), int("queued_sends", 0)]);
        }
        attributes.push(int("interaction.duration_ms", self.now - turn.started));
        self.recorder.span("claude_code.interaction", turn.trace, None, (turn.started, self.now), attributes);
    }

    fn exit(&mut self) {
        let turn = self.begin(EXIT.to_owned());
        self.end(&turn);
    }

    fn finish(self, end: i64) -> Vec<(i64, Export)> {
        let mut requests = self.recorder.finish(end);
        requests.extend(self.companion.finish(end));
        requests.sort_by_key(|(sent, _)| *sent);
        requests
    }
}

fn plugin(name: &str, hash: &str) -> Vec<KeyValue> {
    vec![
        text("plugin.name", name),
        text("marketplace.name", "builtin"),
        text("plugin.scope", "default-bundle"),
        text("enabled_via", "default-enable"),
        text("plugin_id_hash", hash),
        flag("has_hooks", true),
        flag("has_mcp", false),
        flag("host_owned_mcp", false),
        int("skill_path_count", 0),
        int("command_path_count", 0),
        int("agent_path_count", 0),
        text("safe_mode", "false"),
    ]
}

fn hook_event(hook: Hook) -> &'static str {
    match hook {
        Hook::PreToolUse => "PreToolUse",
        Hook::PermissionRequest => "PermissionRequest",
    }
}

/// How many characters.
fn length(words: &str) -> i64 {
    i64::try_from(words.chars().count()).unwrap_or(i64::MAX)
}
