//! What `explain` tells.

use super::Target::*;
use super::*;

#[test]
fn the_rule_that_decides_is_told_with_its_reason() {
    let base = "version = 1\nname = \"base\"\n[[rule]]\nargument = \"content\"\ndo = \"drop\"\n";
    let text = r#"version = 1
name = "upper"
extends = "base.toml"
[[rule]]
argument = ["content", "secret"]
do = "hash"
[[rule]]
tool = "mcp__*"
argument = "*"
do = ["detect", "keep"]
[[rule]]
tool = "mcp__a*"
argument = "*"
do = "mask"
order = 1
[[rule]]
tool = "mcp__*z"
argument = "*"
do = "drop"
order = 2
[[rule]]
agent = "codex"
tool = "mcp__*"
argument = "*"
do = "mask(codex)"
[[rule]]
argument = "config"
do = ["detect", "keep"]
[[rule]]
attribute = "tool.parameters.*"
do = "argument"
"#;
    let policy = Policy::parse(text, Path::new("upper.toml"), &mut |_| Ok(base.to_owned())).unwrap();
    let mut told = Vec::new();
    for (agent, tool, target) in [
        ("x", "Write", Argument("content")),
        ("x", "Write", Argument("unknown")),
        ("x", "mcp__b", Argument("content")),
        ("x", "mcp__az", Argument("content")),
        ("codex", "mcp__b", Argument("title")),
        ("x", "Write", Argument("config.deep.er")),
        ("x", "Write", Argument("secret.content")),
        ("x", "Write", Argument("secret.other")),
        ("x", "Write", Argument("unknown.config")),
        ("x", "Write", Column("command")),
        ("x", "", Attribute("tool.parameters.config")),
        ("x", "", Attribute("other")),
    ] {
        let caller = Caller { agent, tool };
        let story = policy.explain(caller, target);
        assert!(std::ptr::eq(story.decision, policy.decide(caller, target)));
        let marked: Vec<_> = story.matches.iter().filter(|found| found.decides).map(|found| &found.does).collect();
        let expected = story.decision.place.as_ref().map(|_| story.decision.steps.to_string());
        assert_eq!(marked, expected.iter().collect::<Vec<_>>(), "{target:?}");
        told.push(format!("{agent} {tool} {target:?}: {} because {}", story.decision.steps, story.why));
        told.extend(story.matches.iter().map(|found| format!("    {found}")));
    }
    insta::assert_snapshot!(told.join("\n"));
}
