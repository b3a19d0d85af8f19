//! A person with a browser finds which session did it and who allowed it, with JavaScript and without.
//!
//! With `BAROGRAPH_SCREENSHOTS=folder` another test writes the pages there as pictures, for eyes.

use std::path::PathBuf;
use std::time::Duration;

use barograph::demo::{self, Plan};
use barograph_proto::time::{Clock as _, SystemClock};
use indicatif::ProgressBar;
use serde::Deserialize;
use thirtyfour::prelude::*;

use crate::support::browser::Browser;
use crate::support::replayed::{Replayed, replayed};
use crate::support::server::{Home, Server};
use crate::support::{self, query};

/// A call that only one recorded session made, answered by a person who was asked.
const CALL: &str = "touch hook-ask";

#[derive(Debug, Deserialize)]
struct Call {
    event_id: String,
    session_id: String,
    decision: String,
}

fn call(replayed: &Replayed) -> Call {
    let sql = format!(
        "SELECT event_id, session_id, decision FROM decisions WHERE command = '{CALL}' AND decided_by = 'person'"
    );
    let mut calls: Vec<Call> = query::rows(&replayed.home.data(), &sql);
    assert_eq!(calls.len(), 1, "the call that this test looks for: {calls:?}");
    calls.remove(0)
}

#[tokio::test]
async fn a_command_leads_to_its_session_and_decision() {
    find_the_session(true).await;
}

#[tokio::test]
async fn a_command_leads_to_its_session_without_javascript() {
    find_the_session(false).await;
}

async fn find_the_session(javascript: bool) {
    let replayed = replayed();
    let call = call(replayed);
    let browser = Browser::open(javascript).await;
    let driver = &browser.driver;
    driver.goto(&replayed.server.endpoints.web).await.unwrap();
    if !driver.current_url().await.unwrap().path().starts_with("/search") {
        driver.goto(format!("{}/search", replayed.server.endpoints.web)).await.unwrap();
    }
    let field = driver.query(By::Css("input[name=text]")).first().await.unwrap();
    field.send_keys(CALL).await.unwrap();
    field.send_keys(Key::Enter + "").await.unwrap();

    let link = format!("a[href*='/sessions/{}']", call.session_id);
    let link = driver.query(By::Css(&link)).first().await.expect("the search leads to the session");
    let found = driver.current_url().await.unwrap();
    assert_eq!(found.path(), "/search");
    assert!(found.query_pairs().any(|(name, value)| name == "text" && value == CALL), "{found}");
    link.click().await.unwrap();

    let command = format!("//*[normalize-space(text())='{CALL}']");
    let command = driver.query(By::XPath(&command)).first().await.expect("the session shows the command");
    assert!(driver.current_url().await.unwrap().path().starts_with(&format!("/sessions/{}", call.session_id)));
    let row = command.query(By::XPath("ancestor::*[self::tr or self::li or self::article][1]")).first().await.unwrap();
    let row = row.text().await.unwrap();
    println!("JavaScript {javascript}: the session says: {}", row.replace('\n', " · "));
    assert!(row.to_lowercase().contains(&call.decision), "the decision is not beside the command: {row}");
    assert!(row.to_lowercase().contains("person"), "who decided is not beside the command: {row}");
    browser.close().await;
}

/// Pages to be looked at: name and path.
fn pages(call: &Call) -> [(&'static str, String); 5] {
    [
        ("overview", "/".to_owned()),
        ("search", "/search?text=git+push".to_owned()),
        ("session", format!("/sessions/{}", call.session_id)),
        ("hotspots", "/hotspots".to_owned()),
        ("record", format!("/events/{}", call.event_id)),
    ]
}

/// Plays the demo fleet into a server, and finds the call that its story ends with.
async fn story(home: &Home, server: &Server) -> Call {
    let plan = Plan { events: 20_000, seed: 1, end: SystemClock.now() };
    let played = demo::play(&server.endpoints.grpc, plan, &ProgressBar::hidden()).await.unwrap();
    let stored = || {
        let stored = query::count(&home.data(), "events");
        (stored >= played.records).then_some(())
    };
    support::until("the demo's records are in the table", Duration::from_mins(1), stored).await;
    let sql = "SELECT event_id, session_id, decision FROM decisions \
               WHERE command LIKE '%push --force origin release/%' AND wait_ms > 40000 LIMIT 1";
    query::rows(&home.data(), sql).pop().expect("the demo tells its story")
}

#[tokio::test]
async fn screenshots_are_written_when_asked_for() {
    let Some(folder) = std::env::var_os("BAROGRAPH_SCREENSHOTS").map(PathBuf::from) else {
        println!("BAROGRAPH_SCREENSHOTS is not set: no pictures are taken");
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let (home, empty_home) = (Home::new(), Home::new());
    let (server, empty) = (Server::start(&home), Server::start(&empty_home));
    let call = story(&home, &server).await;
    let mut shots: Vec<(&str, String)> =
        pages(&call).map(|(name, path)| (name, format!("{}{path}", server.endpoints.web))).into();
    shots.push(("empty", empty.endpoints.web.clone()));
    let browser = Browser::open(true).await;
    for (name, url) in shots {
        for scheme in ["light", "dark"] {
            for width in [1280, 400] {
                let path = folder.join(format!("{name}-{scheme}-{width}.png"));
                std::fs::write(&path, browser.screenshot(&url, scheme, width).await).unwrap();
                println!("{}", path.display());
            }
        }
    }
    browser.close().await;
    for server in [server, empty] {
        assert!(server.terminate(Duration::from_secs(30)).await.success());
    }
}
