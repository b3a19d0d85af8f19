//! Ingest tokens: who has none is not let in once there are any, a token's tenant is the tenant of its rows, and a change
//! takes effect while the server runs. Nothing of a token is written anywhere.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use prost::Message;
use serde::Deserialize;

use crate::support::server::{Home, Server, barograph, refusal, serve};
use crate::support::{canary, files, otlp, query, send, until};

/// How long a change, a commit or a page may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn tokens(data: &Path, arguments: &[&str]) -> Output {
    barograph().arg("tokens").args(arguments).arg("--data-dir").arg(data).output().unwrap()
}

/// What a command printed, if it did its work.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Makes a token and returns it.
pub(crate) fn token(data: &Path, arguments: &[&str]) -> String {
    printed(&tokens(data, &[&["create"], arguments].concat())).trim_end().to_owned()
}

/// The id of a tenant's first token, from the list.
fn id(data: &Path, tenant: &str) -> String {
    let listed = printed(&tokens(data, &["list"]));
    let line = listed.lines().find(|line| line.split_whitespace().nth(1) == Some(tenant));
    line.unwrap_or_else(|| panic!("{tenant} has no token:\n{listed}")).split_whitespace().next().unwrap().to_owned()
}

/// Sends a call over gRPC with these `authorization` values; the code of what the server said, 0 for yes.
pub(crate) async fn over_grpc(server: &Server, session: &str, authorization: &[&str]) -> i32 {
    let mut record = otlp::decision(session, 1, "ls -l");
    // What a sender says of itself makes nobody of it.
    record.attributes.push(otlp::text("tenant", "other"));
    let mut request = otlp::logs("claude-code", vec![record]);
    let resource = request.resource_logs[0].resource.as_mut().unwrap();
    resource.attributes.push(otlp::text("tenant", "other"));
    let metadata: Vec<_> =
        authorization.iter().map(|value| ("authorization".to_owned(), (*value).to_owned())).collect();
    let channel = send::channel(&server.endpoints.grpc);
    let sent = send::grpc(channel, otlp::LOGS_METHOD, &metadata, false, request.encode_to_vec().into()).await;
    sent.map_or_else(|status| status.code() as i32, |reply| send::takes_all(&reply).map_or(-1, |()| 0))
}

async fn over_http(server: &Server, session: &str, headers: &[(&str, &str)], query: &str) -> u16 {
    let request = otlp::logs("claude-code", vec![otlp::decision(session, 2, "ls -l")]);
    let mut headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    headers.push(("content-type".to_owned(), "application/x-protobuf".to_owned()));
    let url = format!("{}/v1/logs{query}", server.endpoints.http);
    send::http(&send::http_client(), &url, &headers, request.encode_to_vec().into()).await.unwrap().status
}

/// Sends until the answer is as expected: a change takes a moment.
async fn comes_to(server: &Server, bearer: &str, code: i32) {
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let got = over_grpc(server, "change", &[bearer]).await;
        if got == code {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "the answer stays {got}, not {code}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub(crate) const UNAUTHENTICATED: i32 = 16;

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    session_id: String,
    tenant: String,
}

#[tokio::test]
async fn a_token_opens_both_doors_for_its_tenant_and_leaves_no_trace() {
    let home = Home::new();
    let data = home.data();
    let (acme, globex) =
        (token(&data, &["--tenant", "acme", "--name", "laptops"]), token(&data, &["--tenant", "globex"]));
    let mut command = serve(&data);
    command.env("BAROGRAPH_LOG", "trace");
    let server = Server::start_command(&home, command);
    let bearer = |token: &str| format!("Bearer {token}");
    assert_eq!(over_grpc(&server, "acme-grpc", &[&bearer(&acme)]).await, 0);
    assert_eq!(over_grpc(&server, "globex-grpc", &[&format!("bearer {globex}")]).await, 0);
    assert_eq!(over_http(&server, "acme-http", &[("authorization", &bearer(&acme))], "").await, 200);

    let other = token(&Home::new().data(), &["--tenant", "acme"]);
    for wrong in [&[][..], &[bearer(&other).as_str()], &[acme.as_str()], &[&bearer(&acme), &bearer(&acme)]] {
        assert_eq!(over_grpc(&server, "stranger", wrong).await, UNAUTHENTICATED, "{}", wrong.len());
    }
    let cut = bearer(acme.get(..40).unwrap());
    let upper = bearer(&acme.to_uppercase());
    let cookie = format!("token={acme}");
    for headers in [
        &[][..],
        &[("authorization", cut.as_str())],
        &[("authorization", upper.as_str())],
        &[("cookie", cookie.as_str())],
        &[("x-api-key", acme.as_str())],
        &[("authorization", "Basic eDp5")],
    ] {
        let query = format!("?token={acme}&access_token={acme}");
        assert_eq!(over_http(&server, "stranger", headers, &query).await, 401, "{headers:?}");
    }

    // The same record from two tenants is two records: ids are made with the tenant.
    assert_eq!(over_grpc(&server, "acme-grpc", &[&bearer(&globex)]).await, 0);
    let rows = until("all rows are stored", LIMIT, || {
        let mut rows: Vec<Row> = query::rows(&data, "SELECT session_id, tenant FROM events");
        rows.sort();
        (rows.len() >= 4).then_some(rows)
    })
    .await;
    let row = |session_id: &str, tenant: &str| Row { session_id: session_id.to_owned(), tenant: tenant.to_owned() };
    let expected =
        [row("acme-grpc", "acme"), row("acme-grpc", "globex"), row("acme-http", "acme"), row("globex-grpc", "globex")];
    assert_eq!(rows, expected);

    let metrics = send::page(&server, "/metrics").await;
    for (series, count) in [
        ("transport=\"grpc\",reason=\"no_credential\"", 1),
        ("transport=\"grpc\",reason=\"bad_token\"", 3),
        ("transport=\"http\",reason=\"no_credential\"", 3),
        ("transport=\"http\",reason=\"bad_token\"", 3),
    ] {
        let line = format!("barograph_collector_requests_refused_total{{{series}}} {count}");
        assert!(metrics.contains(&line), "{line}\n{metrics}");
    }
    assert!(metrics.contains("barograph_front_accepted_tokens 2"), "{metrics}");
    let health = send::page(&server, "/health").await;
    assert!(server.terminate(LIMIT).await.success());

    let listed = printed(&tokens(&data, &["list"]));
    assert!(listed.lines().nth(1).unwrap().contains("laptops") && !listed.contains("never  never"), "{listed}");
    let logged = home.logged();
    for token in [&acme, &globex, &other] {
        let secret = token.strip_prefix("bg_").unwrap();
        let parts = [secret.get(..8).unwrap(), secret.get(20..28).unwrap(), secret.get(35..43).unwrap()];
        for part in parts {
            for (what, text) in [("log", &logged), ("metrics", &metrics), ("health page", &health), ("list", &listed)] {
                assert!(!text.contains(part), "a part of a token stands in the {what}");
            }
            for (path, content) in files::below(&data) {
                assert!(!files::holds(&content, part), "a part of a token stands in {}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn tokens_are_made_rotated_and_revoked_beside_a_running_server() {
    let home = Home::new();
    let data = home.data();
    let server = Server::start(&home);
    assert_eq!(over_grpc(&server, "open", &[]).await, 0, "loopback needs no credential while there is none");

    let first = format!("Bearer {}", token(&data, &["--tenant", "acme"]));
    comes_to(&server, &first, 0).await;
    assert_eq!(over_grpc(&server, "closed", &[]).await, UNAUTHENTICATED, "loopback needs one as well now");
    let old = id(&data, "acme");
    let second = format!("Bearer {}", token(&data, &["--tenant", "acme"]));
    comes_to(&server, &second, 0).await;
    assert_eq!(over_grpc(&server, "both", &[&first]).await, 0, "both are good");

    printed(&tokens(&data, &["revoke", &old]));
    comes_to(&server, &first, UNAUTHENTICATED).await;
    assert_eq!(over_grpc(&server, "one", &[&second]).await, 0);
    let listed = printed(&tokens(&data, &["list"]));
    assert!(listed.lines().any(|line| line.starts_with(&old) && line.contains("revoked")), "{listed}");
    assert!(printed(&tokens(&data, &["revoke", &old])).contains("was revoked at"));
    let unknown = tokens(&data, &["revoke", "no-such"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is no token no-such"));

    // What tenant `default` sent before the first token is still its own.
    let tenants: Vec<Row> = query::rows(&data, "SELECT session_id, tenant FROM events WHERE session_id = 'open'");
    assert!(tenants.iter().all(|row| row.tenant == "default"), "{tenants:?}");
}

#[tokio::test]
async fn a_damaged_file_changes_nothing_is_told_and_stops_the_next_start() {
    let home = Home::new();
    let data = home.data();
    let bearer = format!("Bearer {}", token(&data, &["--tenant", "acme"]));
    let server = Server::start(&home);
    assert_eq!(over_grpc(&server, "before", &[&bearer]).await, 0);
    let file = data.join("tokens.toml");
    let whole = std::fs::read(&file).unwrap();

    std::fs::write(&file, "version = 1\ncount = 1\n").unwrap();
    let health = page_with(&server, "/health", "Needs attention").await;
    assert!(health.contains("tokens.toml is damaged") && health.contains("<h1>Ready</h1>"), "{health}");
    page_with(&server, "/metrics", "barograph_front_reload_failures_total{part=\"credentials\"} 1").await;
    assert!(home.errors_logged().contains("tokens.toml is damaged"), "{}", home.logged());
    assert_eq!(over_grpc(&server, "during", &[&bearer]).await, 0);
    assert_eq!(over_grpc(&server, "during", &[]).await, UNAUTHENTICATED);
    let said = refusal(serve(&data)).await;
    assert!(said.contains("tokens.toml is damaged") && said.contains("restore it from a backup"), "{said}");

    std::fs::remove_file(&file).unwrap();
    page_with(&server, "/health", "tokens.toml is gone").await;
    assert_eq!(over_grpc(&server, "gone", &[]).await, UNAUTHENTICATED, "losing the file does not open the doors");
    // Complete, and without any token.
    std::fs::write(&file, "version = 1\ncount = 0\n").unwrap();
    make_private(&file);
    page_with(&server, "/health", "which would open the OTLP ports").await;
    assert_eq!(over_grpc(&server, "none", &[]).await, UNAUTHENTICATED);

    std::fs::write(&file, whole).unwrap();
    server.hang_up();
    page_without(&server, "/health", "Needs attention").await;
    assert_eq!(over_grpc(&server, "after", &[&bearer]).await, 0);
}

fn make_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_token_expires_while_the_server_runs() {
    let home = Home::new();
    let data = home.data();
    let bearer = format!("Bearer {}", token(&data, &["--tenant", "acme", "--expires", "1h"]));
    let server = Server::start(&home);
    assert_eq!(over_grpc(&server, "good", &[&bearer]).await, 0);
    // An hour later, to the file.
    let file = data.join("tokens.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let expires = text.lines().find(|line| line.starts_with("expires")).unwrap().to_owned();
    std::fs::write(&file, text.replace(&expires, "expires = \"2026-01-01T00:00:00.000Z\"")).unwrap();
    comes_to(&server, &bearer, UNAUTHENTICATED).await;
    assert!(printed(&tokens(&data, &["list"])).contains("expired"));
}

#[tokio::test]
async fn the_canary_goes_through_a_closed_door() {
    let home = Home::new();
    token(&home.data(), &["--tenant", "acme"]);
    let mut command = serve(&home.data());
    command.args(["--redaction-canary", "true"]);
    let server = Server::start_command(&home, command);
    let metrics = canary::first_result(&server, &home).await;
    assert!(metrics.contains("barograph_canary_runs_total{result=\"clean\"} 1"), "{metrics}");
}

/// Asks for a page until it holds a text.
pub(crate) async fn page_with(server: &Server, path: &str, text: &str) -> String {
    page_that(server, path, text, true).await
}

async fn page_without(server: &Server, path: &str, text: &str) -> String {
    page_that(server, path, text, false).await
}

async fn page_that(server: &Server, path: &str, text: &str, holds: bool) -> String {
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let page = send::page(server, path).await;
        if page.contains(text) == holds {
            return page;
        }
        assert!(tokio::time::Instant::now() < deadline, "{path} and {text:?}, expected {holds}:\n{page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
