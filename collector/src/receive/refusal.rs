//! Why a request was not accepted. Each reason is a word in a metric; none carries anything of what was sent.

use crate::authenticate::Denial;
use crate::journal::AppendError;

/// Why a request was not accepted.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// The sender may not send, or has not shown that it may.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// More bytes than a request may have, before or after decompression.
    #[error("the request has more than {} MiB; send smaller batches", super::MAX_MESSAGE_BYTES >> 20)]
    TooLarge,
    /// Few bytes, but so many tiny parts that decoding would need a multiple of them.
    #[error("the request has more than {limit} {parts}; send smaller batches")]
    TooManyParts {
        /// Of what there are too many.
        parts: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The compressed stream is false, cut, or followed by something else.
    #[error("the body is not whole in the compression that the request names; check the client")]
    Corrupt,
    /// The message is not what its encoding and path say.
    #[error("the body is no OTLP message of this kind: {fault}; check the client's protocol and endpoint settings")]
    Malformed {
        /// What is wrong, in names of fields and positions, never in values.
        fault: String,
    },
    /// A gRPC message that says it is compressed, in a call that names no compression.
    #[error("the message is flagged as compressed, and grpc-encoding names no compression; check the client")]
    FalseFlag,
    /// A compression that we do not read.
    #[error("the compression is not supported; use gzip, zstd, deflate or none")]
    UnknownCompression,
    /// A media type that we do not read.
    #[error(
        "the content type is not supported; use application/x-protobuf or application/json, or application/grpc over gRPC"
    )]
    UnknownMediaType,
    /// No such path or gRPC method.
    #[error("there is nothing at this path; OTLP uses /v1/logs, /v1/traces and /v1/metrics, or Export over gRPC")]
    UnknownPath,
    /// Not POST.
    #[error("the method is not allowed; use POST")]
    WrongMethod,
    /// A head that two readers could read differently.
    #[error("the request can be read in two ways: {wanted}")]
    UnclearHead {
        /// What would be clear.
        wanted: &'static str,
    },
    /// The client ended the connection or the stream within the body.
    #[error("the body ended early")]
    CutOff,
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    Slow,
    /// Too much is in hand already.
    #[error("too many requests are in hand; try again")]
    Busy,
    /// The journal cannot take more now.
    #[error("the collector cannot store at the moment; try again")]
    Unavailable(#[from] AppendError),
    /// A fault of ours.
    #[error("the collector failed; its log says more")]
    Failed,
}

impl Refusal {
    /// The reason as a metric label: a small closed set.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Denied(denial) => denial.reason(),
            Self::TooLarge => "too_large",
            Self::TooManyParts { .. } => "too_many_parts",
            Self::Corrupt => "corrupt",
            Self::Malformed { .. } => "malformed",
            Self::FalseFlag => "false_flag",
            Self::UnknownCompression => "unknown_compression",
            Self::UnknownMediaType => "unknown_media_type",
            Self::UnknownPath => "unknown_path",
            Self::WrongMethod => "wrong_method",
            Self::UnclearHead { .. } => "unclear_head",
            Self::CutOff => "cut_off",
            Self::Slow => "slow",
            Self::Busy => "busy",
            Self::Unavailable(_) => "unavailable",
            Self::Failed => "failed",
        }
    }
}
