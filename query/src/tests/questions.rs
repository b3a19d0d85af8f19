//! The questions over known rows, with exact figures.

use barograph_proto::row::Event;
use barograph_proto::tables::Table;

use super::tables::{NOON, Store, attribute, decision, event, point, span};
use crate::archive::Archive;
use crate::questions::Range;
use crate::questions::find::{Facet, Search, find};
use crate::questions::overview::{newest, overview};
use crate::questions::pressure::{PressureOf, pressure};
use crate::questions::record::record;
use crate::questions::session::{Moment, session};

const HOUR: Range = Range { after: NOON, before: NOON + 3_600_000_000 };

fn call(id: &str, seconds: i64, change: impl FnOnce(&mut Event)) -> Event {
    let mut event = decision(id, seconds);
    event.origin.tool_use_id = format!("toolu_{id}");
    change(&mut event);
    event
}

fn asked(event: &mut Event, wait_ms: f64) {
    event.verdict.source = "user_temporary".into();
    event.verdict.wait_ms = Some(wait_ms);
}

/// Six calls of two people in two sessions, in two files.
async fn fleet() -> (Store, Archive) {
    let store = Store::new();
    let archive = store.open().await;
    store.events(vec![
        call("a", 0, |event| event.call.command = "git status".into()),
        call("b", 60, |event| {
            event.call.command = "git push origin 100%_done".into();
            asked(event, 4_000.0);
        }),
        call("c", 120, |event| {
            event.call.command = "git push --force".into();
            asked(event, 6_000.0);
            event.verdict.source = "user_reject".into();
            event.verdict.decision = "deny".into();
        }),
    ]);
    store.events(vec![
        call("d", 1_800, |event| {
            event.origin.session_id = "s2".into();
            event.origin.user_email = "bob@example.com".into();
            event.origin.team = "infra".into();
            event.call.command = "terraform apply 100 done".into();
            event.verdict.permission_mode = "bypassPermissions".into();
        }),
        call("e", 1_860, |event| {
            event.origin.session_id = "s2".into();
            event.origin.user_email = "bob@example.com".into();
            event.origin.team = "infra".into();
            event.call.tool_name = "WebFetch".into();
            event.call.url = "https://docs.example.org:8443/x?y=1".into();
            event.verdict.permission_mode = "bypassPermissions".into();
        }),
        call("f", 1_920, |event| {
            event.call.tool_name = "Read".into();
            event.call.file_path = r"C:\secrets\it's.txt".into();
        }),
        event("g", "request", 1_930),
    ]);
    (store, archive)
}

fn ids(found: &crate::questions::find::Found) -> Vec<&str> {
    found.rows.iter().map(|row| row.event_id.as_str()).collect()
}

#[tokio::test]
async fn everything_is_found_newest_first_and_counted() {
    let (_store, archive) = fleet().await;
    let found = find(&archive, &Search { limit: 2, offset: 1, ..Search::default() }).await.unwrap();
    assert_eq!((found.calls, found.sessions, found.people), (6, 2, 2));
    assert_eq!((found.first, found.last), (Some(NOON), Some(NOON + 1_920_000_000)));
    assert_eq!(ids(&found), ["e", "d"]);
    assert_eq!(
        found.facets[0],
        Facet { column: "tool_name", values: vec![("Bash".into(), 4), ("Read".into(), 1), ("WebFetch".into(), 1)] }
    );
    assert_eq!(found.facets[1].values, [("allow".to_owned(), 5), ("deny".to_owned(), 1)]);
    assert_eq!(found.facets[4].values, [("core".to_owned(), 4), ("infra".to_owned(), 2)]);
    assert_eq!(
        found.facets.iter().map(|facet| facet.column).collect::<Vec<_>>(),
        ["tool_name", "decision", "decided_by", "agent", "team", "repo"]
    );
    assert_eq!(found.histogram.len(), 60);
    assert_eq!(found.histogram[0].start, NOON);
    let sum = |of: fn(&crate::questions::find::Slot) -> u64| found.histogram.iter().map(of).sum::<u64>();
    assert_eq!((sum(|slot| slot.allow), sum(|slot| slot.deny), sum(|slot| slot.other)), (5, 1, 0));
    assert_eq!(sum(|slot| slot.asked), 2);
}

#[tokio::test]
async fn each_filter_narrows_to_its_rows() {
    let (_store, archive) = fleet().await;
    let any = Search::default;
    for (search, expected) in [
        (Search { text: "PUSH".into(), ..any() }, vec!["c", "b"]),
        (Search { text: "TOOLU_D".into(), ..any() }, vec!["d"]),
        (Search { text: "bob@".into(), ..any() }, vec!["e", "d"]),
        (Search { text: "docs.example".into(), ..any() }, vec!["e"]),
        (Search { tool_name: "Read".into(), ..any() }, vec!["f"]),
        (Search { decision: "deny".into(), ..any() }, vec!["c"]),
        (Search { user: "bob@example.com".into(), ..any() }, vec!["e", "d"]),
        (Search { team: "infra".into(), ..any() }, vec!["e", "d"]),
        (Search { session_id: "s2".into(), text: "terra".into(), ..any() }, vec!["d"]),
        (Search { permission_mode: "bypassPermissions".into(), ..any() }, vec!["e", "d"]),
        (Search { command_head: "git push".into(), ..any() }, vec!["c", "b"]),
        (Search { asked: Some(true), ..any() }, vec!["c", "b"]),
        (Search { host: "docs.example.org".into(), ..any() }, vec!["e"]),
        (Search { host: "example.org".into(), ..any() }, vec![]),
        (Search { host: "docs.exampleXorg".into(), ..any() }, vec![]),
        (Search { host: "laptop".into(), limit: 1, ..any() }, vec!["f"]),
        (Search { range: Some(Range { after: NOON, before: NOON + 60_000_000 }), ..any() }, vec!["a"]),
        (Search { range: Some(Range { after: 5, before: 5 }), ..any() }, vec![]),
        (Search { repo: "acme".into(), ..any() }, vec![]),
        (Search { agent: "codex".into(), ..any() }, vec![]),
    ] {
        let found = find(&archive, &search).await.unwrap();
        assert_eq!(ids(&found), expected, "{search:?}");
        if search.limit > 1 {
            assert_eq!(found.calls, expected.len() as u64, "{search:?}");
        }
    }
}

#[tokio::test]
async fn signs_of_sql_in_a_text_are_only_text() {
    let (_store, archive) = fleet().await;
    for (text, expected) in [
        ("100%_done", vec!["b"]),
        ("100%done", vec![]),
        ("100_done", vec![]),
        ("%", vec!["b"]),
        ("_done", vec!["b"]),
        (r"C:\secrets\IT'S", vec!["f"]),
        (r"\", vec!["f"]),
        ("' OR '1'='1", vec![]),
        ("'; DROP TABLE events; --", vec![]),
        ("$1", vec![]),
        ("{conditions}", vec![]),
    ] {
        let found = find(&archive, &Search { text: text.into(), ..Search::default() }).await.unwrap();
        assert_eq!(ids(&found), expected, "{text}");
    }
    for value in ["' OR true --", "$2", "x') OR ('1'='1", "{limit}", ".*"] {
        let value = value.to_owned();
        let search = Search {
            tool_name: value.clone(),
            decided_by: value.clone(),
            user: value.clone(),
            host: value.clone(),
            session_id: value.clone(),
            ..Search::default()
        };
        assert_eq!(find(&archive, &search).await.unwrap().calls, 0, "{value}");
        let host = Search { host: value.clone(), ..Search::default() };
        assert_eq!(find(&archive, &host).await.unwrap().calls, 0, "{value}");
        assert_eq!(session(&archive, &value).await.unwrap(), None);
        assert_eq!(record(&archive, &value).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_overview_adds_up() {
    let (_store, archive) = fleet().await;
    let overview = overview(&archive, HOUR).await.unwrap();
    assert!(overview.any_events);
    assert_eq!((overview.events, overview.calls), (7, 6));
    assert_eq!((overview.asked, overview.denied, overview.bypassed), (2, 1, 2));
    assert!((overview.waited_ms - 10_000.0).abs() < f64::EPSILON);
    assert_eq!((overview.sessions, overview.people), (2, 2));
    assert_eq!(overview.slots.len(), 168);
    assert_eq!(overview.slots.iter().map(|slot| slot.allow + slot.deny + slot.other).sum::<u64>(), 6);
    assert_eq!(overview.slots[0].allow, 1);
    assert_eq!(overview.refusals.iter().map(|row| row.event_id.as_str()).collect::<Vec<_>>(), ["c"]);
    assert_eq!(overview.hotspots.len(), 1);
    assert_eq!(overview.agents.len(), 1);
    assert_eq!((overview.agents[0].sessions, overview.agents[0].events), (2, 7));
    assert_eq!((overview.agents[0].first, overview.agents[0].last), (NOON, NOON + 1_930_000_000));
    assert_eq!(newest(&archive).await.unwrap(), Some(NOON + 1_930_000_000));

    let before = Range { after: 0, before: 1_000_000 };
    let empty = crate::questions::overview::overview(&archive, before).await.unwrap();
    assert!(empty.any_events);
    assert_eq!((empty.events, empty.calls, empty.slots.len()), (0, 0, 168));
}

#[tokio::test]
async fn pressure_ranks_what_was_asked_or_refused() {
    let (store, archive) = fleet().await;
    // In the hour before: one refusal of the same kind.
    store.events(vec![call("z", -600, |event| {
        event.call.command = "git push".into();
        event.verdict.decision = "deny".into();
    })]);
    let of = PressureOf { range: HOUR, team: String::new(), agent: String::new(), limit: 10 };
    let hotspots = pressure(&archive, &of).await.unwrap();
    assert_eq!(hotspots.len(), 1, "calls that were neither asked about nor refused press nowhere");
    let push = &hotspots[0];
    assert_eq!((push.tool_name.as_str(), push.command_head.as_str(), push.team.as_str()), ("Bash", "git push", "core"));
    assert_eq!((push.calls, push.asked, push.denied, push.pressed, push.pressed_before), (2, 2, 1, 2, 1));
    assert!((push.waited_ms - 10_000.0).abs() < f64::EPSILON);
    assert_eq!((push.people, push.sessions), (1, 1));
    assert_eq!(push.trace.len(), 24);
    assert_eq!((push.trace[0], push.trace.iter().sum::<u64>()), (2, 2));

    let infra = PressureOf { team: "infra".into(), ..of.clone() };
    assert_eq!(pressure(&archive, &infra).await.unwrap(), []);
    assert_eq!(pressure(&archive, &PressureOf { limit: 0, ..of }).await.unwrap(), []);
}

#[tokio::test]
async fn a_session_is_told_in_order() {
    let store = Store::new();
    let archive = store.open().await;
    let at = |mut event: Event, sequence: i64, prompt: &str| {
        event.origin.sequence = Some(sequence);
        event.origin.prompt_id = prompt.into();
        event
    };
    let mut connected = at(event("e0", "mcp_connection", 0), 0, "");
    connected.call.mcp_server = "crm".into();
    connected.attributes = vec![attribute("status", "failed"), attribute("error_code", "ECONNREFUSED")];
    let mut prompt = at(event("e1", "prompt", 1), 1, "p1");
    prompt.attributes = vec![attribute("prompt", "[withheld]"), attribute("prompt_length", "24")];
    let mut request = at(event("e3", "request", 3), 3, "p1");
    (request.cost_usd, request.input_tokens, request.output_tokens) = (Some(0.5), Some(100), Some(20));
    let mut mode = at(event("e6", "mode_change", 6), 6, "");
    mode.verdict.permission_mode = "auto".into();
    mode.attributes = vec![attribute("from_mode", "default"), attribute("trigger", "shift_tab")];
    let mut hook = at(event("e7", "hook", 7), 7, "p1");
    hook.attributes = vec![attribute("hook_name", "PreToolUse:Bash"), attribute("num_blocking", "1")];
    let mut quiet = at(event("e8", "hook", 8), 8, "p1");
    quiet.attributes = vec![attribute("num_blocking", "0")];
    let mut late = at(decision("e9", 9), 9, "p2");
    late.verdict.permission_mode = "auto".into();
    late.origin.agent_version = "2.1.329".into();
    let rows = vec![connected, prompt, at(decision("e2", 2), 2, "p1"), request, mode, hook, quiet, late];
    // The second file holds one record again, and a second process of the same session.
    store.events(rows);
    let mut other = decision("other", 5);
    other.origin.session_id = "s2".into();
    store.events(vec![at(decision("e2", 2), 2, "p1"), at(event("f0", "session", 20), 0, ""), other]);

    let told = session(&archive, "s1").await.unwrap().unwrap();
    assert_eq!((told.session_id.as_str(), told.agent.as_str()), ("s1", "claude-code"));
    assert_eq!(told.agent_versions, ["2.1.328", "2.1.329"]);
    assert_eq!((told.user_emails.len(), told.teams[0].as_str(), told.hosts[0].as_str()), (1, "core", "laptop"));
    assert_eq!((told.first, told.last, told.events), (NOON, NOON + 20_000_000, 9));
    assert_eq!(told.interactive, Some(true));
    assert_eq!(told.gaps, [(3, 6)]);
    assert_eq!((told.cost_usd, told.tokens), (Some(0.5), Some((100, 20))));
    let modes: Vec<_> = told.modes.iter().map(|mode| (mode.permission_mode.as_str(), mode.trigger.as_str())).collect();
    assert_eq!(modes, [("default", ""), ("auto", "shift_tab")]);

    let moments: Vec<String> = told
        .chapters
        .iter()
        .flat_map(|chapter| {
            let heading = format!("# {} {} {:?}", chapter.prompt_id, chapter.prompt, chapter.prompt_length);
            let moments = chapter.moments.iter().map(|moment| match moment {
                Moment::Call(call) => call.event_id.clone(),
                Moment::Note(note) => format!("{}: {}", note.event_id, note.text),
            });
            std::iter::once(heading).chain(moments).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        moments,
        [
            "#   None",
            "e0: crm failed: ECONNREFUSED",
            "# p1 [withheld] Some(24)",
            "e2",
            "e6: default → auto, by shift_tab",
            "e7: PreToolUse:Bash: 1 blocked",
            "# p2  None",
            "e9",
        ]
    );
    assert_eq!(session(&archive, "s3").await.unwrap(), None);
}

#[tokio::test]
async fn a_session_of_spans_alone_is_known() {
    let store = Store::new();
    let archive = store.open().await;
    store.append(vec![span("a", 0), span("b", 5)]);
    let told = session(&archive, "s1").await.unwrap().unwrap();
    assert_eq!((told.agent.as_str(), told.events), ("claude-code", 0));
    assert_eq!((told.first, told.last), (NOON, NOON + 5_000_000));
}

#[tokio::test]
async fn a_record_is_given_whole_from_any_table() {
    let store = Store::new();
    let archive = store.open().await;
    let mut row = decision("a", 0);
    row.attributes = vec![attribute("z", "1"), attribute("a", "2")];
    row.origin.resource_attributes = vec![attribute("os.type", "linux")];
    store.events(vec![row, decision("b", 1)]);
    store.append(vec![span("s", 0)]);
    store.append(vec![point("p", 0)]);

    let found = record(&archive, "a").await.unwrap().unwrap();
    assert_eq!(found.table, Table::Events.name());
    assert_eq!(found.columns[0], ("event_time".to_owned(), "2026-03-20T10:00:00.000000Z".to_owned()));
    assert_eq!(found.columns[2], ("event_id".to_owned(), "a".to_owned()));
    assert!(found.columns.contains(&("interactive".to_owned(), "true".to_owned())));
    assert!(found.columns.contains(&("event_date".to_owned(), "2026-03-20".to_owned())));
    assert!(!found.columns.iter().any(|(name, _)| name == "url" || name == "attributes"));
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(found.attributes, pairs(&[("a", "2"), ("z", "1")]));
    assert_eq!(found.resource_attributes, pairs(&[("os.type", "linux")]));

    assert_eq!(record(&archive, "s").await.unwrap().unwrap().table, "spans");
    let point = record(&archive, "p").await.unwrap().unwrap();
    assert!(point.table == "metric_points" && point.columns.contains(&("value".to_owned(), "0.25".to_owned())));
}
