//! What stands above a session's story: who, where, when, modes, completeness, cost; and its small trace.

use barograph_query::questions::Range;
use barograph_query::questions::calls::CallRow;
use barograph_query::questions::session::Story;

use crate::calls::Known;
use crate::format::{Time, count, counted, dated, dollars, duration, href, micros_float, time, wide};
use crate::trace::{Flag, Trace, coordinate, line, percent, scale, ticks};

/// Height of the small trace, pixels.
const TRACE_HEIGHT: u32 = 64;

/// Points of the small trace.
const POINTS: u64 = 120;

/// Most flags on it.
const FLAGS: usize = 4;

/// A line of the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    /// Whether the value is only the sender's claim.
    pub(crate) claimed: bool,
    pub(crate) values: Vec<FactValue>,
    /// A word more: `48 min 3 s`.
    pub(crate) more: String,
}

/// A value of the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FactValue {
    pub(crate) known: Known,
    pub(crate) time: Option<Time>,
    /// Other calls with this value; empty when it cannot be searched.
    pub(crate) href: String,
    /// What follows it: `since +0:12`.
    pub(crate) note: String,
}

impl FactValue {
    fn plain(known: Known) -> Self {
        Self { known, ..Self::default() }
    }

    /// A value that leads to other calls with it; a withheld one has its chip's own link.
    fn searchable(parameter: &str, value: &str) -> Self {
        let known = Known::observed(value);
        let withheld = known.pieces().iter().any(|piece| piece.chip.is_some());
        let href = if withheld { String::new() } else { href("/search", &[(parameter, value)]) };
        Self { href, ..Self::plain(known) }
    }

    fn time(micros: i64) -> Self {
        Self { time: Some(dated(micros)), ..Self::default() }
    }
}

/// The header's lines, in an investigator's order.
pub(super) fn facts(story: &Story, calls: &[&CallRow]) -> Vec<Fact> {
    let length = micros_float(story.last.saturating_sub(story.first)) / 1_000.0;
    let fact = |name, claimed, values| Fact { name, claimed, values, more: String::new() };
    let mut facts = vec![
        fact("Who", true, who(story)),
        fact("Team", true, claims(&story.teams, "team", "The agent claimed no team.")),
        fact("Repository", true, claims(&story.repos, "repo", "The agent claimed no repository.")),
        fact("Host", true, claims(&story.hosts, "host", "The agent claimed no host.")),
        Fact {
            more: format!("{}, {}", duration(length), counted(story.events, "event", "events")),
            ..fact(
                "When",
                false,
                vec![FactValue { note: "to".to_owned(), ..FactValue::time(story.first) }, FactValue::time(story.last)],
            )
        },
        fact("Modes", false, modes(story)),
        fact("Agent", false, agents(story)),
        fact("A person at the prompt", false, vec![FactValue::plain(interactive(story))]),
        fact("Complete", false, vec![FactValue::plain(complete(story, calls))]),
    ];
    if let Some(amount) = story.cost_usd {
        facts.push(fact("Cost", false, vec![FactValue::plain(Known::observed(dollars(amount)))]));
    }
    if let Some((sent, received)) = story.tokens {
        let tokens = |number: i64| count(u64::try_from(number).unwrap_or(0));
        let words = format!("{} sent, {} received", tokens(sent), tokens(received));
        facts.push(fact("Tokens", false, vec![FactValue::plain(Known::observed(words))]));
    }
    facts
}

fn who(story: &Story) -> Vec<FactValue> {
    let people = if story.user_emails.is_empty() { &story.user_ids } else { &story.user_emails };
    let mut values = claims(people, "user", "The agent claimed no person.");
    values.extend(story.organizations.iter().map(|organization| FactValue {
        note: "organization".to_owned(),
        ..FactValue::plain(Known::observed(organization))
    }));
    values
}

fn claims(values: &[String], parameter: &str, why: &str) -> Vec<FactValue> {
    if values.is_empty() {
        return vec![FactValue::plain(Known::unknown(why))];
    }
    values.iter().map(|value| FactValue::searchable(parameter, value)).collect()
}

fn modes(story: &Story) -> Vec<FactValue> {
    if story.modes.is_empty() {
        return vec![FactValue::plain(Known::unknown("No record of this session names a permission mode."))];
    }
    story
        .modes
        .iter()
        .enumerate()
        .map(|(index, mode)| {
            let since = crate::format::offset(mode.since.saturating_sub(story.first));
            let by = if mode.trigger.is_empty() { String::new() } else { format!(", by {}", mode.trigger) };
            FactValue {
                note: if index == 0 { "seen first".to_owned() } else { format!("since {since}{by}") },
                ..FactValue::searchable("permission_mode", &mode.permission_mode)
            }
        })
        .collect()
}

fn agents(story: &Story) -> Vec<FactValue> {
    let agent = FactValue::searchable("agent", &story.agent);
    let versions = if story.agent_versions.is_empty() {
        vec![FactValue {
            note: "version".to_owned(),
            ..FactValue::plain(Known::unknown("This agent did not send its version."))
        }]
    } else {
        story.agent_versions.iter().map(|version| FactValue::plain(Known::observed(version))).collect()
    };
    std::iter::once(agent).chain(versions).collect()
}

fn interactive(story: &Story) -> Known {
    let inferred = |text: &str, why: &str| Known { basis: "inferred", text: text.to_owned(), why: why.to_owned() };
    match story.interactive {
        Some(true) => inferred("yes, interactive", "Follows from what this session sent about itself."),
        Some(false) => inferred("no, headless", "Follows from what this session sent about itself."),
        None => Known::unknown("Nothing that was sent tells an interactive session from a headless one."),
    }
}

/// Holes in the sender's numbering mean loss; where nothing is numbered, loss cannot be seen.
fn complete(story: &Story, calls: &[&CallRow]) -> Known {
    if story.gaps.is_empty() {
        if !calls.is_empty() && calls.iter().all(|row| row.sequence.is_none()) {
            return Known::unknown("This agent does not number its events, so what was lost cannot be seen.");
        }
        return Known::observed(format!(
            "no gaps seen in {}",
            counted(story.events, "numbered event", "numbered events")
        ));
    }
    let missing = story.gaps.iter().fold(0_u64, |sum, (after, before)| {
        sum.saturating_add(u64::try_from(before.saturating_sub(*after).saturating_sub(1)).unwrap_or(0))
    });
    let places: Vec<String> =
        story.gaps.iter().take(8).map(|(after, before)| format!("between {after} and {before}")).collect();
    Known {
        basis: "observed",
        text: format!(
            "{} missing in {}",
            counted(missing, "event", "events"),
            counted(wide(story.gaps.len()), "gap", "gaps")
        ),
        why: format!("Numbers that never arrived: {}.", places.join(", ")),
    }
}

/// The small trace of a session: calls that were asked about or refused, each once.
pub(super) fn trace(story: &Story, calls: &[&CallRow]) -> Trace {
    let range = Range { after: story.first, before: story.last.saturating_add(1).max(story.first.saturating_add(1)) };
    let pressed: Vec<&&CallRow> =
        calls.iter().filter(|row| row.asked == Some(true) || row.decision == "deny").collect();
    let mut levels = vec![0_u64; usize::try_from(POINTS).unwrap_or(0)];
    for row in &pressed {
        let position = percent(range, row.event_time) / 100.0 * crate::format::float(POINTS);
        if let Some(level) = levels.get_mut(index(position)) {
            *level += 1;
        }
    }
    let top = scale(levels.iter().copied().max().unwrap_or(0));
    Trace {
        title: "Permission pressure in this session".to_owned(),
        description: format!(
            "{} of {} asked about or refused.",
            count(wide(pressed.len())),
            counted(wide(calls.len()), "call", "calls")
        ),
        height: TRACE_HEIGHT,
        line: line(&levels, top, f64::from(TRACE_HEIGHT)),
        scale: String::new(),
        ticks: ticks(range, f64::from(TRACE_HEIGHT)),
        flags: flags(story, range),
        hits: Vec::new(),
    }
}

/// The slot of a position; the last one for the last moment.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 120")]
fn index(position: f64) -> usize {
    (position as usize).min(usize::try_from(POINTS).unwrap_or(1) - 1)
}

/// Changes of mode.
fn flags(story: &Story, range: Range) -> Vec<Flag> {
    story
        .modes
        .iter()
        .skip(1)
        .take(FLAGS)
        .enumerate()
        .map(|(index, mode)| {
            let x = percent(range, mode.since);
            let label: String = mode.permission_mode.chars().take(24).collect();
            Flag {
                x: coordinate(x),
                y: 20 + 16 * u32::from(index % 2 == 1),
                title: format!("Mode {label} since {}", time(mode.since).human),
                label,
                href: String::new(),
                mark: "note",
                leftward: x > 80.0,
            }
        })
        .collect()
}
