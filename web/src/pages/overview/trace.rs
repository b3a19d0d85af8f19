//! The overview's trace: its line and its flags.

use barograph_query::questions::Range;
use barograph_query::questions::find::Slot;
use barograph_query::questions::overview::Overview;

use crate::format::{count, float, time, wide};
use crate::period::Times;
use crate::strips::{hits, in_a, merged, slot_href};
use crate::trace::{Flag, Trace, coordinate, line, percent, scale, ticks};

/// Height of the trace, pixels.
const TRACE_HEIGHT: u32 = 132;

/// Fewest refusals in one slot that are worth a flag.
const SPIKE: u64 = 5;

/// Most flags of one kind.
const FLAGS: usize = 3;

/// Questions put to people and refusals: what the pen draws.
fn pressure(slot: &Slot) -> u64 {
    slot.asked.saturating_add(slot.deny)
}

/// The trace of a range.
pub(super) fn trace(range: Range, told: &Overview) -> Trace {
    let levels: Vec<u64> = told.slots.iter().map(pressure).collect();
    let highest = levels.iter().copied().max().unwrap_or(0);
    let top = scale(highest);
    let each = told.slots.first().map(|slot| in_a(slot.length)).unwrap_or_default();
    let busiest = told.slots.iter().max_by_key(|slot| pressure(slot)).filter(|slot| pressure(slot) > 0);
    let description = match busiest {
        Some(slot) => format!(
            "Questions put to people and refusals{each}. Highest: {} from {}. All figures are in the table below.",
            count(highest),
            time(slot.start).human
        ),
        None => "Nobody was asked and nothing was refused in this time.".to_owned(),
    };
    let mut flags = spikes(range, &told.slots);
    flags.extend(new_versions(range, told));
    Trace {
        title: "Permission pressure".to_owned(),
        description,
        height: TRACE_HEIGHT,
        line: line(&levels, top, f64::from(TRACE_HEIGHT)),
        scale: if highest == 0 { String::new() } else { format!("{}{each}", count(top)) },
        ticks: ticks(range, f64::from(TRACE_HEIGHT)),
        flags,
        hits: hits(range, &merged(&told.slots), &[]),
    }
}

/// Slots whose refusals stand out: five or more, and three standard deviations above the mean.
fn spikes(range: Range, slots: &[Slot]) -> Vec<Flag> {
    let mean = float(slots.iter().map(|slot| slot.deny).sum()) / float(wide(slots.len().max(1)));
    let variance =
        slots.iter().map(|slot| (float(slot.deny) - mean).powi(2)).sum::<f64>() / float(wide(slots.len().max(1)));
    let threshold = mean + 3.0 * variance.sqrt();
    let mut found: Vec<&Slot> =
        slots.iter().filter(|slot| slot.deny >= SPIKE && float(slot.deny) > threshold).collect();
    found.sort_by_key(|slot| std::cmp::Reverse(slot.deny));
    // The hours beside a spike belong to it: one flag says so, and its words have room.
    let room = range.before.saturating_sub(range.after) / 10;
    let mut spikes: Vec<&Slot> = Vec::new();
    for slot in found {
        if spikes.len() < FLAGS && spikes.iter().all(|spike| slot.start.abs_diff(spike.start) > room.unsigned_abs()) {
            spikes.push(slot);
        }
    }
    spikes.sort_by_key(|slot| slot.start);
    spikes
        .into_iter()
        .enumerate()
        .map(|(index, slot)| {
            let x = percent(range, slot.start.saturating_add(slot.length / 2));
            let label = format!("{} refused", count(slot.deny));
            Flag {
                x: coordinate(x),
                y: 22 + 16 * u32::from(index % 2 == 1),
                title: format!("{label}{} from {}", in_a(slot.length), time(slot.start).human),
                label,
                href: slot_href(slot, &[("decision", "deny")]),
                mark: "deny",
                leftward: x > 85.0,
            }
        })
        .collect()
}

/// Versions first seen in this range, of agents that were there before with another one.
fn new_versions(range: Range, told: &Overview) -> Vec<Flag> {
    told.agents
        .iter()
        .filter(|seen| {
            told.agents.iter().any(|other| {
                other.agent == seen.agent && other.agent_version != seen.agent_version && other.first < seen.first
            })
        })
        .take(FLAGS)
        .enumerate()
        .map(|(index, seen)| {
            let x = percent(range, seen.first);
            let agent: String = seen.agent.chars().take(24).collect();
            let version: String = seen.agent_version.chars().take(16).collect();
            Flag {
                x: coordinate(x),
                y: 54 + 16 * u32::from(index % 2 == 1),
                label: format!("{agent} {version}"),
                title: format!("First seen in this time: {agent} {version}, {}", time(seen.first).human),
                href: Times::of(Some(Range { after: seen.first, before: range.before }))
                    .href("/search", &[("agent", &seen.agent)]),
                mark: "note",
                leftward: x > 80.0,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(denied: &[u64]) -> Vec<Slot> {
        let slot = |(index, deny): (usize, &u64)| Slot {
            start: i64::try_from(index).unwrap() * 10,
            length: 10,
            deny: *deny,
            ..Slot::default()
        };
        denied.iter().enumerate().map(slot).collect()
    }

    #[test]
    fn only_what_stands_out_gets_a_flag() {
        let range = Range { after: 0, before: 1_000 };
        let mut denied = vec![1_u64; 100];
        assert!(spikes(range, &slots(&denied)).is_empty());
        denied[40] = 31;
        let flags = spikes(range, &slots(&denied));
        assert_eq!(flags.len(), 1);
        assert_eq!(flags[0].label, "31 refused");
        assert_eq!(flags[0].x, "40.5");
        assert!(spikes(range, &[]).is_empty());
    }
}
