//! What becomes of a call: rules, modes, hooks, the classifier and people, with the sources that the client reports.

use super::{Drive, Mode, Session};
use crate::demo::catalogue::{Call, Risk, Tool};
use crate::demo::fleet::Hook;

/// How a call was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether it may run.
    pub(super) accept: bool,
    /// The client's word for who decided.
    pub(super) source: &'static str,
    /// How long the call was held up, ms.
    pub(super) wait_ms: i64,
    /// Auto mode's verdict, where one was asked for.
    pub(super) classifier: Option<&'static str>,
}

impl Verdict {
    pub(super) const fn new(accept: bool, source: &'static str, wait_ms: i64) -> Self {
        Self { accept, source, wait_ms, classifier: None }
    }

    /// Whether a person or a host was asked.
    pub(super) fn was_asked(&self) -> bool {
        self.source.starts_with("user_")
    }
}

impl Session<'_> {
    /// Decides a call as the client would.
    pub(super) fn decide(&mut self, call: &Call) -> Verdict {
        let quick = self.dice.between((2, 40));
        let by_rule = |accept| Verdict::new(accept, "config", quick);
        if call.risk == Risk::Forbidden || self.spike_refuses(call) {
            return by_rule(false);
        }
        if call.risk == Risk::Open || self.mode == Mode::BypassPermissions {
            return by_rule(true);
        }
        match self.setting.drive {
            Drive::Headless => self.decide_headless(call, quick),
            Drive::Host => self.decide_by_host(call),
            Drive::Interactive => self.decide_interactive(call, quick),
        }
    }

    /// The new rule of the spike's day refuses what touches the database, and most of what else changes something.
    fn spike_refuses(&mut self, call: &Call) -> bool {
        let percent = match call.family {
            "psql" | "psql write" | "query" | "dbt run" => 92,
            _ if matches!(call.risk, Risk::Careful | Risk::Risky) => 75,
            _ if call.risk == Risk::Routine => 40,
            _ => 0,
        };
        self.setting.denials_spike && self.dice.chance(percent)
    }

    /// Nobody can be asked: what no rule allows is refused.
    fn decide_headless(&mut self, call: &Call, quick: i64) -> Verdict {
        let allowed = match call.risk {
            Risk::Edit => self.mode == Mode::AcceptEdits || self.dice.chance(60),
            Risk::Routine => self.dice.chance(88),
            Risk::Careful => self.dice.chance(45),
            _ => false,
        };
        // Allow rules of user and local settings are reported as if a person had acted.
        let source = match (allowed, self.setting.member.is_ci()) {
            (true, false) => "user_permanent",
            _ => "config",
        };
        Verdict::new(allowed, source, quick)
    }

    /// A program answers, in its own time.
    fn decide_by_host(&mut self, call: &Call) -> Verdict {
        let wait = self.dice.between((150, 4_000));
        if self.dice.chance(1) {
            return Verdict::new(false, "user_abort", wait);
        }
        let accept = match call.risk {
            Risk::Risky | Risk::Secret => self.dice.chance(10),
            _ => self.dice.chance(94),
        };
        Verdict::new(accept, if accept { "user_temporary" } else { "user_reject" }, wait)
    }

    fn decide_interactive(&mut self, call: &Call, quick: i64) -> Verdict {
        if let Some(verdict) = self.decide_by_hook(call, quick) {
            return verdict;
        }
        if self.mode == Mode::Auto {
            return self.decide_by_classifier(call, quick);
        }
        let edits_pass = self.mode == Mode::AcceptEdits && call.risk == Risk::Edit;
        if edits_pass || self.grants.contains(call.family) || allowed_by_team(call) {
            return Verdict::new(true, "config", quick);
        }
        let wait = self.dice.answer_ms();
        let approved = match call.risk {
            Risk::Edit => self.dice.chance(96),
            // Tests and commits: always yes. They are what rules are for.
            Risk::Routine => !self.dice.chance(1) || is_always_approved(call),
            Risk::Careful => self.dice.chance(90),
            Risk::Risky => self.dice.chance(28),
            _ => self.dice.chance(8),
        };
        if !approved {
            return Verdict::new(false, "user_reject", wait);
        }
        let remember = match call.risk {
            Risk::Routine | Risk::Careful => self.dice.chance(5),
            Risk::Edit => self.dice.chance(8),
            _ => false,
        };
        if remember {
            self.grants.insert(call.family);
        }
        Verdict::new(true, if remember { "user_permanent" } else { "user_temporary" }, wait)
    }

    /// A team's hook decides some calls itself and leaves the others to the usual ways.
    fn decide_by_hook(&mut self, call: &Call, quick: i64) -> Option<Verdict> {
        let (allows, denies) = match (self.setting.hook()?, call.tool, call.risk) {
            (Hook::PreToolUse, Tool::Bash, Risk::Risky | Risk::Secret) => (0, 55),
            (Hook::PreToolUse, Tool::Bash, Risk::Routine) => (12, 0),
            (Hook::PermissionRequest, _, Risk::Risky | Risk::Secret) => (0, 40),
            (Hook::PermissionRequest, _, Risk::Routine) => (20, 0),
            _ => (0, 0),
        };
        if self.dice.chance(allows) {
            Some(Verdict::new(true, "hook", quick))
        } else if self.dice.chance(denies) {
            Some(Verdict::new(false, "hook", quick))
        } else {
            None
        }
    }

    /// Auto mode: low risk passes by itself, the rest a model judges.
    fn decide_by_classifier(&mut self, call: &Call, quick: i64) -> Verdict {
        if matches!(call.risk, Risk::Edit | Risk::Routine) {
            return Verdict::new(true, "config", quick);
        }
        let wait = self.dice.between((350, 1_900));
        let verdict = |accept, word| Verdict { classifier: Some(word), ..Verdict::new(accept, "config", wait) };
        if self.dice.chance(4) {
            return verdict(false, "unavailable");
        }
        match call.risk {
            Risk::Careful if self.dice.chance(93) => verdict(true, "allowed"),
            Risk::Risky if self.dice.chance(15) => verdict(true, "allowed"),
            _ => verdict(false, "blocked"),
        }
    }
}

/// Allow rules of the repositories' settings.
fn allowed_by_team(call: &Call) -> bool {
    matches!(
        call.family,
        "npm run lint" | "cargo clippy" | "ruff" | "cargo build" | "mkdir" | "kubectl get" | "get_issue"
    )
}

/// What people never refuse.
fn is_always_approved(call: &Call) -> bool {
    matches!(call.family, "npm test" | "cargo test" | "pytest" | "git commit" | "terraform plan")
}
