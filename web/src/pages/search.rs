//! Which session did that? One form, the facts, the histogram, facets, and the rows.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use barograph_proto::values::{DecidedBy, Decision};
use barograph_query::questions::Range;
use barograph_query::questions::find::{Found, Search, Slot, find};

use super::{Chrome, Connect, end_of_time, write};
use crate::Site;
use crate::calls::{Call, Link, decider};
use crate::error::PageError;
use crate::format::{Stored, Time, count, counted, dated, href, wide};
use crate::params::{Asked, BadParameter, Params};
use crate::period::{Period, Times};
use crate::strips::{Strips, strips};

/// Rows on a page.
const ROWS: usize = 50;

/// Last row that can be paged to; beyond it, more filters are the way.
const MAX_OFFSET: usize = 100_000;

/// Filters that are whole values, with their labels, as the form lists them.
const TEXTS: &[(&str, &str)] = &[
    ("tool_name", "Tool"),
    ("command_head", "Command starts with"),
    ("path", "Touches a path under"),
    ("mcp_server", "MCP server"),
    ("user", "Person (e-mail or id)"),
    ("team", "Team"),
    ("repo", "Repository"),
    ("agent", "Agent"),
    ("host", "Host"),
    ("permission_mode", "Permission mode"),
    ("session_id", "Session id"),
];

/// Every parameter, in the order of links.
const KNOWN: &[&str] = &[
    "text",
    "tool_name",
    "command_head",
    "path",
    "mcp_server",
    "user",
    "team",
    "repo",
    "agent",
    "host",
    "permission_mode",
    "session_id",
    "decision",
    "decided_by",
    "asked",
    "last",
    "after",
    "before",
    "offset",
];

const DECISIONS: [&str; 3] = [Decision::Allow.as_str(), Decision::Ask.as_str(), Decision::Deny.as_str()];

/// A text field of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
}

/// A choice of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Select {
    name: &'static str,
    label: &'static str,
    options: Vec<SelectOption>,
}

/// A value of a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SelectOption {
    value: &'static str,
    words: String,
    selected: bool,
}

/// Values of a column with their counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FacetView {
    title: &'static str,
    values: Vec<FacetValue>,
}

/// A value that can be asked for alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FacetValue {
    label: Stored,
    /// `allow`, `ask`, `deny`; empty for a value without a mark.
    mark: &'static str,
    calls: String,
    href: String,
    current: bool,
}

/// What was found, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Results {
    any: bool,
    calls: String,
    sessions: String,
    people: String,
    first: Option<Time>,
    last: Option<Time>,
    strips: Strips,
    facets: Vec<FacetView>,
    rows: Vec<Call>,
    /// `1–50 of 1,204 calls`.
    shown: String,
    newer: String,
    older: String,
}

/// The search page.
#[derive(Debug, Template)]
#[template(path = "search.html", whitespace = "minimize")]
pub(crate) struct SearchPage {
    chrome: Chrome,
    period: Period,
    text: String,
    fields: Vec<Field>,
    selects: Vec<Select>,
    /// `last`, `after`, `before` as typed.
    times: Vec<Field>,
    last: String,
    /// Filters that are set, each with the page without it.
    set: Vec<Link>,
    /// What could not be read.
    bad: Option<BadParameter>,
    results: Option<Results>,
    connect: Connect,
    any_filter: bool,
}

impl SearchPage {
    /// The page of a search that was made.
    pub(crate) fn new(params: &Params, search: &Search, found: &Found, asked: Asked, connect: Connect) -> Self {
        let others = pairs(params, &["last", "after", "before", "offset"]);
        let others: Vec<(&str, &str)> = others.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let period = Period::new("/search", &others, asked, search.range, None);
        Self { results: Some(results(search, found, &others)), ..Self::form(params, period, None, connect) }
    }

    /// The page of a search that could not be read: the form as it was typed, and what is wrong.
    pub(crate) fn refused(params: &Params, bad: BadParameter, connect: Connect) -> Self {
        let period = Period::new("/search", &[], Asked::Nothing, None, None);
        Self::form(params, period, Some(bad), connect)
    }

    fn form(params: &Params, period: Period, bad: Option<BadParameter>, connect: Connect) -> Self {
        let field = |(name, label): &(&'static str, &'static str)| Field { name, label, value: params.text(name) };
        let set: Vec<Link> = pairs(params, &["last", "after", "before", "offset"])
            .into_iter()
            .map(|(name, value)| Link {
                label: format!("{}: {}", label_of(name), value_words(name, &value)),
                href: without(params, name),
            })
            .collect();
        Self {
            chrome: Chrome::new("search", "Search"),
            period,
            text: params.text("text"),
            fields: TEXTS.iter().map(field).collect(),
            selects: selects(params),
            times: [("after", "From (RFC 3339)"), ("before", "To (RFC 3339)")].iter().map(field).collect(),
            last: params.text("last"),
            any_filter: !set.is_empty(),
            set,
            bad,
            results: None,
            connect,
        }
    }
}

/// The parameters that are set, in the order of links, without `left_out`.
fn pairs(params: &Params, left_out: &[&str]) -> Vec<(&'static str, String)> {
    KNOWN
        .iter()
        .filter(|name| !left_out.contains(name))
        .map(|name| (*name, params.text(name)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn without(params: &Params, name: &str) -> String {
    let kept = pairs(params, &[name, "offset"]);
    href("/search", &kept.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
}

fn label_of(name: &str) -> &'static str {
    match name {
        "text" => "Text",
        "decision" => "Decision",
        "decided_by" => "Decided by",
        "asked" => "Somebody asked",
        name => TEXTS.iter().find(|(known, _)| *known == name).map_or("Filter", |(_, label)| label),
    }
}

fn value_words(name: &str, value: &str) -> String {
    match (name, value) {
        ("asked", "true") => "yes".to_owned(),
        ("asked", "false") => "no".to_owned(),
        ("decision", value) => decision_words(value).to_owned(),
        ("decided_by", value) => decider(value).to_owned(),
        (_, value) => value.to_owned(),
    }
}

fn decision_words(word: &str) -> &str {
    match word {
        "allow" => "allowed",
        "deny" => "refused",
        "ask" => "asked",
        "" => "unknown",
        other => other,
    }
}

fn selects(params: &Params) -> Vec<Select> {
    let select = |name: &'static str, label: &'static str, options: Vec<(&'static str, String)>| {
        let chosen = params.text(name);
        let any = SelectOption { value: "", words: "any".to_owned(), selected: chosen.is_empty() };
        let options =
            options.into_iter().map(|(value, words)| SelectOption { value, words, selected: chosen == value });
        Select { name, label, options: std::iter::once(any).chain(options).collect() }
    };
    vec![
        select("decision", "Decision", DECISIONS.map(|word| (word, decision_words(word).to_owned())).to_vec()),
        select(
            "decided_by",
            "Decided by",
            DecidedBy::ALL.iter().map(|by| (by.as_str(), decider(by.as_str()).to_owned())).collect(),
        ),
        select("asked", "Somebody was asked", vec![("true", "yes".to_owned()), ("false", "no".to_owned())]),
    ]
}

fn results(search: &Search, found: &Found, others: &[(&str, &str)]) -> Results {
    let times = Times::of(search.range);
    let page = |offset: usize| times.href("/search", &[others, &[("offset", &offset.to_string())]].concat());
    let end = search.offset.saturating_add(found.rows.len());
    let shown = if found.rows.is_empty() {
        format!("0 of {}", counted(found.calls, "call", "calls"))
    } else {
        format!("{}–{} of {}", count(wide(search.offset + 1)), count(wide(end)), counted(found.calls, "call", "calls"))
    };
    Results {
        any: found.calls > 0,
        calls: counted(found.calls, "call", "calls"),
        sessions: counted(found.sessions, "session", "sessions"),
        people: counted(found.people, "person", "people"),
        first: found.first.map(dated),
        last: found.last.map(dated),
        strips: histogram(search, &found.histogram, others),
        facets: facets(search, found, others),
        rows: found.rows.iter().map(|row| Call::new(row, row.event_time)).collect(),
        shown,
        newer: if search.offset == 0 { String::new() } else { page(search.offset.saturating_sub(ROWS)) },
        older: if wide(end) < found.calls && end <= MAX_OFFSET { page(end) } else { String::new() },
    }
}

fn histogram(search: &Search, slots: &[Slot], others: &[(&str, &str)]) -> Strips {
    let seen = slots
        .first()
        .zip(slots.last())
        .map(|(first, last)| Range { after: first.start, before: last.start.saturating_add(last.length) });
    search.range.or(seen).map(|range| strips(range, slots, others)).unwrap_or_default()
}

fn facets(search: &Search, found: &Found, others: &[(&str, &str)]) -> Vec<FacetView> {
    let times = Times::of(search.range);
    found
        .facets
        .iter()
        .filter(|facet| !facet.values.is_empty())
        .map(|facet| {
            let rest: Vec<(&str, &str)> = others.iter().copied().filter(|(name, _)| *name != facet.column).collect();
            let chosen = others.iter().find(|(name, _)| *name == facet.column).map(|(_, value)| *value);
            let value = |(value, calls): &(String, u64)| {
                let current = chosen == Some(value.as_str());
                // What is not told cannot be asked for by value; choosing again what is chosen lets it go.
                let filter = [(facet.column, value.as_str())];
                let link = if current { rest.clone() } else { [rest.as_slice(), &filter].concat() };
                FacetValue {
                    label: Stored::short(&value_words(facet.column, value)),
                    mark: if facet.column == "decision" { mark(value) } else { "" },
                    calls: count(*calls),
                    href: if value.is_empty() { String::new() } else { times.href("/search", &link) },
                    current,
                }
            };
            FacetView { title: label_of(facet.column), values: facet.values.iter().map(value).collect() }
        })
        .collect()
}

fn mark(decision: &str) -> &'static str {
    DECISIONS.into_iter().find(|word| *word == decision).unwrap_or("unknown")
}

/// Reads the parameters into a search; its range is still as asked.
fn read(params: &Params) -> Result<(Search, Asked), BadParameter> {
    let words: Vec<&'static str> = DecidedBy::ALL.iter().map(|by| by.as_str()).collect();
    let asked = params.period()?;
    let search = Search {
        text: params.text("text"),
        tool_name: params.text("tool_name"),
        mcp_server: params.text("mcp_server"),
        decision: params.word("decision", &DECISIONS)?.to_owned(),
        decided_by: params.word("decided_by", &words)?.to_owned(),
        user: params.text("user"),
        team: params.text("team"),
        repo: params.text("repo"),
        agent: params.text("agent"),
        host: params.text("host"),
        permission_mode: params.text("permission_mode"),
        session_id: params.text("session_id"),
        path: params.text("path"),
        command_head: params.text("command_head"),
        asked: params.flag("asked")?,
        range: None,
        offset: params.number("offset", MAX_OFFSET)?,
        limit: ROWS,
    };
    Ok((search, asked))
}

/// `GET /search`.
pub(crate) async fn get(State(site): State<Site>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let query = query.as_deref();
    let connect = Connect::new(&site);
    let checked =
        Params::read(query, KNOWN).and_then(|params| read(&params).map(|(search, asked)| (params, search, asked)));
    let (params, mut search, asked) = match checked {
        Ok(checked) => checked,
        Err(bad) => {
            let page = SearchPage::refused(&Params::as_typed(query, KNOWN), bad, connect);
            return write(StatusCode::BAD_REQUEST, &page);
        }
    };
    search.range = asked.or_all(end_of_time(&site).await?);
    let found = find(&site.archive, &search).await?;
    write(StatusCode::OK, &SearchPage::new(&params, &search, &found, asked, connect))
}
