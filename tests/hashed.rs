//! Searching works where the policy hides what is searched: paths are hashed folder by folder, operands of commands are
//! gone, and still a path's prefix, a command's head and an exact secret lead to the session.

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message as _;
use serde_json::json;

use crate::seen::{SECRET, ask, send_command};
use crate::support::otlp::{LOGS_METHOD, decision, logs, text};
use crate::support::send::page;
use crate::support::server::{Home, Server, serve};
use crate::support::{files, query, send, until};

const POLICY: &str = r#"
version = 1
name = "hashing"
extends = "default"

[[rule]]
argument = "file_path"
do = ["detect", "path(hashed)"]

[[rule]]
argument = "command"
do = ["detect", "command"]
"#;

fn start(home: &Home) -> Server {
    let policy = home.path().join("policy.toml");
    std::fs::write(&policy, POLICY).unwrap();
    let mut command = serve(&home.data());
    command.arg("--redaction-policy").arg(policy);
    Server::start_command(home, command)
}

/// A call that touches a file, under the name that its tool has for the path.
fn touches(session: &str, tool: &str, argument: &str, path: &str) -> LogRecord {
    let mut record = decision(session, 1, "");
    record.attributes.retain(|attribute| !matches!(attribute.key.as_str(), "tool_name" | "tool_parameters"));
    record.attributes.push(text("tool_name", tool));
    record.attributes.push(text("tool_parameters", &json!({ argument: path }).to_string()));
    record
}

/// The sessions that a search leads to, of those that were sent.
async fn found(server: &Server, question: &str) -> Vec<&'static str> {
    let page = page(server, &format!("/search?{question}")).await;
    ["cart", "grep", "other", "push", "status"]
        .into_iter()
        .filter(|session| page.contains(&format!("session-{session}")))
        .collect()
}

#[tokio::test]
async fn what_is_hidden_can_still_be_searched() {
    let home = Home::new();
    let server = start(&home);
    let records = vec![
        touches("session-cart", "Read", "file_path", "/home/jane/shop/src/checkout/cart.rs"),
        touches("session-grep", "Grep", "path", "/home/jane/shop/src/checkout"),
        touches("session-other", "Read", "file_path", "/home/jane/shop/src2/cart.rs"),
    ];
    let message = logs("claude-code", records).encode_to_vec();
    let reply = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, message.into()).await;
    send::takes_all(&reply.unwrap()).unwrap();
    send_command(&server, "session-push", &format!("git push https://me:{SECRET}@git.example/plum.git main")).await;
    send_command(&server, "session-status", "git status plum").await;
    until("the calls are stored", std::time::Duration::from_secs(30), || {
        (query::count(&home.data(), "events") == 5).then_some(())
    })
    .await;

    assert_eq!(found(&server, "path=/home/jane/shop/src").await, ["cart", "grep"]);
    assert_eq!(found(&server, "path=/home/jane/shop/src/checkout/cart.rs").await, ["cart"]);
    assert_eq!(found(&server, "path=/home/jane").await, ["cart", "grep", "other"]);
    assert_eq!(found(&server, "path=/home/jane/nowhere").await, [""; 0]);
    assert_eq!(found(&server, "command_head=git+push").await, ["push"]);
    assert_eq!(found(&server, "command_head=git+status").await, ["status"]);
    let answer = ask(&home.data(), SECRET);
    assert_eq!(answer["sessions"][0]["session_id"], "session-push", "{answer:#}");

    let files = files::below(&home.data());
    let events: Vec<serde_json::Value> = query::all_rows(&home.data(), "*", "events");
    for hidden in ["cart.rs", "checkout", "plum", SECRET] {
        let held = files.iter().find(|(_, content)| files::holds(content, hidden));
        assert!(
            held.is_none(),
            "{hidden} is in {}",
            held.map(|(path, _)| path.display().to_string()).unwrap_or_default()
        );
        assert!(!events.iter().any(|event| event.to_string().contains(hidden)), "{hidden} is in a row");
    }
}
