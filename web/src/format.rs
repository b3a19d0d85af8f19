//! Figures, times and words as pages show them. Pure; templates only print what comes from here.

use barograph_proto::time::rfc3339;
use chrono::{DateTime, Datelike, Utc};
use url::form_urlencoded;

use crate::chips::{Piece, pieces, pieces_of};

/// Stored text longer than this (characters) is cut where it stands in a table; the record shows it whole.
const SHOWN: usize = 280;

/// Stored text, ready to be shown: escaped by the template, chips apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The text in order.
    pub(crate) pieces: Vec<Piece>,
    /// How much was cut off: `9,720 more characters`; empty when nothing was.
    pub(crate) cut: String,
}

impl Stored {
    /// The text, cut to what a row can show.
    pub(crate) fn short(text: &str) -> Self {
        let Some((end, _)) = text.char_indices().nth(SHOWN) else { return Self::whole(text) };
        // A chip is not cut in two.
        let head = text.get(..end).unwrap_or_default();
        let open = head.rfind('[').filter(|open| !head.get(*open..).unwrap_or_default().contains(']'));
        let head = open.filter(|open| *open > 0).and_then(|open| head.get(..open)).unwrap_or(head);
        let left = text.chars().count() - head.chars().count();
        Self { pieces: pieces(head), cut: format!("{} more characters", count(wide(left))) }
    }

    /// The whole text.
    pub(crate) fn whole(text: &str) -> Self {
        Self { pieces: pieces(text), cut: String::new() }
    }

    /// The whole text of a row of which it is known what was found in it.
    pub(crate) fn whole_of(text: &str, kinds: &[&str]) -> Self {
        Self { pieces: pieces_of(text, |kind| kinds.contains(&kind)), cut: String::new() }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text without chips' links, for titles.
    pub(crate) fn plain(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.chip.as_ref().map_or(piece.text.as_str(), |chip| chip.label.as_str()))
            .collect()
    }
}

/// A moment: for machines and for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Time {
    /// RFC 3339 with milliseconds, UTC.
    pub(crate) iso: String,
    /// `20 Nov 09:31:03.882 UTC`.
    pub(crate) human: String,
}

/// A moment, µs since the epoch, without its year: for rows, whose page says the year.
pub(crate) fn time(micros: i64) -> Time {
    shown(micros, "%-d %b %H:%M:%S%.3f UTC")
}

/// A moment with its year.
pub(crate) fn dated(micros: i64) -> Time {
    shown(micros, "%-d %b %Y %H:%M:%S%.3f UTC")
}

/// A moment to the minute, with its year.
pub(crate) fn minute(micros: i64) -> Time {
    shown(micros, "%-d %b %Y %H:%M UTC")
}

fn shown(micros: i64, pattern: &str) -> Time {
    let human = match calendar(micros) {
        Some(time) => time.format(pattern).to_string(),
        None => "unknown".to_owned(),
    };
    Time { iso: rfc3339(micros), human }
}

/// A moment by a chrono pattern; empty when no calendar has it.
pub(crate) fn by_pattern(micros: i64, pattern: &str) -> String {
    calendar(micros).map(|time| time.format(pattern).to_string()).unwrap_or_default()
}

fn calendar(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(|time| (-9999..=9999).contains(&time.year()))
}

/// A moment as it stands in links: whole seconds without a fraction.
pub(crate) fn in_link(micros: i64) -> String {
    let text = rfc3339(micros);
    if micros % 1_000_000 == 0 {
        text.replace(".000Z", "Z")
    } else if micros % 1_000 == 0 {
        text
    } else {
        by_pattern(micros, "%Y-%m-%dT%H:%M:%S%.6fZ")
    }
}

/// 12,482.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 call`, `2 calls`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `9.6 %`; empty when there is no whole.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let percent = ratio(part, whole) * 100.0;
    if part > 0 && percent < 0.1 { "< 0.1 %".to_owned() } else { format!("{percent:.1} %") }
}

/// Part of whole, 0 to 1; 0 when there is no whole.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

/// A count as a coordinate or an average.
#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 do not occur, and a pixel would not show it")]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}

/// µs as a coordinate or an average.
#[expect(clippy::cast_precision_loss, reason = "within 2^53 µs (285 years) of the epoch it is exact")]
pub(crate) fn micros_float(micros: i64) -> f64 {
    micros as f64
}

/// A size as a count.
pub(crate) fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// How long, from ms: `820 ms`, `4.1 s`, `14 s`, `3 min 20 s`, `6.4 h`.
pub(crate) fn duration(ms: f64) -> String {
    let seconds = ms / 1_000.0;
    if !ms.is_finite() || ms < 0.0 {
        "unknown".to_owned()
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 59.5 {
        format!("{seconds:.0} s")
    } else if seconds < 3_570.0 {
        let whole = seconds.round();
        match (whole / 60.0).floor() {
            minutes if whole % 60.0 < 0.5 => format!("{minutes:.0} min"),
            minutes => format!("{minutes:.0} min {:.0} s", whole % 60.0),
        }
    } else if seconds < 172_800.0 {
        format!("{:.1} h", seconds / 3_600.0)
    } else {
        format!("{:.1} days", seconds / 86_400.0)
    }
}

/// How long after the start, from µs: `+0:03`, `+1:02:03`.
pub(crate) fn offset(micros: i64) -> String {
    let sign = if micros < 0 { '−' } else { '+' };
    let seconds = micros.unsigned_abs() / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{sign}{hours}:{minutes:02}:{seconds:02}") } else { format!("{sign}{minutes}:{seconds:02}") }
}

/// US dollars: `$1.20`, `$0.0042`.
pub(crate) fn dollars(amount: f64) -> String {
    if amount.abs() < 0.1 { format!("${amount:.4}") } else { format!("${amount:.2}") }
}

/// A link on this site. Parameters without a value are left out.
pub(crate) fn href(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    // Colons are legal in a query, and a time stays readable with them.
    let query = query.finish().replace("%3A", ":");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// One segment of a path, percent-encoded.
pub(crate) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_separators_and_units() {
        let shown: Vec<String> = [0, 7, 999, 1_000, 12_482, 1_234_567].into_iter().map(count).collect();
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,482", "1,234,567"]);
        assert_eq!(counted(1, "call", "calls"), "1 call");
        assert_eq!(counted(0, "call", "calls"), "0 calls");
        assert_eq!(share(1_204, 12_482), "9.6 %");
        assert_eq!(share(1, 100_000), "< 0.1 %");
        assert_eq!(share(1, 0), "");
    }

    #[test]
    fn durations_read_like_speech() {
        let shown: Vec<String> =
            [0.0, 820.4, 999.9, 4_100.0, 14_020.0, 59_700.0, 200_000.0, 23_040_000.0, 259_200_000.0, -1.0, f64::NAN]
                .into_iter()
                .map(duration)
                .collect();
        assert_eq!(
            shown,
            [
                "0 ms",
                "820 ms",
                "1.0 s",
                "4.1 s",
                "14 s",
                "1 min",
                "3 min 20 s",
                "6.4 h",
                "3.0 days",
                "unknown",
                "unknown"
            ]
        );
    }

    #[test]
    fn times_are_exact_for_machines_and_short_for_people() {
        let moment = 1_795_167_063_882_000;
        assert_eq!(time(moment).iso, "2026-11-20T09:31:03.882Z");
        assert_eq!(time(moment).human, "20 Nov 09:31:03.882 UTC");
        assert_eq!(dated(moment).human, "20 Nov 2026 09:31:03.882 UTC");
        assert_eq!(time(i64::MAX).human, "unknown");
        assert_eq!(in_link(moment), "2026-11-20T09:31:03.882Z");
        assert_eq!(in_link(moment + 1), "2026-11-20T09:31:03.882001Z");
        assert_eq!(in_link(1_795_167_063_000_000), "2026-11-20T09:31:03Z");
    }

    #[test]
    fn offsets_count_from_the_start() {
        assert_eq!(offset(3_200_000), "+0:03");
        assert_eq!(offset(3_723_000_000), "+1:02:03");
        assert_eq!(offset(-61_000_000), "−1:01");
    }

    #[test]
    fn links_escape_what_they_carry() {
        assert_eq!(
            href("/search", &[("text", "a&b=c \"<"), ("user", ""), ("after", "2026-11-20T00:00:00Z")]),
            "/search?text=a%26b%3Dc+%22%3C&after=2026-11-20T00:00:00Z"
        );
        assert_eq!(segment("a/b c?#"), "a%2Fb%20c%3F%23");
    }

    #[test]
    fn long_text_is_cut_between_chips() {
        let text = format!("{}[prompt:24]", "é".repeat(SHOWN - 3));
        let stored = Stored::short(&text);
        assert_eq!(stored.plain(), "é".repeat(SHOWN - 3));
        assert_eq!(stored.cut, "11 more characters");
        assert_eq!(Stored::short("[").plain(), "[");
    }
}
