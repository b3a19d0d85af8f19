//! The demo keeps its promises: deterministic, complete, joined as the real clients join, and worth looking at.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use barograph_proto::otlp::{AnyValue, KeyValue, LogRecord, Span, any_value};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::week::Week;
use super::{Export, Plan, requests};

/// 2026-11-20 16:00 UTC, a Friday.
const END: i64 = 1_795_190_400_000_000;

fn plan(events: u64) -> Plan {
    Plan { events, seed: 7, end: END }
}

/// A demo of the usual size.
static USUAL: LazyLock<Everything> = LazyLock::new(|| everything(plan(20_000)));

/// One large enough for shares to settle.
static LARGE: LazyLock<Everything> = LazyLock::new(|| everything(plan(60_000)));

fn bytes(request: &Export) -> Vec<u8> {
    match request {
        Export::Logs(request) => request.encode_to_vec(),
        Export::Traces(request) => request.encode_to_vec(),
        Export::Metrics(request) => request.encode_to_vec(),
    }
}

fn fingerprint(plan: Plan) -> String {
    let mut hash = Sha256::new();
    for request in requests(plan).take(50) {
        hash.update(bytes(&request));
    }
    format!("{:x?}", hash.finalize())
}

fn shown(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::BoolValue(flag)) => flag.to_string(),
        Some(any_value::Value::DoubleValue(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn get(attributes: &[KeyValue], key: &str) -> String {
    shown(attributes.iter().find(|attribute| attribute.key == key).and_then(|attribute| attribute.value.as_ref()))
}

/// Everything of a plan: service name and record, service name and span.
struct Everything {
    logs: Vec<(String, LogRecord)>,
    spans: Vec<Span>,
    sessions: usize,
    records: u64,
    largest_session: u64,
    largest_batch: usize,
}

fn everything(plan: Plan) -> Everything {
    let mut all = Everything {
        logs: Vec::new(),
        spans: Vec::new(),
        sessions: 0,
        records: 0,
        largest_session: 0,
        largest_batch: 0,
    };
    for session in Week::new(plan) {
        all.sessions += 1;
        all.records += session.records;
        all.largest_session = all.largest_session.max(session.records);
        for request in session.requests {
            all.largest_batch = all.largest_batch.max(request.len());
            match request {
                Export::Logs(request) => {
                    for resource in request.resource_logs {
                        let service = get(&resource.resource.unwrap().attributes, "service.name");
                        let records = resource.scope_logs.into_iter().flat_map(|scope| scope.log_records);
                        all.logs.extend(records.map(|record| (service.clone(), record)));
                    }
                }
                Export::Traces(request) => {
                    let resources = request.resource_spans.into_iter();
                    all.spans.extend(resources.flat_map(|r| r.scope_spans).flat_map(|scope| scope.spans));
                }
                Export::Metrics(_) => {}
            }
        }
    }
    all
}

impl Everything {
    /// Claude Code's own events of a name.
    fn claude(&self, name: &str) -> impl Iterator<Item = &LogRecord> {
        let body = format!("claude_code.{name}");
        self.logs.iter().map(|(_, record)| record).filter(move |record| shown(record.body.as_ref()) == body)
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(fingerprint(plan(5_000)), fingerprint(plan(5_000)));
    assert_ne!(fingerprint(plan(5_000)), fingerprint(Plan { seed: 8, ..plan(5_000) }));
}

#[test]
fn as_many_records_are_sent_as_planned_give_or_take_a_session() {
    for (events, all) in [(1, &everything(plan(1))), (3_000, &everything(plan(3_000))), (20_000, &*USUAL)] {
        assert!(all.records >= events && all.records < events + all.largest_session, "{} of {events}", all.records);
        assert_eq!(all.records, all.logs.len() as u64);
        assert!(all.largest_batch <= 512);
    }
}

#[test]
fn nothing_lies_outside_the_week() {
    let all = &*USUAL;
    let (first, last) = (END - 7 * 86_400_000_000, END);
    for (_, record) in &all.logs {
        let micros = i64::try_from(record.observed_time_unix_nano).unwrap() / 1_000;
        assert!((first..=last).contains(&micros));
    }
    assert!(all.spans.iter().all(|span| span.end_time_unix_nano <= u64::try_from(END).unwrap() * 1_000));
    assert!(all.spans.iter().all(|span| span.start_time_unix_nano <= span.end_time_unix_nano));
}

#[test]
fn events_of_a_process_are_numbered_without_gaps_in_order_of_time() {
    let all = &*USUAL;
    let mut next: HashMap<String, (i64, u64)> = HashMap::new();
    for (service, record) in &all.logs {
        let number = get(&record.attributes, "event.sequence");
        if service != "claude-code" || number.is_empty() {
            continue;
        }
        let (expected, time) = next.entry(get(&record.attributes, "session.id")).or_default();
        assert_eq!(number, expected.to_string());
        assert!(record.time_unix_nano >= *time);
        (*expected, *time) = (*expected + 1, record.time_unix_nano);
    }
    assert!(next.len() > 50);
}

#[test]
fn a_decision_and_its_wait_are_joined_by_span_as_in_the_real_client() {
    let all = &*USUAL;
    let spans: HashMap<(&[u8], &[u8]), &Span> =
        all.spans.iter().map(|span| ((span.trace_id.as_slice(), span.span_id.as_slice()), span)).collect();
    let mut joined = 0;
    for decision in all.claude("tool_decision").filter(|record| !record.trace_id.is_empty()) {
        let Some(blocked) = spans.get(&(decision.trace_id.as_slice(), decision.span_id.as_slice())) else { continue };
        assert_eq!(blocked.name, "claude_code.tool.blocked_on_user");
        assert_eq!(get(&blocked.attributes, "decision"), get(&decision.attributes, "decision"));
        assert_eq!(get(&blocked.attributes, "source"), get(&decision.attributes, "source"));
        let wait = (blocked.end_time_unix_nano - blocked.start_time_unix_nano) / 1_000_000;
        assert_eq!(get(&blocked.attributes, "duration_ms"), wait.to_string());
        assert_eq!(decision.time_unix_nano, blocked.end_time_unix_nano);
        let Some(tool) = spans.get(&(decision.trace_id.as_slice(), blocked.parent_span_id.as_slice())) else {
            continue;
        };
        assert_eq!(tool.name, "claude_code.tool");
        assert_eq!(get(&tool.attributes, "tool_use_id"), get(&decision.attributes, "tool_use_id"));
        joined += 1;
    }
    assert!(joined > 1_000, "{joined}");
}

#[test]
fn accepted_calls_have_a_result_and_refused_ones_none() {
    let all = &*USUAL;
    let results: BTreeSet<String> =
        all.claude("tool_result").map(|record| get(&record.attributes, "tool_use_id")).collect();
    let (mut missing, mut calls) = (0, 0);
    for decision in all.claude("tool_decision") {
        let ran = results.contains(&get(&decision.attributes, "tool_use_id"));
        let accepted = get(&decision.attributes, "decision") == "accept";
        assert!(accepted || !ran);
        missing += usize::from(accepted && !ran);
        calls += 1;
    }
    // The plan's end cuts a few off.
    assert!(missing * 200 < calls, "{missing} of {calls}");
}

#[test]
fn every_attribute_of_the_current_client_was_seen_on_the_real_one() {
    // From captures of 2.1.328: what each event may carry beside the attributes of all of them.
    let known = BTreeMap::from([
        (
            "tool_decision",
            "decision source tool_name tool_use_id tool_source tool_parameters classifier_verdict permission_mode request_id agent_id",
        ),
        (
            "tool_result",
            "tool_name tool_use_id success duration_ms error_type error tool_parameters tool_input tool_input_size_bytes tool_result_size_bytes mcp_server_scope decision_source decision_type request_id agent_id",
        ),
        ("user_prompt", "prompt_length prompt prompt_text message.uuid command_name command_source"),
    ]);
    let common = "team repo user.id session.id app.version app.entrypoint organization.id user.email user.account_uuid \
                  anthropic.provider anthropic.custom_base_url terminal.type event.name event.timestamp event.sequence \
                  prompt.id";
    let all = &*USUAL;
    for (name, own) in known {
        for record in all.claude(name) {
            for attribute in &record.attributes {
                let key = attribute.key.as_str();
                assert!(
                    common.split_whitespace().chain(own.split_whitespace()).any(|known| known == key),
                    "{name} {key}"
                );
            }
        }
    }
}

#[test]
fn the_fleet_is_as_varied_as_a_real_one() {
    let all = &*LARGE;
    let share = |part: usize, whole: usize| part * 100 / whole.max(1);
    let decisions: Vec<&LogRecord> = all.claude("tool_decision").collect();
    let count =
        |key: &str, value: &str| decisions.iter().filter(|record| get(&record.attributes, key) == value).count();
    let calls = decisions.len();
    assert!(
        (40..=56).contains(&share(count("tool_name", "Bash"), calls)),
        "{}",
        share(count("tool_name", "Bash"), calls)
    );
    assert!(
        (60..=90).contains(&share(count("source", "config"), calls)),
        "{}",
        share(count("source", "config"), calls)
    );
    assert!((6..=25).contains(&share(count("source", "user_temporary"), calls)));
    assert!(
        (2..=20).contains(&share(count("decision", "reject"), calls)),
        "{}",
        share(count("decision", "reject"), calls)
    );
    for (key, value) in [
        ("source", "hook"),
        ("source", "user_permanent"),
        ("source", "user_reject"),
        ("source", "user_abort"),
        ("permission_mode", "bypassPermissions"),
        ("permission_mode", "plan"),
        ("permission_mode", "auto"),
        ("permission_mode", "acceptEdits"),
        ("classifier_verdict", "blocked"),
        ("tool_name", "mcp_tool"),
    ] {
        assert!(count(key, value) > 0, "no {key}={value}");
    }
    let services: BTreeSet<&str> = all.logs.iter().map(|(service, _)| service.as_str()).collect();
    assert_eq!(services, BTreeSet::from(["claude-code", "codex_cli_rs", "codex_exec", "gemini-cli"]));
    assert!(all.spans.iter().any(|span| span.name == "permission"));
    let distinct =
        |key: &str| all.claude("tool_decision").map(|record| get(&record.attributes, key)).collect::<BTreeSet<_>>();
    assert_eq!(distinct("team").len(), 6);
    assert_eq!(distinct("repo").len(), 15);
    assert!(distinct("user.email").len() > 25);
    let kept =
        all.logs.iter().filter(|(_, record)| get(&record.attributes, "event.name") == "permission_decision").count();
    assert!(kept > 100, "{kept}");
}

#[test]
fn one_team_is_refused_far_more_on_one_day() {
    let all = &*LARGE;
    let mut days: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for record in all.claude("tool_decision").filter(|record| get(&record.attributes, "team") == "data") {
        let day = days.entry(record.time_unix_nano / 86_400_000_000_000).or_default();
        day.0 += 1;
        day.1 += usize::from(get(&record.attributes, "decision") == "reject");
    }
    let mut rates: Vec<usize> =
        days.values().filter(|(calls, _)| *calls > 50).map(|(calls, no)| no * 100 / calls).collect();
    rates.sort_unstable();
    let (highest, others) = rates.split_last().unwrap();
    assert!(others.iter().all(|rate| rate * 2 < *highest), "{rates:?}");
}

#[test]
fn the_story_is_there_to_be_found() {
    for all in [&everything(plan(2_000)), &*USUAL] {
        let push = |record: &&LogRecord| {
            get(&record.attributes, "tool_parameters").contains("git push --force origin release/4.2")
        };
        let pushed = all.claude("tool_decision").find(push).expect("the force push");
        assert_eq!(get(&pushed.attributes, "source"), "user_temporary");
        let wait = all.spans.iter().find(|span| span.span_id == pushed.span_id).expect("its wait");
        assert_eq!(get(&wait.attributes, "duration_ms"), "41000");
        let session = get(&pushed.attributes, "session.id");
        let mut calls = all.claude("tool_decision").filter(|record| get(&record.attributes, "session.id") == session);
        let refused = calls.find(|record| get(&record.attributes, "decision") == "reject").expect("the refusal");
        assert_eq!(get(&refused.attributes, "tool_name"), "Read");
        let next = calls.next().expect("another way");
        assert!(get(&next.attributes, "tool_parameters").contains("cat .env"));
        assert_eq!(get(&next.attributes, "decision"), "accept");
    }
}

#[test]
fn nights_and_weekends_are_quiet() {
    let all = &*LARGE;
    let hour = |record: &LogRecord| record.observed_time_unix_nano / 3_600_000_000_000;
    let mut hours: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, record) in &all.logs {
        *hours.entry(hour(record)).or_default() += 1;
    }
    let weekend = |hour: u64| matches!((hour / 24 + 4) % 7, 0 | 6);
    let busiest = hours.values().max().copied().unwrap();
    let weekend_records: usize = hours.iter().filter(|(hour, _)| weekend(**hour)).map(|(_, records)| records).sum();
    assert!(weekend_records * 8 < all.logs.len(), "{weekend_records} of {}", all.logs.len());
    let night: usize =
        hours.iter().filter(|(hour, _)| !weekend(**hour) && **hour % 24 == 23).map(|(_, r)| *r).max().unwrap_or(0);
    assert!(night * 2 < busiest, "{night} of {busiest}");
}

#[test]
fn some_commands_carry_credentials_for_redaction_to_find() {
    let all = &*USUAL;
    for shape in ["sk-ant-api03-", "ghp_", "postgres://", "AKIA", "xoxb-", "@mail.example"] {
        let carries = |record: &LogRecord| get(&record.attributes, "tool_parameters").contains(shape);
        assert!(all.claude("tool_decision").any(carries), "{shape}");
    }
}

#[test]
fn a_huge_plan_starts_at_once() {
    assert!(requests(plan(100_000_000)).next().is_some());
}
