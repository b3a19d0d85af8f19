//! A token planted in some surroundings, encoded once or twice: it must be gone in every spelling that is decoded.
#![no_main]

use barograph_redaction_fuzz::{judged, token};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &str)| {
    let (first, second, around) = input;
    // What is decoded is text, or it is not looked at.
    let around: String = around.chars().filter(|letter| !letter.is_control()).collect();
    let token = token();
    let planted = format!("{around}\nGITLAB_TOKEN={token}\n{around}");
    let written = encoded(second, encoded(first, planted));
    let Some(masked) = judged(&written) else { return };
    assert!(!masked.contains(&token), "the token is left in {masked:?}");
    for spelt in [STANDARD.encode(&token), hex::encode(&token)] {
        assert!(!masked.contains(&spelt), "the token is left, encoded, in {masked:?}");
    }
});

fn encoded(how: u8, text: String) -> String {
    match how % 6 {
        0 => text,
        1 => STANDARD.encode(text),
        2 => URL_SAFE_NO_PAD.encode(text),
        3 => hex::encode(text),
        4 => serde_json::Value::from(text).to_string(),
        _ => text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    }
}
