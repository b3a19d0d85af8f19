//! Which files are put together: pure, by what the log tells of them.
//!
//! Files of one day and about one size are merged when there are enough of them, so that a row is written anew once for
//! each size that its file grows through. When a day is over, what is left of it becomes one file.

use std::collections::BTreeMap;

use barograph_proto::time::{DAY, SECOND};

use crate::columnar::parse_day;
use crate::store::table::LiveFile;

/// How large files are and grow.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Sizes {
    /// What files grow to, bytes. A file of three quarters of it is left alone.
    pub(in crate::store) target: u64,
    /// So many files of about one size become one.
    pub(in crate::store) fan_in: usize,
    /// At most so many files are merged at a time: of each a merge holds a page of every column.
    pub(in crate::store) most: usize,
    /// A past day to which nothing has come for so long is brought to its end, µs.
    pub(in crate::store) quiet: i64,
}

impl Default for Sizes {
    /// Each reader of a file holds a batch and a row group's compressed columns: some hundred MB in all at the most.
    fn default() -> Self {
        Self { target: 64 << 20, fan_in: 16, most: 16, quiet: 300 * SECOND }
    }
}

/// A file beside which others are small is not written anew for them.
const DWARFED: u64 = 8;

/// Sizes that differ by less than this count as about one, as a power of two.
const TIER_BITS: u32 = 4;

/// Files below this are about one size whatever they are, bytes: the footer is most of them.
const SMALLEST: u64 = 256 << 10;

/// The files of one day that are to be merged next; none when all is well.
pub(super) fn next(files: Vec<LiveFile>, now: i64, sizes: &Sizes) -> Option<Vec<LiveFile>> {
    let mut days: BTreeMap<String, Vec<LiveFile>> = BTreeMap::new();
    for file in files.into_iter().filter(|file| file.bytes < done(sizes) && parse_day(&file.day).is_some()) {
        days.entry(file.day.clone()).or_default().push(file);
    }
    // The latest day first: it is what is asked for and what grows.
    days.into_values().rev().find_map(|mut files| {
        files.sort_by(|a, b| a.modified.cmp(&b.modified).then_with(|| a.path.cmp(&b.path)));
        alike(&files, sizes).or_else(|| rest(files, now, sizes))
    })
}

/// Whether what these files become will not be merged again: it fills a file, or its day is over.
pub(super) fn is_last(files: &[LiveFile], now: i64, sizes: &Sizes) -> bool {
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    let day = files.first().and_then(|file| parse_day(&file.day));
    bytes >= done(sizes) || day.is_some_and(|day| day < now.div_euclid(DAY))
}

/// A file of so many bytes is left alone.
fn done(sizes: &Sizes) -> u64 {
    sizes.target / 4 * 3
}

/// Enough files of about one size, the smallest first.
fn alike(files: &[LiveFile], sizes: &Sizes) -> Option<Vec<LiveFile>> {
    let mut tiers: BTreeMap<u32, Vec<LiveFile>> = BTreeMap::new();
    for file in files {
        tiers.entry(tier(file.bytes)).or_default().push(file.clone());
    }
    tiers.into_values().find_map(|tier| {
        let bytes: u64 = tier.iter().map(|file| file.bytes).sum();
        let enough = tier.len() >= sizes.fan_in || (tier.len() > 1 && bytes >= sizes.target);
        enough.then(|| take(tier, sizes))
    })
}

/// What is left of a day that is over.
fn rest(mut files: Vec<LiveFile>, now: i64, sizes: &Sizes) -> Option<Vec<LiveFile>> {
    let day = parse_day(&files.first()?.day)?;
    let last = files.iter().map(|file| file.modified).max()?.saturating_mul(1_000);
    if day >= now.div_euclid(DAY) || last > now.saturating_sub(sizes.quiet) {
        return None;
    }
    files.sort_by_key(|file| std::cmp::Reverse(file.bytes));
    while let Some((largest, others)) = files.split_first() {
        let others: u64 = others.iter().map(|file| file.bytes).sum();
        if largest.bytes <= others.saturating_mul(DWARFED) {
            break;
        }
        files.remove(0);
    }
    files.reverse();
    (files.len() > 1).then(|| take(files, sizes))
}

fn tier(bytes: u64) -> u32 {
    (bytes / SMALLEST).max(1).ilog2() / TIER_BITS
}

/// As many as one merge takes: until they fill a file, or are too many.
fn take(files: Vec<LiveFile>, sizes: &Sizes) -> Vec<LiveFile> {
    let mut bytes = 0;
    let more = |file: &LiveFile| {
        let more = bytes < sizes.target;
        bytes += file.bytes;
        more
    };
    files.into_iter().take(sizes.most).take_while(more).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 20_778 * DAY + DAY / 2;

    fn file(day: &str, number: usize, bytes: u64) -> LiveFile {
        LiveFile {
            path: format!("{day}/{number}"),
            day: day.to_owned(),
            bytes,
            rows: 1,
            modified: NOW / 1_000 - 7_200_000 + i64::try_from(number).unwrap(),
        }
    }

    fn files(day: &str, sizes: &[u64]) -> Vec<LiveFile> {
        sizes.iter().enumerate().map(|(number, bytes)| file(day, number, *bytes)).collect()
    }

    fn chosen(files: Vec<LiveFile>) -> Vec<u64> {
        next(files, NOW, &Sizes::default()).unwrap_or_default().iter().map(|file| file.bytes).collect()
    }

    const NONE: [u64; 0] = [];
    const TODAY: &str = "2026-11-21";
    const YESTERDAY: &str = "2026-11-20";

    #[test]
    fn enough_files_of_a_size_are_merged_and_fewer_are_not() {
        assert_eq!(chosen(files(TODAY, &[20_000; 15])), NONE);
        assert_eq!(chosen(files(TODAY, &[20_000; 16])).len(), 16);
        assert_eq!(chosen(files(TODAY, &[20_000; 100])).len(), 16);
    }

    #[test]
    fn sizes_are_not_mixed_while_the_day_goes_on() {
        let sizes = [vec![20_000; 10], vec![5 << 20; 10]].concat();
        assert_eq!(chosen(files(TODAY, &sizes)), NONE);
    }

    #[test]
    fn files_that_fill_a_large_one_are_merged_and_large_ones_left_alone() {
        assert_eq!(chosen(files(TODAY, &[30 << 20, 30 << 20, 30 << 20, 60 << 20])), [30 << 20, 30 << 20, 30 << 20]);
        assert_eq!(chosen(files(TODAY, &[60 << 20; 20])), NONE);
    }

    #[test]
    fn a_day_that_is_over_becomes_one_file_unless_it_is_one_but_for_a_few_rows() {
        assert_eq!(chosen(files(YESTERDAY, &[20_000, 5 << 20, 3 << 20])), [20_000, 3 << 20, 5 << 20]);
        assert_eq!(chosen(files(YESTERDAY, &[20_000, 30 << 20])), NONE);
        assert_eq!(chosen(files(YESTERDAY, &[20_000, 20_000, 30 << 20])), [20_000, 20_000]);
        let mut late = files(YESTERDAY, &[20_000, 5 << 20]);
        late[0].modified = NOW / 1_000 - 60_000;
        assert_eq!(chosen(late), NONE);
    }

    proptest! {
        /// Whatever comes, merging goes on to an end, after which a day has few files.
        #[test]
        fn merging_ends_with_few_files(sizes in prop::collection::vec(1_u64..100 << 20, 0..200), over: bool) {
            let day = if over { YESTERDAY } else { TODAY };
            let (mut live, mut steps) = (files(day, &sizes), 0);
            while let Some(merged) = next(live.clone(), NOW, &Sizes::default()) {
                prop_assert!(merged.len() > 1 && merged.len() <= 16);
                live.retain(|file| !merged.contains(file));
                let bytes: u64 = merged.iter().map(|file| file.bytes).sum();
                steps += 1;
                prop_assert!(steps <= sizes.len());
                for part in 0..=bytes / (64 << 20) {
                    let bytes = (bytes - part * (64 << 20)).min(64 << 20);
                    if bytes > 0 {
                        let mut file = file(day, 1_000 * steps + usize::try_from(part).unwrap(), bytes);
                        file.modified = 0;
                        live.push(file);
                    }
                }
            }
            let small = live.iter().filter(|file| file.bytes < 48 << 20).count();
            prop_assert!(small <= if over { 10 } else { 3 * 16 }, "{small} small files are left");
        }
    }
}
