//! Bytes of a message to an [`Export`], in either of OTLP's two encodings.

use axum::http::HeaderValue;
use barograph_proto::otlp::{Export, Signal};
use prost::Message;

use super::refusal::Refusal;
use super::{json, shape};

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Binary Protobuf.
    Protobuf,
    /// OTLP's own kind of Protobuf JSON.
    Json,
}

impl Encoding {
    /// Reads a `Content-Type`; parameters such as a charset do not matter.
    pub(super) fn of(header: Option<&HeaderValue>) -> Result<Self, Refusal> {
        let essence = header.and_then(|header| header.to_str().ok()).and_then(|text| text.split(';').next());
        match essence.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" => Ok(Self::Protobuf),
            "application/json" => Ok(Self::Json),
            _ => Err(Refusal::UnknownMediaType),
        }
    }

    /// The media type in headers.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    /// Decodes a message. Nesting is bounded by prost (100) and by `serde_json` (128).
    pub(super) fn decode(self, signal: Signal, bytes: &[u8]) -> Result<Export, Refusal> {
        shape::check(self, signal, bytes)?;
        let export = match self {
            Self::Protobuf => decode_protobuf(signal, bytes),
            Self::Json => json::decode(signal, bytes),
        }?;
        shape::check_records(&export)?;
        Ok(export)
    }
}

fn decode_protobuf(signal: Signal, bytes: &[u8]) -> Result<Export, Refusal> {
    match signal {
        Signal::Logs => Message::decode(bytes).map(Export::Logs),
        Signal::Traces => Message::decode(bytes).map(Export::Traces),
        Signal::Metrics => Message::decode(bytes).map(Export::Metrics),
    }
    .map_err(|error| Refusal::Malformed { fault: innermost(&error) })
}

/// What prost says of a fault. It names messages, fields and wire types, never values, but every message on the way to
/// the fault, up to a hundred; the last few tell enough, and fit into a gRPC header.
fn innermost(error: &prost::DecodeError) -> String {
    const CHARS: usize = 200;
    let text = error.to_string();
    let skip = text.chars().count().saturating_sub(CHARS);
    text.chars().skip(skip).collect()
}
