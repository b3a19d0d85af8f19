//! What each action writes, and that nothing fails open.

use std::path::Path;

use barograph_proto::values::Redaction;
use proptest::prelude::*;

use super::*;

const SECRET: &str = concat!("sk-ant-", "test-secret-0123456789");

fn keys() -> RedactionKeys {
    RedactionKeys::new(vec![(3, [7; 32])], [8; 32]).unwrap()
}

/// An engine with the rules given, each a `do` for the argument named.
fn engine(rules: &[(&str, &str)]) -> Engine {
    let rule = |(argument, does): &(&str, &str)| format!("[[rule]]\nargument = \"{argument}\"\ndo = {does}\n");
    let rules = rules.iter().map(rule).collect::<Vec<_>>().concat();
    let attributes = "[[rule]]\nattribute = [\"tool_input\"]\ndo = \"arguments\"\n\
                      [[rule]]\nattribute = [\"meta\"]\ndo = \"attributes\"\n";
    let policy = format!("version = 1\nname = \"test\"\ndefault = \"hash\"\n{rules}{attributes}");
    let policy = Policy::parse(&policy, Path::new("test.toml"), &mut |_| Err(std::io::ErrorKind::NotFound.into()));
    Engine::new(policy.unwrap_or_else(|faults| panic!("{faults}")), keys())
}

const CALLER: Caller<'static> = Caller { agent: "codex", tool: "shell" };

fn judged(engine: &Engine, target: Target<'_>, value: &str) -> (String, Tally) {
    let (mut recall, mut value) = (Recall::default(), value.to_owned());
    let mut judge = engine.judge("default", CALLER, &mut recall);
    judge.text(target, &mut value);
    (value, judge.tally())
}

/// What is stored of an argument under a rule.
fn stored(does: &str, value: &str) -> (String, Tally) {
    let engine = engine(&[("a", does)]);
    let (once, tally) = judged(&engine, Target::Argument("a"), value);
    let (twice, _) = judged(&engine, Target::Argument("a"), &once);
    assert_eq!(once, twice, "redacting {value} twice changes it");
    (once, tally)
}

fn hash(domain: Domain, value: &str) -> String {
    keys().hash("default", domain, value)
}

#[test]
fn every_action_writes_its_form() {
    let ada = keys().token("default", Domain::User, "ada");
    for (does, value, expected) in [
        (r#""keep""#, "ls -l", "ls -l".to_owned()),
        (r#"["detect", "keep"]"#, "app --password x1", "app --password [password]".to_owned()),
        (r#""drop""#, "hé", "[withheld:2]".to_owned()),
        (r#""mask(ticket)""#, "AB-12", "[ticket:5]".to_owned()),
        (r#""hash""#, "x", format!("[value:1:{}]", hash(Domain::Value, "x"))),
        (r#""hash(prompt)""#, "x", format!("[prompt:1:{}]", hash(Domain::Value, "x"))),
        (r#""hash(prompt)""#, SENDERS_MARK, SENDERS_MARK.to_owned()),
        (r#""tokenise(customer)""#, "x", format!("[customer#{}]", keys().token("default", Domain::Value, "x"))),
        (r#""tokenise(user)""#, "ada", format!("[user#{ada}]")),
        (r#""path""#, "/home/ada/src", format!("/home/[user#{ada}]/src")),
        (r#""path""#, r"C:\Users\ada\x", format!(r"C:\Users\[user#{ada}]\x")),
        (
            r#""path(hashed)""#,
            "/etc/x",
            format!("[path:2:{}/{}]", hash(Domain::Path, "/etc"), hash(Domain::Path, "/etc/x")),
        ),
        (r#"["keep", "truncate(3)"]"#, "abcdef", "abc…[truncated:6]".to_owned()),
        (r#"["detect", "keep", "truncate(12)"]"#, "k --password hunter2", "k --password…[truncated:23]".to_owned()),
        (r#""keep(word)""#, "two words", format!("[label:9:{}]", hash(Domain::Value, "two words"))),
        (r#""keep(word)""#, "word", "word".to_owned()),
    ] {
        assert_eq!(stored(does, value).0, expected, "{does}");
    }
}

#[test]
fn the_books_say_what_was_found_and_done() {
    let (_, tally) = stored(r#"["detect", "keep"]"#, &format!("curl -H 'X-Api-Key: {SECRET}' https://x.io/?token=abc"));
    assert_eq!(tally.outcome(), Redaction::Redacted);
    assert_eq!(tally.finds().collect::<Vec<_>>(), [("anthropic-key", 1), ("query-value", 1)]);
    assert_eq!(tally.secrets.get(&hash(Domain::Secret, SECRET)).map(String::as_str), Some("anthropic-key"));
    assert_eq!(tally.secrets.get(&hash(Domain::Secret, "abc")).map(String::as_str), Some("query-value"));
    assert!(tally.bytes_out < tally.bytes_in);

    let (_, tally) = stored(r#"["detect", "keep"]"#, "mail jane.doe@example.com");
    assert_eq!((tally.finds().collect::<Vec<_>>(), tally.secrets.len()), (vec![("email", 1)], 0));

    let (_, tally) = stored(r#"["detect", "hash(content)"]"#, &format!("token: {SECRET}"));
    assert_eq!(tally.secrets.len(), 1, "what is hidden is searched too");
    assert_eq!(tally.kinds.get("hashed:content"), Some(&1));

    let (_, tally) = stored(r#""keep""#, "ls");
    assert_eq!((tally.outcome(), tally.bytes_in, tally.bytes_out, tally.kinds.len()), (Redaction::Kept, 2, 2, 0));

    let (_, tally) = stored(r#""drop""#, "ls");
    assert_eq!(tally.outcome(), Redaction::Withheld);
    assert_eq!(tally.reasons().collect::<Vec<_>>(), [(Reason::Rule, 1)]);
}

#[test]
fn what_no_rule_names_is_hidden_and_said_to_be() {
    let (value, tally) = judged(&engine(&[]), Target::Argument("b"), "x");
    assert!(value.starts_with("[value:1:"), "{value}");
    assert_eq!(tally.outcome(), Redaction::Withheld);
    assert_eq!(tally.reasons().collect::<Vec<_>>(), [(Reason::NoRule, 1)]);
}

#[test]
fn what_cannot_be_judged_is_withheld_and_counted() {
    let long = "x".repeat(crate::detect::LONGEST_SCANNED + 1);
    for does in [r#"["detect", "keep"]"#, r#"["detect", "hash"]"#, r#"["detect", "keep", "truncate(5)"]"#] {
        let (value, tally) = stored(does, &long);
        assert_eq!(value, format!("[withheld:{}]", long.len()));
        assert_eq!(tally.outcome(), Redaction::Failed);
        assert_eq!(tally.reasons().collect::<Vec<_>>(), [(Reason::Failure(Failure::TooLong), 1)]);
    }
    let (value, tally) = stored(r#""path(hashed)""#, &"a/".repeat(5000));
    assert_eq!((value.as_str(), tally.outcome()), ("[withheld:10000]", Redaction::Failed));
}

#[test]
fn a_panic_withholds_the_value_and_nothing_else() {
    let (engine, mut recall) = (engine(&[]), Recall::default());
    let mut judge = engine.judge("default", CALLER, &mut recall);
    let mut value = "hunter2".to_owned();
    judge.change(None, &mut value, |_, _| panic!("a bug"));
    assert_eq!(value, "[withheld:7]");
    let tally = judge.tally();
    assert_eq!(tally.outcome(), Redaction::Failed);
    assert_eq!(tally.reasons().collect::<Vec<_>>(), [(Reason::Failure(Failure::Panicked), 1)]);
}

fn arguments() -> Engine {
    engine(&[
        ("command", r#"["detect", "keep"]"#),
        ("content", r#""hash(content)""#),
        ("config", r#"["detect", "keep"]"#),
        ("config.inner", r#""drop""#),
        ("secret_store", r#""drop""#),
        ("secret_store.name", r#""keep""#),
        ("paths", r#""path""#),
        ("count", r#""keep""#),
        ("pin", r#""hash""#),
    ])
}

#[test]
fn arguments_are_redacted_each_by_its_own_rule() {
    let sent = serde_json::json!({
        "command": "app --password x1", "content": "x", "other": "y", "deep": {"command": "ls", "z": [1, true, null]},
        "config": {"a": "kept", "password": "hunter2", "list": ["u", {"inner": "kept too"}], "inner": "dropped"},
        "secret_store": {"name": "vault", "value": "abc", "on": true}, "paths": ["/home/ada/x", "src/y"], "count": 3, "pin": 1234,
    });
    let (stored, tally) = judged(&arguments(), Target::Attribute("tool_input"), &sent.to_string());
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let begins = |value: &serde_json::Value, with: &str| assert!(value.as_str().unwrap().starts_with(with), "{value}");
    assert_eq!(stored["command"], "app --password [password]");
    begins(&stored["content"], "[content:1:");
    begins(&stored["other"], "[value:1:");
    assert_eq!(stored["deep"]["command"], "ls");
    begins(&stored["deep"]["z"][0], "[value:1:");
    assert_eq!((&stored["deep"]["z"][1], &stored["deep"]["z"][2]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(stored["config"]["a"], "kept");
    assert_eq!(stored["config"]["password"], "[password]");
    assert_eq!(stored["config"]["inner"], "[withheld:7]");
    assert_eq!(stored["secret_store"]["name"], "vault");
    assert_eq!(stored["secret_store"]["value"], "[withheld:3]");
    assert_eq!(stored["secret_store"]["on"], "[withheld:4]");
    begins(&stored["paths"][0], "/home/[user#");
    assert_eq!(stored["paths"][1], "src/y");
    assert_eq!(stored["count"], 3);
    begins(&stored["pin"], "[value:4:");
    assert_eq!(tally.outcome(), Redaction::Withheld);
}

#[test]
fn what_is_not_changed_is_byte_identical() {
    let engine = arguments();
    for json in [
        "{ \"command\" : \"ls\\u0020-l\",\n\t\"count\": 1.50e+2, \"command\":\"\\/x\" }",
        "{}",
        "[ ]",
        r#"{"config":{"a":[],"b":{},"c":[1,  2]}}"#,
    ] {
        assert_eq!(judged(&engine, Target::Attribute("tool_input"), json).0, json);
    }
    let (stored, _) = judged(
        &engine,
        Target::Attribute("tool_input"),
        "{ \"command\" : \"ls\\u0020-l\", \"config\":\n{\"password\":\"x\"} }",
    );
    assert_eq!(stored, "{ \"command\" : \"ls\\u0020-l\", \"config\":\n{\"password\":\"[password]\"} }");
}

#[test]
fn what_is_no_json_is_hashed_and_endless_nesting_too() {
    let engine = arguments();
    for text in ["", "ls", "\"ls\"", "1", "{\"command\":\"ls", "{}x", "{\"a\" 1}"] {
        let (stored, _) = judged(&engine, Target::Attribute("tool_input"), text);
        assert!(text.is_empty() || stored.starts_with("[arguments:"), "{text}: {stored}");
    }
    for (open, close) in [("[", "]"), ("{\"command\":", "}")] {
        let deep = format!("{}\"hunter2\"{}", open.repeat(5_000), close.repeat(5_000));
        let (stored, _) = judged(&engine, Target::Attribute("tool_input"), &deep);
        assert!(!stored.contains("hunter2"), "{open}");
    }
}

#[test]
fn attributes_keep_measures_and_arrays_are_judged_one_by_one() {
    let engine = engine(&[]);
    let (stored, _) = judged(&engine, Target::Attribute("meta"), r#"[{"time":1,"x":"y","attributes":{"z":2.5}}]"#);
    assert!(
        stored.starts_with(r#"[{"time":1,"x":"[value:1:"#) && stored.ends_with(r#""attributes":{"z":2.5}}]"#),
        "{stored}"
    );
}

#[test]
fn a_search_is_remembered_for_its_tenant_only() {
    let engine = engine(&[("a", r#"["detect", "keep"]"#)]);
    let mut recall = Recall::default();
    let stored = |tenant: &str, recall: &mut Recall| {
        let mut value = "app --password x1".to_owned();
        let mut judge = engine.judge(tenant, CALLER, recall);
        judge.text(Target::Argument("a"), &mut value);
        (value, judge.tally())
    };
    let first = stored("one", &mut recall);
    assert_eq!(first, stored("one", &mut recall));
    assert_eq!(first, stored("one", &mut Recall::default()));
    let other = stored("two", &mut recall);
    assert_eq!(other, stored("two", &mut Recall::default()));
    assert_ne!(first.1.secrets, other.1.secrets);
}

/// What is remembered of a request must never be taken for what stands elsewhere in it.
#[test]
fn what_is_kept_in_one_place_is_not_kept_in_another() {
    let policy = "version = 1\nname = \"test\"\ndefault = \"hash\"\n\
                  [[rule]]\ntool = \"open\"\nargument = \"command\"\ndo = \"keep\"\n\
                  [[rule]]\nattribute = [\"kept\", \"tool_input\"]\ndo = \"keep\"\n\
                  [[rule]]\nattribute = [\"hidden\"]\ndo = \"hash\"\n";
    let policy = Policy::parse(policy, Path::new("test.toml"), &mut |_| Err(std::io::ErrorKind::NotFound.into()));
    let engine = Engine::new(policy.unwrap_or_else(|faults| panic!("{faults}")), keys());
    let mut recall = Recall::default();
    let mut is_kept = |tool: &str, way, target| {
        let mut value = "42".to_owned();
        let mut row = engine.judge("default", Caller { agent: "codex", tool }, &mut recall);
        match way {
            "text" => row.text(target, &mut value),
            "measure" => row.measure(target, &mut value),
            "nested" => row.nested(target, &mut value),
            _ => row.opaque(target, &mut value),
        }
        assert_eq!(row.tally().outcome() == Redaction::Kept, value == "42");
        value == "42"
    };
    for _ in 0..3 {
        assert!(is_kept("open", "text", Target::Column("command")));
        assert!(!is_kept("shut", "text", Target::Column("command")));
        assert!(is_kept("open", "text", Target::Attribute("kept")));
        assert!(!is_kept("open", "text", Target::Attribute("command")));
        assert!(!is_kept("open", "text", Target::Attribute("other")));
        assert!(is_kept("open", "measure", Target::Attribute("other")));
        assert!(!is_kept("open", "measure", Target::Attribute("hidden")));
        assert!(!is_kept("open", "opaque", Target::Attribute("kept")));
        assert!(!is_kept("open", "nested", Target::Attribute("hidden")));
    }
    // More callers than are told apart.
    for round in 0..200 {
        let tool = if round % 2 == 0 { "open".to_owned() } else { format!("shut-{round}") };
        let kept = is_kept(&tool, "text", Target::Column("command"));
        assert_eq!(kept, tool == "open", "{tool}");
    }
}

fn json() -> impl Strategy<Value = String> {
    let keys = prop_oneof![Just("command"), Just("content"), Just("config"), Just("password"), Just("x"), Just("a b")];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        "0|-?[1-9][0-9]{0,19}",
        "[a-z =/.-]{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((keys.clone(), inner), 0..4).prop_map(|fields| {
                let fields: Vec<_> = fields.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn redacted_json_is_json_and_at_rest(json in json()) {
        let engine = arguments();
        let (once, _) = judged(&engine, Target::Attribute("tool_input"), &json);
        let (twice, _) = judged(&engine, Target::Attribute("tool_input"), &once);
        prop_assert_eq!(&once, &twice);
        if json.starts_with(['{', '[']) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&once).is_ok(), "{}", once);
        }
    }

    #[test]
    fn any_value_is_at_rest_after_any_action(
        value in prop_oneof![any::<String>(), "[a-z0-9 =:/@.\\\\#\\[\\]…-]{0,60}"],
        does in prop::sample::select(vec![
            r#"["detect", "keep"]"#, r#"["detect", "keep", "truncate(7)"]"#, r#""path""#, r#""path(hashed)""#, r#""command""#,
            r#"["detect", "command"]"#, r#"["detect", "keep(word)"]"#, r#""hash""#, r#""mask(x)""#, r#""tokenise(x)""#,
        ]),
    ) {
        stored(does, &value);
    }
}
