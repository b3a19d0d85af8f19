//! What the documentation shows is so.

use std::io::ErrorKind;
use std::path::Path;

use barograph_redaction::policy::{Caller, Policy, Target};
use barograph_redaction::rules::RuleSet;

/// The TOML blocks of the page, in order: a policy, a part of one, a rule file.
fn blocks() -> Vec<&'static str> {
    let page = include_str!("../../../docs/redaction.md");
    page.split("```toml\n").skip(1).filter_map(|block| block.split("```").next()).collect()
}

#[test]
fn the_policy_of_the_example_decides_as_told() {
    let policy = Policy::parse(blocks()[0], Path::new("acme.toml"), &mut |_| Err(ErrorKind::NotFound.into())).unwrap();
    let caller = Caller { agent: "claude-code", tool: "mcp__tickets__create" };
    for (argument, does) in [
        ("project", "detect, keep(word)"),
        ("title", "detect, keep, truncate(200)"),
        ("assignee", "tokenise(person)"),
        ("body", "detect, hash(content)"),
        ("unheard_of", "hash(value)"),
    ] {
        assert_eq!(policy.decide(caller, Target::Argument(argument)).steps.to_string(), does, "{argument}");
    }
}

#[test]
fn the_rule_file_of_the_example_is_sound() {
    assert!(RuleSet::with(&[("acme-keys.toml", blocks()[2])]).is_ok());
}
