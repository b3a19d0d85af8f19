//! One record as it is stored: every column, every attribute, and what else has the same values.

mod redaction;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use barograph_query::questions::record::{Record, record};

use self::redaction::Redaction;
use super::{Chrome, write};
use crate::Site;
use crate::error::PageError;
use crate::format::{Stored, href, segment};

/// Longest event id that is looked up, bytes: ours have 32.
const MAX_ID: usize = 128;

/// Columns whose whole value the search takes as a parameter.
const FILTERS: &[(&str, &str)] = &[
    ("session_id", "session_id"),
    ("tool_name", "tool_name"),
    ("mcp_server", "mcp_server"),
    ("decision", "decision"),
    ("decided_by", "decided_by"),
    ("user_email", "user"),
    ("user_id", "user"),
    ("team", "team"),
    ("repo", "repo"),
    ("agent", "agent"),
    ("host", "host"),
    ("permission_mode", "permission_mode"),
];

/// Columns whose value the search finds as text.
const TEXTS: &[&str] = &["prompt_id", "tool_use_id", "command", "file_path", "url"];

/// A column with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    name: String,
    value: Stored,
    /// Calls with the same value; empty when the column cannot be searched.
    same: String,
}

/// The record page.
#[derive(Debug, Template)]
#[template(path = "record.html", whitespace = "minimize")]
pub(crate) struct RecordPage {
    chrome: Chrome,
    event_id: String,
    table: &'static str,
    /// Its session at this record; empty when it belongs to none.
    session: String,
    redaction: Option<Redaction>,
    columns: Vec<Cell>,
    attributes: Vec<Cell>,
    resource_attributes: Vec<Cell>,
}

impl RecordPage {
    pub(crate) fn new(event_id: &str, record: &Record) -> Self {
        let kinds: Vec<&str> = record.redaction_kinds.iter().map(|(kind, _)| kind.as_str()).collect();
        let stored =
            |value: &str| if kinds.is_empty() { Stored::whole(value) } else { Stored::whole_of(value, &kinds) };
        let cells = |pairs: &[(String, String)], searchable: bool| {
            pairs
                .iter()
                .map(|(name, value)| Cell {
                    name: name.clone(),
                    value: stored(value),
                    same: if searchable { same(name, value) } else { String::new() },
                })
                .collect()
        };
        let session_id = record.columns.iter().find(|(name, _)| name == "session_id").map(|(_, value)| value.as_str());
        Self {
            chrome: Chrome::new("", "Record"),
            event_id: event_id.to_owned(),
            table: record.table,
            session: session_id
                .filter(|id| !id.is_empty())
                .map(|id| format!("/sessions/{}#{}", segment(id), segment(event_id)))
                .unwrap_or_default(),
            redaction: Redaction::of(record),
            columns: cells(&record.columns, true),
            attributes: cells(&record.attributes, false),
            resource_attributes: cells(&record.resource_attributes, false),
        }
    }
}

/// Calls with the same value in the same column.
fn same(column: &str, value: &str) -> String {
    let value_fits = value.chars().count() <= crate::params::MAX_VALUE;
    let filter = FILTERS.iter().find(|(name, _)| *name == column).map(|(_, parameter)| *parameter);
    let parameter = filter.or_else(|| TEXTS.contains(&column).then_some("text"));
    parameter.filter(|_| value_fits).map(|parameter| href("/search", &[(parameter, value)])).unwrap_or_default()
}

/// `GET /events/{event_id}`.
pub(crate) async fn get(State(site): State<Site>, Path(event_id): Path<String>) -> Result<Response, PageError> {
    const MISSING: PageError = PageError::NotFound("There is no record with this id");
    if event_id.is_empty() || event_id.len() > MAX_ID {
        return Err(MISSING);
    }
    let found = record(&site.archive, &event_id).await?.ok_or(MISSING)?;
    write(StatusCode::OK, &RecordPage::new(&event_id, &found))
}
