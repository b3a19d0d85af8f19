//! Which rule decides.

use super::Target::*;
use super::*;
use crate::detect::Switches;

#[test]
fn the_narrower_rule_decides() {
    let policy = policy(
        r#"
        default = "drop"
        [[rule]]
        argument = "content"
        do = "hash(any)"
        [[rule]]
        tool = "mcp__*"
        argument = "*"
        do = "hash(mcp)"
        [[rule]]
        tool = ["mcp__jira__*", "Write"]
        argument = "content"
        do = "hash(jira)"
        [[rule]]
        agent = "codex"
        argument = "content"
        do = "hash(codex)"
        [[rule]]
        tool = "Write"
        argument = ["edits.content", "c*"]
        do = "hash(edits)"
        [[rule]]
        column = "model"
        do = "keep(label)"
        [[rule]]
        attribute = "gen_ai.*"
        do = "hash(ai)"
        [[rule]]
        attribute = "gen_ai.system"
        do = "keep"
        [[rule]]
        attribute = "tool.parameters.*"
        do = "argument"
        [[rule]]
        argument = "command"
        do = ["detect", "keep"]
        "#,
    );
    for (agent, tool, target, expected) in [
        ("x", "Read", Argument("content"), "hash(any)"),
        ("codex", "Read", Argument("content"), "hash(codex)"),
        ("codex", "Write", Argument("content"), "hash(jira)"),
        ("x", "mcp__jira__add", Argument("content"), "hash(jira)"),
        ("x", "mcp__jira__add", Argument("title"), "hash(mcp)"),
        ("x", "mcp__crm__add", Argument("content"), "hash(mcp)"),
        ("x", "Write", Argument("contents"), "hash(edits)"),
        ("x", "Write", Argument("edits.content"), "hash(edits)"),
        ("x", "Write", Argument("other.content"), "hash(jira)"),
        ("x", "Write", Argument("other"), "drop"),
        ("x", "", Argument("deep.down.command"), "detect, keep"),
        ("x", "Bash", Column("command"), "detect, keep"),
        ("x", "Bash", Column("file_path"), "drop"),
        ("x", "Bash", Column("model"), "keep(label)"),
        ("x", "Bash", Column("body"), "drop"),
        ("x", "", Attribute("gen_ai.system"), "keep"),
        ("x", "", Attribute("gen_ai.prompt.text"), "hash(ai)"),
        ("x", "", Attribute("content"), "drop"),
        ("x", "", Attribute("tool.parameters.command"), "detect, keep"),
        ("x", "Write", Attribute("tool.parameters.edits.content"), "hash(edits)"),
        ("x", "", Attribute("tool.parameters."), "drop"),
    ] {
        assert_eq!(steps(&policy, agent, tool, target), expected, "{agent} {tool} {target:?}");
    }
    let default = policy.decide(Caller { agent: "x", tool: "y" }, Argument("unknown"));
    assert!(std::ptr::eq(default, policy.default()) && default.place.is_none());
    let place = policy.decide(Caller { agent: "x", tool: "y" }, Argument("content")).place.clone();
    assert_eq!(place.unwrap().to_string(), "policy.toml:5");
}

#[test]
fn nested_keys_follow_the_key_above_them() {
    let policy = policy(
        r#"
        default = "drop"
        [[rule]]
        argument = ["config", "url"]
        do = ["detect", "keep"]
        [[rule]]
        argument = "secret"
        do = "hash(secret)"
        [[rule]]
        argument = "secret.public"
        do = "keep"
        "#,
    );
    for (path, expected) in [
        ("config", "detect, keep"),
        ("config.deep.er", "detect, keep"),
        ("config.secret", "hash(secret)"),
        ("config.secret.url", "hash(secret)"),
        ("secret.url", "hash(secret)"),
        ("secret.public", "keep"),
        ("secret.public.url", "detect, keep"),
        ("secret.public.other", "keep"),
        ("other.deep", "drop"),
        ("other.url", "detect, keep"),
        ("", "drop"),
        ("..", "drop"),
    ] {
        assert_eq!(steps(&policy, "", "", Argument(path)), expected, "{path}");
    }
}

#[test]
fn order_decides_where_no_rule_is_narrower() {
    let rules = |one: u8, two: u8| {
        policy(&format!(
            r#"
            [[rule]]
            tool = "mcp__*"
            do = "hash(one)"
            order = {one}
            [[rule]]
            tool = "*__get"
            do = "hash(two)"
            order = {two}
            "#
        ))
    };
    let decided = |policy: &Policy, tool| steps(policy, "", tool, Argument("x"));
    assert_eq!(decided(&rules(1, 2), "mcp__crm__get"), "hash(one)");
    assert_eq!(decided(&rules(2, 1), "mcp__crm__get"), "hash(two)");
    assert_eq!(decided(&rules(2, 1), "mcp__crm__set"), "hash(one)");
}

#[test]
fn the_upper_file_wins_and_the_base_fills_the_rest() {
    let mut load = |path: &Path| match path.to_str() {
        Some("folder/base.toml") => Ok(r#"
            version = 1
            name = "base"
            default = "drop"
            [detect]
            personal = ["email"]
            entropy = false
            rules = ["rules/own.toml"]
            [[rule]]
            tool = "Write"
            argument = "content"
            do = "keep"
            [[rule]]
            argument = "path"
            do = "keep"
            "#
        .to_owned()),
        Some("folder/rules/own.toml") => {
            Ok("[[rules]]\nid = \"acme-key\"\nregex = '''acme-[0-9]{8}'''\nkeywords = [\"acme-\"]\n".to_owned())
        }
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = r#"
        version = 1
        name = "upper"
        extends = "./base.toml"
        [detect]
        entropy = true
        [[rule]]
        argument = "content"
        do = "hash"
        "#;
    let policy = Policy::parse(text, Path::new("folder/upper.toml"), &mut load).unwrap();
    assert_eq!(policy.name(), "upper");
    assert_eq!(steps(&policy, "", "Write", Argument("content")), "hash(value)");
    assert_eq!(steps(&policy, "", "Write", Argument("path")), "keep");
    assert_eq!(steps(&policy, "", "Write", Argument("other")), "drop");
    let detection = policy.detection();
    assert_eq!((detection.entropy, detection.personal), (true, Switches::of([Switch::Email])));
    assert!(detection.rules.kinds().any(|kind| kind == "acme-key"));
    let place = policy.decide(Caller { agent: "", tool: "" }, Argument("path")).place.clone();
    assert_eq!(place.unwrap().to_string(), "folder/base.toml:13");
}

#[test]
fn the_hash_names_what_is_decided_and_not_how_it_is_written() {
    let hash = |rules: &str| policy(rules).hash().to_owned();
    let one = hash("[[rule]]\nargument = [\"a\", \"b\"]\ndo = \"keep\"\n[[rule]]\nattribute = \"c\"\ndo = \"drop\"\n");
    let two = hash(
        "default = [\"hash\"]\n# Why.\n[[rule]]\nattribute = [\"c\"]\ndo = [\"drop\"]\n\
         [[rule]]\nargument = \"b\"\ndo = \"keep\"\n[[rule]]\nargument = \"a\"\ndo = \"keep\"\n",
    );
    assert_eq!((one.len(), &one), (16, &two));
    for other in [
        "[[rule]]\nargument = [\"a\", \"b\"]\ndo = \"keep\"\n",
        "[[rule]]\nargument = [\"a\", \"b\"]\ndo = \"keep\"\n[[rule]]\nattribute = \"c\"\ndo = \"mask\"\n",
        "default = \"drop\"\n[[rule]]\nargument = [\"a\", \"b\"]\ndo = \"keep\"\n[[rule]]\nattribute = \"c\"\ndo = \"drop\"\n",
        "[detect]\nentropy = false\n[[rule]]\nargument = [\"a\", \"b\"]\ndo = \"keep\"\n[[rule]]\nattribute = \"c\"\ndo = \"drop\"\n",
    ] {
        assert_ne!(one, hash(other), "{other}");
    }
}

#[test]
fn kinds_are_those_that_can_be_written() {
    let policy = policy(
        "default = \"mask(none)\"\n[[rule]]\nargument = \"a\"\ndo = \"keep(id)\"\n[[rule]]\nargument = \"b\"\ndo = \"tokenise(b)\"\n",
    );
    assert_eq!(policy.kinds().collect::<Vec<_>>(), ["b", "label", "none"]);
}

/// A small policy: rules over few letters, so that they meet often.
fn rules() -> impl Strategy<Value = Vec<(String, String, String, u8)>> {
    let tool = prop::sample::select(vec!["*", "a", "b", "a*", "*b", "ab"]).prop_map(str::to_owned);
    let name = prop::sample::select(vec!["*", "a", "b", "a*", "*b", ".a", "a.b", "*.b", "a.*"]).prop_map(str::to_owned);
    let agent = prop::sample::select(vec!["*", "a"]).prop_map(str::to_owned);
    prop::collection::vec((tool, name, agent, 0..9_u8), 0..7)
}

proptest! {
    /// Against the definition: of all rules that match, the one that no other one beats; walked down from the top key.
    #[test]
    fn decisions_are_those_of_the_definition(rules in rules(), tool in "[ab]{0,2}", agent in "[ab]", path in "[ab]{1,2}([.][ab]{1,2}){0,2}") {
        let text = rules.iter().enumerate().map(|(at, (tool, name, agent, order))| {
            let does = if at % 2 == 0 { format!("hash(k{at})") } else { "keep".to_owned() };
            let names = format!("tool = \"{tool}\"\nargument = \"{name}\"\nagent = \"{agent}\"");
            format!("[[rule]]\n{names}\ndo = \"{does}\"\norder = {order}\n")
        });
        let text = text.collect::<Vec<_>>().concat();
        let Ok(policy) = parse(&format!("version = 1\nname = \"test\"\n{text}")) else { return Ok(()) };
        let entries: Vec<Entry> = rules.iter().enumerate().map(|(rule, (tool, name, agent, _))| Entry {
            layer: 0,
            domain: Domain::Argument,
            tool: glob::Glob::new(tool),
            name: Name::argument(name).unwrap(),
            agent: glob::Glob::new(agent),
            rule,
            place: Place { file: "policy.toml".into(), line: 1 },
        }).collect();
        let mut decided: Option<usize> = None;
        let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let matching: Vec<&Entry> = entries.iter().filter(|entry| entry.matches(&agent, &tool, path.get(..end).unwrap())).collect();
            let beats = |one: &Entry, two: &Entry| match one.precedence(two) {
                rule::Precedence::First => true,
                rule::Precedence::Open => rules[one.rule].3 < rules[two.rule].3,
                _ => false,
            };
            let best = matching.iter().find(|one| matching.iter().all(|two| one.rule == two.rule || beats(one, two)));
            prop_assert_eq!(best.is_none(), matching.is_empty());
            let Some(best) = best else { continue };
            let hidden = decided.is_some_and(|above| above % 2 == 0);
            if !hidden || matches!(best.name, Name::Path(_)) {
                decided = Some(best.rule);
            }
        }
        let expected = decided.map(|at| 3 + 6 * at);
        let found = policy.decide(Caller { agent: &agent, tool: &tool }, Argument(&path));
        prop_assert_eq!(found.place.as_ref().map(|place| place.line), expected, "{} {} {} {}", text, tool, agent, path);
    }
}
