//! Calls over time, slot by slot: a strip of bars for each kind of decision, each bar a link to its rows, and the same
//! numbers as a table.

use barograph_query::questions::Range;
use barograph_query::questions::find::Slot;

use crate::format::{Time, count, counted, duration, micros_float, ratio, time};
use crate::period::Times;
use crate::trace::{Hit, Tick, coordinate, percent, ticks};

/// Most bars of a strip: any more, and one cannot be hit with a finger.
const BARS: usize = 42;

/// Height of a strip with the space below it, pixels.
const STRIP_HEIGHT: u32 = 40;

/// Height of a strip's highest bar, pixels.
const BAR_HEIGHT: f64 = 32.0;

/// When a slot starts, to the minute where it does.
fn start(slot: &Slot) -> Time {
    let exact = time(slot.start);
    Time { human: exact.human.replace(":00.000 UTC", " UTC"), ..exact }
}

/// The rows of a slot, behind `others`.
pub(crate) fn slot_href(slot: &Slot, others: &[(&str, &str)]) -> String {
    let range = Range { after: slot.start, before: slot.start.saturating_add(slot.length) };
    Times::of(Some(range)).href("/search", others)
}

/// Neighbouring slots put together, so that there are at most [`BARS`].
pub(crate) fn merged(slots: &[Slot]) -> Vec<Slot> {
    let together = slots.len().div_ceil(BARS).max(1);
    slots
        .chunks(together)
        .map(|chunk| {
            let first = chunk.first().copied().unwrap_or_default();
            Slot {
                start: first.start,
                length: chunk.iter().map(|slot| slot.length).sum(),
                allow: chunk.iter().map(|slot| slot.allow).sum(),
                deny: chunk.iter().map(|slot| slot.deny).sum(),
                other: chunk.iter().map(|slot| slot.other).sum(),
                asked: chunk.iter().map(|slot| slot.asked).sum(),
            }
        })
        .collect()
}

/// Links over slots, behind `others`.
pub(crate) fn hits(range: Range, slots: &[Slot], others: &[(&str, &str)]) -> Vec<Hit> {
    slots
        .iter()
        .map(|slot| {
            let (from, to) = (percent(range, slot.start), percent(range, slot.start.saturating_add(slot.length)));
            Hit {
                x: coordinate(from),
                width: coordinate((to - from).max(0.0)),
                title: format!(
                    "{}: {}, {} asked, {} refused",
                    start(slot).human,
                    counted(slot.allow + slot.deny + slot.other, "call", "calls"),
                    count(slot.asked),
                    count(slot.deny)
                ),
                href: slot_href(slot, others),
            }
        })
        .collect()
}

/// A bar: a slot of a strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) y: String,
    pub(crate) height: String,
}

/// One strip: one kind of decision over time, on its own scale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strip {
    /// `allow`, `ask`, `deny`, `unknown`.
    pub(crate) mark: &'static str,
    pub(crate) name: &'static str,
    /// Where it starts, pixels from the top.
    pub(crate) y: u32,
    /// Sum over the range.
    pub(crate) total: String,
    /// Its highest bar.
    pub(crate) highest: String,
    pub(crate) bars: Vec<Bar>,
}

/// A row of the table beside the strips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) time: Time,
    pub(crate) href: String,
    pub(crate) allow: String,
    pub(crate) asked: String,
    pub(crate) deny: String,
    pub(crate) other: String,
}

/// Decisions over time: a strip for each kind, since refusals would vanish in one stack with what was allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strips {
    /// What a bar stands for: `4.0 h`.
    pub(crate) each: String,
    /// Height of all strips, pixels.
    pub(crate) height: u32,
    pub(crate) channels: Vec<Strip>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) table: Vec<Numbers>,
}

/// Which calls of a slot a strip counts.
type Count = fn(&Slot) -> u64;

/// The strips of a range.
pub(crate) fn strips(range: Range, slots: &[Slot], others: &[(&str, &str)]) -> Strips {
    let slots = merged(slots);
    let kinds: [(&'static str, &'static str, Count); 4] = [
        ("allow", "allowed", |slot| slot.allow),
        ("ask", "asked", |slot| slot.asked),
        ("deny", "refused", |slot| slot.deny),
        ("unknown", "neither", |slot| slot.other),
    ];
    let mut strips: Vec<Strip> = kinds
        .into_iter()
        .filter(|(mark, _, of)| *mark != "unknown" || slots.iter().any(|slot| of(slot) > 0))
        .map(|(mark, name, of)| strip(range, &slots, mark, name, of))
        .collect();
    let mut height = 0;
    for strip in &mut strips {
        strip.y = height;
        height += STRIP_HEIGHT;
    }
    Strips {
        each: slots.first().map(|slot| in_a(slot.length)).unwrap_or_default().replace(" in ", ""),
        height,
        channels: strips,
        ticks: ticks(range, BAR_HEIGHT),
        hits: hits(range, &slots, others),
        table: slots
            .iter()
            .map(|slot| Numbers {
                time: start(slot),
                href: slot_href(slot, others),
                allow: count(slot.allow),
                asked: count(slot.asked),
                deny: count(slot.deny),
                other: count(slot.other),
            })
            .collect(),
    }
}

/// One strip.
fn strip(range: Range, slots: &[Slot], mark: &'static str, name: &'static str, of: Count) -> Strip {
    let highest = slots.iter().map(of).max().unwrap_or(0);
    let bars = slots
        .iter()
        .filter(|slot| of(slot) > 0)
        .map(|slot| {
            let (from, to) = (percent(range, slot.start), percent(range, slot.start.saturating_add(slot.length)));
            // One call is seen, however many there were at other times.
            let height = (ratio(of(slot), highest) * BAR_HEIGHT).max(1.5);
            Bar {
                x: coordinate(from + (to - from) * 0.1),
                width: coordinate((to - from) * 0.8),
                y: coordinate(BAR_HEIGHT - height),
                height: coordinate(height),
            }
        })
        .collect();
    Strip { mark, name, y: 0, total: count(slots.iter().map(of).sum()), highest: count(highest), bars }
}

/// ` an hour`, ` in 4.0 h`: the unit of a slot's counts.
pub(crate) fn in_a(micros: i64) -> String {
    match micros {
        3_600_000_000 => " an hour".to_owned(),
        86_400_000_000 => " a day".to_owned(),
        60_000_000 => " a minute".to_owned(),
        other => format!(" in {}", duration(micros_float(other) / 1_000.0)),
    }
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
    fn merging_loses_no_call_and_no_time() {
        let slots = slots(&[1; 168]);
        let merged = merged(&slots);
        assert_eq!(merged.len(), 42);
        assert_eq!(merged.iter().map(|slot| slot.deny).sum::<u64>(), 168);
        assert_eq!(merged.iter().map(|slot| slot.length).sum::<i64>(), 1_680);
    }

    #[test]
    fn one_refusal_among_thousands_is_seen() {
        let range = Range { after: 0, before: 20 };
        let strip = strip(range, &slots(&[1, 10_000]), "deny", "refused", |slot| slot.deny);
        assert_eq!(strip.bars[0].height, "1.5");
    }
}
