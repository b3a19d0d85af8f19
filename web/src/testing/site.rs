//! The whole site over an empty archive: status codes, headers, machine pages; and a server to look at.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use barograph_proto::keyed::RedactionKeys;
use barograph_proto::time::Clock;
use barograph_query::archive::{Archive, ArchiveConfig};
use barograph_query::place::TablesAt;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tower::ServiceExt;

use super::samples::NOW;
use crate::redaction::{CanaryState, Redaction, RedactionState};
use crate::{Readiness, Site, router};

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> i64 {
        NOW
    }
}

#[derive(Debug)]
pub(super) struct Told {
    pub(super) ready: Result<(), Vec<String>>,
    pub(super) warnings: Vec<String>,
}

impl Readiness for Told {
    fn check(&self) -> Result<(), Vec<String>> {
        self.ready.clone()
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }
}

#[derive(Debug)]
struct Policies;

impl Redaction for Policies {
    fn state(&self) -> RedactionState {
        RedactionState { canary: CanaryState::Awaited, ..RedactionState::default() }
    }
}

async fn site(ready: Result<(), Vec<String>>) -> (Router, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut registry = Registry::default();
    let requests = Counter::<u64>::default();
    requests.inc();
    registry.register("barograph_test", "A counter", requests);
    let archive = Archive::open(ArchiveConfig::new(TablesAt::folder(folder.path()).unwrap())).await.unwrap();
    archive.set_redaction_keys(RedactionKeys::new(vec![(1, [1; 32])], [2; 32]).unwrap());
    let site = Site {
        archive,
        clock: Arc::new(Fixed),
        registry: Arc::new(registry),
        readiness: Arc::new(Told { ready, warnings: Vec::new() }),
        redaction: Arc::new(Policies),
        otlp_grpc_endpoint: "http://127.0.0.1:4317".to_owned(),
        otlp_http_endpoint: "http://127.0.0.1:4318".to_owned(),
    };
    (router(site), folder)
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 22).await.unwrap();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

async fn get(router: &Router, address: &str) -> (StatusCode, HeaderMap, String) {
    ask(router, Request::get(address).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_empty_archive_has_pages() {
    let (router, _folder) = site(Ok(())).await;
    for address in
        ["/", "/?last=24h", "/search", "/search?text=rm&asked=true&last=30d", "/hotspots", "/hotspots?team=x"]
    {
        let (status, headers, body) = get(&router, address).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert!(body.contains("CLAUDE_CODE_ENABLE_TELEMETRY=1") || address.contains("text="), "{address}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let (router, _folder) = site(Ok(())).await;
    for address in ["/", "/search?after=x", "/nowhere", "/sessions/none", "/healthz", "/metrics", "/static/none"] {
        let (_, headers, _) = get(&router, address).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{address}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{address}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{address}");
        assert_eq!(headers["cache-control"], "no-store", "{address}");
    }
}

#[tokio::test]
async fn bad_parameters_are_named_and_never_a_fault_of_ours() {
    let (router, _folder) = site(Ok(())).await;
    let long = format!("/search?text={}", "x".repeat(600));
    for (address, name) in [
        ("/?after=yesterday", "after"),
        ("/?last=8d", "last"),
        ("/?nonsense=1", "nonsense"),
        ("/search?decision=maybe", "decision"),
        ("/search?asked=perhaps", "asked"),
        ("/search?offset=-1", "offset"),
        ("/search?before=2026-13-01T00:00:00Z", "before"),
        ("/search?decided_by=%3Cscript%3E", "decided_by"),
        ("/hotspots?after=2026-11-20T00:00:00Z&before=2026-11-19T00:00:00Z", "before"),
        ("/sessions/x?show=everything", "show"),
        ("/search?%FF=%00", "\u{fffd}"),
        (long.as_str(), "text"),
    ] {
        let (status, _, body) = get(&router, address).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{address}");
        assert!(body.contains(&format!("The parameter “{name}” cannot be read")), "{address}: {body}");
        assert!(body.contains("This works:"), "{address}");
    }
    let (status, _, body) = get(&router, &format!("/search?text={}", "%20".repeat(5_000))).await;
    assert_eq!(status, StatusCode::URI_TOO_LONG);
    assert!(body.contains("This address is too long"));
}

#[tokio::test]
async fn what_is_not_there_is_said_kindly() {
    let (router, _folder) = site(Ok(())).await;
    for (address, words) in [
        ("/nowhere", "There is no such page"),
        ("/sessions/none", "There is no session with this id"),
        ("/sessions/%3Cscript%3E", "There is no session with this id"),
        ("/events/0123", "There is no record with this id"),
    ] {
        let (status, _, body) = get(&router, address).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{address}");
        assert!(body.contains(words) && body.contains("<h1>"), "{address}: {body}");
    }
    let (status, _, _) = get(&router, "/sessions/%FF").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _, _) = ask(&router, Request::post("/search").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn machines_are_told_too() {
    let (router, _folder) = site(Ok(())).await;
    assert_eq!(get(&router, "/healthz").await.0, StatusCode::OK);
    assert_eq!(get(&router, "/readyz").await.0, StatusCode::OK);
    let (_, headers, body) = get(&router, "/metrics").await;
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(body.contains("barograph_test_total 1") && body.ends_with("# EOF\n"), "{body}");

    let (_, _, body) = get(&router, "/health").await;
    assert!(
        body.contains("<h1>Ready</h1>") && body.contains("the first synthetic secret is about to be sent"),
        "{body}"
    );

    let (router, _folder) = site(Err(vec!["The journal is not open.".to_owned()])).await;
    let (status, _, body) = get(&router, "/health").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("<h1>Not ready</h1>") && body.contains("<li>The journal is not open.</li>"), "{body}");
    let (status, _, body) = get(&router, "/readyz").await;
    assert_eq!((status, body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "The journal is not open.\n"));
    assert_eq!(get(&router, "/healthz").await.0, StatusCode::OK);
}

async fn post(router: &Router, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::post("/seen").header("host", "barograph.test:4319");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    ask(router, request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_credential_is_asked_for_by_our_own_form_only() {
    let (router, _folder) = site(Ok(())).await;
    let (status, headers, body) = get(&router, "/seen").await;
    assert_eq!((status, headers["referrer-policy"].to_str().unwrap()), (StatusCode::OK, "same-origin"));
    assert!(body.contains("<form class=\"leak\" method=\"post\""), "{body}");
    for origin in ["http://evil.test", "null"] {
        let (status, _, body) = post(&router, &[("origin", origin)], "value=opensesame").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(body.contains("sent from another site") && !body.contains("opensesame"), "{body}");
    }
    for headers in [&[("origin", "http://barograph.test:4319")][..], &[("sec-fetch-site", "same-origin")], &[]] {
        let (status, headers, body) = post(&router, headers, "value=opensesame").await;
        assert_eq!((status, headers["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"), "{body}");
        assert!(body.contains("it was not seen") && !body.contains("opensesame"), "{body}");
    }
    for (form, expected) in [
        ("value=".to_owned(), StatusCode::BAD_REQUEST),
        ("value=+%0D%0A".to_owned(), StatusCode::BAD_REQUEST),
        ("other=x".to_owned(), StatusCode::BAD_REQUEST),
        (format!("value={}", "x".repeat(65 * 1024)), StatusCode::BAD_REQUEST),
        (format!("value={}", "x".repeat(300 * 1024)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (status, _, body) = post(&router, &[], form).await;
        assert_eq!(status, expected);
        assert!(body.contains("Nothing was asked") && body.len() < 20_000, "{body}");
    }
}

#[tokio::test]
async fn static_files_are_kept_for_ever_under_their_content() {
    let (router, _folder) = site(Ok(())).await;
    for (address, media_type) in [
        (crate::assets::style(), "text/css; charset=utf-8"),
        (crate::assets::script(), "text/javascript; charset=utf-8"),
        (crate::assets::icon(), "image/svg+xml"),
    ] {
        let (status, headers, _) = get(&router, &address).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], media_type);
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn pages_are_compressed_for_those_who_can() {
    let (router, _folder) = site(Ok(())).await;
    let request = Request::get("/").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let (_, headers, _) = ask(&router, request).await;
    assert_eq!(headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn the_server_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site {
        archive: Archive::open(ArchiveConfig::new(TablesAt::folder(folder.path()).unwrap())).await.unwrap(),
        clock: Arc::new(Fixed),
        registry: Arc::new(Registry::default()),
        readiness: Arc::new(Told { ready: Ok(()), warnings: Vec::new() }),
        redaction: Arc::new(Policies),
        otlp_grpc_endpoint: String::new(),
        otlp_http_endpoint: String::new(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    crate::serve(listener, site, async {}).await.unwrap();
}

/// Writes every sample page and the static files to the folder named by `BAROGRAPH_LOOK`, to be looked at.
#[test]
#[ignore = "writes files, for judging looks"]
fn look() {
    let Some(folder) = std::env::var_os("BAROGRAPH_LOOK").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(folder.join("static")).unwrap();
    for (name, html) in super::samples::pages() {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    for (address, content) in [
        (crate::assets::style(), include_str!("../../static/page.css")),
        (crate::assets::script(), include_str!("../../static/page.js")),
        (crate::assets::icon(), include_str!("../../static/icon.svg")),
    ] {
        std::fs::write(folder.join(address.trim_start_matches('/')), content).unwrap();
    }
}
