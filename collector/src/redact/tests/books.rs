//! What a row says of its redaction.

use barograph_proto::values::Redaction;

use super::*;
use crate::metrics::RedactionMetrics;

fn redacted(event: Event) -> Event {
    row(event).row().clone()
}

fn origin_of(attributes: Vec<Attribute>) -> Origin {
    redacted(Event { attributes, ..Event::default() }).origin
}

#[test]
fn a_row_says_what_was_found_and_done() {
    let origin = origin_of(vec![
        attribute("command", &format!("app --password x1 --api-key {SECRET}"), Sent::Text),
        attribute("prompt", PROMPT, Sent::Text),
    ]);
    assert_eq!(origin.redaction_outcome, Redaction::Redacted.as_str());
    let kinds: Vec<_> = origin.redaction_kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(kinds, [("anthropic-key", 1), ("hashed:prompt", 1), ("password", 1)]);
    let kinds: Vec<_> = origin.redaction_secrets.values().map(String::as_str).collect();
    assert_eq!((kinds.len(), kinds.contains(&"anthropic-key")), (2, true));
    assert!(origin.redaction_secrets.keys().all(|hash| hash.len() == 16));
    assert!(origin.redaction_bytes_in.unwrap() > 50 && origin.redaction_bytes_out.unwrap() > 50);
    assert_eq!(origin.redaction_key_epoch, Some(1));
}

#[test]
fn a_row_that_is_kept_says_so() {
    let origin = origin_of(vec![attribute("command", "ls -l", Sent::Text)]);
    assert_eq!((origin.redaction_outcome.as_str(), origin.redaction_kinds.len()), ("kept", 0));
    assert_eq!(origin.redaction_bytes_in, origin.redaction_bytes_out);
}

#[test]
fn rows_with_values_that_are_missing_are_kept_and_marked() {
    let long = "x".repeat(barograph_redaction::detect::LONGEST_SCANNED + 1);
    for (key, value, outcome, reason) in [
        ("new.attribute", "x", "withheld", "withheld:no-rule"),
        ("command", long.as_str(), "failed", "withheld:too-long"),
    ] {
        let event = redacted(Event {
            attributes: vec![attribute(key, value, Sent::Text), attribute("cwd", "src", Sent::Text)],
            ..Event::default()
        });
        assert_eq!(event.origin.redaction_outcome, outcome, "{key}");
        assert_eq!(event.origin.redaction_kinds.get(reason), Some(&1), "{key}");
        assert_eq!(event.attributes[1].value, "src");
    }
}

#[test]
fn a_sender_cannot_forge_the_books() {
    let forged = |column: &str| attribute(column, "kept", Sent::Text);
    let columns = [
        "redaction_policy",
        "redaction_outcome",
        "redaction_kinds",
        "redaction_secrets",
        "redaction_bytes_in",
        "redaction_bytes_out",
        "redaction_key_epoch",
    ];
    let mut event = Event { attributes: columns.map(forged).to_vec(), ..Event::default() };
    event.call.command = "app --password x1".to_owned();
    // Nor could a dialect by mistake.
    event.origin.redaction_policy = "forged".to_owned();
    event.origin.redaction_outcome = "kept".to_owned();
    event.origin.redaction_kinds = [("forged".to_owned(), 7)].into();
    event.origin.redaction_secrets = [("forged".to_owned(), "forged".to_owned())].into();
    event.origin.redaction_bytes_in = Some(-1);
    event.origin.redaction_key_epoch = Some(-1);
    let event = redacted(event);
    assert_eq!(event.origin.redaction_policy, redactor().policy_hash());
    assert_eq!(event.origin.redaction_outcome, "withheld");
    let kinds: Vec<_> = event.origin.redaction_kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(kinds, [("hashed:value", 7), ("password", 1), ("withheld:no-rule", 7)]);
    assert_eq!(event.origin.redaction_secrets.len(), 1);
    assert_eq!(event.origin.redaction_key_epoch, Some(1));
    for attribute in &event.attributes {
        assert!(columns.contains(&attribute.key.as_str()) && attribute.value.starts_with("[value:4:"));
    }
}

#[test]
fn no_rule_can_name_the_collectors_own_columns() {
    for column in ["tenant", "redaction_policy", "redaction_outcome", "redaction_kinds", "redaction_bytes_in"] {
        let text =
            format!("version = 1\nname = \"x\"\ndefault = \"hash\"\n[[rule]]\ncolumn = \"{column}\"\ndo = \"drop\"\n");
        let none = &mut |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
        let policy = Policy::parse(&text, std::path::Path::new("x.toml"), none);
        assert!(policy.is_err(), "{column}");
    }
}

#[test]
fn requests_are_counted_without_a_word_of_a_sender() {
    let event = |command: &str| Event {
        attributes: vec![attribute("command", command, Sent::Text), attribute("x.y", "z", Sent::Text)],
        ..Event::default()
    };
    let rows = Rows { events: vec![event("app --password x1"), event("ls")], ..Rows::default() };
    let metrics = RedactionMetrics::default();
    let redacted = redactor().redact(rows);
    metrics.count(redacted.tally());
    let mut registry = prometheus_client::registry::Registry::default();
    metrics.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    for line in [
        "barograph_redaction_values_total{outcome=\"redacted\"} 1",
        "barograph_redaction_values_total{outcome=\"withheld\"} 2",
        "barograph_redaction_finds_total{kind=\"password\"} 1",
        "barograph_redaction_withheld_total{reason=\"no-rule\"} 2",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("x1") && !text.contains("x.y"), "{text}");
}

#[test]
fn a_request_remembers_nothing_that_changes_a_row() {
    let events: Vec<Event> = (0..3)
        .flat_map(|_| [format!("app --password x1 --api-key {SECRET}"), format!("curl {EMAIL}")])
        .map(|command| Event { attributes: vec![attribute("command", &command, Sent::Text)], ..Event::default() })
        .collect();
    let together = redactor().redact(Rows { events: events.clone(), ..Rows::default() });
    for (event, row) in events.into_iter().zip(&together.events) {
        assert!(redacted(event) == *row.row());
    }
}

#[test]
fn a_redactor_is_replaced_for_all_who_share_it() {
    let in_force = InForce::new(testing::new(), None);
    let (shared, (before, _)) = (in_force.clone(), in_force.get());
    let hash = before.policy_hash().to_owned();
    in_force.replace(Redactor::new(Policy::detect_all(), testing::keys()), None);
    assert_ne!(shared.get().0.policy_hash(), hash);
    // A request that began before ends under the policy that it began with.
    assert_eq!(before.policy_hash(), hash);
}
