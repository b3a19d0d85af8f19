//! The same answer in every format.

use arrow::array::{Float64Array, Int64Array, MapBuilder, StringBuilder, StringViewArray, TimestampMicrosecondArray};

use super::*;

fn answer() -> Answer {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    map.keys().append_value("k \"1\"");
    map.values().append_value("v");
    map.append(true).unwrap();
    map.append(false).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "time",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_774_000_800_123_456), None]).with_timezone("UTC")),
        ),
        ("command", Arc::new(StringViewArray::from(vec![Some("echo \"a,b\"\n\u{1b}[31m"), None]))),
        ("n", Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_993), Some(0)]))),
        ("share", Arc::new(Float64Array::from(vec![0.5, f64::NAN]))),
        ("attributes", Arc::new(map.finish())),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.unwrap();
    Answer { schema: batch.schema(), batches: vec![batch], cut: false }
}

fn written(answer: &Answer, format: Format) -> String {
    let mut out = Vec::new();
    write(answer, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn csv_has_a_header_quotes_and_empty_nulls() {
    assert_eq!(
        written(&answer(), Format::Csv),
        "time,command,n,share,attributes\r\n\
         2026-03-20T10:00:00.123456Z,\"echo \"\"a,b\"\"\n\u{1b}[31m\",9007199254740993,0.5,\"{\"\"k \\\"\"1\\\"\"\"\":\"\"v\"\"}\"\r\n\
         ,,0,NaN,\r\n"
    );
}

#[test]
fn json_is_one_array_of_objects() {
    let json: serde_json::Value = serde_json::from_str(&written(&answer(), Format::Json)).unwrap();
    assert_eq!(
        json,
        serde_json::json!([
            {
                "time": "2026-03-20T10:00:00.123456Z",
                "command": "echo \"a,b\"\n\u{1b}[31m",
                "n": 9_007_199_254_740_993_i64,
                "share": 0.5,
                "attributes": { "k \"1\"": "v" },
            },
            { "time": null, "command": null, "n": 0, "share": null, "attributes": null },
        ])
    );
}

#[test]
fn a_table_cannot_steer_the_terminal() {
    let table = written(&answer(), Format::Table);
    assert!(table.contains("echo \"a,b\"\\n\\u{1b}[31m"), "{table}");
    assert!(!table.contains('\u{1b}'));
}

#[test]
fn an_answer_without_rows_keeps_its_shape() {
    let none = Answer { batches: Vec::new(), ..answer() };
    assert_eq!(written(&none, Format::Csv), "time,command,n,share,attributes\r\n");
    assert_eq!(written(&none, Format::Json), "[]\n");
    assert!(written(&none, Format::Table).contains("command"));
}

#[test]
fn formats_are_known_by_name() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.as_str()), Some(*format));
    }
    assert_eq!(Format::parse("xml"), None);
}
