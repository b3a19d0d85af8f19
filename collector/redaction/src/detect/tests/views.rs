//! What is found behind encodings, and how much of them goes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const SECRET: &str = concat!("gh", "p_nT5gVbq8RkXw2ZcYh7LmPd3JsF6aQe4Uo1Ki");

#[test]
fn encoded_secrets_go_with_their_run() {
    let line = STANDARD.encode(format!("GITHUB_TOKEN={SECRET}\n"));
    assert_eq!(masked(&format!("echo {line} | base64 -d >> .env")), "echo [github-pat] | base64 -d >> .env");
    let digits = hex::encode(SECRET);
    assert_eq!(masked(&format!("printf %s {digits} | xxd -r -p")), "printf %s [github-pat] | xxd -r -p");
    assert_eq!(masked(&format!("bytes.fromhex('{digits}')")), "bytes.fromhex('[github-pat]')");
    let pem = STANDARD.encode("-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\n");
    assert_eq!(masked(&format!("tls.key.b64 {pem}")), "tls.key.b64 [private-key]");
}

#[test]
fn long_runs_lose_what_says_the_secret() {
    let text =
        format!("{}\nGITHUB_TOKEN={SECRET}\n{}", "a line that may be read\n".repeat(30), "and more of it\n".repeat(30));
    let written = STANDARD.encode(&text);
    let stored = masked(&format!("echo {written}"));
    assert!(stored.contains("[github-pat]"), "{stored}");
    assert!(stored.len() > written.len() - 80 && stored.len() < written.len(), "{stored}");
}

#[test]
fn split_secrets_are_put_together() {
    let (first, second) = SECRET.split_at(20);
    for (text, expected) in [
        (format!("const KEY =\n  '{first}' +\n  '{second}';\n"), "const KEY =\n  '[github-pat]';\n"),
        (format!("KEY = (\n    \"{first}\"\n    \"{second}\"\n)\n"), "KEY = (\n    \"[github-pat]\"\n)\n"),
        (format!("run {first}\\\n{second}\nmake"), "run [github-pat]\nmake"),
        (format!("echo '{first}''{second}'"), "echo '[github-pat]'"),
    ] {
        assert_eq!(masked(&text), expected, "{text:?}");
    }
}

#[test]
fn finds_are_hashed_as_they_are_meant() {
    let text = format!("echo {} | base64 -d", STANDARD.encode(format!("X={SECRET}")));
    let found = DETECTOR.mask(&text, Personal::Mask).unwrap().found;
    assert!(found.iter().any(|found| &*found.secret == SECRET && found.depth == 1), "{found:?}");
    assert_eq!(found.iter().filter(|found| found.marked).count(), 1);
    let found = DETECTOR.mask("curl -H 'Authorization: Basic c3ZjOkh1bnRlcjIh' x", Personal::Mask).unwrap().found;
    assert!(found.iter().any(|found| &*found.secret == "Hunter2!"), "{found:?}");
}

#[test]
fn what_is_no_text_is_no_view() {
    for text in [
        "integrity sha512-pTaqXiELVhx6couysdnRRFO4PMtdhKMJa2eyN/fDwhlTUjGhLXTFKH5Zse/FGE9D22svZdTzTUY50ql489bool==",
        "checksum = \"49ab9d3ee550a10c77a6a830172c397c58ae51fe03633b8728fc13ffd12ce246\"",
        "src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\"",
        "main.9b972a4e51bafd0a6e68.js",
        "grpcurl -d '{\"cursor\": \"+pNegYe2TlUaXj4tUaJvaiX71lC85c2zZdxnIYdj4x==\"}' localhost:50051 a.B/List",
        "echo aGVsbG8gd29ybGQsIG5vdGhpbmcgaGVyZQ== | base64 -d",
    ] {
        assert_eq!(masked(text), text);
    }
}
