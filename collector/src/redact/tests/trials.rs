//! What the command line is told that the door stores.

use barograph_redaction::policy::Target;

use super::*;

fn tried(agent: &str, tool: &str, target: Target<'_>, text: &str) -> Option<String> {
    redactor().try_value(Trial { tenant: "default", agent, tool, target, text }).stored
}

#[test]
fn arguments_are_tried_in_a_record_of_their_agent() {
    for agent in ["claude-code", "codex", "gemini-cli", "copilot", "somebody"] {
        for (tool, argument, text, stored) in [
            ("Bash", "command", "app --password x1", "app --password [password]"),
            ("Bash", "full_command", "ls", "ls"),
            ("Read", "file_path", "src/a \"b\".rs", "src/a \"b\".rs"),
            ("WebFetch", "url", "https://x.io/?token=abc", "https://x.io/?token=[query-value]"),
            ("mcp__http__request", "config.url", "https://x.io/?token=abc", "https://x.io/?token=[query-value]"),
        ] {
            assert_eq!(tried(agent, tool, Target::Argument(argument), text).as_deref(), Some(stored), "{agent} {tool}");
        }
        let hashed = tried(agent, "Write", Target::Argument("content"), "x").unwrap();
        assert!(hashed.starts_with("[content:1:"), "{agent}: {hashed}");
        let unnamed = redactor().try_value(Trial {
            tenant: "default",
            agent,
            tool: "mcp__http__request",
            target: Target::Argument("unnamed"),
            text: "x",
        });
        assert!(unnamed.decision.place.is_none() && unnamed.stored.unwrap().starts_with("[value:1:"), "{agent}");
    }
}

#[test]
fn withheld_values_are_not_there() {
    let long = "x".repeat(barograph_redaction::detect::LONGEST_SCANNED + 1);
    assert_eq!(tried("claude-code", "Bash", Target::Argument("command"), &long), None);
    // A sender's own form is a text like any other.
    let forged = "[withheld:3]";
    assert_eq!(tried("claude-code", "Bash", Target::Argument("command"), forged).as_deref(), Some(forged));
}

#[test]
fn attributes_and_columns_are_tried_too() {
    let stored = tried("codex", "", Target::Attribute("prompt"), PROMPT).unwrap();
    assert!(stored.starts_with("[prompt:19:"), "{stored}");
    for (column, text, expected) in [
        ("command", "app --password x1", "app --password [password]"),
        ("user_email", EMAIL, EMAIL),
        ("span_kind", "internal", "internal"),
        ("unit", "ms", "ms"),
    ] {
        assert_eq!(tried("codex", "shell", Target::Column(column), text).as_deref(), Some(expected), "{column}");
    }
    let tried = redactor().try_value(Trial {
        tenant: "default",
        agent: "codex",
        tool: "shell",
        target: Target::Argument("command"),
        text: "app --password x1",
    });
    // In the argument, and in the column that the dialect fills from it.
    assert_eq!(tried.tally.finds().collect::<Vec<_>>(), [("password", 2)]);
    assert_eq!((tried.tally.secrets.len(), tried.decision.place.is_some()), (1, true));
}
