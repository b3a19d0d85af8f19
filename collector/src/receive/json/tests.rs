//! What clients send as JSON, and what a hostile one might.

use barograph_proto::otlp::{LogRecord, any_value::Value as Any, exemplar, metric::Data, number_data_point};

use super::*;

fn fault(signal: Signal, json: &str) -> String {
    match decode(signal, json.as_bytes()) {
        Err(Refusal::Malformed { fault }) => fault,
        other => panic!("{other:?}"),
    }
}

fn records(json: &str) -> Vec<LogRecord> {
    match decode(Signal::Logs, json.as_bytes()).unwrap() {
        Export::Logs(request) => {
            request.resource_logs.into_iter().flat_map(|r| r.scope_logs).flat_map(|s| s.log_records).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn record(fields: &str) -> LogRecord {
    records(&format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{fields}}}]}}]}}]}}"#)).remove(0)
}

/// The kinds of the values of a record's attributes.
fn values(values: &str) -> Vec<Option<Any>> {
    let json: Vec<Value> = serde_json::from_str(values).unwrap();
    let attributes: Vec<Value> =
        json.into_iter().map(|value| serde_json::json!({"key": "k", "value": value})).collect();
    let record = record(&format!(r#""attributes":{}"#, Value::Array(attributes)));
    record.attributes.into_iter().map(|attribute| attribute.value.and_then(|value| value.value)).collect()
}

#[test]
fn a_claude_code_record_is_read_whole() {
    // 2.1.328, `all-httpjson-full/001.logs.json`, shortened.
    let record = record(
        r#""timeUnixNano":"1795166989372000000","observedTimeUnixNano":"1795166989372000000",
           "body":{"stringValue":"claude_code.tool_decision"},"droppedAttributesCount":0,"flags":1,
           "attributes":[{"key":"event.sequence","value":{"intValue":6}},
                         {"key":"empty","value":{"arrayValue":{"values":[]}}}],
           "traceId":"2f1c3b6cf1f0b7a4e2a1c0d9e8f70615","spanId":"00f067aa0ba902b7""#,
    );
    assert_eq!(record.time_unix_nano, 1_795_166_989_372_000_000);
    assert_eq!(record.body.unwrap().value, Some(Any::StringValue("claude_code.tool_decision".to_owned())));
    assert_eq!(record.attributes[0].value.as_ref().unwrap().value, Some(Any::IntValue(6)));
    assert_eq!(record.trace_id.len(), 16);
    assert_eq!(record.span_id, [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
    assert_eq!(record.flags, 1);
}

#[test]
fn a_codex_record_is_read_whole() {
    // 0.169.0, `all-http-json/006.logs.json`, shortened: null body, no time, numbers as strings.
    let record = record(
        r#""timeUnixNano":"0","observedTimeUnixNano":"1795167125072503783","severityNumber":9,"severityText":"INFO",
           "body":null,"eventName":"event otel/src/events/session_telemetry.rs:1225",
           "attributes":[{"key":"n","value":{"intValue":"128000"}}],"droppedAttributesCount":0,"flags":0,
           "traceId":"","spanId":"""#,
    );
    assert_eq!(record.body, None);
    assert_eq!((record.severity_number, record.observed_time_unix_nano), (9, 1_795_167_125_072_503_783));
    assert_eq!(record.attributes[0].value.as_ref().unwrap().value, Some(Any::IntValue(128_000)));
    assert!(record.trace_id.is_empty());
}

#[test]
fn values_of_every_kind_are_read() {
    let list = |values| Some(Any::ArrayValue(barograph_proto::otlp::ArrayValue { values }));
    assert_eq!(
        values(
            r#"[{"stringValue":""}, {"boolValue":false}, {"intValue":"-5"}, {"doubleValue":0.5}, {"doubleValue":3},
                {"doubleValue":"-Infinity"}, {"bytesValue":"_-8"}, {"bytesValue":"/+8="},
                {"arrayValue":{}}, {"arrayValue":{"values":[]}}, {"arrayValue":{"values":null}}]"#
        ),
        [
            Some(Any::StringValue(String::new())),
            Some(Any::BoolValue(false)),
            Some(Any::IntValue(-5)),
            Some(Any::DoubleValue(0.5)),
            Some(Any::DoubleValue(3.0)),
            Some(Any::DoubleValue(f64::NEG_INFINITY)),
            Some(Any::BytesValue(vec![0xff, 0xef])),
            Some(Any::BytesValue(vec![0xff, 0xef])),
            list(vec![]),
            list(vec![]),
            list(vec![]),
        ]
    );
    let nested = values(r#"[{"kvlistValue":{"values":[{"key":"a","value":{"arrayValue":{"values":[null,{}]}}}]}}]"#);
    let Some(Some(Any::KvlistValue(nested))) = nested.first() else { panic!("{nested:?}") };
    let Some(Any::ArrayValue(inner)) = nested.values[0].value.as_ref().and_then(|value| value.value.as_ref()) else {
        panic!("{nested:?}")
    };
    assert_eq!(inner.values.len(), 2);
}

#[test]
fn unset_values_stay_unset() {
    let unset = r#"[{}, null, {"stringValue":null}, {"arrayValue":null}, {"unknownValue":{"deep":[1]}}]"#;
    assert_eq!(values(unset), vec![None; 5]);
}

#[test]
fn integers_are_exact_past_the_reach_of_doubles() {
    let ints = r#"[{"intValue":9007199254740993}, {"intValue":"9007199254740993"}, {"intValue":-9223372036854775808},
                   {"intValue":"9223372036854775807"}, {"intValue":5.0}, {"intValue":1e3}]"#;
    let expected = [9_007_199_254_740_993, 9_007_199_254_740_993, i64::MIN, i64::MAX, 5, 1000];
    assert_eq!(values(ints), expected.map(|int| Some(Any::IntValue(int))));
    let time = record(r#""timeUnixNano":18446744073709551615"#);
    assert_eq!(time.time_unix_nano, u64::MAX);
    // A time as a double, which some clocks give.
    assert_eq!(record(r#""timeUnixNano":1.795166924e18"#).time_unix_nano, 1_795_166_924_000_000_000);
}

#[test]
fn two_values_where_one_may_be_are_refused() {
    let body = |value: &str| format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{value}}}]}}]}}]}}"#);
    let metric = |fields: &str| format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{{fields}}}]}}]}}]}}"#);
    for (signal, json, field) in [
        (Signal::Logs, body(r#"{"stringValue":"a","intValue":1}"#), "intValue"),
        (Signal::Logs, body(r#"{"kvlistValue":{},"arrayValue":{}}"#), "kvlistValue"),
        (Signal::Metrics, metric(r#""gauge":{},"sum":{"dataPoints":[{}]}"#), "sum"),
        (Signal::Metrics, metric(r#""gauge":{"dataPoints":[{"asInt":1,"asDouble":2}]}"#), "asDouble"),
    ] {
        assert_eq!(fault(signal, &json), format!("`{field}` is not the only value that is set"));
    }
    // Null is not set.
    assert_eq!(records(&body(r#"{"stringValue":null,"intValue":1}"#)).len(), 1);
}

#[test]
fn null_stands_for_absent_anywhere() {
    let nothing = record(
        r#""timeUnixNano":null,"severityNumber":null,"severityText":null,"body":null,"attributes":null,"flags":null,
           "traceId":null,"eventName":null,"droppedAttributesCount":null"#,
    );
    assert_eq!(nothing, LogRecord::default());
    for empty in ["{}", "null", r#"{"resourceLogs":null}"#, r#"{"resourceLogs":[{"resource":null,"scopeLogs":null}]}"#]
    {
        assert!(records(empty).is_empty(), "{empty}");
    }
}

#[test]
fn ids_are_hexadecimal_of_either_case() {
    assert_eq!(record(r#""spanId":"00F067aa0BA902b7""#).span_id, [0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 2, 0xb7]);
    let base64 = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"W47/95gDgQPSabYzgT/GDA=="}]}]}]}"#;
    assert_eq!(fault(Signal::Logs, base64), "`traceId` is not an id in hexadecimal digits");
}

#[test]
fn enums_are_numbers_known_or_not_and_never_names() {
    for (json, number) in [("9", 9), ("9.0", 9), ("99", 99), ("-1", -1)] {
        assert_eq!(record(&format!(r#""severityNumber":{json}"#)).severity_number, number);
    }
    let span = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":3,"status":{"code":2}}]}]}]}"#;
    let Export::Traces(request) = decode(Signal::Traces, span).unwrap() else { panic!() };
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!((span.kind, span.status.as_ref().unwrap().code), (3, 2));

    let named = [
        (
            Signal::Logs,
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_INFO"}]}]}]}"#,
        ),
        (Signal::Traces, r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_CLIENT"}]}]}]}"#),
        (Signal::Traces, r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"status":{"code":"STATUS_CODE_OK"}}]}]}]}"#),
        (
            Signal::Metrics,
            r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"aggregationTemporality":
               "AGGREGATION_TEMPORALITY_DELTA"}}]}]}]}"#,
        ),
    ];
    for (signal, json) in named {
        assert!(fault(signal, json).contains("is not the number of an enum's value"), "{json}");
    }
}

#[test]
fn metrics_of_all_five_kinds_are_read() {
    let json = br#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
        {"name":"g","gauge":{"dataPoints":[{"asDouble":0},{"asInt":"7"}]}},
        {"name":"s","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{"asInt":7,"timeUnixNano":"1"}]}},
        {"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[
            {"count":"3","sum":4.5,"bucketCounts":["1",2],"explicitBounds":[1.5],"min":null,"max":3}]}},
        {"name":"e","exponentialHistogram":{"dataPoints":[
            {"count":1,"scale":-2,"zeroCount":"1","positive":{"offset":1,"bucketCounts":["1"]},"negative":{}}]}},
        {"name":"q","summary":{"dataPoints":[{"count":2,"sum":3,"quantileValues":[{"quantile":0.5,"value":"NaN"}]}]}},
        {"name":"none"}]}]}]}"#;
    let export = decode(Signal::Metrics, json).unwrap();
    assert_eq!(export.len(), 6);
    let Export::Metrics(request) = export else { panic!() };
    let data: Vec<_> = request.resource_metrics[0].scope_metrics[0].metrics.iter().map(|metric| &metric.data).collect();
    let Some(Data::Gauge(gauge)) = data[0] else { panic!() };
    assert_eq!(gauge.data_points[1].value, Some(number_data_point::Value::AsInt(7)));
    let Some(Data::Histogram(histogram)) = data[2] else { panic!() };
    assert_eq!(histogram.aggregation_temporality, 2);
    assert_eq!(histogram.data_points[0].bucket_counts, [1, 2]);
    assert_eq!((histogram.data_points[0].min, histogram.data_points[0].max), (None, Some(3.0)));
    let Some(Data::ExponentialHistogram(histogram)) = data[3] else { panic!() };
    assert_eq!(histogram.data_points[0].scale, -2);
    assert!(histogram.data_points[0].negative.is_some());
    let Some(Data::Summary(summary)) = data[4] else { panic!() };
    assert!(summary.data_points[0].quantile_values[0].value.is_nan());
    assert!(data[5].is_none());
}

#[test]
fn faults_name_the_field_and_never_its_value() {
    for (fields, expected) in [
        (r#""timeUnixNano":"secret""#, "`timeUnixNano` is not an unsigned 64-bit number"),
        (r#""timeUnixNano":-1"#, "`timeUnixNano` is not an unsigned 64-bit number"),
        (r#""timeUnixNano":1e20"#, "`timeUnixNano` is not an unsigned 64-bit number"),
        (r#""timeUnixNano":0.5"#, "`timeUnixNano` is not an unsigned 64-bit number"),
        (r#""flags":4294967296"#, "`flags` is not an unsigned 32-bit number"),
        (r#""severityText":["secret"]"#, "`severityText` is not a string"),
        (r#""attributes":{"secret":1}"#, "`attributes` is not a list"),
        (r#""attributes":["secret"]"#, "`attributes` is not an object"),
        (r#""body":"secret""#, "`body` is not an object"),
        (r#""body":{"intValue":1.5}"#, "`intValue` is not a signed 64-bit number"),
        (r#""body":{"bytesValue":"secret!"}"#, "`bytesValue` is not base64"),
        (
            r#""severityNumber":"secret""#,
            "`severityNumber` is not the number of an enum's value, which OTLP/JSON does not name",
        ),
        (r#""body":{"boolValue":"true"}"#, "`boolValue` is not a boolean"),
        (r#""body":{"doubleValue":"secret"}"#, "`doubleValue` is not a number"),
        (r#""body":{"intValue":"9223372036854775808"}"#, "`intValue` is not a signed 64-bit number"),
    ] {
        let json = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{fields}}}]}}]}}]}}"#);
        assert_eq!(fault(Signal::Logs, &json), expected);
    }
}

#[test]
fn texts_that_are_not_json_are_refused() {
    let not_utf8 = [&br#"{"resourceLogs":[{"schemaUrl":""#[..], &[0xff, 0xfe], br#""}]}"#].concat();
    let not_json = [&b""[..], b"{", b"[]", b"secret", br#"{"resourceLogs":[NaN]}"#, b"{} {}", &not_utf8];
    for json in not_json {
        let Err(refusal) = decode(Signal::Logs, json) else { panic!("{json:?}") };
        assert!(!refusal.to_string().contains("secret"), "{refusal}");
    }
}

#[test]
fn deep_nesting_is_refused_whether_known_or_not() {
    let depth = 100_000;
    let value = format!("{}{{}}{}", r#"{"arrayValue":{"values":["#.repeat(depth), "]}}".repeat(depth));
    let unknown = format!(r#"{{"unknown":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let known = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{value}}}]}}]}}]}}"#);
    for json in [known, unknown] {
        assert!(fault(Signal::Logs, &json).contains("recursion limit exceeded"));
    }
}

#[test]
fn doubles_are_read_by_protobufs_names_only() {
    let doubles =
        r#"[{"doubleValue":"NaN"}, {"doubleValue":"Infinity"}, {"doubleValue":"-Infinity"}, {"doubleValue":"1.5e2"}]"#;
    let read: Vec<f64> = values(doubles)
        .into_iter()
        .map(|value| if let Some(Any::DoubleValue(value)) = value { value } else { panic!("{value:?}") })
        .collect();
    assert!(read[0].is_nan());
    assert_eq!(read[1..], [f64::INFINITY, f64::NEG_INFINITY, 150.0]);
    for other in [r#""inf""#, r#""nan""#, r#""infinity""#, r#""+Infinity""#, r#""1e400""#, r#""""#, "true"] {
        let json = format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"doubleValue":{other}}}}}]}}]}}]}}"#
        );
        assert_eq!(fault(Signal::Logs, &json), "`doubleValue` is not a number", "{other}");
    }
}

#[test]
fn original_field_names_are_unknown_names() {
    let snake = r#"{"resource_logs":[{"scope_logs":[{"log_records":[{}]}]}]}"#;
    assert!(records(snake).is_empty());
    let mixed = record(r#""time_unix_nano":"5","severity_number":"secret","trace_id":"no id","flags":1"#);
    assert_eq!(mixed, LogRecord { flags: 1, ..LogRecord::default() });
}

#[test]
fn unknown_names_are_passed_over_at_every_level() {
    let strange = r#""strange":{"deep":[{"resourceLogs":1},null,"x"]},"x":null,"""#;
    let json = format!(
        r#"{{{strange}:1,"resourceLogs":[{{{strange}:1,"resource":{{{strange}:1,"attributes":[{{{strange}:1,"key":"a",
           "value":{{{strange}:1,"stringValue":"b"}}}}]}},"scopeLogs":[{{{strange}:1,"scope":{{{strange}:1,"name":"s"}},
           "logRecords":[{{{strange}:1,"flags":7}}]}}]}}]}}"#
    );
    let plain = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"b"}}]},
                    "scopeLogs":[{"scope":{"name":"s"},"logRecords":[{"flags":7}]}]}]}"#;
    let [Export::Logs(strange), Export::Logs(plain)] =
        [json.as_str(), plain].map(|json| decode(Signal::Logs, json.as_bytes()).unwrap())
    else {
        panic!()
    };
    assert_eq!(strange, plain);
}

#[test]
fn exemplars_and_buckets_are_read_whole() {
    let json = br#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"e","metadata":[{"key":"m","value":{}}],
        "exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"count":"18446744073709551615","sum":-0.5,
          "scale":-10,"zeroCount":2,"zeroThreshold":1e-9,"min":"-Infinity","max":1,"flags":1,
          "positive":{"offset":-3,"bucketCounts":["1","0",3]},"negative":{"offset":2,"bucketCounts":[]},
          "exemplars":[{"asDouble":2.5,"timeUnixNano":"7","traceId":"0102030405060708090A0B0C0D0E0F10",
            "spanId":"0102030405060708","filteredAttributes":[{"key":"f","value":{"intValue":"1"}}]},{"asInt":"-4"}]}]}}]}]}]}"#;
    let Export::Metrics(request) = decode(Signal::Metrics, json).unwrap() else { panic!() };
    let metric = &request.resource_metrics[0].scope_metrics[0].metrics[0];
    let Some(Data::ExponentialHistogram(histogram)) = &metric.data else { panic!() };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum, point.scale, point.zero_count), (u64::MAX, Some(-0.5), -10, 2));
    assert_eq!((point.zero_threshold, point.min, point.max), (1e-9, Some(f64::NEG_INFINITY), Some(1.0)));
    let positive = point.positive.as_ref().unwrap();
    assert_eq!((positive.offset, positive.bucket_counts.as_slice()), (-3, &[1, 0, 3][..]));
    let [first, second] = point.exemplars.as_slice() else { panic!() };
    assert_eq!((first.trace_id.len(), first.span_id.len(), first.time_unix_nano), (16, 8, 7));
    assert_eq!(first.filtered_attributes.len(), 1);
    assert_eq!(first.value, Some(exemplar::Value::AsDouble(2.5)));
    assert_eq!(second.value, Some(exemplar::Value::AsInt(-4)));
    assert_eq!(metric.metadata.len(), 1);
}

#[test]
fn odd_texts_are_kept_as_they_are() {
    let odd = record(r#""body":{"stringValue":"\u0000\u202e\ud83d\ude00 \u00e9\uffff\\\/"}"#);
    let text = "\0\u{202e}\u{1f600} \u{e9}\u{ffff}\\/";
    assert_eq!(odd.body.unwrap().value, Some(Any::StringValue(text.to_owned())));
    // Half of a pair is no text.
    assert!(decode(Signal::Logs, br#"{"resourceLogs":[{"schemaUrl":"\ud83d"}]}"#).is_err());
}

/// Real requests, cut to two or three records each with long texts shortened; nothing else changed.
const CAPTURES: [(Signal, &str, &str); 6] = [
    (Signal::Logs, "logRecords", include_str!("samples/claude_code_logs.json")),
    (Signal::Traces, "spans", include_str!("samples/claude_code_traces.json")),
    (Signal::Logs, "logRecords", include_str!("samples/codex_logs.json")),
    (Signal::Metrics, "dataPoints", include_str!("samples/copilot_metrics.json")),
    (Signal::Traces, "spans", include_str!("samples/copilot_traces.json")),
    (Signal::Logs, "logRecords", include_str!("samples/gemini_cli_logs.json")),
];

/// How many elements all lists of this name have together, by a look at the JSON that knows nothing of OTLP.
fn count(value: &Value, name: &str) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(field, value)| {
                let here = if field == name { value.as_array().map_or(0, Vec::len) } else { 0 };
                here + count(value, name)
            })
            .sum(),
        Value::Array(values) => values.iter().map(|value| count(value, name)).sum(),
        _ => 0,
    }
}

#[test]
fn requests_of_every_client_are_read_whole() {
    for (signal, records, json) in CAPTURES {
        let value = serde_json::from_str(json).unwrap();
        let export = decode(signal, json.as_bytes()).unwrap();
        assert!(export.len() >= 2);
        assert_eq!(export.len(), count(&value, records));

        let debug = match export {
            Export::Logs(request) => format!("{request:?}"),
            Export::Traces(request) => format!("{request:?}"),
            Export::Metrics(request) => format!("{request:?}"),
        };
        assert_eq!(debug.matches("KeyValue {").count(), count(&value, "attributes"));
    }
}

#[test]
fn what_the_sdks_own_types_write_as_json_is_read_back() {
    for (signal, _, json) in CAPTURES {
        let sent = decode(signal, json.as_bytes()).unwrap();
        let written = match &sent {
            Export::Logs(request) => serde_json::to_vec(request),
            Export::Traces(request) => serde_json::to_vec(request),
            Export::Metrics(request) => serde_json::to_vec(request),
        };
        match (sent, decode(signal, &written.unwrap()).unwrap()) {
            (Export::Logs(sent), Export::Logs(read)) => assert_eq!(sent, read),
            (Export::Traces(sent), Export::Traces(read)) => assert_eq!(sent, read),
            (Export::Metrics(sent), Export::Metrics(read)) => assert_eq!(sent, read),
            (sent, read) => panic!("{sent:?} {read:?}"),
        }
    }
}
