//! Where agents press against their permissions, hardest first, against the period before.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use barograph_query::questions::Range;
use barograph_query::questions::pressure::{Hotspot, PressureOf, pressure};

use super::{Chrome, Connect, end_of_time, write};
use crate::Site;
use crate::calls::Known;
use crate::error::PageError;
use crate::format::{Stored, count, counted, duration, ratio};
use crate::params::{Last, Params};
use crate::period::{Period, Times};
use crate::trace::spark;

const KNOWN: &[&str] = &["last", "after", "before", "team", "agent"];

/// How many places are ranked.
const PLACES: usize = 50;

/// A place of pressure, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rank: usize,
    pub(crate) tool: Stored,
    pub(crate) head: Stored,
    pub(crate) team: Known,
    pub(crate) calls: String,
    pub(crate) asked: String,
    pub(crate) denied: String,
    pub(crate) waited: Known,
    pub(crate) people: String,
    pub(crate) sessions: String,
    pub(crate) trend: Known,
    /// Line of a drawing of 96 by 20 pixels.
    pub(crate) line: String,
    /// What the line shows.
    pub(crate) line_title: String,
    pub(crate) href: String,
}

impl Place {
    pub(crate) fn new(rank: usize, spot: &Hotspot, range: Range) -> Self {
        let about = [
            ("tool_name", spot.tool_name.as_str()),
            ("command_head", spot.command_head.as_str()),
            ("team", spot.team.as_str()),
        ];
        Self {
            rank,
            tool: Stored::short(&spot.tool_name),
            head: Stored::short(&spot.command_head),
            team: if spot.team.is_empty() {
                Known::unknown("The agents claimed no team.")
            } else {
                Known::observed(&spot.team)
            },
            calls: count(spot.calls),
            asked: count(spot.asked),
            denied: count(spot.denied),
            waited: waited(spot),
            people: count(spot.people),
            sessions: count(spot.sessions),
            trend: trend(spot),
            line: spark(&spot.trace, 96.0, 20.0),
            line_title: format!("{} asked about or refused", counted(spot.pressed, "call", "calls")),
            href: Times::of(Some(range)).href("/search", &about),
        }
    }
}

fn waited(spot: &Hotspot) -> Known {
    if spot.asked == 0 {
        Known { basis: "none", text: "—".to_owned(), why: "Nobody is known to have been asked.".to_owned() }
    } else if spot.waited_ms <= 0.0 {
        Known::unknown("People were asked; how long they took was not sent.")
    } else {
        Known::observed(duration(spot.waited_ms))
    }
}

fn trend(spot: &Hotspot) -> Known {
    let (now, before) = (spot.pressed, spot.pressed_before);
    let why =
        format!("{} asked about or refused, {} in the period before", counted(now, "call", "calls"), count(before));
    let text = if before == 0 {
        "new".to_owned()
    } else if now == before {
        "same".to_owned()
    } else {
        let percent = (ratio(now, before) - 1.0) * 100.0;
        let sign = if percent < 0.0 { '−' } else { '+' };
        format!("{sign}{:.0} %", percent.abs())
    };
    Known { basis: "observed", text, why }
}

/// The hotspots page.
#[derive(Debug, Template)]
#[template(path = "hotspots.html", whitespace = "minimize")]
pub(crate) struct HotspotsPage {
    chrome: Chrome,
    period: Period,
    team: String,
    agent: String,
    places: Vec<Place>,
    /// Whether there may be more than are shown.
    cut: bool,
    connect: Connect,
}

impl HotspotsPage {
    pub(crate) fn new(period: Period, range: Range, of: &PressureOf, spots: &[Hotspot], connect: Connect) -> Self {
        let places = spots.iter().enumerate().map(|(index, spot)| Place::new(index + 1, spot, range)).collect();
        Self {
            chrome: Chrome::new("hotspots", "Hotspots"),
            period,
            team: of.team.clone(),
            agent: of.agent.clone(),
            places,
            cut: spots.len() >= of.limit,
            connect,
        }
    }
}

/// `GET /hotspots`.
pub(crate) async fn get(State(site): State<Site>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let params = Params::read(query.as_deref(), KNOWN)?;
    let asked = params.period()?;
    let range = asked.within(end_of_time(&site).await?, Last::Week);
    let of = PressureOf { range, team: params.text("team"), agent: params.text("agent"), limit: PLACES };
    let spots = pressure(&site.archive, &of).await?;
    let others = [("team", of.team.as_str()), ("agent", of.agent.as_str())];
    let period = Period::new("/hotspots", &others, asked, Some(range), Some(Last::Week));
    write(StatusCode::OK, &HotspotsPage::new(period, range, &of, &spots, Connect::new(&site)))
}
