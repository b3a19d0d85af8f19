//! What a URL asks for, checked: bounded texts, closed vocabularies, times. What does not parse is refused with its
//! name and an example that works, never guessed at: a filter that is silently dropped shows the wrong rows.

use barograph_proto::time::{DAY, parse_rfc3339};
use barograph_query::questions::Range;
use url::form_urlencoded;

/// Longest value that a parameter may have, characters.
pub(crate) const MAX_VALUE: usize = 512;

/// Most parameters that a URL may have.
const MAX_PARAMETERS: usize = 40;

/// Earliest and latest moment that may be asked for: 0001 and 9999, µs since the epoch.
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_000_000;

/// A parameter that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct BadParameter {
    /// Its name, shortened.
    pub(crate) name: String,
    /// What is wrong with it: a sentence.
    pub(crate) problem: String,
    /// A query that works: `after=2026-11-20T00:00:00Z`.
    pub(crate) example: String,
}

/// The parameters of a URL.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads a query string in which only `known` names may stand, each once. Empty values count as absent, since
    /// forms send them.
    pub(crate) fn read(query: Option<&str>, known: &[&str]) -> Result<Self, BadParameter> {
        let example = known.first().map(|name| format!("{name}=")).unwrap_or_default();
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()).take(MAX_PARAMETERS) {
            let value = value.trim();
            let refuse = |problem: String, example: String| {
                Err(BadParameter { name: name.chars().take(40).collect(), problem, example })
            };
            if !known.contains(&name.as_ref()) {
                return refuse(
                    format!("This page takes no parameter of that name; it takes {}.", known.join(", ")),
                    example,
                );
            }
            if value.chars().count() > MAX_VALUE {
                return refuse(format!("It is longer than {MAX_VALUE} characters."), example);
            }
            if pairs.iter().any(|(earlier, _)| *earlier == name) {
                return refuse("It stands in the address more than once.".to_owned(), example);
            }
            if !value.is_empty() {
                pairs.push((name.into_owned(), value.to_owned()));
            }
        }
        Ok(Self { pairs })
    }

    /// The parameters as they are, for a form that shows what was typed: unknown and later ones left out, long ones cut.
    pub(crate) fn as_typed(query: Option<&str>, known: &[&str]) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .take(MAX_PARAMETERS)
            .filter(|(name, _)| known.contains(&name.as_ref()))
            .map(|(name, value)| (name.into_owned(), value.chars().take(MAX_VALUE).collect()))
            .collect();
        Self { pairs }
    }

    /// A text; empty when absent.
    pub(crate) fn text(&self, name: &str) -> String {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// One of a closed list of words; empty when absent.
    pub(crate) fn word(&self, name: &str, words: &[&'static str]) -> Result<&'static str, BadParameter> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok("");
        }
        words.iter().copied().find(|word| *word == text).ok_or_else(|| BadParameter {
            name: name.to_owned(),
            problem: format!("It can be {}.", words.join(", ")),
            example: format!("{name}={}", words.first().unwrap_or(&"")),
        })
    }

    /// `true` or `false`; none when absent.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, BadParameter> {
        Ok(match self.word(name, &["true", "false"])? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    /// A whole number up to `max`; 0 when absent.
    pub(crate) fn number(&self, name: &str, max: usize) -> Result<usize, BadParameter> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().ok().filter(|number| *number <= max).ok_or_else(|| BadParameter {
            name: name.to_owned(),
            problem: format!("It is a whole number from 0 to {max}."),
            example: format!("{name}=100"),
        })
    }

    /// A time; none when absent.
    fn time(&self, name: &str) -> Result<Option<i64>, BadParameter> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(None);
        }
        // A `+` that was not percent-encoded has become a space.
        parse_rfc3339(&text.replace(' ', "+")).filter(|time| TIMES.contains(time)).map(Some).ok_or_else(|| {
            BadParameter {
                name: name.to_owned(),
                problem: "It is not a time such as 2026-11-20T09:30:00Z (RFC 3339).".to_owned(),
                example: format!("{name}=2026-11-20T09:30:00Z"),
            }
        })
    }

    /// The stretch of time that `after`, `before` and `last` ask for.
    pub(crate) fn period(&self) -> Result<Asked, BadParameter> {
        let (after, before) = (self.time("after")?, self.time("before")?);
        let last = self.word("last", &Last::ALL.map(Last::as_str))?;
        if let (Some(after), Some(before)) = (after, before)
            && after >= before
        {
            return Err(BadParameter {
                name: "before".to_owned(),
                problem: "It must be later than `after`.".to_owned(),
                example: "after=2026-11-19T00:00:00Z&before=2026-11-20T00:00:00Z".to_owned(),
            });
        }
        Ok(if after.is_some() || before.is_some() {
            Asked::Between { after, before }
        } else {
            Last::parse(last).map_or(Asked::Nothing, Asked::Last)
        })
    }
}

/// A stretch of time that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl Last {
    /// All of them, shortest first.
    pub(crate) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word in URLs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The words on pages.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|last| last.as_str() == word)
    }

    /// The stretch that ends at `end`.
    pub(crate) const fn until(self, end: i64) -> Range {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
        };
        Range { after: end - days * DAY, before: end }
    }
}

/// Which stretch of time a URL asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// None in particular.
    Nothing,
    /// One that ends now.
    Last(Last),
    /// Absolute times.
    Between {
        /// From, inclusive.
        after: Option<i64>,
        /// To, exclusive.
        before: Option<i64>,
    },
}

impl Asked {
    /// The stretch, on a page that always has one: `default` when nothing was asked, and a missing edge is filled so
    /// that the stretch is as long as `default`, or reaches to `end`.
    pub(crate) fn within(self, end: i64, default: Last) -> Range {
        match self {
            Self::Last(last) => last.until(end),
            Self::Between { after: Some(after), before: Some(before) } => Range { after, before },
            Self::Between { after: Some(after), before: None } => Range { after, before: end.max(after + DAY) },
            Self::Between { after: None, before: Some(before) } => default.until(before),
            Self::Nothing | Self::Between { after: None, before: None } => default.until(end),
        }
    }

    /// The stretch, on a page that can also show all time.
    pub(crate) fn or_all(self, end: i64) -> Option<Range> {
        match self {
            Self::Nothing | Self::Between { after: None, before: None } => None,
            Self::Between { after: None, before: Some(before) } => Some(Range { after: before.min(0), before }),
            asked => Some(asked.within(end, Last::Week)),
        }
    }

    /// The stretch that ends now, if it is one; `default` when nothing was asked.
    pub(crate) fn last(self, default: Option<Last>) -> Option<Last> {
        match self {
            Self::Nothing => default,
            Self::Last(last) => Some(last),
            Self::Between { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["text", "decision", "asked", "offset", "after", "before", "last"];

    fn read(query: &str) -> Params {
        Params::read(Some(query), KNOWN).unwrap()
    }

    #[test]
    fn what_does_not_parse_is_named() {
        for (query, name) in [
            ("decision=maybe", "decision"),
            ("asked=yes", "asked"),
            ("offset=-1", "offset"),
            ("offset=99999999999999999999999", "offset"),
            ("after=yesterday", "after"),
            ("after=-262143-01-01T00:00:00Z", "after"),
            ("last=8d", "last"),
            ("after=2026-11-20T00:00:00Z&before=2026-11-20T00:00:00Z", "before"),
            ("desicion=deny", "desicion"),
            ("text=a&text=b", "text"),
        ] {
            let bad = Params::read(Some(query), KNOWN).and_then(|params| {
                params.word("decision", &["allow"])?;
                params.flag("asked")?;
                params.number("offset", 100_000)?;
                params.period()
            });
            assert_eq!(bad.unwrap_err().name, name, "{query}");
        }
        let long = format!("text={}", "x".repeat(MAX_VALUE + 1));
        assert_eq!(Params::read(Some(&long), KNOWN).unwrap_err().name, "text");
    }

    #[test]
    fn empty_values_count_as_absent() {
        let params = read("text=&decision=&asked=&after=&last=&offset=");
        assert_eq!(params.flag("asked"), Ok(None));
        assert_eq!(params.period(), Ok(Asked::Nothing));
        assert_eq!(params.number("offset", 9), Ok(0));
    }

    #[test]
    fn absolute_times_win() {
        let asked = read("last=24h&after=2026-11-20T00:00:00%2B01:00").period().unwrap();
        let Asked::Between { after: Some(after), before: None } = asked else { panic!("{asked:?}") };
        assert_eq!(barograph_proto::time::rfc3339(after), "2026-11-19T23:00:00.000Z");
        assert_eq!(asked.within(after + 5 * DAY, Last::Week), Range { after, before: after + 5 * DAY });
        assert_eq!(read("after=2026-11-20T00:00:00+01:00").period(), Ok(asked), "an unescaped plus is understood");
    }

    #[test]
    fn a_page_without_a_range_shows_the_default() {
        assert_eq!(read("").period().unwrap().within(10 * DAY, Last::Week), Range { after: 3 * DAY, before: 10 * DAY });
        assert_eq!(read("").period().unwrap().or_all(10 * DAY), None);
        assert_eq!(
            read("last=24h").period().unwrap().or_all(10 * DAY),
            Some(Range { after: 9 * DAY, before: 10 * DAY })
        );
    }
}
