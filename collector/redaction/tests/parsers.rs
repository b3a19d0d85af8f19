//! What maintained parsers read as the value of a secret is gone: `url` for addresses, `serde_json` and `toml` for
//! documents, `bash` for the words of commands.
//!
//! The detector reads with scans of its own, because it must say which bytes of the source hold a secret, and because
//! agents send what is cut, quoted once too often or no valid document at all. Where a text is valid, the parser decides.

use std::process::Command;
use std::sync::LazyLock;

use barograph_redaction::detect::{Detector, Personal};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use url::Url;

use crate::kinds::Dice;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::default);

fn masked(text: &str) -> Option<String> {
    DETECTOR.mask(text, Personal::Mask).ok().map(|masked| masked.text.into_owned())
}

const NAMES: &[&str] = &["password", "api_key", "clientSecret", "ACCESS_TOKEN", "db-password", "x-api-key"];

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(NAMES)
}

/// A secret that no format and no entropy gives away: its place alone does.
fn secret() -> impl Strategy<Value = String> {
    "[a-z]{3}[!#%*+,./:=?@^_~-]{1,2}[0-9]{2}[A-Z]{2}[a-z0-9]{0,6}"
}

/// What an address says that is secret, decoded: the password, and the parameters that are named for one.
fn secrets_of(url: &Url) -> Vec<String> {
    let mut secrets: Vec<String> =
        url.query_pairs().filter(|(key, _)| NAMES.contains(&&**key)).map(|(_, value)| value.into_owned()).collect();
    if let Some(password) = url.password() {
        // A parameter's reading decodes as a password's does.
        let read = format!("p={}", password.replace('+', "%2B").replace('&', "%26"));
        secrets.extend(url::form_urlencoded::parse(read.as_bytes()).map(|(_, value)| value.into_owned()));
    }
    secrets
}

/// Every key and text of a document, from the top.
fn leaves(value: &Value, key: &str, leaf: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => leaf(key, text),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, key, leaf)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, key, leaf)),
        _ => {}
    }
}

/// A document with the secret somewhere in it.
fn document() -> impl Strategy<Value = (Value, String)> {
    let plain = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0..9_000_u32).prop_map(Value::from),
        "[a-z ]{0,12}".prop_map(Value::from),
    ];
    let nested = plain.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    let above = prop::collection::vec((prop::collection::btree_map("[a-z]{1,6}", nested, 0..3), "[a-z]{1,8}"), 0..3);
    (above, name(), secret()).prop_map(|(above, name, secret)| {
        let mut value = serde_json::json!({ name: secret.clone() });
        for (beside, key) in above {
            let mut fields: serde_json::Map<String, Value> = beside.into_iter().collect();
            fields.insert(key, value);
            value = Value::Object(fields);
        }
        (value, secret)
    })
}

/// The words of a command, as a real shell reads them.
fn words(words: &[String]) -> Vec<String> {
    let script = format!("printf '%s\\0' {}", words.join(" "));
    let output = Command::new("bash").args(["--norc", "-c", &script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.split_terminator('\0').map(str::to_owned).collect()
}

/// One text as a word of a shell, in some quoting.
fn quoted(text: &str, how: usize) -> String {
    let single = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let double = |text: &str| {
        let escaped = text.chars().flat_map(|letter| {
            let escape = matches!(letter, '\\' | '"' | '$' | '`').then_some('\\');
            escape.into_iter().chain([letter])
        });
        format!("\"{}\"", escaped.collect::<String>())
    };
    match how {
        0 => single(text),
        1 => double(text),
        2 => text.chars().flat_map(|letter| ['\\', letter]).collect(),
        _ => {
            let (one, two) = text.split_at(text.len() / 2);
            single(one) + &double(two)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, failure_persistence: None, rng_seed: RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn of_addresses(
        text in r"(https?|postgres|redis|ftp|amqp)://[a-z]{2,6}:[!$*+,./0-9:;=?A-Z_a-z~@-]{4,14}@[a-z]{2,6}\.(io|com)(:[0-9]{2,4})?(/[a-z]{0,6}){0,2}",
        query in prop::option::of((name(), "[a-z][0-9][!$*+,./0-9:;=?A-Z_a-z~-]{4,12}")),
    ) {
        let text = match query {
            Some((name, value)) => format!("{text}?a=1&{name}={value}&b=2"),
            None => text,
        };
        let Ok(url) = Url::parse(&text) else { return Ok(()) };
        let Some(left) = masked(&text) else { return Ok(()) };
        for secret in secrets_of(&url).into_iter().filter(|secret| secret.len() >= 4) {
            // What says where a secret is kept is none.
            let is_shown = masked(&format!("https://me:{secret}@x.io/")).is_some_and(|left| left.contains(&secret));
            prop_assert!(is_shown || !left.contains(&secret), "{secret:?} of {text:?} is in {left:?}");
        }
    }

    #[test]
    fn of_json((value, secret) in document(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let left = masked(&text).unwrap();
        prop_assert!(!left.contains(&secret), "{secret:?} of {text:?} is in {left:?}");
        let read: Value = serde_json::from_str(&left).unwrap_or_else(|error| panic!("{left:?} is no JSON: {error}"));
        leaves(&read, "", &mut |key, text| assert!(text != secret, "{key}"));
    }

    #[test]
    fn of_toml((value, secret) in document()) {
        let Ok(text) = toml::to_string(&value) else { return Ok(()) };
        let left = masked(&text).unwrap();
        prop_assert!(!left.contains(&secret), "{secret:?} of {text:?} is in {left:?}");
        prop_assert!(toml::from_str::<toml::Table>(&left).is_ok(), "{left:?} is no TOML");
    }
}

#[test]
fn of_commands() {
    let mut dice = Dice::new(3);
    let secrets: Vec<String> =
        (0..400).map(|_| format!("k7{}", dice.string(b"ab!#%&*+,;:=?@^~ $'\"\\`()<>|{}[]19XY", 10))).collect();
    let quotings: Vec<String> = secrets.iter().enumerate().map(|(at, secret)| quoted(secret, at % 4)).collect();
    assert_eq!(words(&quotings), secrets, "the quotings say the secrets");
    for (secret, quoting) in secrets.iter().zip(&quotings) {
        for form in ["app --password {} --all", "curl -u 'me:'{} https://x.io", "sshpass -p {} ssh h ls"] {
            let text = form.replace("{}", quoting);
            let left = masked(&text).unwrap();
            let bare = |text: &str| text.replace(['\'', '"', '\\'], "");
            let (before, after) = form.split_once("{}").unwrap();
            let left = left.strip_prefix(before).unwrap_or_else(|| panic!("{text} became {left}"));
            let left = bare(left.strip_suffix(after).unwrap_or(left));
            let secret = bare(secret).into_bytes();
            let is_left = secret.windows(4).any(|part| left.as_bytes().windows(4).any(|four| four == part));
            assert!(left.contains("[password]") && !is_left, "{text} became {left}");
        }
    }
}
