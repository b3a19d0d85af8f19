//! `barograph redact`: what people ask of policies, answered by the program as it is.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::server::{Home, Server, barograph};
use crate::support::{otlp, query, send};

/// A command of a made-up shape with a made-up password, built here so that no scanner takes it for one.
const COMMAND: &str = concat!("deploy --region eu-1 --password ", "Xk29fLw84vQz", " --dry-run");
const PASSWORD: &str = concat!("Xk29fLw8", "4vQz");

fn redact(home: &Home, arguments: &[&str], input: &str) -> Output {
    let mut command = barograph();
    command.arg("redact").args(arguments).current_dir(home.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input may be gone.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

/// What a command says on standard output, with hashes made alike.
fn said(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    let mut told = String::new();
    for word in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let is_hash = bare.len() == 16 && bare.bytes().all(|digit| digit.is_ascii_hexdigit());
        told.push_str(&if is_hash { word.replace(bare, "HASH") } else { word.to_owned() });
    }
    told
}

fn write(home: &Home, name: &str, text: &str) {
    std::fs::write(home.path().join(name), text).unwrap();
}

#[test]
fn a_text_is_shown_as_it_would_be_stored_with_the_reasons() {
    let home = Home::new();
    let output = redact(&home, &["test"], &format!("{COMMAND}\n"));
    assert!(output.status.success());
    insta::assert_snapshot!("redact_test", mask_lines(&said(&output)));

    write(&home, "text", COMMAND);
    let from_file = redact(&home, &["test", "--policy", "default", "text"], "");
    assert_eq!(said(&from_file), said(&output));
    assert!(!home.path().join("barograph-data").exists(), "trying a policy makes no data folder");

    let unnamed = redact(&home, &["test", "--tool", "mcp__x__y", "--argument", "note"], "hunter2 is it");
    assert!(said(&unnamed).contains("none names it; the default: hash(value)"), "{}", said(&unnamed));
}

/// Line numbers of the shipped policies change with their comments.
fn mask_lines(text: &str) -> String {
    let mut rest = text;
    let mut masked = String::new();
    while let Some((before, after)) = rest.split_once("default:") {
        let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
        masked.push_str(before);
        masked.push_str(if digits > 0 { "default:LINE" } else { "default:" });
        rest = after.get(digits..).unwrap();
    }
    masked + rest
}

#[test]
fn rows_go_in_and_rows_come_out() {
    let home = Home::new();
    let rows = [
        json!({"id": "t1", "tool": "Bash", "arg": "command", "text": COMMAND, "label": "secret"}),
        json!({"id": 2, "tool": "Bash", "arg": "command", "text": "cargo test"}),
        json!({"id": "t3", "tool": "Write", "arg": "content", "text": "x".repeat(600_000)}),
    ];
    let input = rows.each_ref().map(|row| format!("{row}\n")).concat();
    let output = redact(&home, &["test", "--jsonl", "--policy", "detect-all"], &format!("{input}\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["id"], "t1");
    let redacted = answers[0]["redacted"].as_str().unwrap();
    assert!(redacted.starts_with("deploy --region eu-1 --password [") && !redacted.contains(PASSWORD), "{redacted}");
    assert_eq!(answers[1], json!({"id": 2, "redacted": "cargo test"}));
    assert_eq!(answers[2], json!({"id": "t3", "redacted": null}), "over-long, so withheld");
}

#[test]
fn a_bad_row_is_told_by_its_line_and_ends_with_2() {
    let home = Home::new();
    let good = json!({"id": 1, "tool": "Bash", "arg": "command", "text": "ls"});
    for (bad, told) in [
        ("{\"id\": \"hunter2", "standard input:2: is no JSON object"),
        ("{\"id\": 1, \"tool\": \"hunter2\"}", "standard input:2: `arg` is missing"),
        ("[\"hunter2\"]", "standard input:2: is no JSON object"),
    ] {
        let output = redact(&home, &["test", "--jsonl"], &format!("{good}\n{bad}\n"));
        assert_eq!(output.status.code(), Some(2));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(told) && !errors.contains("hunter2"), "{errors}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1, "what was good is answered");
    }
}

#[test]
fn a_decision_is_explained_without_the_value() {
    let home = Home::new();
    let asked = ["explain", "--tool", "Bash", "--argument", "command"];
    let output = redact(&home, &asked, COMMAND);
    assert!(output.status.success());
    let told = mask_lines(&said(&output));
    assert!(!told.contains(PASSWORD), "{told}");
    insta::assert_snapshot!("redact_explain", told);

    let output = redact(&home, &[&asked[..], &["--format", "json"]].concat(), COMMAND);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["rules"][0]["decides"], true);
    let find = &told["value"]["finds"][0];
    assert_eq!((&find["at"], &find["length"]), (&json!(COMMAND.find(PASSWORD)), &json!(PASSWORD.len())), "{told}");

    let output = redact(&home, &["explain", "--attribute", "acme.new"], "");
    assert!(said(&output).contains("decides      hash(value)  (the default)"), "{}", said(&output));
    let output = redact(&home, &["explain"], "");
    assert_eq!(output.status.code(), Some(2), "something must be asked for");
}

#[test]
fn policies_are_checked() {
    let home = Home::new();
    write(&home, "bad.toml", "version = 1\nname = \"bad\"\ndefault = [\"keep\"]\nsurprise = true\n");
    write(
        &home,
        "odd.toml",
        "version = 1\nname = \"odd\"\nextends = \"default\"\n[[rule]]\ntool = \"mcp__jira__*\"\nargument = \"summary\"\n\
         do = [\"keep\"]\n[detect]\nentropy = false\npersonal = [\"email\"]\n",
    );
    write(&home, "good.toml", "version = 1\nname = \"good\"\nextends = \"default\"\n");
    let output = redact(&home, &["lint", "default", "detect-all", "good.toml"], "");
    assert!(output.status.success(), "{}", said(&output));
    let output = redact(&home, &["lint", "odd.toml"], "");
    assert!(output.status.success());
    let output = redact(&home, &["lint", "--strict", "odd.toml"], "");
    assert_eq!(output.status.code(), Some(1));
    let output = redact(&home, &["lint", "bad.toml", "odd.toml", "good.toml"], "");
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!("redact_lint", said(&output));
    let output = redact(&home, &["lint", "--format", "json", "bad.toml", "odd.toml"], "");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((told[0]["faults"].as_array().unwrap().len(), &told[0]["hash"]), (2, &Value::Null));
    assert_eq!((&told[1]["faults"], &told[1]["findings"][1]["line"]), (&json!([]), &json!(4)));
}

#[tokio::test]
async fn two_policies_are_compared_over_what_is_recorded() {
    let home = Home::new();
    let server = Server::start(&home);
    let records = (0..4).map(|at| otlp::decision("s", at, &format!("cargo build --target {at} # {COMMAND}"))).collect();
    let message = prost::Message::encode_to_vec(&otlp::logs("claude-code", records)).into();
    let channel = send::channel(&server.endpoints.grpc);
    send::takes_all(&send::grpc(channel, otlp::LOGS_METHOD, &[], false, message).await.unwrap()).unwrap();
    let limit = std::time::Duration::from_secs(30);
    crate::support::until("4 records", limit, || (query::count(&home.data(), "events") == 4).then_some(())).await;

    write(
        &home,
        "next.toml",
        "version = 1\nname = \"next\"\nextends = \"default\"\n[[rule]]\ntool = \"Bash\"\nargument = \"command\"\n\
         do = [\"detect\", \"hash(command)\"]\n",
    );
    let data = home.data();
    let asked = ["diff", "default", "next.toml", "--data-dir", data.to_str().unwrap()];
    let output = redact(&home, &asked, "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = said(&output);
    assert!(!told.contains(PASSWORD) && !told.contains("cargo"), "{told}");
    insta::assert_snapshot!("redact_diff", told);

    let output = redact(&home, &[&asked[..], &["--format", "json"]].concat(), "");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["records"]["events"], 4);
    assert_eq!(told["changes"][0]["what"], "newly_withheld");

    let same = redact(&home, &["diff", "default", "default", "--data-dir", data.to_str().unwrap()], "");
    assert!(said(&same).contains("no value would be treated otherwise"), "{}", said(&same));
    let back = redact(&home, &["diff", "next.toml", "default", "--data-dir", data.to_str().unwrap()], "");
    assert!(said(&back).contains("newly kept (in new records only)"), "{}", said(&back));
    let nowhere = redact(&home, &["diff", "default", "default"], "");
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("there is no data folder"));
    assert!(!Path::new(&home.path().join("barograph-data")).exists());
}
