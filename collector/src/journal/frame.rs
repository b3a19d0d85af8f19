//! The bytes of the journal: rows to payload, payload to frame, and back.
//!
//! One frame holds the rows of one group commit. Since every frame is synced before the next is written, only the last
//! one can be torn. Layout, little-endian: marker `BGJF`, payload length u32, position i64, CRC-32 u32, payload. The
//! CRC covers the segment's salt, length, position and payload; a sender cannot know the salt, so no text that it
//! sends can pass for a frame.
//!
//! The payload is a protobuf message of repeated rows per table, so payloads joined end to end are a payload.

use barograph_proto::row::Row;
use bytes::Bytes;
use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use crate::redact::{Redacted, RedactedRows};

/// Starts every frame.
pub(super) const MARKER: [u8; 4] = *b"BGJF";

/// Length of what precedes a frame's payload, bytes.
pub(super) const HEADER_LEN: usize = 20;

/// Field numbers of the payload, one per table.
const EVENTS: u32 = 1;
const SPANS: u32 = 2;
const METRIC_POINTS: u32 = 3;

/// What a row takes, about, bytes: room is made for all rows at once.
const USUAL_ROW_BYTES: usize = 1_536;

/// A payload as it is read.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    events: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    spans: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "3")]
    metric_points: Vec<Bytes>,
}

/// A request's rows as payload bytes, with what the writer needs to leave out single rows.
#[derive(Default)]
pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    /// In the order of the bytes: events, spans, metric points.
    pub(super) rows: Vec<EncodedRow>,
}

/// One row within [`Encoded::bytes`].
pub(super) struct EncodedRow {
    /// The event id; none where it is not 32 hex digits, and then the row is never taken for another.
    pub(super) id: Option<u128>,
    /// Where its bytes end.
    pub(super) end: usize,
}

/// Encodes a request's rows.
pub(super) fn encode(rows: &RedactedRows) -> Encoded {
    let bytes = Vec::with_capacity(rows.len() * USUAL_ROW_BYTES);
    let mut encoded = Encoded { bytes, rows: Vec::with_capacity(rows.len()) };
    encode_table(&mut encoded, EVENTS, &rows.events);
    encode_table(&mut encoded, SPANS, &rows.spans);
    encode_table(&mut encoded, METRIC_POINTS, &rows.metric_points);
    encoded
}

fn encode_table<R: Row>(encoded: &mut Encoded, field: u32, rows: &[Redacted<R>]) {
    for row in rows {
        let row = row.row();
        let len = row.encoded_len();
        encoded.bytes.reserve(key_len(field) + encoded_len_varint(len as u64) + len);
        encode_key(field, WireType::LengthDelimited, &mut encoded.bytes);
        encode_varint(len as u64, &mut encoded.bytes);
        row.encode_raw(&mut encoded.bytes);
        encoded.rows.push(EncodedRow { id: id(row), end: encoded.bytes.len() });
    }
}

/// A row's event id as a number.
fn id(row: &impl Row) -> Option<u128> {
    parse_id(&row.origin().event_id)
}

/// Reads an event id, 32 hex digits.
pub(crate) fn parse_id(text: &str) -> Option<u128> {
    if text.len() == 32 { u128::from_str_radix(text, 16).ok() } else { None }
}

/// Decodes a payload.
pub(super) fn decode(payload: Bytes) -> Result<RedactedRows, prost::DecodeError> {
    let payload = Payload::decode(payload)?;
    Ok(RedactedRows {
        events: payload.events.iter().map(|row| Redacted::from_journal(row)).collect::<Result<_, _>>()?,
        spans: payload.spans.iter().map(|row| Redacted::from_journal(row)).collect::<Result<_, _>>()?,
        metric_points: payload.metric_points.iter().map(|row| Redacted::from_journal(row)).collect::<Result<_, _>>()?,
        ..RedactedRows::default()
    })
}

/// The event ids of rows, in no particular order.
pub(super) fn ids(rows: &RedactedRows) -> impl Iterator<Item = u128> {
    let events = rows.events.iter().filter_map(|row| id(row.row()));
    let spans = rows.spans.iter().filter_map(|row| id(row.row()));
    let metric_points = rows.metric_points.iter().filter_map(|row| id(row.row()));
    events.chain(spans).chain(metric_points)
}

/// What precedes a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) len: u32,
    pub(super) position: i64,
    crc: u32,
}

impl Header {
    /// The header of a payload; none for one beyond 4 GiB.
    pub(super) fn new(salt: &[u8], position: i64, payload: &[u8]) -> Option<Self> {
        let len = u32::try_from(payload.len()).ok()?;
        let mut header = Self { len, position, crc: 0 };
        header.crc = header.checksum(salt, payload);
        Some(header)
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&MARKER);
        bytes[4..8].copy_from_slice(&self.len.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.position.to_le_bytes());
        bytes[16..].copy_from_slice(&self.crc.to_le_bytes());
        bytes
    }

    /// Reads a header; none without the marker.
    pub(super) fn from_bytes(bytes: &[u8; HEADER_LEN]) -> Option<Self> {
        let [m0, m1, m2, m3, l0, l1, l2, l3, p0, p1, p2, p3, p4, p5, p6, p7, c0, c1, c2, c3] = *bytes;
        ([m0, m1, m2, m3] == MARKER).then_some(Self {
            len: u32::from_le_bytes([l0, l1, l2, l3]),
            position: i64::from_le_bytes([p0, p1, p2, p3, p4, p5, p6, p7]),
            crc: u32::from_le_bytes([c0, c1, c2, c3]),
        })
    }

    /// Whether the payload is the one that was written.
    pub(super) fn fits(&self, salt: &[u8], payload: &[u8]) -> bool {
        self.len as usize == payload.len() && self.crc == self.checksum(salt, payload)
    }

    fn checksum(&self, salt: &[u8], payload: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(salt);
        hasher.update(&self.len.to_le_bytes());
        hasher.update(&self.position.to_le_bytes());
        hasher.update(payload);
        hasher.finalize()
    }
}
