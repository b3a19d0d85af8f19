//! Sample answers: an ordinary week, and the same in hostile strings.

use barograph_proto::time::{DAY, SECOND};
use barograph_query::questions::Range;
use barograph_query::questions::calls::CallRow;
use barograph_query::questions::find::{Facet, Found, Search, Slot};
use barograph_query::questions::overview::{AgentSeen, Overview};
use barograph_query::questions::pressure::{Hotspot, PressureOf};
use barograph_query::questions::record::Record;
use barograph_query::questions::seen::{Match, Searched, Seen, SeenRecord, SeenSession};
use barograph_query::questions::session::{Chapter, ModeSpan, Moment, Note, Story};

use super::site::Told;
use crate::pages::Connect;
use crate::pages::health::HealthPage;
use crate::pages::hotspots::HotspotsPage;
use crate::pages::overview::OverviewPage;
use crate::pages::record::RecordPage;
use crate::pages::search::SearchPage;
use crate::pages::seen::SeenPage;
use crate::pages::session::SessionPage;
use crate::params::{Asked, BadParameter, Last, Params};
use crate::period::Period;
use crate::redaction::{CanaryState, PolicyInForce, RedactionState, ReloadRefused, ShadowState};

/// 2026-11-20T10:00:00Z.
pub(super) const NOW: i64 = 1_795_168_800 * SECOND;

/// Strings that must never come out as markup.
pub(super) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)\" x=\"",
    "' onfocus='alert(1)' autofocus='",
    "\u{202e}gnp.exe\u{202c} \u{0}\u{7}",
    "</title></svg><img src=x onerror=alert(1)>",
    "[<b>:24:0123456789abcdef] [prompt:24:0123456789abcdef\"><script>]",
    "javascript:alert(1)//{{7*7}}{%raw%}",
];

pub(super) fn range() -> Range {
    Last::Week.until(NOW)
}

pub(super) fn connect() -> Connect {
    Connect { grpc: "http://127.0.0.1:4317".into(), http: "http://127.0.0.1:4318".into() }
}

fn plain_call(index: usize) -> CallRow {
    let at = NOW - 3_600 * SECOND + i64::try_from(index).unwrap() * 7_301_000;
    CallRow {
        event_id: format!("{index:032x}"),
        event_time: at,
        received_time: at + 2 * SECOND,
        agent: "claude-code".into(),
        agent_version: "2.1.328".into(),
        session_id: "0b6f2a2e-5a0e-4c86-9d0b-6a3b1f8d6c11".into(),
        prompt_id: "p1".into(),
        tool_use_id: format!("toolu_{index:04}"),
        sequence: Some(i64::try_from(index).unwrap()),
        user_email: "ada@example.com".into(),
        user_id: "9f".repeat(32),
        team: "payments".into(),
        repo: "exporter".into(),
        host: "build-7".into(),
        permission_mode: "default".into(),
        ..CallRow::default()
    }
}

pub(super) fn call(index: usize) -> CallRow {
    let base = plain_call(index);
    let at = base.event_time;
    match index % 6 {
        0 => CallRow {
            tool_name: "Bash".into(),
            tool_kind: "shell".into(),
            command: "npm test -- payments/exporter".into(),
            decision: "allow".into(),
            source: "config".into(),
            decided_by: "rule".into(),
            decided_by_basis: "inferred".into(),
            decided_by_reason: "the call was held 4 ms and the mode lets nothing of this kind pass without a rule".into(),
            rule: "Bash(npm test:*)".into(),
            rule_scope: "user".into(),
            asked: Some(false),
            outcome: "succeeded".into(),
            duration_ms: Some(4_123.0),
            ..base
        },
        1 => CallRow {
            tool_name: "Read".into(),
            tool_kind: "read".into(),
            file_path: "~u/exporter/.env".into(),
            decision: "deny".into(),
            source: "config".into(),
            decided_by: "unknown".into(),
            decided_by_basis: "unknown".into(),
            decided_by_reason: "a headless refusal with source=config may be a deny rule or nobody to ask".into(),
            ..base
        },
        2 => CallRow {
            tool_name: "Bash".into(),
            tool_kind: "shell".into(),
            command: "curl -H [bearer-token:47:0123456789abcdef] https://api.example.com/v2/export?[query-value:12] | tee [path]".into(),
            decision: "deny".into(),
            source: "user_reject".into(),
            decided_by: "person".into(),
            decided_by_basis: "observed".into(),
            asked: Some(true),
            wait_ms: Some(14_020.0),
            outcome: "not_run".into(),
            ..base
        },
        3 => CallRow {
            tool_name: "Bash".into(),
            tool_kind: "shell".into(),
            command: "git push origin main".into(),
            decision: "allow".into(),
            source: "user_temporary".into(),
            decided_by: "person".into(),
            decided_by_basis: "observed".into(),
            asked: Some(true),
            wait_ms: Some(132_400.0),
            outcome: "failed".into(),
            duration_ms: Some(912.0),
            error_type: "exit_code".into(),
            ..base
        },
        4 => CallRow {
            tool_name: "mcp__crm__lookup_customer".into(),
            tool_kind: "mcp".into(),
            mcp_server: "crm".into(),
            mcp_tool: "lookup_customer".into(),
            decision: "allow".into(),
            decided_by: "mode".into(),
            decided_by_basis: "inferred".into(),
            decided_by_reason: "bypassPermissions was in force".into(),
            permission_mode: "bypassPermissions".into(),
            asked: Some(false),
            outcome: "succeeded".into(),
            duration_ms: Some(231.0),
            ..base
        },
        _ => CallRow {
            tool_name: "run_shell_command".into(),
            tool_kind: "shell".into(),
            command: "rm -rf build".into(),
            agent: "gemini-cli".into(),
            agent_version: "0.61.0".into(),
            session_id: "d2c8f1".into(),
            user_email: String::new(),
            user_id: String::new(),
            received_time: at - 300 * SECOND,
            agent_id: "sub-agent-17".into(),
            ..base
        },
    }
}

/// A call whose every text is hostile, and long.
pub(super) fn hostile_call(text: &str) -> CallRow {
    let long = text.repeat(10_000 / text.len() + 1);
    CallRow {
        agent: text.into(),
        agent_version: text.into(),
        session_id: text.into(),
        tool_use_id: text.into(),
        user_id: text.into(),
        user_email: text.into(),
        team: text.into(),
        repo: text.into(),
        host: text.into(),
        agent_id: text.into(),
        tool_name: text.into(),
        mcp_server: text.into(),
        command: long,
        decision: text.into(),
        decided_by: text.into(),
        decided_by_basis: text.into(),
        decided_by_reason: text.into(),
        permission_mode: text.into(),
        outcome: text.into(),
        error_type: text.into(),
        rule: text.into(),
        rule_scope: text.into(),
        event_id: text.into(),
        ..call(0)
    }
}

pub(super) fn slots() -> Vec<Slot> {
    let range = range();
    let length = (range.before - range.after) / 168;
    (0..168_i64)
        .map(|index| {
            let start = range.after + index * length;
            let hour = start.rem_euclid(DAY) / (3_600 * SECOND);
            let weekday = (start.div_euclid(DAY) + 4).rem_euclid(7);
            let working = (8..18).contains(&hour) && !(weekday == 0 || weekday == 6);
            let wave = u64::try_from((index * 7_919) % 13).unwrap();
            let busy = if working { 90 + wave * 9 - u64::try_from((hour - 12).abs()).unwrap() * 8 } else { wave / 4 };
            let spike = if index == 101 { 31 } else { 0 };
            Slot {
                start,
                length,
                allow: busy,
                deny: busy / 40 + spike,
                other: busy / 60,
                asked: busy / 9 + if index == 101 { 12 } else { 0 },
            }
        })
        .collect()
}

pub(super) fn hotspots() -> Vec<Hotspot> {
    [
        ("Bash", "git push", "payments", 214, 190, 31, 178),
        ("Bash", "npm install", "web", 402, 120, 12, 80),
        ("Edit", ".github/workflows", "payments", 41, 33, 8, 0),
        ("mcp__crm__lookup_customer", "crm", "", 96, 12, 22, 34),
        ("WebFetch", "api.example.com", "data", 58, 0, 19, 19),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (tool, head, team, calls, asked, denied, before))| Hotspot {
        tool_name: tool.into(),
        command_head: head.into(),
        team: team.into(),
        calls,
        asked,
        denied,
        pressed: asked + denied,
        waited_ms: 41_000.0 * f64::from(u32::try_from(asked).unwrap()),
        people: 4,
        sessions: 18,
        pressed_before: before,
        trace: (0..24).map(|slot| (slot * (index as u64 + 3) * 31) % 17).collect(),
    })
    .collect()
}

pub(super) fn overview() -> Overview {
    let slots = slots();
    let calls = slots.iter().map(|slot| slot.allow + slot.deny + slot.other).sum();
    let seen = |agent: &str, version: &str, sessions, days: i64| AgentSeen {
        agent: agent.into(),
        agent_version: version.into(),
        sessions,
        events: sessions * 61,
        first: NOW - days * DAY,
        last: NOW - SECOND * 90,
    };
    Overview {
        any_events: true,
        events: 91_204,
        calls,
        asked: slots.iter().map(|slot| slot.asked).sum(),
        asked_unknown: 310,
        denied: slots.iter().map(|slot| slot.deny).sum(),
        bypassed: 12,
        waited_ms: 23_040_000.0,
        sessions: 214,
        people: 23,
        slots,
        decided_by: vec![
            ("mode".into(), calls / 2),
            ("rule".into(), calls / 4),
            ("person".into(), calls / 9),
            ("unknown".into(), calls / 10),
            ("hook".into(), calls / 40),
        ],
        hotspots: hotspots(),
        refusals: [1, 2, 7, 8, 13].map(call).to_vec(),
        agents: vec![
            seen("claude-code", "2.1.328", 88, 2),
            seen("claude-code", "2.1.197", 102, 7),
            seen("gemini-cli", "0.61.0", 18, 6),
            seen("copilot", "", 6, 3),
        ],
    }
}

pub(super) fn found() -> Found {
    let facet = |column, values: &[(&str, u64)]| Facet {
        column,
        values: values.iter().map(|(value, calls)| ((*value).to_owned(), *calls)).collect(),
    };
    Found {
        calls: 1_204,
        sessions: 96,
        people: 11,
        first: Some(NOW - 6 * DAY),
        last: Some(NOW - 60 * SECOND),
        facets: vec![
            facet("tool_name", &[("Bash", 902), ("Read", 201), ("mcp__crm__lookup_customer", 96), ("Edit", 5)]),
            facet("decision", &[("allow", 871), ("deny", 311), ("", 22)]),
            facet("decided_by", &[("mode", 600), ("rule", 301), ("person", 201), ("unknown", 102)]),
            facet("agent", &[("claude-code", 1_100), ("gemini-cli", 104)]),
            facet("team", &[("payments", 704), ("web", 300), ("", 200)]),
            facet("repo", &[("exporter", 704), ("shop", 500)]),
        ],
        histogram: slots(),
        rows: (0..50).map(call).collect(),
    }
}

pub(super) fn story() -> Story {
    let calls: Vec<CallRow> = (0..24)
        .map(call)
        .map(|row| CallRow { agent: "claude-code".into(), session_id: call(0).session_id, ..row })
        .collect();
    let moments = |from: usize, to: usize| calls[from..to].iter().cloned().map(|row| Moment::Call(Box::new(row)));
    let note = |index: usize, kind: &str, text: &str| {
        Moment::Note(Note {
            event_id: format!("{:032x}", index + 1_000),
            event_time: calls[index].event_time - SECOND,
            kind: kind.into(),
            event_name: "permission_mode_changed".into(),
            text: text.into(),
        })
    };
    Story {
        session_id: calls[0].session_id.clone(),
        agent: "claude-code".into(),
        agent_versions: vec!["2.1.328".into()],
        user_emails: vec!["ada@example.com".into()],
        user_ids: vec!["9f".repeat(32)],
        organizations: vec!["org-17".into()],
        teams: vec!["payments".into()],
        repos: vec!["exporter".into()],
        hosts: vec![],
        first: calls[0].event_time - 3 * SECOND,
        last: calls[23].event_time + 40 * SECOND,
        events: 214,
        modes: vec![
            ModeSpan { since: calls[0].event_time, permission_mode: "default".into(), trigger: String::new() },
            ModeSpan { since: calls[9].event_time, permission_mode: "acceptEdits".into(), trigger: "shift_tab".into() },
            ModeSpan {
                since: calls[16].event_time,
                permission_mode: "bypassPermissions".into(),
                trigger: String::new(),
            },
        ],
        interactive: Some(true),
        gaps: vec![],
        cost_usd: Some(0.4127),
        tokens: Some((120_412, 9_811)),
        chapters: vec![
            Chapter {
                event_time: calls[0].event_time - 3 * SECOND,
                moments: vec![note(0, "mcp_connection", "crm connected")],
                ..Chapter::default()
            },
            Chapter {
                prompt_id: "p1".into(),
                event_time: calls[0].event_time - SECOND,
                prompt: "[prompt:240:00ff00ff00ff00ff]".into(),
                prompt_length: Some(240),
                moments: moments(0, 10)
                    .chain([note(10, "mode_change", "default → acceptEdits, by shift_tab")])
                    .collect(),
            },
            Chapter {
                prompt_id: "p2".into(),
                event_time: calls[10].event_time - SECOND,
                prompt: "Ship it, and mail [email:15:aaaaaaaaaaaaaaaa] when done.".into(),
                prompt_length: Some(52),
                moments: moments(10, 24).collect(),
            },
        ],
    }
}

pub(super) fn record() -> Record {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Record {
        table: "events",
        columns: [
            ("event_id", "00000000000000000000000000000002"),
            ("tenant", "default"),
            ("event_time", "2026-11-20T09:31:03.882Z"),
            ("received_time", "2026-11-20T09:31:05.882Z"),
            ("agent", "claude-code"),
            ("dialect", "claude-code/1"),
            ("kind", "decision"),
            ("session_id", "0b6f2a2e-5a0e-4c86-9d0b-6a3b1f8d6c11"),
            ("tool_use_id", "toolu_0002"),
            ("user_email", "ada@example.com"),
            ("tool_name", "Bash"),
            ("command", "curl -H [bearer-token:47:0123456789abcdef] https://api.example.com/v2/export"),
            ("decision", "deny"),
            ("source", "user_reject"),
            ("redaction_policy", "5c1d0f2a9b3e4d67"),
            ("redaction_outcome", "withheld"),
            ("redaction_bytes_in", "1204"),
            ("redaction_bytes_out", "980"),
            ("redaction_key_epoch", "2"),
        ]
        .map(pair)
        .to_vec(),
        redaction_kinds: [("bearer-token", 1), ("hashed:prompt", 2), ("withheld:no-rule", 1)]
            .map(|(kind, count)| (kind.to_owned(), count))
            .to_vec(),
        redaction_secrets: vec![pair(("89abcdef01234567", "bearer-token"))],
        attributes: [
            ("tool_parameters", "{\"bash_command\":\"curl\"}"),
            ("event.timestamp", "2026-11-20T09:31:03.882Z"),
        ]
        .map(pair)
        .to_vec(),
        resource_attributes: [("os.type", "linux"), ("host.arch", "amd64")].map(pair).to_vec(),
    }
}

/// A credential that was seen, in records whose stored words are these.
pub(super) fn seen(words: &str) -> Seen {
    let text = |plain: &str| if words == "Bash" { plain.to_owned() } else { words.to_owned() };
    Seen {
        records: 61,
        sessions_counted: 2,
        first: Some(NOW - 3 * DAY),
        last: Some(NOW - 3_600 * SECOND),
        matches: vec![
            Match {
                spelling: "the value after its name, then without quotes".into(),
                secret: true,
                epoch: 2,
                hash: "0123456789abcdef".into(),
                records: 60,
            },
            Match { spelling: "as given".into(), secret: false, epoch: 1, hash: "fedcba9876543210".into(), records: 1 },
        ],
        sessions: vec![
            SeenSession {
                session_id: text("0b6f2a2e-5a0e-4c86-9d0b-6a3b1f8d6c11"),
                agent: text("claude-code"),
                user: text("ada@example.com"),
                host: text("build-7"),
                records: 60,
                first: NOW - 2 * DAY,
                last: NOW - 3_600 * SECOND,
            },
            SeenSession {
                agent: text("codex"),
                records: 1,
                first: NOW - 3 * DAY,
                last: NOW - 3 * DAY,
                ..SeenSession::default()
            },
        ],
        rows: (0..50_i64)
            .map(|index| SeenRecord {
                table: "events".into(),
                event_id: format!("{index:032x}"),
                event_time: NOW - 3_600 * SECOND * (index + 1),
                session_id: text("0b6f2a2e-5a0e-4c86-9d0b-6a3b1f8d6c11"),
                agent: text("claude-code"),
                user: text("ada@example.com"),
                host: text("build-7"),
                tool_name: if index % 7 == 3 { String::new() } else { text("Bash") },
                hash: "0123456789abcdef".into(),
            })
            .collect(),
        searched: Searched {
            records: 48_210,
            since: Some(NOW - 40 * DAY),
            spellings: vec!["as given".into(), "the value after its name".into(), "base64-decoded".into()],
            epochs: vec![2, 1],
            unasked: 12,
            policies: vec![("5c1d0f2a9b3e4d67".into(), 48_000), ("0d9e8c7b6a5f4e3d".into(), 210)],
        },
    }
}

fn policy(text: &str) -> PolicyInForce {
    PolicyInForce { name: text.into(), hash: "00ff".repeat(4), source: text.into(), since: NOW - DAY }
}

/// Redaction with a shadow policy and a reload that failed; names and faults as given.
pub(super) fn redaction(text: &str, canary: CanaryState) -> RedactionState {
    RedactionState {
        policy: policy(text),
        refused: Some(ReloadRefused { at: NOW - 3_600 * SECOND, fault: text.into(), further: 2 }),
        shadow: Some(ShadowState {
            policy: policy(text),
            share: 0.25,
            same: 91_204,
            more: 31,
            less: 2,
            other: 0,
            left_out: 1,
            finds: vec![(text.into(), 12, 43)],
        }),
        canary,
    }
}

/// A page rendered from samples, with its name.
pub(super) type Sample = (&'static str, String);

fn render(page: &impl askama::Template) -> String {
    page.render().unwrap()
}

fn period(path: &str) -> Period {
    Period::new(path, &[], Asked::Nothing, Some(range()), Some(Last::Week))
}

pub(super) fn overview_page(told: &Overview, newest: Option<i64>) -> String {
    render(&OverviewPage::new(period("/"), range(), told, newest, connect()))
}

pub(super) fn search_page(query: &str, found: &Found) -> String {
    let params = Params::as_typed(Some(query), &["text", "tool_name", "decision", "team"]);
    let search = Search { range: Some(range()), limit: 50, ..Search::default() };
    render(&SearchPage::new(&params, &search, found, Asked::Last(Last::Week), connect()))
}

pub(super) fn session_page(story: &Story, show: &str) -> String {
    render(&SessionPage::new(story, show, 0, ""))
}

pub(super) fn hotspots_page(spots: &[Hotspot]) -> String {
    let of = PressureOf { range: range(), team: String::new(), agent: String::new(), limit: 50 };
    render(&HotspotsPage::new(period("/hotspots"), range(), &of, spots, connect()))
}

pub(super) fn record_page(record: &Record) -> String {
    render(&RecordPage::new("00000000000000000000000000000002", record))
}

pub(super) fn health_page(told: RedactionState) -> String {
    let warnings = vec!["The TLS certificate expires on 2026-11-30.".to_owned()];
    render(&HealthPage::new(&Told { ready: Ok(()), warnings }, told))
}

/// Every page, with answers, without, and with hostile ones.
pub(super) fn pages() -> Vec<Sample> {
    let bad = BadParameter {
        name: "after".into(),
        problem: "It is not a time.".into(),
        example: "after=2026-11-20T09:30:00Z".into(),
    };
    let refused = SearchPage::refused(&Params::as_typed(Some("text=rm"), &["text"]), bad, connect());
    let quiet = Overview { any_events: true, ..Overview::default() };
    let mut pages = vec![
        ("overview", overview_page(&overview(), None)),
        ("overview-empty", overview_page(&Overview::default(), None)),
        ("overview-quiet", overview_page(&quiet, Some(NOW - 40 * DAY))),
        ("search", search_page("tool_name=Bash&text=rm+-rf", &found())),
        ("search-empty", search_page("text=nothing", &Found::default())),
        ("search-bad", render(&refused)),
        ("session", session_page(&story(), "")),
        ("session-refused", session_page(&story(), "refused")),
        ("session-none", session_page(&Story { session_id: "x".into(), ..Story::default() }, "mcp")),
        ("hotspots", hotspots_page(&hotspots())),
        ("hotspots-empty", hotspots_page(&[])),
        ("record", record_page(&record())),
        ("seen-form", render(&SeenPage::form())),
        ("seen-refused", render(&SeenPage::refused("There is nothing to look for; give the credential itself."))),
        ("seen", render(&SeenPage::answered(&seen("Bash")))),
        ("seen-none", render(&SeenPage::answered(&Seen { searched: seen("").searched, ..Seen::default() }))),
        ("health", health_page(redaction("acme", CanaryState::Clean { at: NOW - 3_600 * SECOND }))),
        ("health-new", health_page(RedactionState { policy: policy("default"), ..RedactionState::default() })),
    ];
    pages.extend(HOSTILE.iter().flat_map(|text| hostile_pages(text)));
    pages
}

fn hostile_pages(text: &str) -> Vec<Sample> {
    let row = hostile_call(text);
    let spot =
        Hotspot { tool_name: text.into(), command_head: text.into(), team: text.into(), ..hotspots()[0].clone() };
    let seen = AgentSeen { agent: text.into(), agent_version: text.into(), ..AgentSeen::default() };
    let told = Overview {
        refusals: vec![row.clone()],
        hotspots: vec![spot.clone()],
        agents: vec![seen],
        decided_by: vec![(text.into(), 3)],
        ..overview()
    };
    let facet = Facet { column: "team", values: vec![(text.into(), 1)] };
    let found = Found { rows: vec![row.clone()], facets: vec![facet], ..found() };
    let note = Note { event_id: text.into(), kind: text.into(), text: text.into(), ..Note::default() };
    let texts = vec![text.to_owned()];
    let story = Story {
        session_id: text.into(),
        agent: text.into(),
        agent_versions: texts.clone(),
        user_emails: texts.clone(),
        organizations: texts.clone(),
        teams: texts.clone(),
        repos: texts.clone(),
        hosts: texts,
        modes: vec![ModeSpan { since: 0, permission_mode: text.into(), trigger: text.into() }; 2],
        chapters: vec![Chapter {
            prompt_id: text.into(),
            prompt: text.repeat(500),
            moments: vec![Moment::Call(Box::new(row)), Moment::Note(note)],
            ..Chapter::default()
        }],
        ..story()
    };
    let pair = (text.to_owned(), text.repeat(300));
    let record = Record {
        table: "events",
        columns: vec![pair.clone(), ("session_id".into(), text.into()), ("redaction_policy".into(), text.into())],
        redaction_kinds: vec![(text.into(), 1)],
        redaction_secrets: vec![(text.into(), text.into())],
        attributes: vec![pair.clone()],
        resource_attributes: vec![pair],
    };
    let query = format!("text={}", crate::format::segment(text));
    vec![
        ("overview-hostile", overview_page(&told, None)),
        ("search-hostile", search_page(&query, &found)),
        ("session-hostile", session_page(&story, "")),
        ("hotspots-hostile", hotspots_page(&[spot])),
        ("record-hostile", record_page(&record)),
        ("seen-hostile", render(&SeenPage::answered(&self::seen(text)))),
        ("health-hostile", health_page(redaction(text, CanaryState::Leaked { at: NOW, places: vec![text.into()] }))),
    ]
}
