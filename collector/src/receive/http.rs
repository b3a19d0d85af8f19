//! OTLP over HTTP: `POST /v1/logs`, `/v1/traces` and `/v1/metrics`, as Protobuf or as JSON.

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use barograph_proto::otlp::Signal;

use super::MAX_MESSAGE_BYTES;
use super::body::Compression;
use super::decode::Encoding;
use super::door::{Door, Parcel};
use super::refusal::Refusal;
use super::reply::{self, Outcome};
use super::upload::Upload;

/// The three paths.
pub(super) fn routes(door: &Door) -> Router {
    let router = Signal::ALL.into_iter().fold(Router::new(), |router, signal| {
        let door = door.clone();
        router.route(&format!("/v1/{}", signal.name()), post(move |request| export(door, signal, request)))
    });
    let (unknown, wrong) = (door.clone(), door.clone());
    router
        .fallback(move |request| refuse(unknown, Refusal::UnknownPath, request))
        .method_not_allowed_fallback(move |request| refuse(wrong, Refusal::WrongMethod, request))
}

async fn export(door: Door, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut upload = Upload::new(body);
    let outcome = receive(&door, signal, &parts, &mut upload).await;
    answer(&door, &outcome, &parts.headers, upload).await
}

async fn refuse(door: Door, refusal: Refusal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let refusal = door.admit(&parts).err().unwrap_or(refusal);
    answer(&door, &Err(refusal), &parts.headers, Upload::new(body)).await
}

async fn answer(door: &Door, outcome: &Outcome, headers: &HeaderMap, mut upload: Upload) -> Response {
    door.record(outcome);
    upload.drain(reply::drained(outcome)).await;
    // Who names no encoding that we know is answered in the one that a person can read.
    reply::http(outcome, Encoding::of(headers.get(CONTENT_TYPE)).unwrap_or(Encoding::Json))
}

async fn receive(door: &Door, signal: Signal, parts: &Parts, upload: &mut Upload) -> Outcome {
    let (tenant, headers) = (door.admit(parts)?, &parts.headers);
    let encoding = Encoding::of(headers.get(CONTENT_TYPE))?;
    let compression = Compression::of(headers, CONTENT_ENCODING)?;
    let mut reservation = door.reserve();
    let bytes = upload.read(MAX_MESSAGE_BYTES, &mut reservation).await?;
    door.accept(Parcel { tenant, signal, encoding, compression, bytes, reservation }).await
}
