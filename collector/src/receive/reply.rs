//! What the two transports say: the one map from outcome to gRPC and HTTP. A success needs a receipt.
//!
//! Retryable answers are UNAVAILABLE with `RetryInfo` and 503 with `Retry-After`, as some exporters drop on 429 and
//! disagree on `RESOURCE_EXHAUSTED`. Everything else must not be sent again as it is.
//! See <https://opentelemetry.io/docs/specs/otlp/#failures>.

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_ENCODING, ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Full};
use tonic::{Code, Status};

use super::decode::Encoding;
use super::refusal::Refusal;
use super::rpc::{Detail, Failure};
use super::upload::DRAIN_BYTES;
use crate::authenticate::Denial;
use crate::journal::Receipt;

/// What a client is told to wait before it tries again, seconds. The journal recovers in less or not soon.
const RETRY_AFTER_SECONDS: u16 = 1;

/// The compressions that we read, as headers name them.
const COMPRESSIONS: &str = "gzip, zstd, deflate";

/// Bytes of a body that are thrown away for a sender that nobody knows: what agents' batches have, not what we would take
/// from one whom we know.
const DRAIN_BYTES_OF_STRANGERS: usize = 1024 * 1024;

/// What came of a request.
pub(super) type Outcome = Result<Receipt, Refusal>;

/// How many bytes of what is left of the body are worth throwing away, so that the client gets to see the answer.
pub(super) fn drained(outcome: &Outcome) -> usize {
    match outcome {
        Err(Refusal::Denied(_)) => DRAIN_BYTES_OF_STRANGERS,
        _ => DRAIN_BYTES,
    }
}

/// Answers over gRPC.
pub(super) fn grpc(outcome: &Outcome) -> Response {
    let Err(refusal) = outcome else { return grpc_success() };
    let (code, status) = codes(refusal);
    let message = refusal.to_string();
    let details = if is_retryable(refusal) {
        let detail = Some(Detail::RetryInfo(RETRY_AFTER_SECONDS));
        Failure { code, message: message.clone(), detail }.protobuf().into()
    } else {
        Bytes::new()
    };
    let mut response = Status::with_details(code, message, details).into_http::<Body>();
    match refusal {
        Refusal::UnknownCompression => {
            let name = HeaderName::from_static("grpc-accept-encoding");
            response.headers_mut().insert(name, HeaderValue::from_static("identity,gzip,zstd,deflate"));
        }
        // Who does not speak gRPC would read its 200 as success.
        Refusal::UnknownMediaType => *response.status_mut() = status,
        Refusal::WrongMethod => {
            *response.status_mut() = status;
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        }
        _ => {}
    }
    response
}

/// An empty `Export*ServiceResponse`, which is the same for all signals: full success.
fn grpc_success() -> Response {
    const EMPTY_MESSAGE: &[u8] = &[0; super::grpc::PREFIX_BYTES];
    let mut trailers = HeaderMap::new();
    trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from_static(EMPTY_MESSAGE)).with_trailers(std::future::ready(Some(Ok(trailers))));
    ([(CONTENT_TYPE, "application/grpc")], Body::new(body)).into_response()
}

/// Answers over HTTP, in the request's encoding.
pub(super) fn http(outcome: &Outcome, encoding: Encoding) -> Response {
    let content_type = [(CONTENT_TYPE, encoding.media_type())];
    let refusal = match (outcome, encoding) {
        (Ok(_), Encoding::Protobuf) => return (content_type, Body::empty()).into_response(),
        (Ok(_), Encoding::Json) => return (content_type, "{}").into_response(),
        (Err(refusal), _) => refusal,
    };
    let (code, status) = codes(refusal);
    let message = refusal.to_string();
    let detail = (status == StatusCode::BAD_REQUEST).then(|| Detail::BadRequest(message.clone()));
    let failure = Failure { code, message, detail };
    let body = match encoding {
        Encoding::Protobuf => failure.protobuf(),
        Encoding::Json => failure.json().to_string().into_bytes(),
    };
    let mut response = (status, content_type, body).into_response();
    let header = match refusal {
        _ if status == StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        Refusal::WrongMethod => Some((ALLOW, HeaderValue::from_static("POST"))),
        // Nobody can be sure where the next request begins.
        Refusal::UnclearHead { .. } => Some((CONNECTION, HeaderValue::from_static("close"))),
        Refusal::UnknownCompression => Some((ACCEPT_ENCODING, HeaderValue::from_static(COMPRESSIONS))),
        _ if is_retryable(refusal) => Some((RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS))),
        _ => None,
    };
    response.headers_mut().extend(header);
    response
}

fn codes(refusal: &Refusal) -> (Code, StatusCode) {
    match refusal {
        Refusal::Denied(Denial::NoCredential | Denial::BadToken) => (Code::Unauthenticated, StatusCode::UNAUTHORIZED),
        // The connection has shown who it is; another try with the same certificate would come to the same.
        Refusal::Denied(Denial::UnknownCertificate | Denial::TwoTenants) => {
            (Code::PermissionDenied, StatusCode::FORBIDDEN)
        }
        Refusal::TooLarge | Refusal::TooManyParts { .. } => (Code::ResourceExhausted, StatusCode::PAYLOAD_TOO_LARGE),
        Refusal::Corrupt | Refusal::Malformed { .. } | Refusal::UnclearHead { .. } | Refusal::CutOff => {
            (Code::InvalidArgument, StatusCode::BAD_REQUEST)
        }
        // What gRPC's compression.md wants.
        Refusal::FalseFlag => (Code::Internal, StatusCode::BAD_REQUEST),
        Refusal::UnknownCompression => (Code::Unimplemented, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        Refusal::UnknownMediaType => (Code::InvalidArgument, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        Refusal::UnknownPath => (Code::Unimplemented, StatusCode::NOT_FOUND),
        Refusal::WrongMethod => (Code::Unimplemented, StatusCode::METHOD_NOT_ALLOWED),
        Refusal::Slow => (Code::DeadlineExceeded, StatusCode::REQUEST_TIMEOUT),
        Refusal::Busy | Refusal::Unavailable(_) => (Code::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
        Refusal::Failed => (Code::Internal, StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn is_retryable(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Busy | Refusal::Unavailable(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::AppendError;

    fn unavailable() -> Outcome {
        Err(AppendError::Unavailable { reason: "the disk is full".to_owned() }.into())
    }

    #[test]
    fn push_back_over_grpc_carries_retry_info() {
        let response = grpc(&unavailable());
        let status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(status.code(), Code::Unavailable);
        let detail = Some(Detail::RetryInfo(1));
        let failure = Failure { code: Code::Unavailable, message: status.message().to_owned(), detail };
        assert_eq!(status.details(), failure.protobuf());
    }

    #[test]
    fn push_back_over_http_carries_retry_after() {
        let response = http(&unavailable(), Encoding::Json);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
    }

    #[test]
    fn only_push_back_is_retryable() {
        // The retryable codes of <https://opentelemetry.io/docs/specs/otlp/#failures>, and the one of ours that a
        // client which took over 30 s for its body has long given up on.
        let refusals = [
            Refusal::Denied(Denial::NoCredential),
            Refusal::Denied(Denial::BadToken),
            Refusal::Denied(Denial::UnknownCertificate),
            Refusal::Denied(Denial::TwoTenants),
            Refusal::TooLarge,
            Refusal::TooManyParts { parts: "records", limit: 1 },
            Refusal::Corrupt,
            Refusal::Malformed { fault: String::new() },
            Refusal::UnknownCompression,
            Refusal::UnknownMediaType,
            Refusal::FalseFlag,
            Refusal::UnknownPath,
            Refusal::WrongMethod,
            Refusal::UnclearHead { wanted: "" },
            Refusal::CutOff,
            Refusal::Failed,
        ];
        for refusal in refusals {
            let (code, status) = codes(&refusal);
            let retryable = [
                Code::Cancelled,
                Code::DeadlineExceeded,
                Code::Aborted,
                Code::OutOfRange,
                Code::Unavailable,
                Code::DataLoss,
            ];
            assert!(!retryable.contains(&code), "{refusal:?}");
            assert!(![429, 502, 503, 504].contains(&status.as_u16()), "{refusal:?}");
            let response = grpc(&Err(refusal));
            assert!(!response.headers().contains_key("grpc-status-details-bin"));
        }
    }
}
