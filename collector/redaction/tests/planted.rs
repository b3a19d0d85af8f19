//! A secret of any kind, in any position, quoting, nesting or encoding that the parsers claim, does not come out again.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use barograph_redaction::detect::{Detector, Personal};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use regex::{Captures, Regex};

use crate::kinds::{Case, Dice, Kind, fill, general};

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::default);
static KINDS: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| general().collect());

/// Positions and quotings. What `{{v:…}}` means is said at `kinds::fill`.
#[rustfmt::skip] // A table.
const POSITIONS: &[&str] = &[
    "export {{NAME}}={{v:sh}}",
    "export {{NAME}}='{{v:sq}}'",
    "export {{NAME}}=\"{{v:dq}}\"",
    "{{NAME}}={{v:sh}} ./run --all",
    "./run --{{kebab}} {{v:sh}} --all",
    "./run --{{kebab}}={{v:sh}}",
    "curl -H 'X-Api-Key: {{v:sq}}' https://x.io/a",
    "curl -u 'me:{{v:sq}}' https://x.io/a",
    "curl -d '{{snake}}={{v:url}}&n=1' https://x.io/a",
    "docker run -e {{NAME}}={{v:sh}} img",
    "cat > .env <<'EOF'\nPORT=1\n{{NAME}}=\"{{v:lit}}\"\nEOF",
    "psql 'postgres://me:{{v:url}}@db/main' -c 'select 1'",
    "https://x.io/a?b=1&{{snake}}={{v:url}}&c=2",
    "https://me:{{v:url}}@x.io/a",
    "https://x.io/a#{{snake}}={{v:url}}",
    "{\"n\": 1, \"{{camel}}\": \"{{v:json}}\", \"m\": [true]}",
    "{\"auth\": {\"{{snake}}\": \"{{v:json}}\"}}",
    "{\"headers\": {\"X-Api-Key\": \"{{v:json}}\"}}",
    "auth:\n  {{snake}}: '{{v:yaml}}'\n  n: 1\n",
    "auth:\n  {{camel}}: \"{{v:lit}}\"\n",
    "[auth]\n{{snake}} = \"{{v:lit}}\"\nn = 1\n",
    "{{NAME}}=\"{{v:lit}}\"\nPORT=1\n",
    "const {{camel}} = \"{{v:lit}}\";\n",
    "{{snake}} = '{{v:yaml}}'\n",
    "-{{NAME}}=old\n+{{NAME}}=\"{{v:lit}}\"\n",
];

/// What a text is wrapped in.
const NESTINGS: usize = 10;

fn nested(how: usize, text: &str) -> String {
    let single = || text.replace('\'', "'\\''");
    let double = || text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`");
    match how {
        0 => format!("bash -lc '{}'", single()),
        1 => format!("sh -c \"{}\"", double()),
        2 => format!("ssh ops@web1 '{}'", single()),
        3 => serde_json::json!({ "command": text, "timeout": 1 }).to_string(),
        4 => serde_json::Value::from(text).to_string(),
        5 => format!("run: |\n  {}\nn: 1\n", text.replace('\n', "\n  ")),
        6 => format!("tee file <<'END'\n{text}\nEND\n"),
        7 => format!("echo {} | base64 -d | sh", STANDARD.encode(text)),
        8 => format!("echo {} | xxd -r -p | sh", hex::encode(text)),
        _ => format!("curl 'https://x.io/go?next={}'", percent(text)),
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Every text that can be read out of a text by whoever has it: escapes taken away, encoded runs decoded, and again.
fn readings(text: &str) -> BTreeSet<String> {
    static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_-]{12,}={0,2}").unwrap());
    static PERCENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:%[0-9A-Fa-f]{2})+").unwrap());
    static ESCAPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\(?:u([0-9a-f]{4})|(.))").unwrap());
    let mut all = BTreeSet::from([text.to_owned()]);
    let mut fresh = vec![text.to_owned()];
    for _ in 0..4 {
        let mut next = Vec::new();
        for text in fresh {
            for run in RUN.find_iter(&text).map(|run| run.as_str()) {
                let bare = run.trim_end_matches('=');
                let url = bare.replace('+', "-").replace('/', "_");
                next.extend(
                    URL_SAFE_NO_PAD
                        .decode(url)
                        .into_iter()
                        .chain(hex::decode(run))
                        .filter_map(|bytes| String::from_utf8(bytes).ok()),
                );
            }
            let unescaped = ESCAPE.replace_all(&text, |escape: &Captures<'_>| match (escape.get(1), escape.get(2)) {
                (Some(code), _) => {
                    u32::from_str_radix(code.as_str(), 16).ok().and_then(char::from_u32).unwrap_or('?').to_string()
                }
                (_, Some(letter)) if letter.as_str() == "n" => "\n".to_owned(),
                (_, letter) => letter.map_or("", |letter| letter.as_str()).to_owned(),
            });
            next.push(unescaped.into_owned());
            next.push(text.replace("'\\''", "'"));
            let decoded = PERCENT.replace_all(&text, |run: &Captures<'_>| {
                String::from_utf8_lossy(&hex::decode(run[0].replace('%', "")).unwrap_or_default()).into_owned()
            });
            next.push(decoded.into_owned());
        }
        next.retain(|text| all.insert(text.clone()));
        fresh = next;
    }
    all
}

/// What stands between marks is the source's, in its order, and so are both ends.
fn is_the_rest_untouched(source: &str, masked: &str) -> bool {
    static MARK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[[a-z0-9-]+\]").unwrap());
    // A mark that the sender wrote is a piece like any other.
    let mut pieces = MARK.split(masked);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = source.strip_prefix(first) else { return false };
    let mut last = first;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
        last = piece;
    }
    source.ends_with(last)
}

fn planted(seed: u64, kind: usize, position: usize, nestings: &[usize]) -> (String, String) {
    let mut dice = Dice::new(seed);
    let case = Case::of(KINDS[kind % KINDS.len()], &mut dice);
    let position = POSITIONS[position % POSITIONS.len()];
    let text = fill(position, &case, &mut dice).text;
    (nestings.iter().fold(text, |text, how| nested(*how, &text)), case.value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_048, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn no_secret_comes_out(
        seed in any::<u64>(), kind in any::<usize>(), position in any::<usize>(),
        nestings in prop::collection::vec(0..NESTINGS, 0..3),
    ) {
        let (text, secret) = planted(seed, kind, position, &nestings);
        // What cannot be judged is withheld whole.
        let Ok(masked) = DETECTOR.mask(&text, Personal::Mask) else { return Ok(()) };
        for reading in readings(&masked.text) {
            prop_assert!(!reading.contains(&secret), "{secret:?} is left of {text:?}: {:?}", masked.text);
        }
        let again = DETECTOR.mask(&masked.text, Personal::Mask).unwrap();
        prop_assert_eq!(&again.text, &masked.text, "masked again it is another text: {:?}", text);
        prop_assert!(is_the_rest_untouched(&text, &masked.text), "{:?} became {:?}", text, masked.text);
    }

    #[test]
    fn clean_text_is_byte_identical(text in "[a-zA-Z ,.;()é\n]{0,200}") {
        let masked = DETECTOR.mask(&text, Personal::Mask).unwrap();
        prop_assert!(is_the_rest_untouched(&text, &masked.text));
    }
}

#[test]
fn readings_see_through_every_nesting() {
    for how in 0..NESTINGS {
        for other in 0..NESTINGS {
            let text = nested(other, &nested(how, "A_TOKEN=\"it's $5\" run"));
            assert!(readings(&text).iter().any(|reading| reading.contains("it's $5")), "{how} in {other}: {text}");
        }
    }
}

#[test]
#[ignore = "counts what comes out by position and by nesting, for whoever works on the detector"]
fn shows_what_comes_out() {
    let mut dice = Dice::new(5);
    let mut counts = std::collections::BTreeMap::<String, (usize, String)>::new();
    for seed in 0..6_000 {
        let (kind, position) = (dice.below(1_000), dice.below(POSITIONS.len()));
        let nestings: Vec<usize> = (0..dice.below(3)).map(|_| dice.below(NESTINGS)).collect();
        let (text, secret) = planted(seed, kind, position, &nestings);
        let Ok(masked) = DETECTOR.mask(&text, Personal::Mask) else { continue };
        let wrong = if readings(&masked.text).iter().any(|reading| reading.contains(&secret)) {
            "left"
        } else if DETECTOR.mask(&masked.text, Personal::Mask).is_ok_and(|again| again.text != masked.text) {
            "not at rest"
        } else if !is_the_rest_untouched(&text, &masked.text) {
            "rest touched"
        } else {
            continue;
        };
        let sort = KINDS[kind % KINDS.len()];
        let key = format!("{wrong} nestings {nestings:?} position {}", POSITIONS[position]);
        let entry = counts.entry(key).or_default();
        entry.0 += 1;
        entry.1 = format!("{} {text:?} -> {:?}", sort.name, masked.text);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (key, (count, example)) in &counts {
        println!("{count} {key}\n    {example}");
    }
    println!("{} of 6000", counts.iter().map(|(_, (count, _))| count).sum::<usize>());
}
