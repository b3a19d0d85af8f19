//! The shared corpus, through the detector of the shipped policy that keeps every argument after detection.

use barograph_redaction::detect::{Detector, Personal};
use barograph_redaction::policy::Policy;

use crate::score::{score, unpacked};

#[test]
fn the_gate_holds() {
    let detector = Detector::new(Policy::detect_all().detection());
    let rows = unpacked(include_bytes!("../../../tests/fixtures/redaction-corpus.jsonl.gz"));
    let stored: Vec<Option<String>> = rows
        .iter()
        .map(|row| detector.mask(&row.text, Personal::Mask).ok().map(|masked| masked.text.into_owned()))
        .collect();
    let report = score(rows.iter().zip(stored.iter().map(Option::as_deref)));
    println!("{} rows, {report}", rows.len());
    for (kind, share) in report.kinds.iter().chain(&report.personal).filter(|(_, share)| share.part < share.whole) {
        println!("found {kind} {}/{}", share.part, share.whole);
    }
    for (group, share) in report.changed.iter().filter(|(_, share)| share.part > 0) {
        println!("changed {group} {}/{}", share.part, share.whole);
    }
    for (row, stored) in rows.iter().zip(&stored) {
        if report.missed.contains(&row.id) || report.marred.contains(&row.id) {
            println!("{:?} {} {} {}\n  {:?}\n  {stored:?}", row.label, row.id, row.group, row.arg, row.text);
        }
    }
    assert!(report.broken().is_empty(), "{:?}", report.broken());
}
