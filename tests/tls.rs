//! TLS on both OTLP ports, and client certificates: files that the running server exchanges, and clients that trust
//! nobody else.

use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::pki::{Authority, Pair};
use crate::support::server::{Home, Server, refusal, serve, serve_at};
use crate::support::{canary, otlp, query, send, until};
use crate::tokens::{page_with, token};

/// How long a change, a commit or a page may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A command line that serves a home over TLS, to other machines too, with the pair that stands in it.
fn reachable(home: &Home) -> Command {
    with_pair(home, serve_at(&home.data(), "0.0.0.0:0"))
}

/// The same on loopback, where no credential is needed.
fn over_tls(home: &Home) -> Command {
    with_pair(home, serve(&home.data()))
}

fn with_pair(home: &Home, mut command: Command) -> Command {
    command.arg("--tls-certificate").arg(home.path().join("tls.crt"));
    command.arg("--tls-key").arg(home.path().join("tls.key"));
    command
}

async fn over_http(
    client: &reqwest::Client,
    server: &Server,
    session: &str,
    bearer: &str,
) -> Result<u16, reqwest::Error> {
    let mut headers = vec![("content-type".to_owned(), "application/x-protobuf".to_owned())];
    if !bearer.is_empty() {
        headers.push(("authorization".to_owned(), format!("Bearer {bearer}")));
    }
    let url = format!("{}/v1/logs", server.endpoints.http);
    Ok(send::http(client, &url, &headers, otlp::decisions(session, 0, 1)).await?.status)
}

/// Sends over gRPC; the code of what the server said, 0 for yes.
async fn over_grpc(channel: tonic::transport::Channel, session: &str, bearer: &str) -> i32 {
    let metadata: Vec<_> = [bearer]
        .iter()
        .filter(|bearer| !bearer.is_empty())
        .map(|bearer| ("authorization".to_owned(), format!("Bearer {bearer}")))
        .collect();
    let sent = send::grpc(channel, otlp::LOGS_METHOD, &metadata, false, otlp::decisions(session, 0, 1)).await;
    sent.map_or_else(|status| status.code() as i32, |_| 0)
}

#[tokio::test]
async fn both_ports_speak_tls_and_other_machines_may_come() {
    let home = Home::new();
    let authority = Authority::new();
    authority.sign("barograph.test").write(home.path());
    let bearer = token(&home.data(), &["--tenant", "acme"]);
    let server = Server::start_command(&home, reachable(&home));
    assert!(server.endpoints.http.starts_with("https://127.0.0.1:") && server.endpoints.grpc.starts_with("https://"));
    assert!(server.endpoints.web.starts_with("http://"));
    let client = authority.http_client(None);
    assert_eq!(over_http(&client, &server, "http", &bearer).await.unwrap(), 200);
    assert_eq!(over_http(&client, &server, "http", "").await.unwrap(), 401);
    let channel = authority.channel(&server.endpoints.grpc, None);
    assert_eq!(over_grpc(channel.clone(), "grpc", &bearer).await, 0);
    assert_eq!(over_grpc(channel, "grpc", "").await, 16);

    // Who does not trust us, or does not speak TLS, gets nowhere, and is counted.
    assert!(over_http(&Authority::new().http_client(None), &server, "no", &bearer).await.is_err());
    let plain = server.endpoints.http.trim_start_matches("https://");
    let mut stream = TcpStream::connect(plain).await.unwrap();
    stream.write_all(b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP"));
    for reason in ["no_tls", "our_certificate"] {
        let line = format!("barograph_collector_handshakes_failed_total{{transport=\"http\",reason=\"{reason}\"}} 1");
        page_with(&server, "/metrics", &line).await;
    }
    until("both are stored", LIMIT, || (query::count(&home.data(), "events WHERE tenant = 'acme'") == 2).then_some(()))
        .await;
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_bad_one_is_not() {
    let home = Home::new();
    let (first, second) = (Authority::new(), Authority::new());
    first.sign("barograph.test").write(home.path());
    let server = Server::start_command(&home, over_tls(&home));
    let old = first.http_client(None);
    assert_eq!(over_http(&old, &server, "one", "").await.unwrap(), 200);

    // A key that does not belong to the certificate.
    std::fs::write(home.path().join("tls.key"), second.sign("barograph.test").key).unwrap();
    let health = page_with(&server, "/health", "Needs attention").await;
    assert!(health.contains("do not belong together") && health.contains("<h1>Ready</h1>"), "{health}");
    page_with(&server, "/metrics", "barograph_front_reload_failures_total{part=\"tls\"} 1").await;
    assert!(home.errors_logged().contains("do not belong together"), "{}", home.logged());
    assert_eq!(over_http(&first.http_client(None), &server, "two", "").await.unwrap(), 200);

    second.sign("barograph.test").write(home.path());
    let new = second.http_client(None);
    let deadline = tokio::time::Instant::now() + LIMIT;
    while over_http(&new, &server, "three", "").await.is_err() {
        assert!(tokio::time::Instant::now() < deadline, "the new certificate is not taken: {}", home.logged());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!send::page(&server, "/health").await.contains("Needs attention"));
    // The client's connection from before is open still; a new one of its kind is not made.
    assert_eq!(over_http(&old, &server, "four", "").await.unwrap(), 200);
    assert!(over_http(&first.http_client(None), &server, "five", "").await.is_err());
}

/// The settings for client certificates, with names of two tenants.
fn with_clients(home: &Home, authority: &Authority) -> Command {
    std::fs::write(home.path().join("ca.crt"), authority.pem()).unwrap();
    let clients = home.path().join("clients.toml");
    std::fs::write(&clients, "\"*.agents.test\" = \"acme\"\n\"spiffe://test/ci\" = \"ci\"\n").unwrap();
    // Certificates are credentials enough for other machines.
    let mut command = reachable(home);
    command.arg("--tls-client-ca").arg(home.path().join("ca.crt")).arg("--tls-client-tenants").arg(clients);
    command
}

#[tokio::test]
async fn client_certificates_stand_for_tenants() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Row {
        session_id: String,
        tenant: String,
    }
    let home = Home::new();
    let authority = Authority::new();
    authority.sign("barograph.test").write(home.path());
    let server = Server::start_command(&home, with_clients(&home, &authority));
    let http = |pair: &Pair| authority.http_client(Some(pair));
    let agent = authority.sign("a.agents.test");
    assert_eq!(over_http(&http(&agent), &server, "agent", "").await.unwrap(), 200);
    let ci = authority.sign("spiffe://test/ci");
    assert_eq!(over_grpc(authority.channel(&server.endpoints.grpc, Some(&ci)), "ci", "").await, 0);

    let unknown = authority.sign("b.elsewhere.test");
    assert_eq!(over_http(&http(&unknown), &server, "no", "").await.unwrap(), 403);
    assert_eq!(over_grpc(authority.channel(&server.endpoints.grpc, Some(&unknown)), "no", "").await, 7);
    assert_eq!(over_http(&authority.http_client(None), &server, "no", "").await.unwrap(), 401);
    let stranger = Authority::new().sign("a.agents.test");
    assert!(over_http(&http(&stranger), &server, "no", "").await.is_err());

    // A name can be taken away from a connection that is open.
    let kept = http(&agent);
    assert_eq!(over_http(&kept, &server, "agent", "").await.unwrap(), 200);
    std::fs::write(home.path().join("clients.toml"), "\"spiffe://test/ci\" = \"ci\"\n").unwrap();
    let deadline = tokio::time::Instant::now() + LIMIT;
    while over_http(&kept, &server, "agent", "").await.unwrap() != 403 {
        assert!(tokio::time::Instant::now() < deadline, "{}", home.logged());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // With a token beside certificates, either will do.
    let bearer = token(&home.data(), &["--tenant", "lab"]);
    let deadline = tokio::time::Instant::now() + LIMIT;
    while over_http(&authority.http_client(None), &server, "lab", &bearer).await.unwrap() != 200 {
        assert!(tokio::time::Instant::now() < deadline, "{}", home.logged());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(over_grpc(authority.channel(&server.endpoints.grpc, Some(&ci)), "ci", "").await, 0);

    let sql = "SELECT DISTINCT session_id, tenant FROM events ORDER BY session_id";
    let rows = until("all rows are stored", LIMIT, || {
        let rows: Vec<Row> = query::rows(&home.data(), sql);
        (rows.len() == 3).then_some(rows)
    })
    .await;
    let row = |session_id: &str, tenant: &str| Row { session_id: session_id.to_owned(), tenant: tenant.to_owned() };
    assert_eq!(rows, [row("agent", "acme"), row("ci", "ci"), row("lab", "lab")]);
}

#[tokio::test]
async fn files_that_are_no_use_stop_the_start() {
    let home = Home::new();
    let authority = Authority::new();
    let said = refusal(over_tls(&home)).await;
    assert!(said.contains("tls_certificate: cannot read") && said.contains("tls.crt"), "{said}");
    let pair = authority.sign("barograph.test");
    Pair { certificate: pair.certificate, key: authority.sign("barograph.test").key }.write(home.path());
    let said = refusal(over_tls(&home)).await;
    assert!(said.contains("certificate and key do not belong together"), "{said}");
    authority.sign("barograph.test").write(home.path());
    let command = with_clients(&home, &authority);
    std::fs::write(home.path().join("clients.toml"), "\"a.test\" = \"Acme\"\n").unwrap();
    let said = refusal(command).await;
    assert!(said.contains("clients.toml:1: `Acme` is no tenant"), "{said}");
    assert!(!home.data().exists(), "the data folder is not touched");
}

#[tokio::test]
async fn the_canary_goes_through_over_tls_where_clients_show_certificates() {
    let home = Home::new();
    let authority = Authority::new();
    authority.sign("barograph.test").write(home.path());
    let mut command = with_clients(&home, &authority);
    command.args(["--redaction-canary", "true"]);
    let server = Server::start_command(&home, command);
    let metrics = canary::first_result(&server, &home).await;
    assert!(metrics.contains("barograph_canary_runs_total{result=\"clean\"} 1"), "{metrics}");
}
