//! Equal slots of time over a range.

use super::Range;
use super::find::Slot;

/// How a range is cut into slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slots {
    /// First moment of the first slot, µs since the epoch.
    pub(crate) after: i64,
    /// Length of a slot, µs, at least 1.
    pub(crate) length: i64,
    /// How many.
    pub(crate) count: i64,
}

impl Slots {
    /// Cuts a range into at most `wanted` slots of whole µs that cover it; none for an empty range.
    pub(crate) fn new(range: Range, wanted: i64) -> Option<Self> {
        let whole = range.before.checked_sub(range.after).filter(|whole| *whole > 0)?;
        let length = ceil(whole, wanted.max(1));
        Some(Self { after: range.after, length, count: ceil(whole, length) })
    }

    /// The slots without calls.
    pub(crate) fn empty(self) -> Vec<Slot> {
        (0..self.count)
            .map(|index| Slot {
                start: self.after.saturating_add(index.saturating_mul(self.length)),
                length: self.length,
                ..Slot::default()
            })
            .collect()
    }
}

/// Divides positive numbers, rounding up.
fn ceil(whole: i64, part: i64) -> i64 {
    whole / part + i64::from(whole % part != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_cover_the_range_and_no_more() {
        let slots = Slots::new(Range { after: 100, before: 110 }, 4).unwrap();
        assert_eq!(slots, Slots { after: 100, length: 3, count: 4 });
        assert_eq!(slots.empty().last().unwrap().start, 109);
        assert_eq!(Slots::new(Range { after: 5, before: 7 }, 60).unwrap().count, 2);
        assert_eq!(Slots::new(Range { after: 5, before: 5 }, 60), None);
        assert!(Slots::new(Range { after: i64::MIN, before: i64::MAX }, 60).is_none());
    }
}
