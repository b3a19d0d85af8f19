//! What Delta's log says about a file, so that readers skip it without opening it: number of rows, nulls, and the
//! bounds of the columns that people filter by. See "Per-file Statistics" in the Delta protocol.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{max, max_string, min, min_string};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::error::ArrowError;
use serde_json::{Map, Value, json};

/// The columns with bounds.
pub(crate) const COLUMNS: [&str; 5] = ["event_time", "received_time", "session_id", "agent", "kind"];

/// A text bound longer than this is left out, bytes: the log is read as a whole, and a sender may send anything.
const LONGEST_TEXT: usize = 128;

/// The statistics of a batch, as JSON.
pub(super) fn json(batch: &RecordBatch) -> Result<String, ArrowError> {
    let (mut least, mut most, mut nulls) = (Map::new(), Map::new(), Map::new());
    for name in COLUMNS {
        let Some(column) = batch.column_by_name(name) else { continue };
        nulls.insert(name.to_owned(), json!(column.null_count()));
        if let Some((low, high)) = bounds(column.as_ref()) {
            least.insert(name.to_owned(), low);
            most.insert(name.to_owned(), high);
        }
    }
    let statistics = json!({"numRecords": batch.num_rows(), "minValues": least, "maxValues": most, "nullCount": nulls});
    serde_json::to_string(&statistics).map_err(|error| ArrowError::ExternalError(Box::new(error)))
}

fn bounds(column: &dyn Array) -> Option<(Value, Value)> {
    match column.data_type() {
        DataType::Timestamp(..) => {
            let column = column.as_primitive::<TimestampMicrosecondType>();
            // Delta keeps milliseconds: the lower bound is rounded down, the upper one up.
            Some((time(min(column)?)?.into(), time(max(column)?.checked_add(999)?)?.into()))
        }
        DataType::Utf8 => {
            let column = column.as_string::<i32>();
            let (low, high) = (min_string(column)?, max_string(column)?);
            (low.len().max(high.len()) <= LONGEST_TEXT).then(|| (low.into(), high.into()))
        }
        _ => None,
    }
}

/// A time in the form of the log; none outside of the years that every reader can read.
fn time(micros: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp_micros(micros)?;
    (1..=9_999).contains(&chrono::Datelike::year(&time)).then(|| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn bounds_enclose_every_value_and_odd_values_have_none() {
        let batch = |times: Vec<i64>, agents: Vec<&str>| {
            let times = TimestampMicrosecondArray::from(times).with_timezone("UTC");
            RecordBatch::try_from_iter_with_nullable([
                ("event_time", Arc::new(times) as Arc<dyn Array>, true),
                ("agent", Arc::new(StringArray::from(agents)), true),
            ])
            .unwrap()
        };
        let read = |batch| serde_json::from_str::<Value>(&json(&batch).unwrap()).unwrap();
        let nulls = json!({"agent": 0, "event_time": 0});
        assert_eq!(
            read(batch(vec![1_999, 2_001], vec!["codex", "claude-code"])),
            json!({
                "numRecords": 2,
                "minValues": {"agent": "claude-code", "event_time": "1970-01-01T00:00:00.001Z"},
                "maxValues": {"agent": "codex", "event_time": "1970-01-01T00:00:00.003Z"},
                "nullCount": nulls,
            })
        );
        assert_eq!(
            read(batch(vec![i64::MIN, i64::MAX], vec!["a", &"b".repeat(200)])),
            json!({"numRecords": 2, "minValues": {}, "maxValues": {}, "nullCount": nulls})
        );
    }
}
