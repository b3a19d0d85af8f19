//! OTLP over gRPC: the `Export` calls of the three services.
//!
//! An `Export` is one message each way, which in gRPC is five bytes before the message and a status after it
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>). We read those ourselves: tonic's server answers a
//! message over the limit with `OUT_OF_RANGE`, which OTLP clients retry for ever, and an undecodable one with
//! INTERNAL, and inflates and decodes where it should not block.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use barograph_proto::otlp::Signal;
use bytes::Buf;

use super::MAX_MESSAGE_BYTES;
use super::body::Compression;
use super::deadline;
use super::decode::Encoding;
use super::door::{Door, Parcel};
use super::refusal::Refusal;
use super::reply::{self, Outcome};
use super::upload::Upload;

/// What stands before a message: a flag that says whether it is compressed, and its length.
pub(super) const PREFIX_BYTES: usize = 5;

/// The three methods; everything else is not implemented, and every call is a POST.
pub(super) fn routes(door: &Door) -> Router {
    let router = Signal::ALL.into_iter().fold(Router::new(), |router, signal| {
        let door = door.clone();
        router.route(method_path(signal), post(move |request| export(door, signal, request)))
    });
    let (unknown, wrong) = (door.clone(), door.clone());
    router
        .fallback(move |request| refuse(unknown, Refusal::UnknownPath, request))
        .method_not_allowed_fallback(move |request| refuse(wrong, Refusal::WrongMethod, request))
}

fn method_path(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    }
}

/// Goes on when the client leaves, which would end it here otherwise: what came of every call is counted.
async fn export(door: Door, signal: Signal, request: Request) -> Response {
    let tasks = door.connections().tasks().clone();
    let answered = tasks.spawn(async move {
        let (parts, body) = request.into_parts();
        let mut upload = Upload::new(body);
        let outcome = receive(&door, signal, &parts, &mut upload).await;
        answer(&door, &outcome, upload).await
    });
    answered.await.unwrap_or_else(|_| reply::grpc(&Err(Refusal::Failed)))
}

async fn refuse(door: Door, refusal: Refusal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let refusal = if is_grpc(&parts.headers) { refusal } else { Refusal::UnknownMediaType };
    let refusal = door.admit(&parts).err().unwrap_or(refusal);
    answer(&door, &Err(refusal), Upload::new(body)).await
}

async fn answer(door: &Door, outcome: &Outcome, mut upload: Upload) -> Response {
    door.record(outcome);
    upload.drain(reply::drained(outcome), door.patience().drain).await;
    reply::grpc(outcome)
}

async fn receive(door: &Door, signal: Signal, parts: &Parts, upload: &mut Upload) -> Outcome {
    let (tenant, headers) = (door.admit(parts)?, &parts.headers);
    if !is_grpc(headers) {
        return Err(Refusal::UnknownMediaType);
    }
    let compression = Compression::of(headers, "grpc-encoding")?;
    let mut reservation = door.reserve();
    // Who has stopped waiting need not be read to the end. What has arrived whole is stored in any case.
    let time = deadline::of(headers).unwrap_or(Duration::MAX).min(door.patience().body);
    let framed = upload.read(MAX_MESSAGE_BYTES + PREFIX_BYTES, time, &mut reservation).await?;
    let (is_compressed, bytes) = unframe(framed)?;
    let compression = match (is_compressed, compression) {
        (false, _) => Compression::Identity,
        (true, Compression::Identity) => return Err(Refusal::FalseFlag),
        (true, compression) => compression,
    };
    door.accept(Parcel { tenant, signal, encoding: Encoding::Protobuf, compression, bytes, reservation }).await
}

/// `application/grpc`, with or without a `+proto` or parameters; not `application/grpc-web`.
fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["application/grpc", "application/grpc+proto"].iter().any(|known| essence.eq_ignore_ascii_case(known))
}

/// Takes the prefix off the one message that a unary call sends.
fn unframe(mut framed: Bytes) -> Result<(bool, Bytes), Refusal> {
    let flag = framed.try_get_u8().map_err(|_| malformed("the call has no message"))?;
    let len = framed.try_get_u32().map_err(|_| malformed("the message's prefix is cut"))?;
    if flag > 1 {
        return Err(malformed("the message's compression flag is neither 0 nor 1"));
    }
    match usize::try_from(len) {
        Ok(len) if len == framed.len() => Ok((flag == 1, framed)),
        Ok(len) if len > framed.len() => Err(malformed("the message is shorter than its prefix says")),
        _ => Err(malformed("the call has more than one message")),
    }
}

fn malformed(fault: &str) -> Refusal {
    Refusal::Malformed { fault: fault.to_owned() }
}
