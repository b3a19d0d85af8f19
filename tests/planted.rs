//! What must never come through does not: none of the strings planted in the recorded clients' work reaches a table
//! cell outside the identity columns, a file, a log line, a metric or a page.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::support::replayed::{Replayed, TABLES, replayed};
use crate::support::{files, query, send};

/// Columns that hold who did it, as claimed, and are kept by default.
const IDENTITY_COLUMNS: [&str; 6] = ["user_id", "user_email", "organization_id", "team", "repo", "host"];

/// The planted string that is also a claimed identity in some sessions.
const EMAIL: &str = "jane.doe@example.com";

/// How many records' own pages are looked at, spread over the store.
const RECORD_PAGES: usize = 40;

#[test]
fn no_cell_holds_a_planted_string() {
    let replayed = replayed();
    let mut found = Vec::new();
    for table in TABLES.into_iter().chain(["decisions"]) {
        let rows: Vec<Map<String, Value>> = query::all_rows(&replayed.home.data(), "*", table);
        println!("{table}: {} rows read whole", rows.len());
        assert!(!rows.is_empty(), "{table} is empty, which proves nothing");
        for row in rows {
            let cells = row.iter().filter(|(column, _)| !IDENTITY_COLUMNS.contains(&column.as_str()));
            for (column, cell) in cells {
                let cell = cell.to_string();
                found.extend(planted_in(replayed, &cell).map(|text| format!("{text} in {table}.{column}: {cell}")));
            }
        }
    }
    assert!(found.is_empty(), "{} cells:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_file_and_no_log_line_holds_a_planted_string() {
    let replayed = replayed();
    let claimed = sessions_of_email(replayed);
    let mut found = Vec::new();
    let files = files::below(replayed.home.path());
    for (path, content) in &files {
        for text in &replayed.captures.planted {
            // Identity columns are in the journal and the tables, so a claimed e-mail may be there; cells tell.
            let may_be_claimed = text == EMAIL && !claimed.is_empty() && path.starts_with(replayed.home.data());
            if !may_be_claimed && files::holds(content, text) {
                found.push(format!("{text} in {}", path.display()));
            }
        }
    }
    let logged = replayed.home.logged();
    println!("{} files read, the log among them with {} lines", files.len(), logged.lines().count());
    assert!(logged.contains("TRACE"), "the log is not at trace level, which proves nothing");
    assert!(Path::new(&replayed.home.data()).join("journal").is_dir(), "the journal is not where it is looked for");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn no_page_and_no_metric_holds_a_planted_string() {
    let replayed = replayed();
    let claimed = sessions_of_email(replayed);
    let ids = ids(replayed);
    let sessions: BTreeSet<&str> = ids.iter().filter_map(|row| row.session_id.as_deref()).collect();
    let every = (ids.len() / RECORD_PAGES).max(1);
    // The pages that many sessions share may name whoever claims the address; the pages of one session only its own.
    let mut pages: Vec<(String, bool)> = ["/metrics", "/", "/search", "/search?text=curl", "/search?text=example.com"]
        .map(|page| (page.to_owned(), page != "/metrics" && !claimed.is_empty()))
        .into();
    pages.push(("/hotspots".to_owned(), !claimed.is_empty()));
    pages.extend(sessions.iter().map(|session| (format!("/sessions/{session}"), claimed.contains(*session))));
    let looked_at = ids.iter().step_by(every).chain(ids.iter().filter(|row| row.is_curl()));
    pages.extend(looked_at.map(|row| {
        let may_name = row.session_id.as_ref().is_some_and(|session| claimed.contains(session));
        (format!("/events/{}", row.event_id), may_name)
    }));
    let client = send::http_client();
    let mut found = Vec::new();
    for (page, may_name_email) in &pages {
        let response = client.get(format!("{}{page}", replayed.server.endpoints.web)).send().await.unwrap();
        if response.status() != 200 {
            found.push(format!("{page} answers {}", response.status()));
        }
        let text = response.text().await.unwrap();
        let planted = planted_in(replayed, &text).filter(|text| !(*may_name_email && *text == EMAIL));
        found.extend(planted.map(|text| format!("{text} on {page}")));
    }
    println!("{} pages read, {} of them of sessions", pages.len(), sessions.len());
    assert!(found.is_empty(), "{}\nerrors logged:\n{}", found.join("\n"), replayed.home.errors_logged());
}

#[derive(Deserialize)]
struct Ids {
    event_id: String,
    session_id: Option<String>,
    command: Option<String>,
}

impl Ids {
    /// The scripted call that carries a key and an address.
    fn is_curl(&self) -> bool {
        self.command.as_ref().is_some_and(|command| command.starts_with("curl"))
    }
}

fn ids(replayed: &Replayed) -> Vec<Ids> {
    query::all_rows(&replayed.home.data(), "event_id, session_id, command", "events")
}

/// Sessions in which the planted address is a claimed identity.
fn sessions_of_email(replayed: &Replayed) -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct Claimed {
        session_id: String,
    }
    let mut sessions = BTreeSet::new();
    for table in TABLES {
        let sql =
            format!("SELECT DISTINCT coalesce(session_id, '') AS session_id FROM {table} WHERE user_email = '{EMAIL}'");
        let claimed: Vec<Claimed> = query::rows(&replayed.home.data(), &sql);
        sessions.extend(claimed.into_iter().map(|row| row.session_id));
    }
    sessions
}

fn planted_in<'a>(replayed: &'a Replayed, text: &str) -> impl Iterator<Item = &'a str> {
    let holds = |planted: &&str| text.contains(*planted);
    replayed.captures.planted.iter().map(String::as_str).filter(holds).collect::<Vec<_>>().into_iter()
}
