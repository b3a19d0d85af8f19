//! Every own rule by its samples; the format's reader by its cases.

mod format;

use std::ops::Range;

use super::*;
use crate::detect::Marks;

/// What every rule of ours must find and must not: a block a rule, in their order.
const SAMPLES: &str = include_str!("../../rules/samples.tsv");

/// Letters by the name they have in the samples.
fn alphabet(name: char) -> &'static [u8] {
    match name {
        'x' => b"0123456789abcdef",
        'n' => b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        'l' => b"0123456789abcdefghijklmnopqrstuvwxyz",
        'u' => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        'd' => b"0123456789",
        't' => b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-",
        'b' => b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/",
        'o' => b"234567abcdefghijklmnopqrstuvwxyz",
        'c' => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        _ => panic!("no letters are called {name}"),
    }
}

/// Random letters. The first and the last of a run are plain, the second a digit, so that a run is neither cut at its ends
/// nor without a digit by chance.
fn run(letters: &[u8], length: usize, seed: &mut u64) -> String {
    let digits = letters.iter().filter(|letter| letter.is_ascii_digit()).count();
    let letter = |at| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        let among = match at {
            1 if letters.first().is_some_and(u8::is_ascii_digit) => digits,
            at if at == 0 || at + 1 == length => letters.len().min(30),
            _ => letters.len(),
        };
        char::from(letters[usize::try_from(*seed >> 11).unwrap() % among])
    };
    (0..length).map(letter).collect()
}

/// A sample with letters in place of what stands for them.
fn filled(sample: &str, seed: &mut u64) -> String {
    let mut text = String::new();
    let mut rest = sample;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let inside = after.split_once('}').and_then(|(inside, after)| {
            let name = inside.chars().next()?;
            let length: usize = inside.strip_prefix(name)?.parse().ok()?;
            Some((name, length, after))
        });
        if let Some((name, length, after)) = inside {
            text.push_str(&run(alphabet(name), length, seed));
            rest = after;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text.push_str(rest);
    text.replace('⏎', "\n")
}

struct Sample {
    found: bool,
    text: &'static str,
}

/// The samples of every rule, in the rules' order in the file.
fn samples() -> Vec<(&'static str, Vec<Sample>)> {
    let mut blocks = Vec::new();
    for block in SAMPLES.split("\n\n") {
        let rows = block.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let rows: Vec<Vec<&str>> = rows.map(|line| line.split('\t').collect()).collect();
        let Some(first) = rows.first() else { continue };
        assert!(rows.iter().all(|row| row.len() == 3 && row[0] == first[0]), "{block}");
        blocks.push((first[0], rows.iter().map(|row| Sample { found: row[1] == "+", text: row[2] }).collect()));
    }
    blocks
}

fn finds_of(rule: &Rule, text: &str) -> Vec<Range<usize>> {
    let marks = Marks::default();
    let mut finds = Vec::new();
    rule.find(Text { text, marks: &marks }, |span| {
        finds.push(span);
        true
    });
    finds
}

#[test]
fn own_rules_are_sound() {
    let mut book = Book::with_own(OWN);
    let ready = book.ready();
    assert_eq!(book.faults, []);
    for ready in &ready {
        assert!(ready.rule.regex.regex().is_some(), "{}: does not compile", ready.rule.kind);
        assert!(!ready.keywords.is_empty(), "{}: has no keyword", ready.rule.kind);
        assert!(ready.keywords.iter().all(|word| word.len() > 1), "{}: {:?}", ready.rule.kind, ready.keywords);
    }
    // As strictly as somebody else's file.
    let own = [("own.toml", OWN)];
    let both = RuleSet::with(&own).unwrap();
    assert_eq!(both.len(), 2 * RuleSet::own().len());
    assert_eq!(both.remarks(), []);
}

/// Places a sample stands in.
const FRAMES: &[&str] = &["…", "tool --x … y", "a=\"…\";", "(…)", "one\n…\ntwo", "{\"a\": \"…\"}", "x\\n…\\ny"];

/// The text of a sample in a frame, and where its secret is.
fn framed(frame: &str, sample: &str) -> (String, Range<usize>) {
    let text = frame.replace('…', sample);
    if let (Some(start), Some(end)) = (text.find('«'), text.find('»')) {
        return (text.replace(['«', '»'], ""), start..end - '«'.len_utf8());
    }
    let start = frame.find('…').unwrap();
    (text, start..start + sample.len())
}

#[test]
fn own_rules_find_their_samples_and_no_near_misses() {
    let set = RuleSet::own();
    let mut blocks = samples();
    // Generic rules are run last, and so are last here.
    blocks.sort_by_key(|(id, _)| *id == "bearer-token");
    assert_eq!(blocks.iter().map(|(id, _)| *id).collect::<Vec<_>>(), set.kinds().collect::<Vec<_>>(), "a block a rule");
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let mut wrong = Vec::new();
    for (place, ((id, samples), rule)) in blocks.iter().zip(&set.0.rules).enumerate() {
        assert!(samples.iter().any(|sample| sample.found), "{id}: no sample");
        assert!(samples.iter().any(|sample| !sample.found), "{id}: no near miss");
        for (sample, frame) in samples.iter().flat_map(|sample| FRAMES.iter().map(move |frame| (sample, *frame))) {
            let (text, secret) = framed(frame, &filled(sample.text, &mut seed));
            let finds = finds_of(rule, &text);
            let right = if !sample.found {
                finds.is_empty()
            } else if reaches_on(id) {
                finds.iter().any(|find| find.start == secret.start && find.end >= secret.end)
            } else {
                finds == [secret.clone()]
            };
            if !right {
                wrong.push(format!("{id}: {text:?}: wanted {secret:?} ({}), found {finds:?}", sample.found));
            }
            if sample.found && !set.0.keywords.due(text.as_bytes()).iter().any(|due| due == place) {
                wrong.push(format!("{id}: no keyword in {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Kinds whose finds may reach beyond a sample: a block that is cut short reaches to the end of the text.
fn reaches_on(id: &str) -> bool {
    id == "private-key"
}
