//! What happened in a stretch of time: the trace, the figures, who decided, where agents press, the latest refusals.

mod trace;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use barograph_query::questions::Range;
use barograph_query::questions::overview::{AgentSeen, Overview, overview};

use self::trace::trace;
use super::hotspots::Place;
use super::{Chrome, Connect, end_of_time, write};
use crate::Site;
use crate::calls::{Call, Known, Link, decider, waited};
use crate::error::PageError;
use crate::format::{Stored, Time, count, counted, duration, minute, ratio, share};
use crate::params::{Last, Params};
use crate::period::{Period, Times};
use crate::strips::{Strips, strips};
use crate::trace::{Trace, coordinate};

const KNOWN: &[&str] = &["last", "after", "before"];

/// A figure with its unit, and the rows behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figure {
    /// `1,204`, or `6.4 h`.
    pub(crate) value: String,
    /// What is counted: `calls`.
    pub(crate) unit: &'static str,
    /// `9.6 %`; empty where there is no whole.
    pub(crate) share: String,
    /// Mark that stands with it; empty for none.
    pub(crate) mark: &'static str,
    pub(crate) href: String,
}

/// One who decided, with a bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decider {
    pub(crate) words: String,
    pub(crate) unknown: bool,
    /// Length of the bar, percent.
    pub(crate) bar: String,
    pub(crate) calls: String,
    pub(crate) share: String,
    pub(crate) href: String,
}

/// A version of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AgentView {
    pub(crate) agent: Stored,
    pub(crate) version: Known,
    pub(crate) sessions: String,
    pub(crate) events: String,
    pub(crate) first: Time,
    pub(crate) last: Time,
    pub(crate) href: String,
}

/// The overview page.
#[derive(Debug, Template)]
#[template(path = "overview.html", whitespace = "minimize")]
pub(crate) struct OverviewPage {
    chrome: Chrome,
    period: Period,
    /// Whether the archive holds anything at all, of any time.
    any_events: bool,
    calls: u64,
    trace: Trace,
    figures: Vec<Figure>,
    /// What is not known about being asked, or that nobody was: a sentence.
    waited: String,
    /// Calls in modes that ask nobody: a sentence with the rows behind it; empty when there are none.
    bypassed: String,
    bypassed_links: Vec<Link>,
    strips: Strips,
    deciders: Vec<Decider>,
    hotspots: Vec<Place>,
    hotspots_href: String,
    refusals: Vec<Call>,
    refusals_href: String,
    versions: Vec<AgentView>,
    /// Where the newest events are, when this stretch has none; empty when unknown.
    newest: Link,
    connect: Connect,
}

impl OverviewPage {
    pub(crate) fn new(period: Period, range: Range, told: &Overview, newest: Option<i64>, connect: Connect) -> Self {
        let times = Times::of(Some(range));
        let bypass =
            |mode: &str| Link { label: mode.to_owned(), href: times.href("/search", &[("permission_mode", mode)]) };
        Self {
            chrome: Chrome::new("overview", "Overview"),
            any_events: told.any_events,
            calls: told.calls,
            trace: trace(range, told),
            figures: figures(&times, told),
            waited: if told.calls == 0 || (told.asked > 0 && told.asked_unknown == 0) {
                String::new()
            } else {
                waited(told.asked, told.asked_unknown, told.waited_ms)
            },
            bypassed: match told.bypassed {
                0 => String::new(),
                calls => format!("{} ran in a mode that asks nobody:", counted(calls, "call", "calls")),
            },
            bypassed_links: ["bypassPermissions", "yolo"].map(bypass).to_vec(),
            strips: strips(range, &told.slots, &[]),
            deciders: deciders(&times, told),
            hotspots: told
                .hotspots
                .iter()
                .enumerate()
                .map(|(index, spot)| Place::new(index + 1, spot, range))
                .collect(),
            hotspots_href: times.href("/hotspots", &[]),
            refusals: told.refusals.iter().map(|row| Call::new(row, range.after)).collect(),
            refusals_href: times.href("/search", &[("decision", "deny")]),
            versions: told.agents.iter().map(|seen| version(&times, seen)).collect(),
            newest: newest.map(newest_link).unwrap_or_default(),
            period,
            connect,
        }
    }
}

fn newest_link(newest: i64) -> Link {
    let range = Last::Week.until(crate::period::end(newest, None));
    Link { label: minute(newest).human, href: Times::of(Some(range)).href("/", &[]) }
}

fn figures(times: &Times, told: &Overview) -> Vec<Figure> {
    let figure = |value: String, unit, share, mark, filter: &[(&str, &str)]| Figure {
        value,
        unit,
        share,
        mark,
        href: times.href("/search", filter),
    };
    let plural = |number: u64, one, many| if number == 1 { one } else { many };
    vec![
        figure(count(told.calls), plural(told.calls, "call", "calls"), String::new(), "", &[]),
        figure(count(told.asked), "asked", share(told.asked, told.calls), "ask", &[("asked", "true")]),
        figure(count(told.denied), "refused", share(told.denied, told.calls), "deny", &[("decision", "deny")]),
        figure(duration(told.waited_ms), "people waited", String::new(), "", &[("asked", "true")]),
        figure(count(told.sessions), plural(told.sessions, "session", "sessions"), String::new(), "", &[]),
        figure(count(told.people), plural(told.people, "person", "people"), String::new(), "", &[]),
    ]
}

fn deciders(times: &Times, told: &Overview) -> Vec<Decider> {
    let top = told.decided_by.iter().map(|(_, calls)| *calls).max().unwrap_or(0);
    told.decided_by
        .iter()
        .map(|(word, calls)| Decider {
            words: sentence_case(decider(word)),
            unknown: word.is_empty() || word == "unknown",
            bar: coordinate(ratio(*calls, top) * 100.0),
            calls: count(*calls),
            share: share(*calls, told.calls),
            href: times.href("/search", &[("decided_by", if word.is_empty() { "unknown" } else { word })]),
        })
        .collect()
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn version(times: &Times, seen: &AgentSeen) -> AgentView {
    AgentView {
        agent: Stored::short(&seen.agent),
        version: if seen.agent_version.is_empty() {
            Known::unknown("This agent did not send its version.")
        } else {
            Known::observed(&seen.agent_version)
        },
        sessions: count(seen.sessions),
        events: count(seen.events),
        first: minute(seen.first),
        last: minute(seen.last),
        href: times.href("/search", &[("agent", &seen.agent)]),
    }
}

/// `GET /`.
pub(crate) async fn get(State(site): State<Site>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let params = Params::read(query.as_deref(), KNOWN)?;
    let asked = params.period()?;
    let range = asked.within(end_of_time(&site).await?, Last::Week);
    let told = overview(&site.archive, range).await?;
    let newest =
        if told.events == 0 { barograph_query::questions::overview::newest(&site.archive).await? } else { None };
    let period = Period::new("/", &[], asked, Some(range), Some(Last::Week));
    write(StatusCode::OK, &OverviewPage::new(period, range, &told, newest, Connect::new(&site)))
}
