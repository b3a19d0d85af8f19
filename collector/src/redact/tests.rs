//! What a row looks like after the door.

mod books;
mod trials;

use std::collections::BTreeMap;

use barograph_proto::row::{Attribute, Origin, Sent};
use barograph_proto::tables::Table;
use barograph_redaction::policy::Target;
use proptest::prelude::*;

use super::testing::redactor;
use super::*;

const SECRET: &str = "sk-ant-test-secret-0123456789";
const EMAIL: &str = "jane.doe@example.com";
const PROMPT: &str = "SCENARIO:all please";
const QUERY: &str = "token=abc";

/// Columns whose value is free text of which only what is found is masked: a prompt is not found there.
const MASKED: &[&str] = &["command", "file_path", "url", "rule", "boundary", "why_it_matters", "options", "evidence"];

const IDENTITY: &[&str] = &["user_id", "user_email", "organization_id", "team", "repo", "host", "answered_by"];

fn row<R: Row>(mut row: R) -> Redacted<R> {
    redactor().row(&mut row, &mut Recall::default(), &mut Tally::default());
    Redacted(row)
}

/// A row without what redaction says of itself: that differs when there is nothing left to do.
fn without_books<R: Row>(mut row: R) -> R {
    let origin = row.origin_mut();
    origin.redaction_outcome.clear();
    origin.redaction_kinds.clear();
    origin.redaction_secrets.clear();
    origin.redaction_bytes_in = None;
    origin.redaction_bytes_out = None;
    row
}

/// Puts a text into every text column, and collects what is stored in each.
struct Plant<'a>(&'a str);

impl Cells for Plant<'_> {
    fn text(&mut self, _: &'static str, value: &mut String) {
        self.0.clone_into(value);
    }
    fn json(&mut self, _: &'static str, value: &mut String) {
        *value = serde_json::json!([{"name": self.0, "time": 1, "unknown": self.0, self.0: 1, "attributes": {
            "prompt": self.0, "exception.message": self.0, "command": "ls", "unknown": {"deeper": [self.0]}
        }}])
        .to_string();
    }
    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn int(&mut self, _: &'static str, value: &mut Option<i64>) {
        *value = Some(42);
    }
    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}
    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}
    fn attributes(&mut self, _: &'static str, value: &mut Vec<Attribute>) {
        *value = vec![attribute("unknown.key", self.0, Sent::Text), attribute(self.0, "1", Sent::Number)];
    }
    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}
    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}

#[derive(Default)]
struct Stored(Vec<(&'static str, String)>);

impl Cells for Stored {
    fn text(&mut self, column: &'static str, value: &mut String) {
        self.0.push((column, value.clone()));
    }
    fn json(&mut self, column: &'static str, value: &mut String) {
        self.0.push((column, value.clone()));
    }
    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn int(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}
    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}
    fn attributes(&mut self, column: &'static str, value: &mut Vec<Attribute>) {
        for attribute in value {
            self.0.push((column, format!("{}={}", attribute.key, attribute.value)));
        }
    }
    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}
    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}

fn attribute(key: &str, value: &str, sent: Sent) -> Attribute {
    Attribute { key: key.to_owned(), value: value.to_owned(), sent: sent.into() }
}

/// What one attribute of an event is stored as.
fn stored(key: &str, value: &str, sent: Sent) -> (String, String) {
    let event = Event { attributes: vec![attribute(key, value, sent)], ..Event::default() };
    let redacted = redactor().redact(Rows { events: vec![event], ..Rows::default() });
    let attribute = redacted.events[0].row().attributes[0].clone();
    (attribute.key, attribute.value)
}

fn stored_text(key: &str, value: &str) -> String {
    stored(key, value, Sent::Text).1
}

fn planted<R: Row + PartialEq>(text: &str) -> Vec<(&'static str, String)> {
    let mut sent = R::default();
    sent.cells(&mut Plant(text));
    let mut redacted = row(sent);
    let mut stored = Stored::default();
    redacted.cells(&mut stored);
    let again = row(redacted.row().clone());
    assert!(
        without_books(again.row().clone()) == without_books(redacted.row().clone()),
        "redacting a row twice changes it"
    );
    stored.0
}

#[test]
fn the_policy_names_every_column() {
    let policy = Policy::shipped_default();
    let caller = Caller { agent: "codex", tool: "shell" };
    for table in Table::ALL {
        for field in table.schema().fields() {
            let is_own = field.name() == "tenant" || field.name().starts_with("redaction_");
            if *field.data_type() == arrow::datatypes::DataType::Utf8 && !is_own {
                let decision = policy.decide(caller, Target::Column(field.name()));
                assert!(decision.place.is_some(), "{}.{} would be hidden", table.name(), field.name());
            }
        }
    }
}

#[test]
fn planted_strings_survive_in_identity_columns_only() {
    // The tenant is never the sender's word.
    let free = |column: &str| !IDENTITY.contains(&column) && column != "tenant";
    for rows in [planted::<Event>, planted::<Span>, planted::<MetricPoint>] {
        for (column, value) in rows(SECRET) {
            assert!(column == "tenant" || !value.contains(SECRET), "{column}: {value}");
        }
        for (column, value) in rows(EMAIL) {
            assert!(!free(column) || !value.contains(EMAIL), "{column}: {value}");
        }
        for (column, value) in rows(QUERY) {
            assert!(column == "tenant" || !value.contains(QUERY), "{column}: {value}");
        }
        for (column, value) in rows(PROMPT) {
            let is_label = [
                "agent",
                "service_name",
                "scope_name",
                "tool_name",
                "mcp_server",
                "mcp_tool",
                "rule_scope",
                "model",
                "name",
                "span_events",
                "span_links",
                "buckets",
            ]
            .contains(&column);
            assert!(
                !free(column) || MASKED.contains(&column) || is_label || !value.contains("SCENARIO:"),
                "{column}: {value}"
            );
        }
    }
}

#[test]
fn prompts_and_outputs_never_come_through() {
    let messages = serde_json::json!([{"role": "user", "parts": [{"type": "text", "text": PROMPT}]}]).to_string();
    for key in [
        "prompt",
        "prompt_text",
        "user_prompt",
        "response",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "request_text",
        "response_text",
        "body",
        "output",
        "gen_ai.tool.call.result",
        "error",
        "error.message",
        "exception.message",
        "process.command",
        "process.command_args",
        "process.owner",
        "reasoning",
        "anything.else",
        "tool_input",
        "arguments",
        "gen_ai.tool.call.arguments",
        "metadata",
    ] {
        for value in [PROMPT, messages.as_str(), EMAIL, SECRET, QUERY] {
            for sent in [Sent::Text, Sent::Nested, Sent::Bytes, Sent::Unset, Sent::Number, Sent::Flag] {
                let (_, stored) = stored(key, value, sent);
                for planted in ["SCENARIO", "jane", "sk-ant", "abc\""] {
                    assert!(!stored.contains(planted), "{key} {sent:?}: {stored}");
                }
            }
        }
    }
    assert!(stored_text("prompt", PROMPT).starts_with("[prompt:19:"));
    let (_, args) = stored("process.command_args", &format!(r#"["node","-p","{PROMPT}"]"#), Sent::Nested);
    assert!(args.starts_with("[args:"), "{args}");
    assert!(stored_text("new.attribute", "x").starts_with("[value:1:"));
}

#[test]
fn arguments_are_kept_masked_and_hashed_by_their_name() {
    let arguments = serde_json::json!({
        "command": format!("curl -H 'Authorization: Bearer {SECRET}' https://example.com"), "description": format!("Mail {EMAIL}"),
        "timeout": 120_000, "run_in_background": true, "file_path": "/home/dev/exporter/notes.txt", "content": PROMPT,
        "url": format!("http://127.0.0.1:8099/page?{QUERY}"), "prompt": PROMPT, "email": EMAIL,
        "edits": [{"old_string": PROMPT, "new_string": "x", "path": "a.rs"}], "env": {"API_KEY": "hunter2"}, SECRET: 1,
    });
    for key in ["tool_input", "tool_parameters", "arguments", "function_args", "gen_ai.tool.call.arguments"] {
        let stored = stored_text(key, &serde_json::to_string_pretty(&arguments).unwrap());
        let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
        assert_eq!(stored["command"], "curl -H 'Authorization: Bearer [anthropic-key]' https://example.com");
        assert_eq!(stored["description"], "Mail [email]");
        assert_eq!((&stored["timeout"], &stored["run_in_background"]), (&120_000.into(), &true.into()));
        assert_eq!(stored["file_path"], "/home/dev/exporter/notes.txt");
        assert_eq!(stored["url"], "http://127.0.0.1:8099/page?token=[query-value]");
        assert!(stored["content"].as_str().unwrap().starts_with("[content:19:"));
        assert!(stored["prompt"].as_str().unwrap().starts_with("[prompt:19:"));
        assert!(stored["email"].as_str().unwrap().starts_with("[value:20:"));
        assert!(stored["edits"][0]["old_string"].as_str().unwrap().starts_with("[content:19:"));
        assert_eq!(stored["edits"][0]["path"], "a.rs");
        assert!(stored["env"]["API_KEY"].as_str().unwrap().starts_with("[value:7:"));
        // A number that no rule names may be anything.
        assert!(stored["[key:29]"].as_str().unwrap().starts_with("[value:1:"));
    }
    assert_eq!(stored_text("github.copilot.tool.parameters.command", "app --password x1"), "app --password [password]");
    assert!(stored_text("github.copilot.tool.parameters.other", "x").starts_with("[value:1:"));
}

#[test]
fn command_vectors_are_read_as_one_command() {
    let arguments = r#"{"command":["curl","-u","me:hunter2","https://x.io"]}"#;
    assert_eq!(stored_text("arguments", arguments), r#"{"command":["curl","-u","me:[password]","https://x.io"]}"#);
}

#[test]
fn arguments_that_do_not_parse_are_hashed() {
    for value in [
        r#"{"command":"ls","content":"abc…[truncated]"#,
        "*** Begin Patch\n*** Add File: a\n+x\n",
        "\"just text\"",
        "{}x",
    ] {
        assert!(stored_text("tool_input", value).starts_with("[arguments:"), "{value}");
    }
}

#[test]
fn a_repeated_key_cannot_hide_a_value() {
    let stored = stored_text(
        "tool_input",
        r#"{"content":"hunter2","content":"x","command":"app --password hunter2","command":"ls"}"#,
    );
    assert!(!stored.contains("hunter2"), "{stored}");
    // Each is there, and each was redacted.
    assert_eq!((stored.matches("[content:").count(), stored.matches("[password]").count()), (2, 1), "{stored}");
}

#[test]
fn labels_stay_labels() {
    assert_eq!(stored_text("tool_name", "Bash"), "Bash");
    assert_eq!(stored_text("language", "Plain text"), "Plain text");
    assert_eq!(stored_text("tool_name", SECRET), "[anthropic-key]");
    assert_eq!(stored_text("user.email", EMAIL), "[email]");
    assert_eq!(
        stored_text("session.id", "11111111-2222-4333-8444-555555555555"),
        "11111111-2222-4333-8444-555555555555"
    );
    assert!(stored_text("decision", "two words").starts_with("[label:9:"));
    assert!(stored_text("tool_name", "two\nlines").starts_with("[label:9:"));
    assert!(stored_text("tool_name", &"x".repeat(300)).starts_with("[label:300:"));
    assert_ne!(stored_text("tool_name", &"x".repeat(300)), stored_text("tool_name", &"y".repeat(300)));
    let (_, stored) = stored("finish_reasons", r#"["stop","jane.doe@example.com"]"#, Sent::Nested);
    assert_eq!(stored, r#"["stop","[email]"]"#);
}

#[test]
fn numbers_and_flags_stay_where_they_are_what_they_say() {
    assert_eq!(stored("any.thing", "-1.5e300", Sent::Number).1, "-1.5e300");
    assert_eq!(stored("any.thing", "true", Sent::Flag).1, "true");
    assert!(stored("any.thing", "hunter2", Sent::Number).1.starts_with("[value:7:"));
    assert_eq!(stored_text("new.thing_ms", "69"), "69");
    assert!(stored_text("new.thing_ms", "sixty").starts_with("[value:5:"));
    assert!(stored_text("new.thing", "69").starts_with("[value:2:"));
}

#[test]
fn keys_are_redacted_too() {
    assert_eq!(stored("http.request.header/x:y-z", "1", Sent::Number).0, "http.request.header/x:y-z");
    for key in [SECRET, EMAIL, QUERY, PROMPT, "", &"k".repeat(129)] {
        let (redacted, _) = stored(key, "1", Sent::Number);
        assert_eq!(redacted, if key.is_empty() { String::new() } else { format!("[key:{}]", key.len()) });
    }
}

#[test]
fn bodies_are_kept_only_when_they_are_names() {
    let body = |body: &str| {
        let event = Event { body: body.to_owned(), ..Event::default() };
        redactor().redact(Rows { events: vec![event], ..Rows::default() }).events[0].row().body.clone()
    };
    assert_eq!(body("claude_code.tool_decision"), "claude_code.tool_decision");
    for text in [
        "Tool call: run_shell_command. Decision: accept.",
        PROMPT,
        QUERY,
        "hunter2",
        "my.sk-ant-test-secret-0123456789 x",
    ] {
        assert!(body(text).starts_with("[body:"), "{text}");
    }
    assert_eq!(body("x.sk-ant-test-secret-0123456789"), "x.[anthropic-key]");
}

#[test]
fn identity_keeps_the_person_and_no_secret() {
    let origin = |repo: &str| {
        let mut event = Event::default();
        event.origin.repo = repo.to_owned();
        event.origin.user_email = EMAIL.to_owned();
        let origin = redactor().redact(Rows { events: vec![event], ..Rows::default() }).events[0].row().origin.clone();
        (origin.user_email, origin.repo)
    };
    assert_eq!(origin("acme/exporter"), (EMAIL.to_owned(), "acme/exporter".to_owned()));
    assert_eq!(origin("https://me:hunter2@github.com/a/b").1, "https://me:[url-credentials]@github.com/a/b");
    assert!(origin(&"x".repeat(300)).1.starts_with("[identity:300:"));
}

#[test]
fn over_long_values_are_withheld_unread() {
    let long = "x".repeat(barograph_redaction::detect::LONGEST_SCANNED + 1);
    assert_eq!(stored_text("command", &long), format!("[withheld:{}]", long.len()));
    let mut long = format!("ls {}", "é".repeat(1000));
    assert_eq!(stored_text("command", &long), long);
    long.push_str(" --password x1");
    assert!(stored_text("command", &long).ends_with("[password]"));
}

#[test]
fn every_row_names_its_policy_and_no_debug_shows_a_value() {
    let redactor = redactor();
    let mut event = Event::default();
    event.origin.redaction_policy = "forged".to_owned();
    event.call.command = "ls".to_owned();
    let redacted = redactor.redact(Rows { events: vec![event], ..Rows::default() });
    assert_eq!(redacted.events[0].row().origin.redaction_policy, redactor.policy_hash());
    assert!(!format!("{redactor:?} {redacted:?}").contains("ls\""));
}

#[test]
fn tenants_cannot_compare_hashes() {
    let hash = |tenant: &str| {
        let mut event = Event { body: PROMPT.to_owned(), ..Event::default() };
        event.origin.tenant = tenant.to_owned();
        redactor().redact(Rows { events: vec![event], ..Rows::default() }).events[0].row().body.clone()
    };
    assert_eq!(hash("a"), hash("a"));
    assert_ne!(hash("a"), hash("b"));
}

proptest! {
    #[test]
    fn any_attribute_is_redacted_once(
        key in prop_oneof![any::<String>(), prop::sample::select(vec!["command", "tool_input", "prompt", "finish_reasons", "metadata", "model",
            "tool_name", "session.id"]).prop_map(str::to_owned)],
        value in prop_oneof![any::<String>(), "[\\[\\]{}:,\"a-z0-9 =@.\\\\]{0,40}"],
        sent in 0..8_i32,
    ) {
        let event = Event { attributes: vec![Attribute { key, value, sent }], ..Event::default() };
        let once = row(event);
        let twice = row(once.row().clone());
        prop_assert!(without_books(once.row().clone()) == without_books(twice.row().clone()));
    }
}
