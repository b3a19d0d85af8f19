//! The stretch of time a page shows, in words, and the ways to another one.

use barograph_query::questions::Range;

use crate::format::{Time, href, in_link, minute};
use crate::params::{Asked, Last};

/// The stretch of time, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Period {
    /// `Last 7 days`; `All time`; `Chosen time`.
    pub(crate) words: String,
    /// From; none for all time.
    pub(crate) after: Option<Time>,
    /// To; none for all time.
    pub(crate) before: Option<Time>,
    /// The same page with these times written out, which shows the same rows next year.
    pub(crate) permalink: String,
    /// Other stretches.
    pub(crate) choices: Vec<Choice>,
}

/// A link among others of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What it says.
    pub(crate) label: String,
    /// Where it leads.
    pub(crate) href: String,
    /// Whether it is where we are.
    pub(crate) current: bool,
}

/// A range as URL parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    after: String,
    before: String,
}

impl Times {
    pub(crate) fn of(range: Option<Range>) -> Self {
        range.map_or_else(Self::default, |range| Self { after: in_link(range.after), before: in_link(range.before) })
    }

    /// The two parameters; empty ones are left out of links.
    pub(crate) fn pairs(&self) -> [(&'static str, &str); 2] {
        [("after", &self.after), ("before", &self.before)]
    }

    /// A link with these times behind other parameters.
    pub(crate) fn href(&self, path: &str, others: &[(&str, &str)]) -> String {
        href(path, &[others, &self.pairs()].concat())
    }
}

impl Period {
    /// What `asked` came to, on a page whose other parameters are `others`.
    pub(crate) fn new(
        path: &str,
        others: &[(&str, &str)],
        asked: Asked,
        range: Option<Range>,
        default: Option<Last>,
    ) -> Self {
        let last = asked.last(default);
        let mut choices: Vec<Choice> = Last::ALL
            .into_iter()
            .map(|choice| Choice {
                label: choice.words().to_owned(),
                href: href(path, &[others, &[("last", choice.as_str())]].concat()),
                current: last == Some(choice),
            })
            .collect();
        if default.is_none() {
            choices.push(Choice { label: "All".to_owned(), href: href(path, others), current: range.is_none() });
        }
        let words = match (last, range) {
            (Some(last), _) => format!("Last {}", last.words()),
            (None, None) => "All time".to_owned(),
            (None, Some(_)) => "Chosen time".to_owned(),
        };
        Self {
            words,
            after: range.map(|range| minute(range.after)),
            before: range.map(|range| minute(range.before)),
            permalink: Times::of(range).href(path, others),
            choices,
        }
    }
}

/// The end of a page's time: the next full hour after now, or after the newest event where a clock runs ahead.
pub(crate) fn end(now: i64, newest: Option<i64>) -> i64 {
    const HOUR: i64 = 3_600 * barograph_proto::time::SECOND;
    now.max(newest.unwrap_or(now)).saturating_add(1).saturating_add(HOUR - 1).div_euclid(HOUR).saturating_mul(HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use barograph_proto::time::DAY;

    #[test]
    fn a_relative_page_offers_its_absolute_self() {
        let range = Last::Week.until(10 * DAY);
        let period = Period::new("/", &[("team", "pay")], Asked::Nothing, Some(range), Some(Last::Week));
        assert_eq!(period.words, "Last 7 days");
        assert_eq!(period.permalink, "/?team=pay&after=1970-01-04T00:00:00Z&before=1970-01-11T00:00:00Z");
        assert_eq!(period.choices.iter().filter(|choice| choice.current).count(), 1);
    }

    #[test]
    fn the_end_is_a_full_hour_that_holds_the_newest_event() {
        assert_eq!(end(1, None), 3_600_000_000);
        assert_eq!(end(1, Some(3_600_000_000)), 7_200_000_000);
        assert!(end(i64::MAX, None) > 0);
    }
}
