//! OTLP over HTTP: `POST /v1/logs`, `/v1/traces` and `/v1/metrics`, as Protobuf or as JSON.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Version};
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

/// Goes on when the client leaves, which would end it here otherwise: what came of every request is counted.
async fn export(door: Door, signal: Signal, request: Request) -> Response {
    let tasks = door.connections().tasks().clone();
    let answered = tasks.spawn(async move {
        let (parts, body) = request.into_parts();
        let mut upload = Upload::new(body);
        let outcome = receive(&door, signal, &parts, &mut upload).await;
        answer(&door, &outcome, &parts.headers, upload).await
    });
    answered.await.unwrap_or_else(|_| reply::http(&Err(Refusal::Failed), Encoding::Json))
}

async fn refuse(door: Door, refusal: Refusal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let refusal = check_head(&parts).and_then(|()| door.admit(&parts)).err().unwrap_or(refusal);
    answer(&door, &Err(refusal), &parts.headers, Upload::new(body)).await
}

async fn answer(door: &Door, outcome: &Outcome, headers: &HeaderMap, mut upload: Upload) -> Response {
    door.record(outcome);
    // A client that asked first is told no before it sends anything.
    let asks = headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    if upload.has_begun() || !asks {
        upload.drain(reply::drained(outcome), door.patience().drain).await;
    }
    // Who names no encoding that we know is answered in the one that a person can read.
    reply::http(outcome, encoding(headers).unwrap_or(Encoding::Json))
}

async fn receive(door: &Door, signal: Signal, parts: &Parts, upload: &mut Upload) -> Outcome {
    check_head(parts)?;
    let (tenant, headers) = (door.admit(parts)?, &parts.headers);
    let encoding = encoding(headers)?;
    let compression = Compression::of(headers, CONTENT_ENCODING)?;
    let mut reservation = door.reserve();
    let bytes = upload.read(MAX_MESSAGE_BYTES, door.patience().body, &mut reservation).await?;
    door.accept(Parcel { tenant, signal, encoding, compression, bytes, reservation }).await
}

/// The one content type.
fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let mut values = headers.get_all(CONTENT_TYPE).into_iter();
    match (values.next(), values.next()) {
        (one, None) => Encoding::of(one),
        _ => Err(Refusal::UnknownMediaType),
    }
}

/// Refuses what two readers could take for requests to different hosts or of different lengths (RFC 9112 sections 3.2
/// and 6.1). Of transfer codings, hyper undoes chunks and overlooks the others.
fn check_head(parts: &Parts) -> Result<(), Refusal> {
    let hosts = parts.headers.get_all(HOST).iter().count();
    if hosts > 1 || hosts == 0 && parts.version == Version::HTTP_11 {
        return Err(Refusal::UnclearHead { wanted: "send one Host header" });
    }
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).into_iter();
    let is_chunks = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if is_chunks(coding) => Ok(()),
        _ => Err(Refusal::UnclearHead { wanted: "the only transfer coding is chunked, once" }),
    }
}
