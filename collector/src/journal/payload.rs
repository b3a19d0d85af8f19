//! The rows of the journal as bytes: encoded by whoever sends them, read back one by one.
//!
//! A payload is a protobuf message of repeated rows per table, so payloads joined end to end are a payload.

use barograph_proto::row::{Event, MetricPoint, Row, Span};
use bytes::Bytes;
use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use crate::redact::{Redacted, RedactedRows};

/// Field numbers of the payload, one per table.
const EVENTS: u32 = 1;
const SPANS: u32 = 2;
const METRIC_POINTS: u32 = 3;

/// A request's rows as they will stand in the journal, with what the writer needs to leave out single rows. Made of
/// redacted rows only.
#[derive(Default)]
pub struct Encoded {
    pub(super) bytes: Vec<u8>,
    pub(super) rows: Vec<EncodedRow>,
}

/// One row within [`Encoded::bytes`].
pub(super) struct EncodedRow {
    /// The event id; none where it is not 32 hex digits, and then the row is never taken for another.
    pub(super) id: Option<u128>,
    /// Where its bytes end.
    pub(super) end: usize,
}

impl Encoded {
    /// Room for the rows of a request that has so many bytes: about as many.
    pub fn with_room_for(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), rows: Vec::new() }
    }

    /// Adds rows behind those that are there.
    pub fn push(&mut self, rows: &RedactedRows) {
        self.push_table(EVENTS, &rows.events);
        self.push_table(SPANS, &rows.spans);
        self.push_table(METRIC_POINTS, &rows.metric_points);
    }

    fn push_table<R: Row>(&mut self, field: u32, rows: &[Redacted<R>]) {
        for row in rows {
            let row = row.row();
            let len = row.encoded_len();
            self.bytes.reserve(key_len(field) + encoded_len_varint(len as u64) + len);
            encode_key(field, WireType::LengthDelimited, &mut self.bytes);
            encode_varint(len as u64, &mut self.bytes);
            row.encode_raw(&mut self.bytes);
            self.rows.push(EncodedRow { id: id(row), end: self.bytes.len() });
        }
    }
}

impl From<&RedactedRows> for Encoded {
    fn from(rows: &RedactedRows) -> Self {
        let mut encoded = Self::default();
        encoded.push(rows);
        encoded
    }
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoded({} rows, {} bytes)", self.rows.len(), self.bytes.len())
    }
}

/// The rows of a payload, each as bytes.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(crate) struct Payload {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(crate) events: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(crate) spans: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "3")]
    pub(crate) metric_points: Vec<Bytes>,
}

impl Payload {
    /// Takes a payload apart. Its rows are parts of it, not copies.
    pub(super) fn read(bytes: Bytes) -> Result<Self, prost::DecodeError> {
        Self::decode(bytes)
    }

    /// How many rows, of all tables.
    pub(crate) fn len(&self) -> usize {
        self.events.len() + self.spans.len() + self.metric_points.len()
    }

    /// Reads every row and adds the event ids to others.
    pub(super) fn ids(&self, ids: &mut Vec<u128>) -> Result<(), prost::DecodeError> {
        Redacted::<Event>::from_journal(&self.events, |row| ids.extend(id(row.row())))?;
        Redacted::<Span>::from_journal(&self.spans, |row| ids.extend(id(row.row())))?;
        Redacted::<MetricPoint>::from_journal(&self.metric_points, |row| ids.extend(id(row.row())))
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload({} rows)", self.len())
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
