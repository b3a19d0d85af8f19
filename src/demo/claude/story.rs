//! The story worth finding: a person refuses to let the agent read `.env`, a rule that nobody thought of lets it read
//! the file another way, and an hour of haste later a force push to a release branch is approved.

use barograph_proto::otlp::Export;

use super::{Drive, Mode, Session, Setting, Verdict, Version};
use crate::demo::catalogue::{Call, Family, Risk};
use crate::demo::dice::Dice;
use crate::demo::fleet::Member;

/// The story's session, in the member's name, from `start` on, ms since the epoch.
pub(crate) fn story(dice: &mut Dice, member: &Member, start: i64, end: i64) -> Vec<(i64, Export)> {
    let repo = member.team.repos.iter().find(|repo| repo.name == "ledger").unwrap_or(&member.team.repos[0]);
    let setting = Setting {
        member,
        repo,
        version: Version::Current,
        drive: Drive::Interactive,
        mode: Mode::Default,
        denials_spike: false,
    };
    let mut session = Session::new(dice, &setting, start);
    session.start_up();
    let by_rule = |accept, wait| Verdict::new(accept, "config", wait);
    let by_person = |accept, wait| Verdict::new(accept, if accept { "user_temporary" } else { "user_reject" }, wait);
    let bash = |family: &str, command: &str| Call { fails: 0, ..Call::bash(Family::named(family), command.to_owned()) };
    let read = |path: &str, risk| Call { fails: 0, ..Call::read(format!("/home/dev/ledger/{path}"), risk) };
    session.scripted_turn(
        "The release build of 4.2 cannot reach its database. Find out why and get the release out",
        &[
            (bash("git status", "git status --short"), by_rule(true, 6)),
            (read("src/ledger/config.rs", Risk::Open), by_rule(true, 4)),
            (read(".env", Risk::Secret), by_person(false, 6_240)),
            (bash("cat", "cat .env | grep -v '^#'"), by_rule(true, 11)),
        ],
    );
    session.scripted_turn(
        "Then put the URL into the release config and ship it",
        &[
            (read("release/config.toml", Risk::Open), by_rule(true, 5)),
            (bash("git commit", "git commit -am \"Set the database URL for 4.2\""), by_person(true, 3_870)),
            (Call { fails: 100, ..bash("git push", "git push origin release/4.2") }, by_person(true, 2_410)),
            (bash("git push --force", "git push --force origin release/4.2"), by_person(true, 41_000)),
        ],
    );
    session.exit();
    session.finish(end)
}

impl Session<'_> {
    fn scripted_turn(&mut self, prompt: &str, calls: &[(Call, Verdict)]) {
        let mut turn = self.begin(prompt.to_owned());
        for (call, verdict) in calls {
            self.ask_model(&mut turn, "tool_use", None);
            self.call_decided(&turn, call, *verdict, None);
        }
        self.ask_model(&mut turn, "end_turn", None);
        self.end(&turn);
        self.now += self.dice.between((40_000, 95_000));
    }
}
