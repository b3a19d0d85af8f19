//! What every answer passes on its way out: a time limit, error pages, security headers, one log line. A plain
//! function around the handlers; gzip and the panic catcher are the only layers from elsewhere.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use barograph_proto::time::Clock;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tracing::{error, info};

use crate::error::PageError;
use crate::pages;

/// How long a page may take. Queries give up earlier, with a better sentence.
const PAGE_TIME: Duration = Duration::from_secs(45);

/// Longest path and query that is read, bytes.
const MAX_ADDRESS: usize = 8_192;

/// Nothing from elsewhere, nothing inline: every stored string is hostile (OWASP ASVS 5.0, 3.4).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Numbers requests.
#[derive(Clone, Debug)]
struct Edge {
    clock: Arc<dyn Clock>,
    count: Arc<AtomicU64>,
}

/// Puts the layers around the routes.
pub(crate) fn around(router: Router, clock: Arc<dyn Clock>) -> Router {
    let edge = Edge { clock, count: Arc::default() };
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(edge, answer))
        .layer(CompressionLayer::new())
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    PageError::Panicked.into_response()
}

async fn answer(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let started = edge.clock.now();
    // Unique enough to find one line in a log: the time and a counter.
    let request_id = format!("{:x}-{:x}", started, edge.count.fetch_add(1, Ordering::Relaxed));
    let method = request.method().clone();
    let route = route(request.uri().path());
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());

    let mut response = if length > MAX_ADDRESS {
        PageError::TooLong.into_response()
    } else {
        match tokio::time::timeout(PAGE_TIME, next.run(request)).await {
            Ok(response) => response,
            Err(_) => PageError::TimedOut.into_response(),
        }
    };
    if let Some(cause) = response.extensions_mut().remove::<Arc<PageError>>() {
        if cause.is_internal() {
            error!(request_id, route, cause = cause.causes(), "page failed");
        }
        response = pages::error::page(&cause, &request_id);
    }
    guard(response.headers_mut(), &request_id);
    let status = response.status().as_u16();
    info!(request_id, %method, route, status, micros = edge.clock.now() - started, "request");
    response
}

/// Which page an address is of, for the log. Not the address itself: addresses carry what people search for.
fn route(path: &str) -> &'static str {
    let first = path.split('/').nth(1).unwrap_or_default();
    let known =
        ["search", "sessions", "hotspots", "seen", "events", "health", "healthz", "readyz", "metrics", "static"];
    if first.is_empty() { "overview" } else { known.into_iter().find(|word| *word == first).unwrap_or("other") }
}

/// Sets the headers that every answer has.
fn guard(headers: &mut HeaderMap, request_id: &str) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page with a form that is posted says `same-origin`, else browsers would not tell us where it was sent from.
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
