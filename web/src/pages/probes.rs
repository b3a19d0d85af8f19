//! Whether the process lives, whether it can work, and its own figures: for probes and Prometheus. People read
//! [`super::health`].

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;

use crate::Site;

/// `GET /healthz`: the process lives.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: it can take events and answer questions, or a line for each reason why not.
pub(crate) async fn ready(State(site): State<Site>) -> Response {
    match site.readiness.check() {
        Ok(()) => "ready\n".into_response(),
        Err(reasons) => (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n").into_response(),
    }
}

/// `GET /metrics`: the registry as `OpenMetrics` text.
pub(crate) async fn metrics(State(site): State<Site>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &site.registry) {
        Ok(()) => {
            let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, media_type)], text).into_response()
        }
        Err(std::fmt::Error) => (StatusCode::INTERNAL_SERVER_ERROR, "a metric could not be encoded\n").into_response(),
    }
}
