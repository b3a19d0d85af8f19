//! The policies that come with Barograph.

use super::*;

#[test]
fn the_shipped_policies_have_no_fault() {
    let (default, detect_all) = (Policy::shipped_default(), Policy::detect_all());
    assert_eq!((default.name(), detect_all.name()), ("default", "detect-all"));
    assert_ne!(default.hash(), detect_all.hash());
    assert_eq!(default.default().steps.to_string(), "hash(value)");
}

#[test]
fn every_text_column_is_named() {
    let policy = Policy::shipped_default();
    for column in columns::all() {
        let decision = policy.decide(Caller { agent: "claude-code", tool: "Bash" }, Target::Column(column));
        assert!(decision.place.is_some(), "{column}");
    }
}

#[test]
fn detect_all_keeps_every_argument_after_detection() {
    let policy = Policy::detect_all();
    for (tool, path) in [
        ("Bash", "command"),
        ("Write", "content"),
        ("mcp__db__configure", "arguments"),
        ("x", "prompt.deep"),
        ("", "y"),
    ] {
        assert_eq!(steps(&policy, "claude-code", tool, Target::Argument(path)), "detect, keep", "{tool} {path}");
    }
    let default = Policy::shipped_default();
    for key in ["prompt", "tool_input", "session.id", "unknown"] {
        assert_eq!(steps(&policy, "", "", Target::Attribute(key)), steps(&default, "", "", Target::Attribute(key)));
    }
}
