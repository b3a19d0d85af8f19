//! What lint tells.

use super::*;

fn lint(rules: &str) -> String {
    policy(rules).lint().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_policies_are_beyond_doubt() {
    assert_eq!((Policy::shipped_default().lint(), Policy::detect_all().lint()), (Vec::new(), Vec::new()));
}

#[test]
fn doubts_are_told_with_what_would_be_better() {
    insta::assert_snapshot!(lint(
        r#"
default = "tokenise"
[detect]
personal = ["card"]
entropy = false
[[rule]]
tool = "mcp__notes__add"
argument = ["title", "text"]
do = "keep"
[[rule]]
argument = "mode"
do = "hash"
[[rule]]
tool = "Bash"
argument = ["comand", "stdin"]
do = ["detect", "keep"]
[[rule]]
agent = "claude"
argument = "note"
do = ["detect", "keep"]
[[rule]]
tool = "Grep"
argument = "path"
do = "drop"
[[rule]]
argument = "file_path"
do = ["detect", "keep"]
[[rule]]
tool = "Read"
argument = "file_path"
do = ["detect", "keep"]
order = 3
[[rule]]
attribute = "note"
do = "tokenise"
"#
    ));
}

#[test]
fn what_is_sensible_raises_no_doubt() {
    assert_eq!(
        lint(
            r#"
extends = "default"
[[rule]]
tool = "mcp__tickets__*"
argument = ["id", "state"]
do = ["detect", "keep(word)"]
[[rule]]
tool = "mcp__tickets__create"
argument = ["title", ".meta.count"]
do = ["detect", "keep", "truncate(200)"]
[[rule]]
tool = "Bash"
argument = ["command", "full_command", "bash_command"]
do = ["detect", "command"]
[[rule]]
attribute = "x.*"
do = "hash(x)"
order = 1
[[rule]]
attribute = "*.y"
do = "drop"
order = 2
"#
        ),
        ""
    );
}
