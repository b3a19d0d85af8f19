//! The policy in force can be replaced while the server runs, never by one with faults; a shadow policy only counts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::support::send::{self, page};
use crate::support::server::{Home, Server, refusal, serve};
use crate::support::{otlp, query};

/// How long a signal, a commit or a page may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A policy file in a home, which hashes commands under a kind of its own.
fn write_policy(home: &Home, name: &str, text: &str) -> PathBuf {
    let path = home.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn hashing(name: &str) -> String {
    format!(
        "version = 1\nname = \"{name}\"\nextends = \"default\"\n\n[[rule]]\ntool = \"*\"\nargument = \"command\"\n\
         do = [\"detect\", \"hash({name})\"]\n"
    )
}

fn start(home: &Home, flags: &[(&str, &Path)]) -> Server {
    let mut command = serve(&home.data());
    for (flag, value) in flags {
        command.arg(flag).arg(value);
    }
    Server::start_command(home, command)
}

/// Asks for a page until it holds a text.
async fn page_with(server: &Server, path: &str, text: &str) -> String {
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let page = page(server, path).await;
        if page.contains(text) {
            return page;
        }
        assert!(tokio::time::Instant::now() < deadline, "{path} does not come to hold {text:?}:\n{page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn send_call(server: &Server, session: &str, command: &str) {
    let request = otlp::logs("claude-code", vec![otlp::decision(session, 1, command)]);
    let message = prost::Message::encode_to_vec(&request).into();
    let reply =
        send::grpc(send::channel(&server.endpoints.grpc), otlp::LOGS_METHOD, &[], false, message).await.unwrap();
    send::takes_all(&reply).unwrap();
}

#[derive(Debug, Deserialize)]
struct Stored {
    command: String,
    redaction_policy: String,
}

/// What is stored of a session's call, once it is.
async fn stored(home: &Home, session: &str) -> Stored {
    let sql = format!("SELECT command, redaction_policy FROM events WHERE session_id = '{session}'");
    crate::support::until("the call is stored", LIMIT, || query::rows(&home.data(), &sql).pop()).await
}

#[tokio::test]
async fn a_policy_is_read_again_at_sighup_and_one_with_faults_is_not_taken() {
    let home = Home::new();
    let file = write_policy(&home, "policy.toml", &hashing("first"));
    let server = start(&home, &[("--redaction-policy", &file)]);
    send_call(&server, "before", "ls -l").await;
    let before = stored(&home, "before").await;
    assert!(before.command.starts_with("[first:5:"), "{before:?}");
    let metrics = page(&server, "/metrics").await;
    let info =
        |name: &str, hash: &str| format!("barograph_redaction_policy_info{{policy=\"{hash}\",name=\"{name}\"}} 1");
    assert!(metrics.contains(&info("first", &before.redaction_policy)), "{metrics}");

    write_policy(&home, "policy.toml", &hashing("second"));
    server.hang_up();
    let metrics = page_with(&server, "/metrics", "name=\"second\"").await;
    assert!(!metrics.contains("name=\"first\""), "{metrics}");
    send_call(&server, "after", "ls -l").await;
    let after = stored(&home, "after").await;
    assert!(after.command.starts_with("[second:5:") && after.redaction_policy != before.redaction_policy, "{after:?}");
    assert!(metrics.contains(&info("second", &after.redaction_policy)), "{metrics}");
    let logged = home.logged();
    let reload = logged.lines().find(|line| line.contains("read again and in force")).unwrap();
    assert!(reload.contains(&before.redaction_policy) && reload.contains(&after.redaction_policy), "{reload}");

    write_policy(&home, "policy.toml", "version = 1\nname = \"third\"\ndefault = [\"keep\"]\nsurprise = true\n");
    server.hang_up();
    let metrics = page_with(&server, "/metrics", "barograph_redaction_policy_reload_failures_total 1").await;
    assert!(metrics.contains(&info("second", &after.redaction_policy)), "{metrics}");
    let health = page(&server, "/health").await;
    assert!(
        health.contains("<h1>Ready</h1>") && health.contains("was not taken: ") && health.contains("policy.toml:3: "),
        "{health}"
    );
    let faults = home.errors_logged();
    assert!(faults.contains("policy.toml:3: ") && faults.contains("policy.toml:4: "), "{faults}");
    send_call(&server, "still", "ls -l").await;
    assert_eq!(stored(&home, "still").await.redaction_policy, after.redaction_policy);

    write_policy(&home, "policy.toml", &hashing("fourth"));
    server.hang_up();
    page_with(&server, "/metrics", "name=\"fourth\"").await;
    assert!(!page(&server, "/health").await.contains("was not taken"), "what was mended is not told any more");
}

#[tokio::test]
async fn a_policy_with_faults_stops_the_start_with_all_of_them() {
    let home = Home::new();
    let real =
        write_policy(&home, "real.toml", "version = 1\nname = \"real\"\ndefault = [\"keep\"]\nsurprise = true\n");
    let shadow = write_policy(&home, "shadow.toml", "version = 1\nname = \"shadow\"\nrule = 1\n");
    let mut command = serve(&home.data());
    command.arg("--redaction-policy").arg(real).arg("--redaction-shadow-policy").arg(shadow);
    let said = refusal(command).await;
    for place in ["real.toml:3: ", "real.toml:4: ", "shadow.toml:3: "] {
        assert!(said.contains(place), "{said}");
    }
    assert!(!home.data().exists(), "the data folder is not touched");
}

#[tokio::test]
async fn a_shadow_policy_counts_and_changes_nothing() {
    let home = Home::new();
    let shadow = write_policy(&home, "next.toml", &hashing("next"));
    let server = start(&home, &[("--redaction-shadow-policy", &shadow)]);
    send_call(&server, "one", "cargo test --workspace").await;
    // What is counted is counted before the acknowledgement.
    let metrics = page(&server, "/metrics").await;
    let counted = |series: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(series)).unwrap_or_default();
        line.trim().parse::<u64>().unwrap_or(0)
    };
    assert!(counted("barograph_redaction_shadow_values_total{change=\"more\"}") >= 1, "{metrics}");
    assert!(counted("barograph_redaction_shadow_values_total{change=\"same\"}") >= 5, "{metrics}");
    assert_eq!(counted("barograph_redaction_shadow_values_total{change=\"less\"}"), 0, "{metrics}");
    assert!(
        counted("barograph_redaction_shadow_finds_total{kind=\"hashed:next\",policy=\"shadow\"}") >= 1,
        "{metrics}"
    );
    assert_eq!(counted("barograph_redaction_shadow_finds_total{kind=\"hashed:next\",policy=\"real\"}"), 0, "{metrics}");
    let health = page(&server, "/health").await;
    assert!(health.contains("Shadow policy") && health.contains("It sees every request."), "{health}");
    let stored = stored(&home, "one").await;
    assert_eq!(stored.command, "cargo test --workspace");
    assert_eq!(query::count(&home.data(), "events"), 1);
}

#[tokio::test]
async fn a_shadow_policy_may_see_every_other_request() {
    let home = Home::new();
    let shadow = write_policy(&home, "next.toml", &hashing("next"));
    let mut command = serve(&home.data());
    command.arg("--redaction-shadow-policy").arg(shadow).args(["--redaction-shadow-share", "0.5"]);
    let server = Server::start_command(&home, command);
    for session in ["one", "two", "three", "four"] {
        send_call(&server, session, "ls").await;
    }
    let metrics = page(&server, "/metrics").await;
    let rows: u64 = metrics
        .lines()
        .filter(|line| line.starts_with("barograph_redaction_shadow_rows_total{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum();
    assert_eq!(rows, 2, "{metrics}");
}
