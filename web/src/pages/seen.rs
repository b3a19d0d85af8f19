//! Was this leaked credential ever seen? A form and its answer. The value is posted, so that no address, history or log
//! has it, and never written back to the page.

use askama::Template;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use barograph_query::archive::AskError;
use barograph_query::questions::seen::{LONGEST, Seen, SeenRecord, SeenSession, Window, seen};
use url::form_urlencoded;

use super::{Chrome, write};
use crate::Site;
use crate::calls::Known;
use crate::error::PageError;
use crate::format::{Stored, Time, count, counted, dated, href, segment};

/// Records and sessions on the page.
const ROWS: usize = 50;

/// A posted form: every byte of the longest value percent-encoded, and its name.
const LONGEST_FORM: usize = 3 * LONGEST + 64;

/// A spelling that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MatchView {
    spelling: String,
    what: &'static str,
    epoch: u32,
    records: String,
    hash: String,
    href: String,
}

/// A session in which it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionView {
    id: Stored,
    href: String,
    agent: Stored,
    user: Known,
    host: Known,
    records: String,
    first: Time,
    last: Time,
}

/// A record that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordView {
    time: Time,
    agent: Stored,
    tool: Known,
    user: Known,
    href: String,
    /// Its session at this record; empty when it belongs to none.
    session: String,
}

/// The answer, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    any: bool,
    records: String,
    sessions_counted: String,
    first: Option<Time>,
    last: Option<Time>,
    matches: Vec<MatchView>,
    sessions: Vec<SessionView>,
    rows: Vec<RecordView>,
    /// Records or sessions that are not on the page; empty when all are.
    cut: String,
    searched: String,
    since: Option<Time>,
    spellings: String,
    epochs: String,
    /// Records that could not be asked; empty when all could.
    unasked: String,
    policies: Vec<(String, String)>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "seen.html", whitespace = "minimize")]
pub(crate) struct SeenPage {
    chrome: Chrome,
    /// Why there is no answer; empty when there is, or nothing was asked.
    bad: String,
    answer: Option<Answer>,
}

impl SeenPage {
    /// The form alone.
    pub(crate) fn form() -> Self {
        Self { chrome: Chrome::new("seen", "Leaks"), bad: String::new(), answer: None }
    }

    pub(crate) fn refused(why: &str) -> Self {
        Self { bad: why.to_owned(), ..Self::form() }
    }

    pub(crate) fn answered(seen: &Seen) -> Self {
        Self { answer: Some(answer(seen)), ..Self::form() }
    }
}

fn answer(seen: &Seen) -> Answer {
    let searched = &seen.searched;
    let shown = crate::format::wide(seen.rows.len());
    Answer {
        any: seen.records > 0,
        records: counted(seen.records, "record", "records"),
        sessions_counted: counted(seen.sessions_counted, "session", "sessions"),
        first: seen.first.map(dated),
        last: seen.last.map(dated),
        matches: seen
            .matches
            .iter()
            .map(|found| MatchView {
                spelling: found.spelling.clone(),
                what: if found.secret { "secret in a text" } else { "whole value, hashed" },
                epoch: found.epoch,
                records: count(found.records),
                hash: found.hash.clone(),
                href: href("/search", &[("text", &found.hash)]),
            })
            .collect(),
        sessions: seen.sessions.iter().map(session).collect(),
        rows: seen.rows.iter().map(record).collect(),
        cut: if shown < seen.records {
            format!("The newest {} are shown. The search has the calls among them all, by hash.", count(shown))
        } else {
            String::new()
        },
        searched: counted(searched.records, "record", "records"),
        since: searched.since.map(dated),
        spellings: searched.spellings.join("; "),
        epochs: searched.epochs.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        unasked: if searched.unasked == 0 { String::new() } else { counted(searched.unasked, "record", "records") },
        policies: searched.policies.iter().map(|(hash, records)| (hash.clone(), count(*records))).collect(),
    }
}

fn session(session: &SeenSession) -> SessionView {
    let id = &session.session_id;
    SessionView {
        id: Stored::short(if id.is_empty() { "no session" } else { id }),
        href: if id.is_empty() { String::new() } else { format!("/sessions/{}", segment(id)) },
        agent: Stored::short(&session.agent),
        user: claimed(&session.user, "The agent claimed no person."),
        host: claimed(&session.host, "The agent claimed no host."),
        records: count(session.records),
        first: dated(session.first),
        last: dated(session.last),
    }
}

fn record(record: &SeenRecord) -> RecordView {
    RecordView {
        time: dated(record.event_time),
        agent: Stored::short(&record.agent),
        tool: claimed(&record.tool_name, "The record is not about a tool."),
        user: claimed(&record.user, "The agent claimed no person."),
        href: format!("/events/{}", segment(&record.event_id)),
        session: if record.session_id.is_empty() {
            String::new()
        } else {
            format!("/sessions/{}#{}", segment(&record.session_id), segment(&record.event_id))
        },
    }
}

fn claimed(text: &str, why: &'static str) -> Known {
    if text.is_empty() { Known::unknown(why) } else { Known::observed(text) }
}

/// How large a posted form may be.
pub(crate) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(LONGEST_FORM)
}

/// `GET /seen`.
pub(crate) async fn get() -> Result<Response, PageError> {
    told(StatusCode::OK, &SeenPage::form())
}

/// `POST /seen`.
pub(crate) async fn post(
    State(site): State<Site>,
    headers: HeaderMap,
    form: Result<Bytes, BytesRejection>,
) -> Result<Response, PageError> {
    if !is_ours(&headers) {
        return Err(PageError::SentFromElsewhere);
    }
    let Ok(form) = form else {
        let why = "This is longer than any credential. Give the credential itself, without what is around it.";
        return told(StatusCode::PAYLOAD_TOO_LARGE, &SeenPage::refused(why));
    };
    let value = form_urlencoded::parse(&form).find(|(name, _)| name == "value").map(|(_, value)| value.into_owned());
    // Browsers send the line ends of a text area as CR LF.
    let value = value.unwrap_or_default().replace("\r\n", "\n");
    match seen(&site.archive, &value, Window { offset: 0, limit: ROWS }).await {
        Ok(seen) => told(StatusCode::OK, &SeenPage::answered(&seen)),
        Err(error @ AskError::Refused { .. }) => {
            let why = PageError::Ask(error).sentence();
            told(StatusCode::BAD_REQUEST, &SeenPage::refused(&why))
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes the page, so that browsers say from where its form is sent.
fn told(status: StatusCode, page: &SeenPage) -> Result<Response, PageError> {
    let mut response = write(status, page)?;
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(response)
}

/// Whether a form was posted by a page of ours, or by no page at all. Browsers say it in `Sec-Fetch-Site`, where they
/// trust the connection, and in `Origin`, always.
fn is_ours(headers: &HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (header("origin"), header("host")) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_sites_are_refused() {
        for (pairs, ours) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site"), ("origin", "http://h:1"), ("host", "h:1")], false),
            (&[("origin", "http://127.0.0.1:4319"), ("host", "127.0.0.1:4319")], true),
            (&[("origin", "https://H:1"), ("host", "h:1")], true),
            (&[("origin", "http://evil"), ("host", "127.0.0.1:4319")], false),
            (&[("origin", "null"), ("host", "127.0.0.1:4319")], false),
            (&[("origin", "http://127.0.0.1:4319")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_ours(&headers), ours, "{pairs:?}");
        }
    }
}
