//! What a policy is refused for, and where.

use super::*;

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = r#"
nam = "x"
default = ["detect", "keep"]
colour = 1
[detect]
personal = ["emial"]
entropy = "yes"
rules = ["missing.toml"]
[[rule]]
tol = "Bash"
argument = "command"
do = ["detect", "keep"]
[[rule]]
do = "keep"
[[rule]]
argument = []
do = "keep"
[[rule]]
argument = "a..b"
tool = 5
do = "keep"
[[rule]]
attribute = "x"
tool = "Bash"
do = ["keep", "redact"]
[[rule]]
column = ["modle", "command", "tenant"]
do = "keep"
[[rule]]
argument = "y"
attribute = "y"
[[rule]]
argument = ["z", ""]
do = "arguments"
order = 1.5
[[rule]]
attribute = ["a.*.b", "c"]
do = "argument"
"#;
    insta::assert_snapshot!(parse(text).unwrap_err());
}

#[test]
fn what_is_not_toml_is_told_by_line() {
    insta::assert_snapshot!(parse("version = 1\nname = \"a\nname = \"b\"\n[[rule]\n").unwrap_err());
}

#[test]
fn rules_that_cannot_decide_are_refused() {
    let rules = r#"
[[rule]]
tool = ["Write", "Edit"]
argument = ["content", "text"]
do = "hash"
[[rule]]
tool = "Edit"
argument = [
    "new",
    "text",
]
do = "keep"
[[rule]]
attribute = ["a", "a"]
do = "keep"
[[rule]]
tool = "Bash"
argument = "*"
do = "drop"
order = 1
[[rule]]
tool = "Bash"
do = "keep"
order = 2
"#;
    insta::assert_snapshot!(faults(rules));
}

#[test]
fn overlapping_rules_need_an_order() {
    let rules = r#"
[[rule]]
tool = "mcp__jira__*"
argument = ["summary", "text"]
do = "keep"
[[rule]]
tool = "mcp__*__get"
do = "drop"
[[rule]]
attribute = "a.*"
do = "drop"
order = 1
[[rule]]
attribute = "*.b"
do = "keep"
order = 1
[[rule]]
attribute = "c*"
do = "drop"
order = 3
[[rule]]
attribute = "cc*"
do = "keep"
order = 4
[[rule]]
agent = "codex"
argument = "x*"
do = "keep"
[[rule]]
argument = "*x"
do = "keep"
order = 1
"#;
    insta::assert_snapshot!(faults(rules));
}

#[test]
fn files_that_extend_each_other_in_a_circle_are_refused() {
    let mut load = |path: &Path| match path.to_str() {
        Some("b.toml") => Ok("version = 1\nname = \"b\"\nextends = \"sub/../a.toml\"\n".to_owned()),
        Some("c.toml") => Ok("version = 2\nname = \"c d\"\ndefault = \"keep\"\nextends = \"default\"\n".to_owned()),
        _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
    };
    let mut read = |base: &str| {
        let text = format!("version = 1\nname = \"a\"\nextends = \"{base}\"\n");
        Policy::parse(&text, Path::new("a.toml"), &mut load).unwrap_err().to_string()
    };
    let told = ["b.toml", "c.toml", "d.toml", "a.toml"].map(&mut read).join("\n");
    insta::assert_snapshot!(told);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Policy::read(&folder.path().join("none.toml")).unwrap_err();
    assert!(faults.to_string().contains("none.toml:1: the policy cannot be read"), "{faults}");
}

#[test]
fn a_rule_file_with_a_fault_is_told() {
    let text = "version = 1\nname = \"a\"\n[detect]\nrules = [\"own.toml\"]\n[[rule]]\n";
    let rules = "[[rules]]\nid = \"x\"\nregex = '''(a'''\n";
    let faults = Policy::parse(text, Path::new("folder/a.toml"), &mut |_| Ok(rules.to_owned())).unwrap_err();
    let places: Vec<String> = faults.0.iter().map(|fault| fault.place.to_string()).collect();
    assert_eq!(places, ["folder/a.toml:5", "folder/a.toml:5", "folder/own.toml:3"], "{faults}");
}
