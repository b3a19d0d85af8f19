//! Kinds and places beyond the labelled corpus. All draws were looked at while the detector was mended, so they guard what
//! is reached; they no longer tell what it does on texts that nobody has seen. As first seen, recall was .958 on the
//! second draw's secrets, .959 on the third's, .977 on the fourth's; changed were .083, .094 and .033 of their clean rows.

use barograph_redaction::detect::{Detector, Personal};

use crate::kinds;
use crate::score::{Report, Row, score, unpacked};

/// What is left of each row; none where it is withheld.
fn stored(rows: &[Row]) -> Vec<Option<String>> {
    let detector = Detector::default();
    rows.iter()
        .map(|row| detector.mask(&row.text, Personal::Mask).ok().map(|masked| masked.text.into_owned()))
        .collect()
}

fn judged(rows: &[Row]) -> (Report, Vec<Option<String>>) {
    let stored = stored(rows);
    (score(rows.iter().zip(stored.iter().map(Option::as_deref))), stored)
}

fn show(rows: &[Row]) {
    let (report, stored) = judged(rows);
    for (row, stored) in rows.iter().zip(&stored) {
        if report.missed.contains(&row.id) || report.marred.contains(&row.id) {
            println!("{:?} {} {} {}\n  {:?}\n  {:?}", row.label, row.group, row.tool, row.arg, row.text, stored);
        }
    }
    for (kind, share) in report.kinds.iter().chain(&report.personal).filter(|(_, share)| share.part < share.whole) {
        println!("found {kind} {}/{}", share.part, share.whole);
    }
    for (group, share) in report.changed.iter().filter(|(_, share)| share.part > 0) {
        println!("changed {group} {}/{}", share.part, share.whole);
    }
    println!("{} rows, {report}", rows.len());
}

#[test]
#[ignore = "prints the rows that are judged wrong, for whoever works on the detector"]
fn shows_what_is_judged_wrong() {
    show(&kinds::corpus(7, 24, 3));
}

#[test]
#[ignore = "the same for the second draw: look at it last"]
fn shows_what_is_judged_wrong_of_the_second_draw() {
    show(&kinds::second_corpus(7));
}

#[test]
#[ignore = "the same for labelled rows of one's own, in the file that BAROGRAPH_CORPUS names"]
fn shows_what_is_judged_wrong_of_a_file() {
    let file =
        std::env::var("BAROGRAPH_CORPUS").expect("BAROGRAPH_CORPUS names a file of rows as the labelled corpus has");
    let text = std::fs::read_to_string(file).unwrap();
    show(&text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>());
}

/// Rows that were written without a look at the detector, of secrets and of clean text: 153 kinds and 62 groups, then 115
/// and 22.
const DRAWS_OF_OTHERS: [&[u8]; 2] = [
    include_bytes!("../../../tests/fixtures/redaction-third-draw.jsonl.gz"),
    include_bytes!("../../../tests/fixtures/redaction-fourth-draw.jsonl.gz"),
];

/// What must hold of a draw, a little below what is reached.
struct Bounds {
    recall: f64,
    leaked: f64,
    /// Share of clean rows that are changed.
    changed: f64,
    /// Share of the characters of harmless words that are gone.
    gone: f64,
}

fn assert_within(rows: &[Row], bounds: &Bounds) {
    let (report, _) = judged(rows);
    println!("{} rows, {report}", rows.len());
    assert!(report.recall() >= bounds.recall, "too many secrets are left");
    assert!(report.leaked.rate() <= bounds.leaked, "too much of them is left");
    assert!(report.false_positives() <= bounds.changed, "too many clean rows are changed");
    assert!(report.gone_clean.rate().max(report.gone_secret.rate()) <= bounds.gone, "too many harmless words are gone");
}

#[test]
fn kinds_beyond_the_corpus_are_found() {
    assert_within(&kinds::corpus(1, 24, 3), &Bounds { recall: 0.995, leaked: 0.003, changed: 0.005, gone: 0.015 });
}

#[test]
fn places_beyond_the_corpus_are_found() {
    assert_within(&kinds::second_corpus(1), &Bounds { recall: 0.99, leaked: 0.012, changed: 0.02, gone: 0.01 });
}

#[test]
fn rows_of_others_are_judged_well() {
    for packed in DRAWS_OF_OTHERS {
        assert_within(&unpacked(packed), &Bounds { recall: 0.99, leaked: 0.004, changed: 0.01, gone: 0.035 });
    }
}
