//! What rule files may say, what it does, and what is refused.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// The kinds of what a rule file (beside our own rules) finds in a text, and the secrets.
fn found<'t>(file: &str, text: &'t str) -> Vec<(String, &'t str)> {
    let set = RuleSet::with(&[("team/rules.toml", file)]).unwrap_or_else(|faults| panic!("{faults:?}"));
    found_by(&set, text)
}

fn found_by<'t>(set: &RuleSet, text: &'t str) -> Vec<(String, &'t str)> {
    let marks = Marks::of(["password"]);
    let mut hits = Hits::default();
    set.scan(Text { text, marks: &marks }, &mut hits);
    hits.0.into_iter().map(|hit| (hit.kind.to_string(), text.get(hit.span).unwrap())).collect()
}

fn faults(file: &str) -> Vec<String> {
    let faults = RuleSet::with(&[("rules.toml", file)]).map(|_| ()).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

fn is_found(rule: &str, text: &str, secret: &str) {
    let file = format!("[[rules]]\nid = 'acme-key'\n{rule}");
    assert_eq!(found(&file, text), [("acme-key".to_owned(), secret)], "{rule}");
}

fn is_not_found(rule: &str, text: &str) {
    let file = format!("[[rules]]\nid = 'acme-key'\n{rule}");
    assert_eq!(found(&file, text), [], "{rule}");
}

#[test]
fn the_secret_is_the_group_the_first_group_or_all() {
    is_found("regex = 'acme-[0-9]+'", "x acme-12 y", "acme-12");
    is_found("regex = 'acme-([0-9]+)'", "x acme-12 y", "12");
    is_found("regex = '(?:acme|(b))-([0-9]+)'", "x acme-12 y", "12");
    is_found("regex = '(acme)-([0-9]+)'\nsecretGroup = 2", "x acme-12 y", "12");
    is_found("regex = '(acme)-([0-9]+)'\nsecretGroup = 1", "x acme-12 y", "acme");
    is_found("regex = '\\sacme-[0-9]+\\s'", "x\nacme-12\ny", "acme-12");
}

#[test]
fn keywords_and_entropy_are_conditions() {
    is_found("regex = '[a-z]+-12'\nkeywords = ['ACME']", "x Acme acme-12 y", "acme-12");
    is_not_found("regex = '[a-z]+-12'\nkeywords = ['other']", "x acme-12 y");
    is_found("regex = 'k=([a-z]+)'\nentropy = 1.9", "k=abcd", "abcd");
    is_not_found("regex = 'k=([a-z]+)'\nentropy = 2", "k=abcd");
}

#[test]
fn what_a_text_does_not_have_is_not_asked() {
    is_found("regex = 'acme-12'\npath = '\\.tf$'", "acme-12", "acme-12");
    is_not_found("path = '\\.p12$'", "key.p12");
    is_found("regex = 'acme-12'\n[[rules.allowlists]]\npaths = ['.*']", "acme-12", "acme-12");
    is_found("regex = 'acme-12'\n[[rules.allowlists]]\ncommits = ['abc']", "acme-12", "acme-12");
    let both = "regex = 'acme-12'\n[[rules.allowlists]]\ncondition = 'AND'\npaths = ['.*']\nregexes = ['acme']";
    is_found(both, "acme-12", "acme-12");
    is_found("regex = 'acme-12'", "acme-12 # gitleaks:allow", "acme-12");
}

#[test]
fn allow_lists_let_go() {
    for (allow, text, kept) in [
        ("regexes = ['^1']", "a-12", true),
        ("regexes = ['^a']", "a-12", false),
        ("regexes = ['^a']\nregexTarget = 'match'", "a-12", true),
        ("regexes = ['demo']\nregexTarget = 'line'", "demo a-12", true),
        ("regexes = ['demo']\nregexTarget = 'line'", "demo\na-12", false),
        ("stopwords = ['ZZ']", "a-1zz2", true),
        ("regexes = ['^1']\nstopwords = ['zz']", "a-12", true),
        ("regexes = ['^1']\nstopwords = ['zz']\ncondition = 'AND'", "a-12", false),
        ("regexes = ['^1']\nstopwords = ['zz']\ncondition = '&&'", "a-1zz", true),
        ("regexes = ['^1']\npaths = ['x']", "a-12", true),
    ] {
        let secret = text.rsplit_once('-').unwrap().1;
        let rule = "[[rules]]\nid = 'k'\nregex = 'a-([0-9a-z]+)'\n";
        let wanted = if kept { vec![] } else { vec![("k".to_owned(), secret)] };
        for file in [
            format!("{rule}[[rules.allowlists]]\n{allow}"),
            format!("{rule}[rules.allowlist]\n{allow}"),
            format!("{rule}[[allowlists]]\n{allow}"),
            format!("{rule}[allowlist]\n{allow}"),
            format!("{rule}[[allowlists]]\ntargetRules = ['k']\n{allow}"),
        ] {
            assert_eq!(found(&file, text), wanted, "{file}");
        }
        let other = format!("{rule}[[rules]]\nid = 'o'\nregex = 'zzz'\n[[allowlists]]\ntargetRules = ['o']\n{allow}");
        assert_eq!(found(&other, text), [("k".to_owned(), secret)]);
    }
}

#[test]
fn composite_rules_need_their_parts() {
    let file = "[[rules]]\nid = 'pass'\nregex = 'pass-([0-9]+)'\n[[rules.required]]\nid = 'user'\nwithinLines = 1\n\
                [[rules]]\nid = 'user'\nregex = 'user-[a-z]+'\nskipReport = true";
    assert_eq!(found(file, "user-a\n\n\npass-12"), [("pass".to_owned(), "12")]);
    assert_eq!(found(file, "pass-12"), []);
    assert_eq!(found(file, "user-a"), []);
}

#[test]
fn our_own_rules_are_always_there() {
    let key = format!("{}{}", "glpat-", "abcdefghij0123456789");
    let own = |file: &str| found(file, &key);
    let is_ours = vec![("gitlab-token".to_owned(), key.as_str())];
    let plain = "[[rules]]\nid = 'k'\nregex = 'zzz'\n";
    assert_eq!(own(plain), is_ours);
    // A file that does not extend ours cannot weaken ours.
    assert_eq!(own(&format!("{plain}[[allowlists]]\nregexes = ['.*']")), is_ours);
    assert_eq!(own("[extend]\ndisabledRules = ['gitlab-token']"), is_ours);
    assert_eq!(own("[extend]\nuseDefault = true"), is_ours);
    // One that does, may.
    assert_eq!(own("[extend]\nuseDefault = true\ndisabledRules = ['gitlab-token']"), []);
    assert_eq!(own("[extend]\nuseDefault = true\n[[allowlists]]\nstopwords = ['abcdefghij']"), []);
    assert_eq!(
        own("[extend]\nuseDefault = true\n[[rules]]\nid = 'gitlab-token'\n[[rules.allowlists]]\nstopwords = ['ghij']"),
        []
    );
}

#[test]
fn a_file_may_extend_another() {
    let base = "[[rules]]\nid = 'k'\nregex = 'k-([a-z]+)'\n[[rules]]\nid = 'o'\nregex = 'o-([a-z]+)'";
    let files = BTreeMap::from([("team/base.toml", base), ("team/again.toml", "[extend]\npath = 'again.toml'")]);
    let mut load = |path: &Path| {
        files
            .get(path.to_string_lossy().replace('\\', "/").as_str())
            .map(|text| (*text).to_owned())
            .ok_or("no such file".to_owned())
    };
    let file = "[extend]\npath = 'base.toml'\ndisabledRules = ['o']\n[[rules]]\nid = 'k'\nentropy = 1.5";
    let set = RuleSet::with_loader(&[("team/rules.toml", file)], &mut load).unwrap();
    assert_eq!(found_by(&set, "k-aaaa o-abcd"), []);
    assert_eq!(found_by(&set, "k-abcd o-abcd"), [("k".to_owned(), "abcd")]);
    for (file, wrong) in [
        ("\n[extend]\npath = 'none.toml'", "team/rules.toml:3: cannot read team/none.toml: no such file"),
        ("[extend]\npath = 'again.toml'", "team/again.toml:2: more than 4 files extend one another"),
    ] {
        let faults = RuleSet::with_loader(&[("team/rules.toml", file)], &mut load).unwrap_err();
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [wrong]);
    }
}

#[test]
fn every_fault_is_told_at_once_with_its_line() {
    let file = "title = 3\nsurprise = 1\n[[rules]]\nid = 'a'\nregex = 'a(b'\n[[rules]]\nregex = 'x'\n[[rules]]\nid = 'c'\n\
                [[rules]]\nid = 'd'\nregex = '(x)'\nsecretGroup = 2\nseverity = 'high'\n[[rules.allowlists]]\ncondition = 'XOR'\n\
                [[rules]]\nid = 'e'\nregex = 'x'\nentropy = 'high'\n[[rules.required]]\nid = 'none'\n\
                [[allowlists]]\ntargetRules = ['none']\nstopwords = ['x']\n[extend]\nurl = 'https://example.com'";
    insta::assert_snapshot!(faults(file).join("\n"));
    assert_eq!(faults("[[rules]\nid = 'a'\nx ="), ["rules.toml:1: unclosed array table, expected `]`"]);
    assert_eq!(
        faults("[extend]\nuseDefault = true\npath = 'x'"),
        ["rules.toml:1: `useDefault` and `path` exclude each other: keep one"]
    );
    assert_eq!(
        faults("[[rules]]\nid = 'a'\nregex = 'x'\n[allowlist]\nstopwords = ['x']\n[[allowlists]]\nstopwords = ['x']")
            .len(),
        1
    );
}

#[test]
fn what_has_another_effect_here_is_remarked() {
    let file = "[extend]\nuseDefault = true\ndisabledRules = ['none']\n[[rules]]\nid = 'always'\nregex = 'x1'\n[[rules]]\nid = 'file'\n\
                path = 'x'\n[[rules]]\nid = 'both'\npath = 'x'\nregex = 'x2'\nkeywords = ['x2']\n[[rules.allowlists]]\npaths = ['x']";
    let set = RuleSet::with(&[("rules.toml", file)]).unwrap();
    insta::assert_snapshot!(set.remarks().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[test]
fn ids_become_kinds_and_generic_ones_give_way() {
    let file =
        "[[rules]]\nid = 'My Generic_generic.KEY'\nregex = 'gl[a-z]+-[a-z0-9]+'\n[[rules]]\nid = '  '\nregex = 'x'";
    assert_eq!(faults(file), ["rules.toml:4: a rule needs an `id`: it names the mark"]);
    let key = format!("{}{}", "glpat-", "abcdefghij0123456789");
    let file = "[[rules]]\nid = 'My generic_KEY'\nregex = 'gl[a-z]+-[a-z0-9]+'";
    let kinds: Vec<_> = found(file, &key).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["gitlab-token", "my-generic-key"]);
}

#[test]
fn marks_are_left_alone() {
    is_not_found("regex = 'pass'", "x [password] y");
    is_found("regex = 'pass'", "x [passwort] y", "pass");
}

#[test]
fn checksums_decide_inside_a_word() {
    let (right, wrong) = ("zzzzzyyyyyxxxxxwwwwwvvvvv01234", "zzzzzyyyyyxxxxxwwwwwvvvvv01235");
    let token = |random: &str| format!("id{}_{random}{}", "ghp", "2WDU3z");
    let (right, wrong) = (token(right), token(wrong));
    assert_eq!(found_by(&RuleSet::own(), &right).len(), 1);
    assert_eq!(found_by(&RuleSet::own(), &wrong), []);
    assert_eq!(found_by(&RuleSet::own(), wrong.strip_prefix("id").unwrap()).len(), 1);
}

#[test]
fn the_fingerprint_follows_the_text() {
    let print = |file: &str| RuleSet::with(&[("a", file)]).unwrap().fingerprint();
    assert_eq!(RuleSet::own().fingerprint(), RuleSet::own().fingerprint());
    assert_ne!(print("title = 'a'"), print("title = 'b'"));
    assert_ne!(print(""), RuleSet::own().fingerprint());
}

/// How long a scan of own rules takes.
fn cost(text: &str) -> Duration {
    let began = Instant::now();
    let _found = found_by(&RuleSet::own(), text);
    began.elapsed()
}

#[test]
fn own_rules_take_linear_time() {
    let mut seed = 1;
    let samples = samples();
    let parts = samples.iter().flat_map(|(_, samples)| samples).map(|sample| sample.text);
    let parts =
        parts.chain(["a ", "-----BEGIN PRIVATE KEY", "eyJ", "AKIA", "bearer ", "heroku ", "sk-", "s.", ":a", "\n"]);
    let mut slow = Vec::new();
    for part in parts {
        let part = filled(part, &mut seed);
        let text = |length: usize| part.repeat(length / part.len() + 1);
        // Four times the text; quadratic would be sixteen times the work. Short runs are noise, and so may one long run be.
        let is_slow = || {
            let long = cost(&text(64 << 10));
            long > Duration::from_millis(40) && long > cost(&text(16 << 10)) * 12
        };
        if (0..3).all(|_| is_slow()) {
            slow.push(part);
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_is_too_strange_for_rules(text in any::<String>()) {
        let _found = found_by(&RuleSet::own(), &text);
    }

    #[test]
    fn no_file_is_too_strange(text in "(\\[\\[?(rules|allowlists|extend|rules.allowlists)\\]?\\]|(id|regex|path|entropy|keywords|tags|x) ?= ?('a'|\"[(\\[{\\\\a-z]{0,5}\"|\\['b'\\]|3|true)|\n){0,20}") {
        let _read = RuleSet::with(&[("rules.toml", text)]);
    }
}

#[test]
fn upstreams_file_loads_unmodified() {
    let Ok(path) = std::env::var("BAROGRAPH_GITLEAKS_RULES") else {
        println!("not run: BAROGRAPH_GITLEAKS_RULES names no copy of gitleaks' own rule file");
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let began = Instant::now();
    let set = RuleSet::with(&[(path, text.clone())]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let written = text.lines().filter(|line| line.trim() == "[[rules]]").count();
    let path_only = set.remarks().iter().filter(|remark| remark.text.contains("never finds anything")).count();
    println!("{written} rules, {path_only} of them about paths alone, loaded in {:?}", began.elapsed());
    assert_eq!(set.len(), RuleSet::own().len() + written - path_only);
    let mut seed = 7;
    for (kind, text) in [
        ("github-pat", "ghp_{n36}"),
        ("gitlab-pat", "glpat-{t20}"),
        ("aws-access-token", "AKIA{o16}"),
        ("generic-api-key", "acme_api_key = \"{n40}\""),
        ("stripe-access-token", "sk_live_{n24}"),
    ] {
        let text = filled(text, &mut seed);
        let text = if kind == "aws-access-token" { text.to_ascii_uppercase() } else { text };
        assert!(found_by(&set, &text).iter().any(|(found, _)| found == kind), "{kind}");
    }
}
