//! The closed vocabularies: the words that canonical columns may hold, the same in table, URL and page.

mod redaction;

pub use self::redaction::Redaction;

/// What a record is about, the same for all agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A tool call was allowed or refused.
    Decision,
    /// A question was put and answered: our own record, from any sender.
    PermissionDecision,
    /// A tool call ended.
    Result,
    /// A user, or a program, gave the agent a task.
    Prompt,
    /// The agent answered in words.
    Response,
    /// The agent asked a model.
    Request,
    /// A request or a tool failed.
    Error,
    /// The permission mode was set or changed.
    ModeChange,
    /// An MCP server connected, failed or left.
    McpConnection,
    /// A hook was registered or ran.
    Hook,
    /// A plugin was loaded or installed.
    Plugin,
    /// A skill was activated.
    Skill,
    /// A subagent finished.
    Subagent,
    /// The conversation was compacted.
    Compaction,
    /// A session or a process started or ended.
    Session,
    /// Anything else.
    Other,
}

impl Kind {
    /// All values, in the order in which pages list them.
    pub const ALL: &'static [Self] = &[
        Self::Decision,
        Self::PermissionDecision,
        Self::Result,
        Self::Prompt,
        Self::Response,
        Self::Request,
        Self::Error,
        Self::ModeChange,
        Self::McpConnection,
        Self::Hook,
        Self::Plugin,
        Self::Skill,
        Self::Subagent,
        Self::Compaction,
        Self::Session,
        Self::Other,
    ];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::PermissionDecision => "permission_decision",
            Self::Result => "result",
            Self::Prompt => "prompt",
            Self::Response => "response",
            Self::Request => "request",
            Self::Error => "error",
            Self::ModeChange => "mode_change",
            Self::McpConnection => "mcp_connection",
            Self::Hook => "hook",
            Self::Plugin => "plugin",
            Self::Skill => "skill",
            Self::Subagent => "subagent",
            Self::Compaction => "compaction",
            Self::Session => "session",
            Self::Other => "other",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was decided about a tool call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decision {
    /// It may run.
    Allow,
    /// Somebody has to be asked.
    Ask,
    /// It may not run.
    Deny,
}

impl Decision {
    /// All values, in the order in which pages list them.
    pub const ALL: &'static [Self] = &[Self::Allow, Self::Ask, Self::Deny];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who or what decided about a tool call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecidedBy {
    /// A person at the agent's own prompt.
    Person,
    /// A program that embeds the agent; whether a person stood behind it is not told.
    Host,
    /// A permission rule.
    Rule,
    /// The permission mode, or what it lets pass without a rule.
    Mode,
    /// A hook.
    Hook,
    /// Auto mode's classifier.
    Classifier,
    /// A built-in safety check that no rule or mode lifts.
    Guard,
    /// It would have asked, and nobody could be asked.
    NobodyToAsk,
    /// The telemetry does not tell; the reason says why.
    Unknown,
}

impl DecidedBy {
    /// All values, in the order in which pages list them.
    pub const ALL: &'static [Self] = &[
        Self::Person,
        Self::Host,
        Self::Rule,
        Self::Mode,
        Self::Hook,
        Self::Classifier,
        Self::Guard,
        Self::NobodyToAsk,
        Self::Unknown,
    ];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Host => "host",
            Self::Rule => "rule",
            Self::Mode => "mode",
            Self::Hook => "hook",
            Self::Classifier => "classifier",
            Self::Guard => "guard",
            Self::NobodyToAsk => "nobody_to_ask",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a derived value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The sender said so.
    Observed,
    /// It follows from other things that were sent.
    Inferred,
    /// It cannot be told.
    Unknown,
}

impl Basis {
    /// All values, in the order in which pages list them.
    pub const ALL: &'static [Self] = &[Self::Observed, Self::Inferred, Self::Unknown];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Inferred => "inferred",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for Basis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What came of a tool call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It ran and succeeded.
    Succeeded,
    /// It ran and failed.
    Failed,
    /// It did not run.
    NotRun,
}

impl Outcome {
    /// All values, in the order in which pages list them.
    pub const ALL: &'static [Self] = &[Self::Succeeded, Self::Failed, Self::NotRun];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::NotRun => "not_run",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ToolKind {
    /// Runs a command.
    Shell,
    /// Reads or searches files.
    Read,
    /// Writes files.
    Edit,
    /// Reaches the web.
    Web,
    /// A tool of an MCP server.
    Mcp,
    /// Starts a subagent or a skill.
    Agent,
    /// Anything else.
    Other,
}

impl ToolKind {
    /// All values, in the order in which pages list them.
    pub const ALL: &'static [Self] =
        &[Self::Shell, Self::Read, Self::Edit, Self::Web, Self::Mcp, Self::Agent, Self::Other];

    /// The word as it stands in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Read => "read",
            Self::Edit => "edit",
            Self::Web => "web",
            Self::Mcp => "mcp",
            Self::Agent => "agent",
            Self::Other => "other",
        }
    }

    /// Reads the word back; none for a word that is not ours.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

impl std::fmt::Display for ToolKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
