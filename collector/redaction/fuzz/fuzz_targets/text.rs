//! Any text through the whole detector.
#![no_main]

use barograph_redaction_fuzz::judged;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    judged(text);
});
