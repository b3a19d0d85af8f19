//! The week: spreads the sessions over the seven days before the plan's end as people work, one after another, holding
//! none but the one that is being made.

use barograph_proto::otlp::{Export, Signal};

use super::claude::{self, Drive, Mode, Setting, Version};
use super::dice::Dice;
use super::fleet::{Agent, DAY_MS, HOUR_MS, Member, STORY_PERSON, Switch, last_working_day};
use super::{Plan, codex, copilot, gemini};

/// Hours in the week.
const HOURS: i64 = 7 * 24;

/// What one session sends.
#[derive(Debug)]
pub(crate) struct Session {
    /// Its requests, in the order in which they go out.
    pub(crate) requests: Vec<Export>,
    /// How many log records they carry.
    pub(crate) records: u64,
}

/// Makes the sessions of a week, in order of their starts, until the plan's number of records is reached.
#[derive(Debug)]
pub(crate) struct Week {
    plan: Plan,
    /// ms since the epoch.
    end: i64,
    members: Vec<Member>,
    /// Activity of all members up to the end of each hour of the week.
    activity: Vec<u64>,
    /// When the story is told, ms since the epoch; none once it has been.
    story: Option<i64>,
    /// When the denials spike.
    spike: i64,
    records: u64,
    sessions: u64,
}

impl Week {
    pub(crate) fn new(plan: Plan) -> Self {
        let end = plan.end.div_euclid(1_000);
        let members = Member::all(plan.seed);
        let hours = (0..HOURS).map(|hour| end - (HOURS - hour) * HOUR_MS + HOUR_MS / 2);
        let mut total = 0;
        let activity = hours
            .map(|at| {
                total += members.iter().map(|member| member.activity(at)).sum::<u64>();
                total
            })
            .collect();
        let story = Some(last_working_day(end - HOUR_MS * 12, 13) + 7 * 60_000);
        let spike = last_working_day(end - DAY_MS * 2, 12);
        Self { plan, end, members, activity, story, spike, records: 0, sessions: 0 }
    }

    /// When the next session starts: the time by which the share of the week's work that has been sent is done.
    fn now(&self) -> i64 {
        let total = self.activity.last().copied().unwrap_or(0);
        let done = u128::from(total) * u128::from(self.records) / u128::from(self.plan.events.max(1));
        let done = u64::try_from(done).unwrap_or(total).min(total.saturating_sub(1));
        let hour = self.activity.partition_point(|sum| *sum <= done);
        let before = hour.checked_sub(1).and_then(|hour| self.activity.get(hour)).copied().unwrap_or(0);
        let within = self.activity.get(hour).copied().unwrap_or(total).saturating_sub(before).max(1);
        let into_hour = u128::from(done - before) * 3_600_000 / u128::from(within);
        let hours_left = HOURS - i64::try_from(hour).unwrap_or(HOURS);
        self.end - hours_left * HOUR_MS + i64::try_from(into_hour).unwrap_or(0)
    }

    fn next_requests(&mut self) -> Vec<(i64, Export)> {
        let mut dice = Dice::new(self.plan.seed, self.sessions);
        let now = self.now();
        if let Some(at) = self.story.take_if(|at| *at <= now)
            && let Some(member) = self.members.iter().find(|member| member.name == STORY_PERSON)
        {
            return claude::story(&mut dice, member, at, self.end);
        }
        let member = &self.members[dice.weighted(self.members.iter().map(|member| member.activity(now)))];
        let repo = &member.team.repos[dice.weighted(member.team.repos.iter().map(|_| 1))];
        let agent = if dice.chance(85) { member.agent } else { Agent::Claude };
        match agent {
            Agent::Claude => {
                let drive = drive(&mut dice, member);
                let setting = Setting {
                    member,
                    repo,
                    version: version(member, now, self.end),
                    drive,
                    mode: mode(&mut dice, member, drive),
                    denials_spike: member.team.has_denial_spike() && member.same_day(now, self.spike),
                };
                claude::session(&mut dice, &setting, now, self.end)
            }
            Agent::Codex => codex::session(&mut dice, member, repo, now, self.end),
            Agent::Gemini => gemini::session(&mut dice, member, repo, now, self.end),
            Agent::Copilot => copilot::session(&mut dice, member, repo, now, self.end),
        }
    }
}

impl Iterator for Week {
    type Item = Session;

    fn next(&mut self) -> Option<Session> {
        if self.records >= self.plan.events {
            return None;
        }
        let requests: Vec<Export> = self.next_requests().into_iter().map(|(_, request)| request).collect();
        let logs = requests.iter().filter(|request| request.signal() == Signal::Logs);
        let records = logs.map(|request| request.len() as u64).sum();
        self.records += records;
        self.sessions += 1;
        Some(Session { requests, records })
    }
}

fn drive(dice: &mut Dice, member: &Member) -> Drive {
    if member.is_ci() {
        Drive::Headless
    } else {
        match dice.below(100) {
            0..=3 => Drive::Host,
            4..=9 => Drive::Headless,
            _ => Drive::Interactive,
        }
    }
}

fn mode(dice: &mut Dice, member: &Member, drive: Drive) -> Mode {
    match drive {
        Drive::Headless if member.is_ci() && member.team.has(Switch::BypassInCi) => Mode::BypassPermissions,
        Drive::Headless => [Mode::Default, Mode::AcceptEdits][dice.weighted([45, 55].into_iter())],
        Drive::Host => Mode::Default,
        Drive::Interactive => {
            let modes = [Mode::Default, Mode::AcceptEdits, Mode::Plan, Mode::Auto, Mode::BypassPermissions];
            modes[dice.weighted([45, 28, 8, 15, 4].into_iter())]
        }
    }
}

/// A new version appears in the middle of the week, at each member's next update; a few stay on an old one.
fn version(member: &Member, at: i64, end: i64) -> Version {
    let update = end - DAY_MS * 7 / 2 + i64::try_from(member.number % 30).unwrap_or(0) * HOUR_MS;
    match member.number % 10 {
        7 => Version::Old,
        _ if at < update => Version::Before,
        _ => Version::Current,
    }
}
