//! What views say, and that they stay within bounds.

use super::*;

fn views(text: &str) -> Vec<String> {
    let views = Views::of(text, Calls::of(text.as_bytes())).unwrap();
    views.iter().map(|view| view.text.clone()).collect()
}

#[test]
fn encodings_are_read_behind_each_other() {
    let secret = "GITHUB_TOKEN=abcdefghi";
    let base64 = |text: &str| ::base64::Engine::encode(&::base64::engine::general_purpose::STANDARD, text);
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let json = |text: &str| serde_json::to_string(text).unwrap();
    for text in [
        base64(&base64(secret)),
        hex::encode(base64(secret)),
        base64(&hex::encode(secret)),
        percent(&base64(secret)),
        base64(&percent(secret)),
        json(&json(&json(&format!("\"{}\"", base64(secret))))),
        percent(&percent(&percent(&percent(secret)))),
    ] {
        assert!(views(&text).iter().any(|view| view.contains(secret)), "{text}");
    }
}

#[test]
fn ordinary_texts_call_for_no_view() {
    for text in ["", "ls -la", "cargo test --workspace", "git log --oneline -5", "a=b c:d"] {
        assert!(Calls::of(text.as_bytes()).none(), "{text}");
        assert!(views(text).is_empty(), "{text}");
    }
    assert_eq!(views("cat /usr/share/dictionaries/words.txt 'a' -x \"b\""), Vec::<String>::new());
}

#[test]
fn bytes_are_found_through_several_views() {
    let text = "x \"{\\\"k\\\": \\\"a%2Fb\\\"}\" y";
    let views = Views::of(text, Calls::of(text.as_bytes())).unwrap();
    let (view, at) = views.iter().find_map(|view| view.text.find("a/b").map(|at| (view, at))).unwrap();
    let span = views.outward(view, at..at + 3, false);
    assert_eq!(text.get(span).unwrap(), "a%2Fb");
}

#[test]
fn too_many_views_are_refused() {
    // Each layer of escapes is a view nearly as long as the text, and each view of each base64 text is one more.
    let base64 = ::base64::Engine::encode(&::base64::engine::general_purpose::STANDARD, "0123456789 a");
    let text = format!("{base64} ").repeat(2000);
    assert!(Views::of(&text, Calls::of(text.as_bytes())).is_ok());
    let mut views = Views { allowed: 100, ..Views::default() };
    let made = views.of_one(&text, Calls::of(text.as_bytes()), None, 1);
    assert_eq!(made.unwrap_err(), Failure::OverBudget);
}
