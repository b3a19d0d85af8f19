//! The canary tells when a secret leaks, and when none does; and it is in nobody's way.

use serde::Deserialize;

use crate::support::canary::first_result;
use crate::support::query;
use crate::support::send::{self, page};
use crate::support::server::{Home, Server, serve};

/// Keeps every text that a sender sends, unread: what the canary is there to catch.
const KEEPS_ALL: &str = "\
version = 1
name = \"keeps-all\"

[[rule]]
tool = \"*\"
argument = \"*\"
do = [\"keep\"]

[[rule]]
attribute = \"*\"
do = [\"keep\"]

[[rule]]
column = [\"name\", \"status_message\"]
do = [\"keep\"]
";

#[derive(Deserialize)]
struct Span {
    agent: String,
    tool_name: String,
    attributes: String,
}

#[tokio::test]
async fn a_synthetic_secret_goes_through_and_is_found_nowhere() {
    let home = Home::new();
    let mut command = serve(&home.data());
    command.args(["--redaction-canary", "true"]).env("BAROGRAPH_LOG", "trace");
    let server = Server::start_command(&home, command);
    assert!(page(&server, "/health").await.contains("the first synthetic secret is about to be sent"));
    let metrics = first_result(&server, &home).await;
    let health = page(&server, "/health").await;
    assert!(metrics.contains("barograph_canary_runs_total{result=\"clean\"} 1"), "{health}\n{}", home.errors_logged());
    assert!(!metrics.contains("barograph_canary_last_success_timestamp_seconds 0"), "{metrics}");
    assert!(health.contains("a synthetic secret went through and was found nowhere"), "{health}");

    // It went through indeed, and shows in the one table that no page counts.
    let sql = "SELECT agent, tool_name, attributes['tool_input'] AS attributes FROM spans";
    let spans: Vec<Span> = query::rows(&home.data(), sql);
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].agent.as_str(), spans[0].tool_name.as_str()), ("barograph-canary", "Bash"));
    assert!(spans[0].attributes.contains("git.canary.invalid"), "{}", spans[0].attributes);
    for view in ["events", "decisions", "sessions"] {
        assert_eq!(query::count(&home.data(), view), 0, "{view}");
    }
    assert!(page(&server, "/").await.contains("Nothing has arrived yet"));
}

#[tokio::test]
async fn a_policy_that_keeps_everything_is_told_as_a_leak() {
    let home = Home::new();
    let policy = home.path().join("keeps-all.toml");
    std::fs::write(&policy, KEEPS_ALL).unwrap();
    let mut command = serve(&home.data());
    command.args(["--redaction-canary", "true", "--redaction-policy"]).arg(policy);
    let server = Server::start_command(&home, command);
    let metrics = first_result(&server, &home).await;
    assert!(metrics.contains("barograph_canary_runs_total{result=\"leaked\"} 1"), "{metrics}\n{}", home.logged());
    assert!(metrics.contains("barograph_canary_last_success_timestamp_seconds 0"), "{metrics}");
    let health = page(&server, "/health").await;
    assert!(health.contains("LEAKED: ") && health.contains("table spans, column attributes"), "{health}");
    assert!(health.contains("the journal"), "{health}");
    assert!(home.errors_logged().contains("LEAKED"), "{}", home.logged());
    let ready = send::http_client().get(format!("{}/readyz", server.endpoints.web)).send().await.unwrap();
    assert_eq!(ready.status(), 200, "telemetry is still taken in");
}
