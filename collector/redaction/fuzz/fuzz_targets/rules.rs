//! A rule file that somebody wrote, and a text that it is run on.
#![no_main]

use barograph_redaction::detect::{Hits, Marks, Text};
use barograph_redaction::rules::RuleSet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (file, text) = input;
    let nothing = &mut |_: &std::path::Path| Err("no such file".to_owned());
    let Ok(rules) = RuleSet::with_loader(&[("fuzzed.toml", file)], nothing) else { return };
    let marks = Marks::of(rules.kinds());
    rules.scan(Text { text, marks: &marks }, &mut Hits::default());
});
