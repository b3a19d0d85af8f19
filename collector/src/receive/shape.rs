//! Refuses messages that unfold: two bytes can stand for an empty record, whose decoded form takes hundreds, and its
//! row a thousand. Counted before anything is decoded, so that 64 MiB of nothing do not become gigabytes.

use barograph_proto::otlp::Signal;

use super::decode::Encoding;
use super::refusal::Refusal;

/// Messages within a message, or values within a JSON text: one for each 16 bytes of the largest request. Attributes
/// of agents have some 50 bytes each.
const MAX_PARTS: usize = super::MAX_MESSAGE_BYTES / 16;

/// Records in a request: one for each 128 bytes of the largest request. Records of agents have over 1,000 bytes; SDKs
/// send 512 at a time.
const MAX_RECORDS: usize = super::MAX_MESSAGE_BYTES / 128;

/// Refuses a message with too many parts. A false one passes: decoding it fails before it grows.
pub(super) fn check(encoding: Encoding, signal: Signal, bytes: &[u8]) -> Result<(), Refusal> {
    // Each part takes at least two bytes.
    if bytes.len() / 2 <= MAX_PARTS {
        return Ok(());
    }
    let parts = match encoding {
        Encoding::Protobuf => protobuf_parts(signal, bytes),
        Encoding::Json => json_values(bytes),
    };
    if parts > MAX_PARTS { Err(Refusal::TooManyParts { parts: "parts", limit: MAX_PARTS }) } else { Ok(()) }
}

/// Refuses a request with too many records.
pub(super) fn check_records(records: usize) -> Result<(), Refusal> {
    if records > MAX_RECORDS {
        return Err(Refusal::TooManyParts { parts: "records", limit: MAX_RECORDS });
    }
    Ok(())
}

/// Counts what separates or opens values outside of strings.
fn json_values(bytes: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (0, false, false);
    for &byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

/// Which fields of a message are messages, or other things that take more memory than bytes.
struct Shape(&'static [(u64, &'static Shape)]);

// Field numbers from opentelemetry-proto 1.10, `opentelemetry/proto/*/v1/*.proto`.
static LEAF: Shape = Shape(&[]);
static ANY_VALUE: Shape = Shape(&[(5, &ARRAY), (6, &KEY_VALUE_LIST)]);
static ARRAY: Shape = Shape(&[(1, &ANY_VALUE)]);
static KEY_VALUE_LIST: Shape = Shape(&[(1, &KEY_VALUE)]);
static KEY_VALUE: Shape = Shape(&[(2, &ANY_VALUE)]);
static ENTITY: Shape = Shape(&[(3, &LEAF), (4, &LEAF)]);
static RESOURCE: Shape = Shape(&[(1, &KEY_VALUE), (3, &ENTITY)]);
static SCOPE: Shape = Shape(&[(3, &KEY_VALUE)]);

static LOGS: Shape = Shape(&[(1, &Shape(&[(1, &RESOURCE), (2, &SCOPE_LOGS)]))]);
static SCOPE_LOGS: Shape = Shape(&[(1, &SCOPE), (2, &Shape(&[(5, &ANY_VALUE), (6, &KEY_VALUE)]))]);

static TRACES: Shape = Shape(&[(1, &Shape(&[(1, &RESOURCE), (2, &SCOPE_SPANS)]))]);
static SCOPE_SPANS: Shape = Shape(&[(1, &SCOPE), (2, &SPAN)]);
static SPAN: Shape =
    Shape(&[(9, &KEY_VALUE), (11, &Shape(&[(3, &KEY_VALUE)])), (13, &Shape(&[(4, &KEY_VALUE)])), (15, &LEAF)]);

static METRICS: Shape = Shape(&[(1, &Shape(&[(1, &RESOURCE), (2, &SCOPE_METRICS)]))]);
static SCOPE_METRICS: Shape = Shape(&[(1, &SCOPE), (2, &METRIC)]);
static METRIC: Shape = Shape(&[
    (5, &Shape(&[(1, &NUMBER)])),
    (7, &Shape(&[(1, &NUMBER)])),
    (9, &Shape(&[(1, &HISTOGRAM)])),
    (10, &Shape(&[(1, &EXPONENTIAL_HISTOGRAM)])),
    (11, &Shape(&[(1, &SUMMARY)])),
    (12, &KEY_VALUE),
]);
static NUMBER: Shape = Shape(&[(5, &EXEMPLAR), (7, &KEY_VALUE)]);
static HISTOGRAM: Shape = Shape(&[(8, &EXEMPLAR), (9, &KEY_VALUE)]);
static EXPONENTIAL_HISTOGRAM: Shape = Shape(&[(1, &KEY_VALUE), (8, &LEAF), (9, &LEAF), (11, &EXEMPLAR)]);
static SUMMARY: Shape = Shape(&[(6, &LEAF), (7, &KEY_VALUE)]);
static EXEMPLAR: Shape = Shape(&[(7, &KEY_VALUE)]);

fn protobuf_parts(signal: Signal, bytes: &[u8]) -> usize {
    let shape = match signal {
        Signal::Logs => &LOGS,
        Signal::Traces => &TRACES,
        Signal::Metrics => &METRICS,
    };
    let mut parts = 0;
    // What is open: prost refuses what is nested deeper than 100.
    let mut open = vec![(shape, bytes)];
    while let Some((shape, rest)) = open.last_mut() {
        let Some((field, content)) = next_field(rest) else {
            open.pop();
            continue;
        };
        if let (Some(content), Some((_, inner))) = (content, shape.0.iter().find(|(known, _)| *known == field)) {
            parts += 1;
            if parts > MAX_PARTS || open.len() > 100 {
                break;
            }
            open.push((inner, content));
        }
    }
    parts
}

/// Takes the next field: its number, and its content if it has a length. None at the end, or where it is false.
fn next_field<'bytes>(rest: &mut &'bytes [u8]) -> Option<(u64, Option<&'bytes [u8]>)> {
    let key = prost::encoding::decode_varint(rest).ok()?;
    let content = match key & 7 {
        0 => {
            prost::encoding::decode_varint(rest).ok()?;
            None
        }
        1 => {
            rest.split_off(..8)?;
            None
        }
        2 => {
            let len = prost::encoding::decode_varint(rest).ok()?;
            Some(rest.split_off(..usize::try_from(len).ok()?)?)
        }
        5 => {
            rest.split_off(..4)?;
            None
        }
        // The begin and end of a group, which prost passes over with all that is in it: fields behind it count. Those in
        // it are counted too, which nobody minds, as OTLP has no groups.
        3 | 4 => None,
        _ => return None,
    };
    Some((key >> 3, content))
}

#[cfg(test)]
mod tests {
    use barograph_proto::otlp::{
        AnyValue, ArrayValue, ExportLogsServiceRequest, KeyValue, LogRecord, ResourceLogs, ScopeLogs, any_value,
    };
    use prost::Message;

    use super::*;

    fn one_scope(log_records: Vec<LogRecord>) -> Vec<u8> {
        let scope_logs = vec![ScopeLogs { log_records, ..Default::default() }];
        let resource_logs = vec![ResourceLogs { scope_logs, ..Default::default() }];
        ExportLogsServiceRequest { resource_logs }.encode_to_vec()
    }

    #[test]
    fn parts_of_protobuf_are_counted_at_every_depth() {
        let two = any_value::Value::ArrayValue(ArrayValue { values: vec![AnyValue::default(); 2] });
        let attribute = KeyValue { value: Some(AnyValue { value: Some(two) }), ..Default::default() };
        let record = LogRecord { attributes: vec![attribute], ..Default::default() };
        // Resource, scope, and per record: itself, attribute, value, array, two values.
        assert_eq!(protobuf_parts(Signal::Logs, &one_scope(vec![record; 3])), 2 + 3 * 6);
    }

    #[test]
    fn parts_behind_an_unknown_group_are_counted() {
        // Field 9, a group with a varint in it.
        let group = [0x4b, 0x08, 0x01, 0x4c];
        let message = [&group[..], &one_scope(vec![LogRecord::default(); 3])].concat();
        assert!(Encoding::Protobuf.decode(Signal::Logs, message.clone().into(), drop).is_ok());
        assert_eq!(protobuf_parts(Signal::Logs, &message), 2 + 3);
    }

    #[test]
    fn values_of_json_are_counted_outside_of_strings() {
        assert_eq!(json_values(br#"{"a":[1,2,{"b":"[,{\"[,"}],"c":null}"#), 6);
    }

    #[test]
    fn a_body_of_empty_records_is_refused_before_it_unfolds() {
        // Field 1 of the request, length 0: an empty ResourceLogs each.
        let empty = [0x0a, 0x00].repeat(MAX_PARTS + 1);
        let outcome = Encoding::Protobuf.decode(Signal::Logs, empty.into(), drop);
        assert!(matches!(outcome, Err(Refusal::TooManyParts { parts: "parts", .. })));

        let json = format!(r#"{{"resourceLogs":[{}{{}}]}}"#, "{},".repeat(MAX_PARTS));
        let outcome = Encoding::Json.decode(Signal::Logs, json.into(), drop);
        assert!(matches!(outcome, Err(Refusal::TooManyParts { parts: "parts", .. })));

        let many = one_scope(vec![LogRecord::default(); MAX_RECORDS + 1]);
        let outcome = Encoding::Protobuf.decode(Signal::Logs, many.into(), drop);
        assert!(matches!(outcome, Err(Refusal::TooManyParts { parts: "records", .. })));
    }
}
