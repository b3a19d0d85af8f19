//! Bytes of a message to [`Export`]s, in either of OTLP's two encodings.

mod parts;

use axum::body::Bytes;
use axum::http::HeaderValue;
use barograph_proto::otlp::{Export, Signal};

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

    /// Decodes a message, and gives it on in parts, in the order sent: what comes before a fault has been given on when the
    /// fault is found. Nesting is bounded by prost (100) and by `serde_json` (128).
    pub(super) fn decode(self, signal: Signal, bytes: Bytes, mut part: impl FnMut(Export)) -> Result<(), Refusal> {
        shape::check(self, signal, &bytes)?;
        let mut records = 0;
        let mut counted = |export: Export| {
            records += export.len();
            shape::check_records(records)?;
            part(export);
            Ok(())
        };
        match self {
            Self::Protobuf => parts::decode(signal, bytes, counted),
            Self::Json => counted(json::decode(signal, &bytes)?),
        }
    }
}

impl From<prost::DecodeError> for Refusal {
    fn from(error: prost::DecodeError) -> Self {
        Self::Malformed { fault: innermost(&error) }
    }
}

/// What prost says of a fault. It names messages, fields and wire types, never values, but every message on the way to
/// the fault, up to a hundred; the last few tell enough, and fit into a gRPC header.
fn innermost(error: &prost::DecodeError) -> String {
    const CHARS: usize = 200;
    let text = error.to_string();
    let skip = text.chars().count().saturating_sub(CHARS);
    text.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use barograph_proto::dialect;
    use barograph_proto::keyed::EventIdKey;
    use barograph_proto::row::Rows;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use prost::{DecodeError, Message};

    use super::*;

    const CAPTURES: [(Signal, &str); 4] = [
        (Signal::Logs, include_str!("json/samples/claude_code_logs.json")),
        (Signal::Traces, include_str!("json/samples/claude_code_traces.json")),
        (Signal::Metrics, include_str!("json/samples/copilot_metrics.json")),
        (Signal::Logs, include_str!("json/samples/gemini_cli_logs.json")),
    ];

    fn encoded(export: Export) -> Vec<u8> {
        match export {
            Export::Logs(request) => request.encode_to_vec(),
            Export::Traces(request) => request.encode_to_vec(),
            Export::Metrics(request) => request.encode_to_vec(),
        }
    }

    /// A recorded request in either encoding.
    fn request() -> impl Strategy<Value = (Signal, Encoding, Vec<u8>)> {
        (select(&CAPTURES[..]), any::<bool>()).prop_map(|((signal, json), as_json)| {
            let encoding = if as_json { Encoding::Json } else { Encoding::Protobuf };
            let bytes = match encoding {
                Encoding::Json => json.as_bytes().to_vec(),
                Encoding::Protobuf => encoded(json::decode(signal, json.as_bytes()).unwrap()),
            };
            (signal, encoding, bytes)
        })
    }

    fn rows_of(export: Export) -> Rows {
        dialect::read("tenant", 0, &EventIdKey::new(&[1; 32]), export)
    }

    /// Reads it as far as it can be read; what comes out is what a dialect gets.
    fn read(signal: Signal, encoding: Encoding, bytes: Vec<u8>) -> Result<Rows, Refusal> {
        let (mut all, mut records) = (Rows::default(), 0);
        encoding.decode(signal, bytes.into(), |export| {
            records += export.len();
            all.append(rows_of(export));
        })?;
        assert_eq!(all.len(), records);
        Ok(all)
    }

    /// Reads a Protobuf message at once.
    fn read_whole(signal: Signal, bytes: &[u8]) -> Result<Rows, DecodeError> {
        Ok(rows_of(match signal {
            Signal::Logs => Export::Logs(Message::decode(bytes)?),
            Signal::Traces => Export::Traces(Message::decode(bytes)?),
            Signal::Metrics => Export::Metrics(Message::decode(bytes)?),
        }))
    }

    proptest! {
        #[test]
        fn damaged_requests_are_read_whole_or_refused(
            (signal, encoding, mut bytes) in request(),
            edits in vec((any::<Index>(), any::<u8>()), 0..8),
            doubled in any::<(Index, Index)>(),
            end in proptest::option::of(any::<Index>()),
        ) {
            for (at, byte) in edits {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let (from, to) = (doubled.0.index(bytes.len()), doubled.1.index(bytes.len()));
            if from < to {
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part);
            }
            if let Some(end) = end {
                bytes.truncate(end.index(bytes.len()));
            }
            let whole = (encoding == Encoding::Protobuf).then(|| read_whole(signal, &bytes));
            match (read(signal, encoding, bytes), whole) {
                (Ok(_) | Err(Refusal::Malformed { .. }), None) | (Err(Refusal::Malformed { .. }), Some(Err(_))) => {}
                (Ok(parts), Some(Ok(whole))) => {
                    prop_assert_eq!(parts.events, whole.events);
                    prop_assert_eq!(parts.spans, whole.spans);
                    prop_assert_eq!(parts.metric_points, whole.metric_points);
                }
                (Ok(_), Some(Err(error))) => panic!("{error}"),
                (Err(other), _) => panic!("{other:?}"),
            }
        }

        #[test]
        fn noise_is_read_or_refused(
            signal in select(&Signal::ALL[..]),
            encoding in select(&[Encoding::Protobuf, Encoding::Json][..]),
            bytes in vec(any::<u8>(), 0..2_000),
        ) {
            match read(signal, encoding, bytes) {
                Ok(_) | Err(Refusal::Malformed { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
