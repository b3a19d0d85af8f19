//! What agents do all day: families of commands and tool calls, how risky each is and how it tends to end.

mod commands;
mod words;

use crate::demo::dice::Dice;
use crate::demo::wire::object;

pub(crate) use commands::{FAMILIES, Family};
pub(crate) use words::{Stack, fill, prompt};

/// How much stands in the way of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Risk {
    /// Read-only: never asked about.
    Open,
    /// Writes a file in the repository.
    Edit,
    /// Asked about without a rule, and nearly always approved.
    Routine,
    /// Asked about, mostly approved.
    Careful,
    /// Asked about, mostly refused.
    Risky,
    /// Touches credentials: asked about, nearly always refused.
    Secret,
    /// Refused by a managed rule in every mode.
    Forbidden,
}

/// The tools, by the names that Claude Code gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Runs a command.
    Bash,
    /// Reads a file.
    Read,
    /// Changes a file.
    Edit,
    /// Makes a file.
    Write,
    /// Searches file contents.
    Grep,
    /// Searches file names.
    Glob,
    /// Fetches a web page.
    WebFetch,
    /// A tool of an MCP server: server, tool.
    Mcp(&'static str, &'static str),
    /// Runs a skill.
    Skill,
    /// Starts a subagent.
    Agent,
}

impl Tool {
    /// The name on Claude Code's events: user-configured MCP tools all share one.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "Bash",
            Self::Read => "Read",
            Self::Edit => "Edit",
            Self::Write => "Write",
            Self::Grep => "Grep",
            Self::Glob => "Glob",
            Self::WebFetch => "WebFetch",
            Self::Mcp(..) => "mcp_tool",
            Self::Skill => "Skill",
            Self::Agent => "Agent",
        }
    }
}

/// One tool call that a model asks for.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Which tool.
    pub(crate) tool: Tool,
    /// What stands in the way.
    pub(crate) risk: Risk,
    /// What a "don't ask again" would cover: equal for calls that one rule matches.
    pub(crate) family: &'static str,
    /// Bash: the command. Read, Edit, Write: the path. `WebFetch`: the URL. Skill, Agent: the name.
    pub(crate) argument: String,
    /// What the agent says it is for (Bash).
    pub(crate) description: &'static str,
    /// Claude Code's class of the command (Bash).
    pub(crate) class: &'static str,
    /// The whole input as JSON.
    pub(crate) input: String,
    /// How long it runs, ms, from and to.
    pub(crate) run_ms: (i64, i64),
    /// How often it fails, percent.
    pub(crate) fails: u32,
}

/// Server, tool, risk, input.
type McpTool = (&'static str, &'static str, Risk, &'static [(&'static str, &'static str)]);

/// Tools of MCP servers.
const MCP: &[McpTool] = &[
    (
        "github",
        "get_pull_request",
        Risk::Routine,
        &[("owner", "northwind"), ("pull_number", "{n}"), ("repo", "{repo}")],
    ),
    ("github", "create_pull_request", Risk::Careful, &[("base", "main"), ("head", "{branch}"), ("repo", "{repo}")]),
    (
        "github",
        "merge_pull_request",
        Risk::Risky,
        &[("merge_method", "squash"), ("pull_number", "{n}"), ("repo", "{repo}")],
    ),
    ("jira", "get_issue", Risk::Routine, &[("key", "{ticket}")]),
    ("jira", "add_comment", Risk::Careful, &[("body", "Fixed on {branch}, cc {email}"), ("key", "{ticket}")]),
    ("sentry", "list_issues", Risk::Routine, &[("project", "{repo}"), ("query", "is:unresolved")]),
    ("sentry", "get_event", Risk::Routine, &[("event_id", "{sha}"), ("project", "{repo}")]),
    ("postgres", "query", Risk::Careful, &[("sql", "SELECT id, email FROM customers WHERE email = '{email}' LIMIT 5")]),
    (
        "postgres",
        "query",
        Risk::Careful,
        &[("sql", "SELECT count(*) FROM orders WHERE created_at > now() - interval '1 day'")],
    ),
];

/// Pages that agents fetch.
const URLS: &[&str] = &[
    "https://docs.rs/tokio/latest/tokio/sync/index.html",
    "https://react.dev/reference/react/useEffect",
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/",
    "https://www.postgresql.org/docs/current/sql-createindex.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs",
    "https://stackoverflow.com/questions/{n}/timeout-when-connecting",
    "https://wiki.northwind.example/display/{repo}?token={token}",
];

/// Skills that the repositories define.
const SKILLS: &[&str] = &["release-notes", "deploy", "review", "db-migration"];

/// Subagents, built in and the repositories' own.
const SUBAGENTS: &[&str] = &["general-purpose", "Explore", "reviewer"];

impl Call {
    /// What a model might ask for next in a repository.
    pub(crate) fn random(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        match dice.weighted([45_u64, 18, 12, 4, 6, 4, 3, 5, 1, 2].into_iter()) {
            0 => Self::command(dice, repo, stack),
            1 if dice.chance(3) => Self::read(words::home(repo) + "/.env", Risk::Secret),
            1 => Self::read(words::path(dice, repo, stack), Risk::Open),
            2 => Self::edit(dice, repo, stack),
            3 => Self::write(dice, repo, stack),
            4 => Self::search(dice, Tool::Grep, repo),
            5 => Self::search(dice, Tool::Glob, repo),
            6 => Self::fetch(dice, repo, stack),
            7 => Self::mcp(dice, repo, stack),
            8 => Self::named(dice, Tool::Skill, SKILLS),
            _ => Self::named(dice, Tool::Agent, SUBAGENTS),
        }
    }

    /// A call that a subagent might make: it looks around and runs things, but starts no agent of its own.
    pub(crate) fn of_subagent(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        match dice.below(4) {
            0 => Self::command(dice, repo, stack),
            1 => Self::search(dice, Tool::Grep, repo),
            _ => Self::read(words::path(dice, repo, stack), Risk::Open),
        }
    }

    /// A command of the families that the stack knows.
    pub(crate) fn command(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        let family = &FAMILIES[dice.weighted(FAMILIES.iter().map(|family| family.weight_in(stack)))];
        let template = dice.pick(family.templates);
        Self::bash(family, fill(dice, template, repo, stack))
    }

    /// A given command, with the ways of its family.
    pub(crate) fn bash(family: &'static Family, command: String) -> Self {
        Self {
            tool: Tool::Bash,
            risk: family.risk,
            family: family.name,
            input: object(&[("command", &command), ("description", family.description)]),
            argument: command,
            description: family.description,
            class: family.class,
            run_ms: family.run_ms,
            fails: family.fails,
        }
    }

    /// A read of a given file.
    pub(crate) fn read(path: String, risk: Risk) -> Self {
        let input = object(&[("file_path", &path)]);
        Self { fails: 2, ..Self::other(Tool::Read, risk, "Read", path, input, (2, 40)) }
    }

    fn edit(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        let path = words::path(dice, repo, stack);
        let (old, new) = (fill(dice, "{line}", repo, stack), fill(dice, "{line}\n{line}", repo, stack));
        let text = object(&[("file_path", &path), ("old_string", &old), ("new_string", &new)]);
        let input = text.trim_end_matches('}').to_owned() + ",\"replace_all\":false}";
        Self { fails: 4, ..Self::other(Tool::Edit, Risk::Edit, "Edit", path, input, (6, 60)) }
    }

    fn write(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        let path = words::path(dice, repo, stack);
        let content = fill(dice, "{line}\n{line}\n\n{line}\n", repo, stack);
        let input = object(&[("file_path", &path), ("content", &content)]);
        Self::other(Tool::Write, Risk::Edit, "Write", path, input, (3, 30))
    }

    fn search(dice: &mut Dice, tool: Tool, repo: &str) -> Self {
        let pattern = match tool {
            Tool::Glob => {
                dice.pick(&["**/*.ts", "src/**/*.rs", "**/Dockerfile", "**/*_test.*", "charts/**/values.yaml"])
            }
            _ => dice.pick(&["TODO", "retry", "fn handle_", "class .*Error", "timeout", "deprecated", "api[_-]?key"]),
        };
        let input = object(&[("pattern", pattern), ("path", &words::home(repo))]);
        Self::other(tool, Risk::Open, tool.name(), pattern.to_owned(), input, (8, 400))
    }

    fn fetch(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        let template = dice.pick(URLS);
        let url = fill(dice, template, repo, stack);
        let input = object(&[("url", &url), ("prompt", "Summarise what matters for this change")]);
        Self { fails: 8, ..Self::other(Tool::WebFetch, Risk::Careful, "WebFetch", url, input, (400, 5_000)) }
    }

    fn mcp(dice: &mut Dice, repo: &str, stack: Stack) -> Self {
        let (server, tool, risk, fields) = MCP[dice.weighted(MCP.iter().map(|_| 1))];
        let values: Vec<String> = fields.iter().map(|(_, value)| fill(dice, value, repo, stack)).collect();
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(key, _)| *key).zip(values.iter().map(String::as_str)).collect();
        let input = object(&fields);
        Self { fails: 5, ..Self::other(Tool::Mcp(server, tool), risk, tool, tool.to_owned(), input, (60, 2_500)) }
    }

    fn named(dice: &mut Dice, tool: Tool, names: &[&'static str]) -> Self {
        let name = dice.pick(names).to_owned();
        let key = if tool == Tool::Skill { "skill" } else { "subagent_type" };
        let input = object(&[
            ("description", "Look into it"),
            ("prompt", "Find where this is decided and report"),
            (key, &name),
        ]);
        Self::other(tool, Risk::Open, tool.name(), name, input, (20, 60))
    }

    fn other(
        tool: Tool,
        risk: Risk,
        family: &'static str,
        argument: String,
        input: String,
        run_ms: (i64, i64),
    ) -> Self {
        Self { tool, risk, family, argument, description: "", class: "", input, run_ms, fails: 0 }
    }
}
