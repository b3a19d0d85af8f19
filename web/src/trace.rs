//! The barograph trace: a thin continuous line over a faint grid of hours and days, with small flags. Pure geometry,
//! in two coordinate systems: x in percent of the width (so that text never shrinks with the drawing), y in pixels.

use barograph_proto::time::{DAY, SECOND};
use barograph_query::questions::Range;

use crate::format::{by_pattern, float, micros_float, ratio};

const HOUR: i64 = 3_600 * SECOND;
const MINUTE: i64 = 60 * SECOND;

/// Width of the stretched drawing's own coordinates.
pub(crate) const WIDTH: f64 = 1_000.0;

/// Monday, 5 January 1970: weeks are counted from here.
const FIRST_MONDAY: i64 = 4 * DAY;

/// A line or label on the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Where, percent of the width.
    pub(crate) x: String,
    /// Arc of the paper's time line, in the drawing's own coordinates.
    pub(crate) arc: String,
    /// `Mon 16`; empty on a minor line.
    pub(crate) label: String,
    /// How the label gives way on narrow pages: `wide-only` near the edge, `every-other` in small drawings.
    pub(crate) gives_way: &'static str,
}

/// A small flag on the trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Where, percent of the width.
    pub(crate) x: String,
    /// Height of its cloth, pixels from the top: flags take turns, so that their words do not meet.
    pub(crate) y: u32,
    /// `31 refused`.
    pub(crate) label: String,
    /// The same as a sentence, with the time.
    pub(crate) title: String,
    /// The rows behind it.
    pub(crate) href: String,
    /// `deny`, `ask` or `note`: what it is drawn as.
    pub(crate) mark: &'static str,
    /// Whether its words stand to the left of it.
    pub(crate) leftward: bool,
}

/// A slot of the axis that is a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where it starts, percent of the width.
    pub(crate) x: String,
    /// Its width, percent.
    pub(crate) width: String,
    /// What it says.
    pub(crate) title: String,
    /// The rows behind it.
    pub(crate) href: String,
}

/// A trace, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// What it shows.
    pub(crate) title: String,
    /// The same in a sentence with its figures.
    pub(crate) description: String,
    /// Height of the drawing, pixels.
    pub(crate) height: u32,
    /// The pen's line, in the drawing's own coordinates.
    pub(crate) line: String,
    /// The highest level line: `40 an hour`.
    pub(crate) scale: String,
    /// Time lines.
    pub(crate) ticks: Vec<Tick>,
    /// Flags.
    pub(crate) flags: Vec<Flag>,
    /// Links.
    pub(crate) hits: Vec<Hit>,
}

/// Percent of a range's width at which a moment stands.
pub(crate) fn percent(range: Range, moment: i64) -> f64 {
    let width = micros_float(range.before.saturating_sub(range.after).max(1));
    (micros_float(moment.saturating_sub(range.after)) / width * 100.0).clamp(0.0, 100.0)
}

/// A coordinate, two decimals at most.
pub(crate) fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The smallest of 1, 2, 5, 10, 20, 50 … that is not below `highest`: the scale of a chart.
pub(crate) fn scale(highest: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let candidate = step.saturating_mul(factor);
            if candidate >= highest {
                return candidate;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// The pen's line through `levels`, evenly spaced over the width, in a drawing of `height`: a cubic that passes every
/// point and never swings above or below its neighbours (Fritsch and Carlson, 1980), so it shows nothing that was not.
pub(crate) fn line(levels: &[u64], top: u64, height: f64) -> String {
    let points: Vec<(f64, f64)> = levels
        .iter()
        .enumerate()
        .map(|(index, level)| {
            let position = (float(index as u64) + 0.5) / float(levels.len().max(1) as u64);
            (position * WIDTH, height - 1.0 - ratio(*level, top.max(1)) * (height - 2.0))
        })
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return format!("M0 {}H{WIDTH}", coordinate(height - 1.0));
    };
    let slopes: Vec<f64> =
        points.windows(2).map(|pair| if let [a, b] = pair { (b.1 - a.1) / (b.0 - a.0) } else { 0.0 }).collect();
    let tangents: Vec<f64> = (0..points.len()).map(|index| tangent(&slopes, index)).collect();
    // The pen comes in from the left edge and leaves by the right one.
    let mut path = vec![format!("M0 {}H{}", coordinate(first.1), coordinate(first.0))];
    for (pair, tangents) in points.windows(2).zip(tangents.windows(2)) {
        let ([a, b], [from, to]) = (pair, tangents) else { continue };
        let third = (b.0 - a.0) / 3.0;
        if (a.1 - b.1).abs() < 0.005 {
            path.push(format!("H{}", coordinate(b.0)));
        } else {
            let numbers = [a.0 + third, a.1 + from * third, b.0 - third, b.1 - to * third, b.0, b.1].map(coordinate);
            path.push(format!("C{}", numbers.join(" ")));
        }
    }
    path.push(format!("M{} {}H{WIDTH}", coordinate(last.0), coordinate(last.1)));
    path.concat()
}

/// The tangent at a point: the harmonic mean of the slopes beside it, flat at peaks and at the ends.
fn tangent(slopes: &[f64], index: usize) -> f64 {
    let before = index.checked_sub(1).and_then(|before| slopes.get(before));
    match (before, slopes.get(index)) {
        (Some(before), Some(after)) if before * after > 0.0 => 2.0 * before * after / (before + after),
        _ => 0.0,
    }
}

/// A small line of `width` by `height` pixels, for rows.
pub(crate) fn spark(levels: &[u64], width: f64, height: f64) -> String {
    let top = levels.iter().copied().max().unwrap_or(0).max(1);
    let last = float(levels.len().max(2) as u64 - 1);
    let points = levels.iter().enumerate().map(|(index, level)| {
        let x = float(index as u64) / last * (width - 2.0) + 1.0;
        format!("{} {}", coordinate(x), coordinate(height - 1.0 - ratio(*level, top) * (height - 2.0)))
    });
    let path = points.collect::<Vec<_>>().join("L");
    if path.is_empty() { format!("M1 {}H{}", height - 1.0, width - 1.0) } else { format!("M{path}") }
}

/// The time lines of a range: days and hours where they fall, however long it is.
pub(crate) fn ticks(range: Range, height: f64) -> Vec<Tick> {
    let length = range.before.saturating_sub(range.after);
    let (minor, major, origin, pattern) = match length {
        ..=0 => return Vec::new(),
        length if length <= MINUTE => (5 * SECOND, 15 * SECOND, 0, "%H:%M:%S"),
        length if length <= 10 * MINUTE => (MINUTE, 2 * MINUTE, 0, "%H:%M"),
        length if length <= 2 * HOUR => (5 * MINUTE, 30 * MINUTE, 0, "%H:%M"),
        length if length <= 12 * HOUR => (HOUR, 2 * HOUR, 0, "%H:%M"),
        length if length <= 48 * HOUR => (HOUR, 6 * HOUR, 0, "%H:%M"),
        length if length <= 10 * DAY => (6 * HOUR, DAY, 0, "%a %-d"),
        length if length <= 70 * DAY => (DAY, 7 * DAY, FIRST_MONDAY, "%-d %b"),
        length if length <= 400 * DAY => (7 * DAY, 28 * DAY, FIRST_MONDAY, "%-d %b"),
        length => (length / 40, length / 8, range.after, "%b %Y"),
    };
    let mut ticks = Vec::new();
    let mut moment = range.after.saturating_sub(origin).div_euclid(minor).saturating_mul(minor).saturating_add(origin);
    while moment < range.before && ticks.len() < 400 {
        if moment > range.after {
            let is_major = moment.saturating_sub(origin).rem_euclid(major) == 0;
            let major_before = ticks.iter().filter(|tick: &&Tick| !tick.label.is_empty()).count();
            ticks.push(tick(range, moment, height, if is_major { pattern } else { "" }, major_before));
        }
        moment = moment.saturating_add(minor);
    }
    ticks
}

fn tick(range: Range, moment: i64, height: f64, pattern: &str, before: usize) -> Tick {
    let x = percent(range, moment);
    let at = x / 100.0 * WIDTH;
    // The pen's arm swings on a pivot, so the paper's time lines are arcs.
    let arc = format!("M{} 0Q{} {} {} {height}", coordinate(at), coordinate(at - 5.0), height / 2.0, coordinate(at));
    let label = if pattern.is_empty() { String::new() } else { by_pattern(moment, pattern) };
    let gives_way = match x {
        x if x > 92.0 => "wide-only",
        _ if before % 2 == 1 => "every-other",
        _ => "",
    };
    Tick { x: coordinate(x), arc, label, gives_way }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ys(path: &str) -> Vec<f64> {
        path.split(['M', 'C', 'H', 'L'])
            .filter(|part| part.contains(' '))
            .flat_map(|part| part.split(' ').skip(1).step_by(2).map(|y| y.parse::<f64>().unwrap()))
            .collect()
    }

    #[test]
    fn the_line_never_swings_beyond_its_points() {
        let levels = [0, 9, 9, 1, 0, 100, 0, 0, 3];
        let drawn = ys(&line(&levels, 100, 100.0));
        assert!(drawn.iter().all(|y| (1.0..=99.0).contains(y)), "{drawn:?}");
        assert!(drawn.iter().any(|y| (y - 1.0).abs() < 0.01), "the peak is reached: {drawn:?}");
    }

    #[test]
    fn nothing_is_a_flat_line() {
        assert_eq!(line(&[], 0, 100.0), "M0 99H1000");
        assert_eq!(line(&[0, 0], 0, 100.0), "M0 99H250H750M750 99H1000");
        assert_eq!(spark(&[], 96.0, 20.0), "M1 19H95");
    }

    #[test]
    fn scales_are_round() {
        assert_eq!([0, 1, 3, 7, 11, 201].map(scale), [1, 1, 5, 10, 20, 500]);
        assert!(scale(u64::MAX) == u64::MAX);
    }

    #[test]
    fn a_week_has_its_days_and_any_length_has_few_lines() {
        let after = 1_795_132_800_000_000; // 2026-11-20T00:00:00Z
        let week = ticks(Range { after, before: after + 7 * DAY }, 100.0);
        let labels: Vec<&str> = week.iter().map(|tick| tick.label.as_str()).filter(|label| !label.is_empty()).collect();
        assert_eq!(labels, ["Sat 21", "Sun 22", "Mon 23", "Tue 24", "Wed 25", "Thu 26"]);
        for length in [1, SECOND, MINUTE, HOUR, DAY, 30 * DAY, 365 * DAY, 5_000 * DAY, i64::MAX / 2] {
            let count = ticks(Range { after: 0, before: length }, 100.0).len();
            assert!(count <= 80, "{count} lines over {length} µs");
        }
    }
}
