//! Ports that other machines reach need a credential and encryption; without them the start is refused, with what to do.

use crate::support::server::{Home, Server, refusal, serve_at};
use crate::tokens::{UNAUTHENTICATED, over_grpc, token};

#[tokio::test]
async fn other_machines_are_let_in_only_with_a_credential_and_encryption() {
    let home = Home::new();
    let data = home.data();
    let reachable = |more: &[&str]| {
        let mut command = serve_at(&data, "0.0.0.0:0");
        command.args(more);
        command
    };
    let said = refusal(reachable(&[])).await;
    assert!(said.contains("otlp_grpc: 0.0.0.0:0") && said.contains("tls_certificate and tls_key"), "{said}");
    let said = refusal(reachable(&["--allow-plaintext-bind"])).await;
    assert!(said.contains("otlp_grpc is 0.0.0.0:0") && said.contains("barograph tokens create"), "{said}");
    assert!(!data.exists(), "the data folder is not touched");

    let bearer = format!("Bearer {}", token(&data, &["--tenant", "acme"]));
    let server = Server::start_command(&home, reachable(&["--allow-plaintext-bind"]));
    assert_eq!(over_grpc(&server, "mesh", &[&bearer]).await, 0);
    assert_eq!(over_grpc(&server, "mesh", &[]).await, UNAUTHENTICATED);
    assert!(home.logged().contains("it does not speak TLS"), "{}", home.logged());
    drop(server);

    let open = Home::new();
    let mut command = serve_at(&open.data(), "0.0.0.0:0");
    command.arg("--allow-unauthenticated-bind");
    let server = Server::start_command(&open, command);
    assert_eq!(over_grpc(&server, "pod", &[]).await, 0);
    assert!(open.logged().contains("nobody is asked who they are"), "{}", open.logged());
}
