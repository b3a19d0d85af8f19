//! Who works where, when and with which agent: the people, teams and repositories of the demo.

use crate::demo::catalogue::Stack;
use crate::demo::dice::Dice;

/// A repository.
#[derive(Debug)]
pub(crate) struct Repo {
    /// Name.
    pub(crate) name: &'static str,
    /// What it is built with.
    pub(crate) stack: Stack,
}

/// A hook that a team's managed settings define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// Runs before every Bash call.
    PreToolUse,
    /// Runs when a person would be asked.
    PermissionRequest,
}

/// Something that a team has switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// `OTEL_LOG_USER_PROMPTS`.
    Prompts,
    /// The traces beta.
    Traces,
    /// Version and entry point on every record.
    Entrypoint,
    /// Barograph's companion hook, which sends `permission_decision` records.
    Companion,
    /// Agents in CI run in mode bypassPermissions.
    BypassInCi,
}

/// A team and what its settings say.
#[derive(Debug)]
pub(crate) struct Team {
    /// Name, as in `OTEL_RESOURCE_ATTRIBUTES`.
    pub(crate) name: &'static str,
    /// Its repositories.
    pub(crate) repos: &'static [Repo],
    /// What it has switched on.
    switches: &'static [Switch],
    /// Its hook.
    pub(crate) hook: Option<Hook>,
    /// MCP servers that its sessions connect to.
    pub(crate) mcp_servers: &'static [&'static str],
}

impl Team {
    /// Whether something is switched on.
    pub(crate) fn has(&self, switch: Switch) -> bool {
        self.switches.contains(&switch)
    }

    /// The team of the denial spike: for one day a new rule refuses much of what it does.
    pub(crate) fn has_denial_spike(&self) -> bool {
        self.name == "data"
    }
}

const fn repo(name: &'static str, stack: Stack) -> Repo {
    Repo { name, stack }
}

/// The teams.
pub(crate) const TEAMS: &[Team] = &[
    Team {
        name: "payments",
        repos: &[repo("checkout", Stack::Node), repo("ledger", Stack::Rust), repo("payment-gateway", Stack::Node)],
        hook: Some(Hook::PreToolUse),
        switches: &[Switch::Traces, Switch::Companion],
        mcp_servers: &["github", "jira", "postgres"],
    },
    Team {
        name: "platform",
        repos: &[
            repo("infra-live", Stack::Infra),
            repo("deploy-tools", Stack::Rust),
            repo("service-mesh", Stack::Infra),
        ],
        hook: None,
        switches: &[Switch::Traces, Switch::Prompts, Switch::Entrypoint],
        mcp_servers: &["github"],
    },
    Team {
        name: "search",
        repos: &[repo("query-engine", Stack::Rust), repo("ranking", Stack::Python), repo("search-ui", Stack::Node)],
        hook: None,
        switches: &[Switch::Traces, Switch::Prompts],
        mcp_servers: &["github", "sentry"],
    },
    Team {
        name: "mobile",
        repos: &[repo("ios-app", Stack::Node), repo("android-app", Stack::Node)],
        hook: None,
        switches: &[Switch::BypassInCi],
        mcp_servers: &["github", "sentry"],
    },
    Team {
        name: "data",
        repos: &[repo("warehouse", Stack::Python), repo("pipelines", Stack::Python)],
        hook: None,
        switches: &[Switch::Traces],
        mcp_servers: &["postgres"],
    },
    Team {
        name: "security",
        repos: &[repo("vault-policies", Stack::Infra), repo("scanner", Stack::Rust)],
        hook: Some(Hook::PermissionRequest),
        switches: &[Switch::Traces, Switch::Companion],
        mcp_servers: &["github", "jira"],
    },
];

/// The agent that a person mostly uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agent {
    /// Claude Code.
    Claude,
    /// Codex CLI.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// GitHub Copilot CLI.
    Copilot,
}

/// Somebody, or a CI runner, in whose name agents work.
#[derive(Debug)]
pub(crate) struct Member {
    /// Position in the fleet: the same for one seed and another.
    pub(crate) number: usize,
    /// First and last name; empty for CI.
    pub(crate) name: &'static str,
    /// The team.
    pub(crate) team: &'static Team,
    /// Minutes east of UTC.
    zone: i64,
    /// How much the member works, percent of the usual.
    zeal: u64,
    /// The usual agent.
    pub(crate) agent: Agent,
    /// `user.id`: 64 hex digits, random for each installation.
    pub(crate) user_id: String,
    /// `user.account_uuid`.
    pub(crate) account: String,
}

/// People: name, index of the team, minutes east of UTC. The seventh uses Codex and so on, see [`agent_of`].
const PEOPLE: &[(&str, usize, i64)] = &[
    ("Alma Berg", 0, 60),
    ("Jonas Keller", 0, 60),
    ("Priya Nair", 0, 330),
    ("Luis Ortega", 0, 60),
    ("Hanna Vogt", 0, 60),
    ("Marek Novak", 0, 60),
    ("Chidi Okafor", 0, 60),
    ("Sofia Rossi", 0, 60),
    ("Ben Carter", 1, -480),
    ("Wei Zhang", 1, -480),
    ("Nora Lind", 1, 60),
    ("Diego Santos", 1, -180),
    ("Ruth Adeyemi", 1, 0),
    ("Tomas Silva", 1, 0),
    ("Yuki Tanaka", 1, 540),
    ("Emma Clarke", 2, 0),
    ("Rajesh Iyer", 2, 330),
    ("Olga Petrova", 2, 60),
    ("Sam Hughes", 2, 0),
    ("Ivy Chen", 2, 480),
    ("Pablo Vega", 2, 60),
    ("Greta Holm", 2, 60),
    ("Maya Singh", 3, -300),
    ("Jack Turner", 3, -300),
    ("Leila Haddad", 3, -300),
    ("Noah Kim", 3, -480),
    ("Zoe Martin", 3, -300),
    ("Omar Farouk", 3, 120),
    ("Anna Schmidt", 4, 60),
    ("Felix Braun", 4, 60),
    ("Kavya Rao", 4, 330),
    ("Lars Jensen", 4, 60),
    ("Ines Moreau", 4, 60),
    ("Peter Wolf", 4, 60),
    ("Aisha Khan", 4, 300),
    ("Grace Park", 5, -480),
    ("Daniel Weiss", 5, 60),
    ("Mina Sato", 5, 540),
    ("Victor Hugo Lima", 5, -180),
    ("Eva Horvat", 5, 60),
];

/// The person of the story worth finding.
pub(crate) const STORY_PERSON: &str = "Marek Novak";

fn agent_of(number: usize) -> Agent {
    match number {
        6 | 13 | 20 | 31 => Agent::Codex,
        9 | 18 | 33 => Agent::Gemini,
        24 | 38 => Agent::Copilot,
        _ => Agent::Claude,
    }
}

impl Member {
    /// Everybody: forty people, and one CI runner for each team. Their ids depend on the seed.
    pub(crate) fn all(seed: u64) -> Vec<Self> {
        let people = PEOPLE.iter().map(|&(name, team, zone)| (name, team, zone));
        let runners = (0..TEAMS.len()).map(|team| ("", team, 0));
        let mut dice = Dice::new(seed, u64::MAX);
        let member = |(number, (name, team, zone)): (usize, (&'static str, usize, i64))| Self {
            number,
            name,
            team: &TEAMS[team],
            zone,
            zeal: dice.below(120) + 40,
            agent: agent_of(number),
            user_id: dice.hex::<32>(),
            account: dice.uuid(),
        };
        people.chain(runners).enumerate().map(member).collect()
    }

    /// Whether this is a CI runner.
    pub(crate) fn is_ci(&self) -> bool {
        self.name.is_empty()
    }

    /// The e-mail address of the account.
    pub(crate) fn email(&self) -> String {
        self.name.to_lowercase().replace(' ', ".") + "@northwind.example"
    }

    /// How likely the member starts a session at a time, ms since the epoch.
    pub(crate) fn activity(&self, at: i64) -> u64 {
        let local = LocalTime::new(at, self.zone);
        self.zeal * if self.is_ci() { local.ci_activity() } else { local.working() }
    }

    /// Whether it is the working day of a time (by the member's clock) in which `at` lies.
    pub(crate) fn same_day(&self, at: i64, day: i64) -> bool {
        LocalTime::new(at, self.zone).day == LocalTime::new(day, self.zone).day
    }
}

/// ms in a minute.
const MINUTE_MS: i64 = 60_000;

/// ms in an hour.
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;

/// ms in a day.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// A clock on the wall.
struct LocalTime {
    /// Days since the epoch.
    day: i64,
    hour: i64,
}

impl LocalTime {
    fn new(at: i64, zone: i64) -> Self {
        let local = at + zone * MINUTE_MS;
        Self { day: local.div_euclid(DAY_MS), hour: local.rem_euclid(DAY_MS) / HOUR_MS }
    }

    fn is_weekend(&self) -> bool {
        // The epoch was a Thursday.
        matches!((self.day + 4).rem_euclid(7), 0 | 6)
    }

    /// How much people work at this hour.
    fn working(&self) -> u64 {
        let hour = match self.hour {
            8 | 17 => 60,
            9..=11 | 13..=16 => 100,
            12 => 50,
            18 => 30,
            19..=22 => 9,
            _ => 1,
        };
        if self.is_weekend() { hour / 14 } else { hour }
    }

    /// How much CI works: with the people, and a round at night.
    fn ci_activity(&self) -> u64 {
        let hour = match self.hour {
            2 => 260,
            7..=18 => 110,
            _ => 25,
        };
        if self.is_weekend() { hour / 4 } else { hour }
    }
}

/// The last time before `before` (ms since the epoch) at which it is `hour` o'clock UTC on a working day.
pub(crate) fn last_working_day(before: i64, hour: i64) -> i64 {
    let today = before.div_euclid(DAY_MS) * DAY_MS + hour * HOUR_MS;
    (0..8)
        .map(|days| today - days * DAY_MS)
        .find(|at| *at < before && !LocalTime::new(*at, 0).is_weekend())
        .unwrap_or(before)
}
