use super::read;
use crate::keyed::EventIdKey;
use crate::otlp::{
    AnyValue, Export, ExportLogsServiceRequest, ExportTraceServiceRequest, InstrumentationScope, KeyValue, LogRecord,
    Resource, ResourceLogs, ResourceSpans, ScopeLogs, ScopeSpans, Span, any_value,
};
use crate::row::{self, Rows};

const RECEIVED: i64 = 1_795_000_000_000_000;

fn text(value: &str) -> any_value::Value {
    any_value::Value::StringValue(value.to_owned())
}

fn attributes(pairs: &[(&str, any_value::Value)]) -> Vec<KeyValue> {
    pairs
        .iter()
        .map(|(key, value)| KeyValue {
            key: (*key).to_owned(),
            value: Some(AnyValue { value: Some(value.clone()) }),
            ..KeyValue::default()
        })
        .collect()
}

fn resource(pairs: &[(&str, any_value::Value)]) -> Resource {
    Resource { attributes: attributes(pairs), ..Resource::default() }
}

fn scope(name: &str) -> InstrumentationScope {
    InstrumentationScope { name: name.to_owned(), version: "2.1.328".to_owned(), ..InstrumentationScope::default() }
}

fn record(pairs: &[(&str, any_value::Value)]) -> LogRecord {
    LogRecord { time_unix_nano: 1_795_000_000_123_000_000, attributes: attributes(pairs), ..LogRecord::default() }
}

fn logs(tenant: &str, resource: Resource, scope_name: &str, log_records: Vec<LogRecord>) -> Rows {
    let scope_logs = vec![ScopeLogs { scope: Some(scope(scope_name)), log_records, ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { resource: Some(resource), scope_logs, ..ResourceLogs::default() }];
    read(tenant, RECEIVED, &EventIdKey::new(&[1; 32]), Export::Logs(ExportLogsServiceRequest { resource_logs }))
}

fn claude(pairs: &[(&str, any_value::Value)]) -> row::Event {
    logs("default", resource(&[]), "com.anthropic.claude_code.events", vec![record(pairs)]).events.remove(0)
}

const CLAUDE: &str = "com.anthropic.claude_code.events";

#[test]
fn a_forged_service_name_does_not_hide_the_agent() {
    let forged = resource(&[("service.name", text("other-service")), ("session.id", text("forged"))]);
    let event = logs("default", forged, CLAUDE, vec![record(&[("event.name", text("user_prompt"))])]).events.remove(0);
    assert_eq!((event.origin.agent.as_str(), event.origin.service_name.as_str()), ("claude-code", "other-service"));
    assert_eq!(event.origin.session_id, "", "the resource's session id is not Claude Code's own");
    assert!(event.origin.resource_attributes.iter().any(|attribute| attribute.key == "session.id"), "but it is kept");
}

#[test]
fn a_forged_decision_is_read_only_where_the_client_sets_one() {
    let forged = ("decision", text("reject"));
    let prompt = claude(&[("event.name", text("user_prompt")), forged.clone()]);
    assert_eq!((prompt.verdict.decision.as_str(), prompt.origin.kind.as_str()), ("", "prompt"));
    let decision = claude(&[("event.name", text("tool_decision")), forged]);
    assert_eq!(decision.verdict.decision, "deny");
}

#[test]
fn numbers_are_read_as_text_and_as_numbers() {
    for duration in [text("168"), any_value::Value::IntValue(168), any_value::Value::DoubleValue(168.0)] {
        let event =
            claude(&[("event.name", text("tool_result")), ("duration_ms", duration), ("success", text("true"))]);
        assert_eq!((event.verdict.duration_ms, event.verdict.outcome.as_str()), (Some(168.0), "succeeded"));
    }
}

#[test]
fn an_mcp_call_is_named_by_server_and_tool() {
    let parameters = text(r#"{"mcp_server_name":"crm","mcp_tool_name":"echo"}"#);
    let event = claude(&[
        ("event.name", text("tool_decision")),
        ("tool_name", text("mcp_tool")),
        ("tool_source", text("mcp")),
        ("tool_parameters", parameters),
    ]);
    assert_eq!((event.call.tool_name.as_str(), event.call.tool_kind.as_str()), ("mcp__crm__echo", "mcp"));
}

#[test]
fn gemini_clis_resource_holds_its_session_and_unset_values_are_kept() {
    let mut call = record(&[
        ("event.name", text("gemini_cli.tool_call")),
        ("function_name", text("run_shell_command")),
        ("function_args", text(r#"{"command": "ls"}"#)),
        ("error_type", text("tool_not_registered")),
    ]);
    call.attributes.push(KeyValue { key: "decision".to_owned(), value: None, ..KeyValue::default() });
    let event = logs("default", resource(&[("session.id", text("s"))]), "gemini-cli", vec![call]).events.remove(0);
    assert_eq!((event.origin.session_id.as_str(), event.call.command.as_str()), ("s", "ls"));
    assert_eq!((event.verdict.decision.as_str(), event.verdict.outcome.as_str()), ("", "not_run"));
    assert!(event.attributes.iter().any(|attribute| attribute.key == "decision"));
}

#[test]
fn codex_has_its_time_in_an_attribute() {
    let mut decision = record(&[
        ("event.name", text("codex.tool_decision")),
        ("event.timestamp", text("2026-11-20T09:34:19.831Z")),
        ("tool_name", text("delete_record")),
        ("tool_namespace", text("mcp__crm")),
        ("decision", text("approved_with_amendment")),
    ]);
    decision.observed_time_unix_nano = std::mem::take(&mut decision.time_unix_nano);
    decision.event_name = "event otel/src/events/session_telemetry.rs:1225".to_owned();
    let event = logs("default", resource(&[]), "codex_otel.log_only", vec![decision]).events.remove(0);
    assert_eq!(crate::time::rfc3339(event.origin.event_time), "2026-11-20T09:34:19.831Z");
    assert_eq!((event.call.tool_name.as_str(), event.verdict.decision.as_str()), ("mcp__crm__delete_record", "allow"));
    assert_eq!(event.event_name, "codex.tool_decision");
}

#[test]
fn copilots_question_is_a_decision() {
    let span = Span {
        name: "permission".to_owned(),
        attributes: attributes(&[
            ("github.copilot.permission.kind", text("shell")),
            ("github.copilot.permission.result", text("denied-no-approval-rule-and-could-not-request-from-user")),
        ]),
        ..Span::default()
    };
    let scope_spans =
        vec![ScopeSpans { scope: Some(scope("github.copilot")), spans: vec![span], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { resource: None, scope_spans, ..ResourceSpans::default() }];
    let export = Export::Traces(ExportTraceServiceRequest { resource_spans });
    let span = read("default", RECEIVED, &EventIdKey::new(&[1; 32]), export).spans.remove(0);
    assert_eq!((span.origin.kind.as_str(), span.verdict.decision.as_str()), ("decision", "deny"));
}

#[test]
fn an_event_id_is_the_contents_and_the_tenants() {
    let id = |tenant: &str, pairs: &[(&str, any_value::Value)], service: &str| {
        let resource = resource(&[("service.name", text(service))]);
        logs(tenant, resource, CLAUDE, vec![record(pairs)]).events.remove(0).origin.event_id
    };
    let pairs = [("event.name", text("user_prompt"))];
    let first = id("a", &pairs, "claude-code");
    assert_eq!(first, id("a", &pairs, "claude-code"), "sent again");
    assert_ne!(first, id("b", &pairs, "claude-code"), "another tenant's");
    assert_ne!(first, id("a", &pairs, "x"), "another resource's");
    assert_ne!(first, id("a", &[("event.name", text("at_mention"))], "claude-code"), "another record");
}

#[test]
fn a_record_claims_identity_over_its_resource() {
    let claimed = resource(&[("team", text("payments")), ("user.email", text("a@example.com"))]);
    let event =
        logs("default", claimed, CLAUDE, vec![record(&[("user.email", text("b@example.com"))])]).events.remove(0);
    assert_eq!((event.origin.team.as_str(), event.origin.user_email.as_str()), ("payments", "b@example.com"));
}

#[test]
fn what_nobody_knows_is_kept() {
    let sent = record(&[("event.name", text("thing.happened")), ("tool_use_id", text("t1")), ("novel", text("x"))]);
    let event = logs("default", resource(&[("service.name", text("newcomer"))]), "", vec![sent]).events.remove(0);
    assert_eq!((event.origin.agent.as_str(), event.origin.dialect.as_str()), ("newcomer", "generic/1"));
    assert_eq!((event.origin.tool_use_id.as_str(), event.origin.kind.as_str()), ("t1", "other"));
    assert_eq!(event.attributes.iter().map(|attribute| attribute.key.as_str()).collect::<Vec<_>>(), ["novel"]);
}
