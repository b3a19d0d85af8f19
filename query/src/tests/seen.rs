//! What is asked by hash: credentials that were seen, and paths that redaction hid.

use barograph_proto::keyed::{Domain, RedactionKeys};
use barograph_proto::paths;
use barograph_proto::row::{DEFAULT_TENANT, Event};

use super::tables::{NOON, Store, attribute, decision, span};
use crate::archive::{Archive, AskError};
use crate::questions::find::{Search, find};
use crate::questions::seen::{Seen, Window, seen};

const ALL: Window = Window { offset: 0, limit: 10 };

fn keys(epochs: &[u8]) -> RedactionKeys {
    RedactionKeys::new(epochs.iter().map(|epoch| (u32::from(*epoch), [*epoch; 32])).collect(), [9; 32]).unwrap()
}

fn hash(epoch: u8, domain: Domain, value: &str) -> String {
    keys(&[epoch]).hash(DEFAULT_TENANT, domain, value)
}

fn row(id: &str, seconds: i64, epoch: u8, change: impl FnOnce(&mut Event)) -> Event {
    let mut event = decision(id, seconds);
    event.origin.tool_use_id = format!("toolu_{id}");
    event.origin.redaction_outcome = "redacted".into();
    event.origin.redaction_policy = "5c1d0f2a9b3e4d67".into();
    event.origin.redaction_key_epoch = Some(i64::from(epoch));
    change(&mut event);
    event
}

fn holding(event: &mut Event, epoch: u8, secret: &str) {
    event.origin.redaction_secrets.insert(hash(epoch, Domain::Secret, secret), "password".into());
}

/// Two records with the secret `opensesame` (of two epochs), one with it as a whole value, a span with it, others without.
async fn store() -> (Store, Archive) {
    let store = Store::new();
    store.events(vec![
        row("a", 0, 1, |event| holding(event, 1, "opensesame")),
        row("b", 60, 2, |event| {
            event.origin.session_id = "s2".into();
            holding(event, 2, "opensesame");
            holding(event, 2, "another");
        }),
        row("c", 120, 2, |event| {
            let form = format!("{{\"content\":\"[content:10:{}]\"}}", hash(2, Domain::Value, "opensesame"));
            event.attributes.push(attribute("tool_input", &form));
        }),
        row("d", 180, 3, |event| holding(event, 3, "opensesame")),
        row("e", 240, 2, |event| holding(event, 2, "another")),
        decision("f", 300),
    ]);
    let mut wait = span("a1", 10);
    wait.origin.redaction_outcome = "withheld".into();
    wait.origin.redaction_secrets.insert(hash(1, Domain::Secret, "opensesame"), "password".into());
    store.append(vec![wait]);
    let archive = store.open().await;
    archive.set_redaction_keys(keys(&[1, 2]));
    (store, archive)
}

fn ids(seen: &Seen) -> Vec<&str> {
    seen.rows.iter().map(|row| row.event_id.as_str()).collect()
}

#[tokio::test]
async fn a_credential_is_found_by_every_live_key() {
    let (_store, archive) = store().await;
    let answer = seen(&archive, "opensesame", ALL).await.unwrap();
    assert_eq!(ids(&answer), ["c", "b", "a1", "a"]);
    assert_eq!((answer.records, answer.sessions_counted), (4, 2));
    assert_eq!((answer.first, answer.last), (Some(NOON), Some(NOON + 120_000_000)));
    let matches: Vec<_> = answer.matches.iter().map(|found| (found.epoch, found.secret, found.records)).collect();
    assert_eq!(matches.first(), Some(&(1, true, 2)));
    assert!(matches.contains(&(2, true, 1)) && matches.contains(&(2, false, 1)), "{matches:?}");
    assert_eq!(answer.searched.records, 7);
    assert_eq!(answer.searched.epochs, [2, 1]);
    // One of an epoch whose key is gone, and two that do not tell theirs.
    assert_eq!(answer.searched.unasked, 3);
    let part = seen(&archive, "opensesame", Window { offset: 1, limit: 2 }).await.unwrap();
    assert_eq!((ids(&part), part.records, part.sessions.len()), (vec!["b", "a1"], 4, 2));
}

#[tokio::test]
async fn the_spelling_that_matched_is_told() {
    let (_store, archive) = store().await;
    for (asked, words) in [
        ("another", "as given"),
        ("PASSWORD='another'", "the value after its name, then without quotes"),
        ("Authorization: Basic YWRhOmFub3RoZXI=", "base64-decoded, then the value after its name"),
    ] {
        let answer = seen(&archive, asked, ALL).await.unwrap();
        assert_eq!(ids(&answer), ["e", "b"], "{asked}");
        assert!(answer.matches.iter().all(|found| found.spelling.ends_with(words)), "{:?}", answer.matches);
    }
}

#[tokio::test]
async fn what_was_not_seen_is_told_with_what_was_looked_through() {
    let (_store, archive) = store().await;
    let answer = seen(&archive, "elsewhere", ALL).await.unwrap();
    assert_eq!((answer.records, answer.rows.len(), answer.matches.len()), (0, 0, 0));
    assert_eq!((answer.searched.records, answer.searched.since), (7, Some(NOON)));
    assert_eq!(answer.searched.policies.first(), Some(&("5c1d0f2a9b3e4d67".to_owned(), 5)));
}

#[tokio::test]
async fn without_keys_or_value_nothing_is_asked() {
    let archive = Store::new().open().await;
    assert!(matches!(seen(&archive, "opensesame", ALL).await, Err(AskError::Refused { .. })));
    archive.set_redaction_keys(keys(&[1]));
    assert_eq!(seen(&archive, "opensesame", ALL).await.unwrap().searched.since, None);
    for value in ["", " \n", &"x".repeat(70_000)] {
        assert!(matches!(seen(&archive, value, ALL).await, Err(AskError::Refused { .. })));
    }
}

async fn calls(archive: &Archive, search: Search) -> Vec<String> {
    let mut ids: Vec<_> = find(archive, &search).await.unwrap().rows.into_iter().map(|row| row.event_id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_secrets_hash_finds_its_calls() {
    let (_store, archive) = store().await;
    let text = |text: String| Search { text, ..Search::default() };
    assert_eq!(calls(&archive, text(hash(2, Domain::Secret, "another"))).await, ["b", "e"]);
    assert_eq!(calls(&archive, text(hash(2, Domain::Secret, "nothing"))).await, Vec::<String>::new());
}

#[tokio::test]
async fn paths_are_found_as_they_were_by_token_and_by_hash() {
    let store = Store::new();
    let token = keys(&[1]).token(DEFAULT_TENANT, Domain::User, "ada");
    let hashed = |epoch: u8, path: &str| {
        let hashes: Vec<_> = paths::ancestors(path).iter().map(|path| hash(epoch, Domain::Path, path)).collect();
        format!("[path:{}:{}]", hashes.len(), hashes.join("/"))
    };
    let at = |id: &str, seconds: i64, path: String| row(id, seconds, 2, |event| event.call.file_path = path);
    store.events(vec![
        at("plain", 0, "/home/ada/src/x.rs".into()),
        at("token", 1, format!("/Users/[user#{token}]/src/y.rs")),
        at("old", 2, hashed(1, r"C:\Users\ada\src\z.rs")),
        at("new", 3, hashed(2, "/home/ada/src")),
        row("command", 4, 2, |event| event.call.command = "cat /home/ada/src/x.rs".into()),
        at("elsewhere", 5, hashed(2, "/home/ada/lib/x.rs")),
        at("other", 6, hashed(2, "/home/bob/src/x.rs")),
        at("sibling", 7, "/home/ada/srcs/x.rs".into()),
    ]);
    let archive = store.open().await;
    archive.set_redaction_keys(keys(&[1, 2]));
    let below = ["command", "new", "old", "plain", "token"];
    for path in ["/home/ada/src", "/home/ada/src/", "~ada/src", r"C:\Users\ada\src"] {
        assert_eq!(calls(&archive, Search { path: path.into(), ..Search::default() }).await, below, "{path}");
        let found = calls(&archive, Search { text: path.trim_end_matches('/').into(), ..Search::default() }).await;
        assert!(below.iter().all(|id| found.contains(&(*id).to_owned())), "{path}: {found:?}");
    }
    archive.set_redaction_keys(keys(&[2]));
    let left = calls(&archive, Search { path: "/home/ada/src".into(), ..Search::default() }).await;
    assert_eq!(left, ["command", "new", "plain", "token"], "a destroyed key unlinks");
}
