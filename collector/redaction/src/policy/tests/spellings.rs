//! Several names of one argument.

use super::Target::*;
use super::*;

fn check(rules: &str, cases: &[(&str, Target<'_>, &str)]) {
    let policy = policy(rules);
    for (tool, target, expected) in cases {
        assert_eq!(steps(&policy, "claude-code", tool, *target), *expected, "{tool} {target:?} in {rules}");
    }
}

#[test]
fn what_is_hidden_under_one_name_is_hidden_under_all() {
    for name in ["command", "full_command", "bash_command", "cmd"] {
        check(
            &format!("extends = \"default\"\n[[rule]]\ntool = \"Bash\"\nargument = \"{name}\"\ndo = \"hash(command)\""),
            &[
                ("Bash", Argument("command"), "hash(command)"),
                ("Bash", Argument("full_command"), "hash(command)"),
                ("Bash", Argument("bash_command"), "hash(command)"),
                ("Bash", Column("command"), "hash(command)"),
                ("PowerShell", Argument("full_command"), "detect, keep"),
            ],
        );
    }
    check(
        "extends = \"default\"\n[[rule]]\nargument = \"command\"\ndo = [\"detect\", \"command\", \"truncate(90)\"]",
        &[("Bash", Argument("full_command"), "detect, command, truncate(90)")],
    );
    check(
        "extends = \"default\"\n[[rule]]\ntool = \"Grep\"\nargument = \"path\"\ndo = \"path(hashed)\"",
        &[("Grep", Column("file_path"), "path(hashed)"), ("Read", Column("file_path"), "detect, keep")],
    );
}

#[test]
fn attributes_of_that_name_are_the_argument() {
    check(
        "extends = \"default\"\n[[rule]]\nargument = [\"command\", \"file_path\", \"url\"]\ndo = \"drop\"",
        &[
            ("", Attribute("full_command"), "drop"),
            ("", Attribute("command"), "drop"),
            ("", Attribute("file_path"), "drop"),
            ("", Attribute("url"), "drop"),
        ],
    );
}

#[test]
fn another_name_never_shows_more() {
    check(
        "extends = \"default\"\n[[rule]]\nargument = \"path\"\ndo = \"keep\"",
        &[("Read", Argument("file_path"), "detect, keep"), ("Glob", Argument("path"), "keep")],
    );
    check(
        "default = \"drop\"\n[[rule]]\ntool = \"Read\"\nargument = \"file_path\"\ndo = \"path(hashed)\"\n\
         [[rule]]\ntool = \"Read\"\nargument = \"path\"\ndo = [\"detect\", \"keep\"]",
        &[("Read", Argument("path"), "path(hashed)"), ("Read", Column("file_path"), "path(hashed)")],
    );
}

#[test]
fn a_name_that_no_rule_has_follows_the_others() {
    check(
        "default = \"drop\"\n[[rule]]\nargument = \"command\"\ndo = [\"detect\", \"keep\"]",
        &[("Bash", Argument("full_command"), "detect, keep"), ("Bash", Argument("input.cmd"), "detect, keep")],
    );
}

#[test]
fn the_narrower_rule_decides_whatever_the_name() {
    check(
        "default = \"drop\"\n[[rule]]\nargument = \"cmd\"\ndo = \"drop\"\n\
         [[rule]]\ntool = \"Bash\"\nargument = \"command\"\ndo = [\"detect\", \"keep\"]",
        &[("Bash", Column("command"), "detect, keep"), ("Other", Column("command"), "drop")],
    );
}

#[test]
fn arguments_of_mcp_tools_go_by_their_own_name() {
    let own = "extends = \"default\"\n[[rule]]\ntool = \"mcp__*\"\nargument = \"path\"\ndo = \"drop\"";
    check(
        own,
        &[("mcp__fs__read", Argument("file_path"), "detect, keep"), ("mcp__fs__read", Argument("path"), "drop")],
    );
}

#[test]
fn the_story_tells_of_the_other_name() {
    let policy = policy("extends = \"default\"\n[[rule]]\ntool = \"Bash\"\nargument = \"command\"\ndo = \"drop\"");
    let told = policy.explain(Caller { agent: "claude-code", tool: "Bash" }, Argument("full_command"));
    assert_eq!(
        told.why,
        "it is another name of what the rule at policy.toml:6 names, and that one is narrower or hides more"
    );
    assert!(told.matches.first().is_some_and(|first| first.decides && first.does == "drop"));
}
