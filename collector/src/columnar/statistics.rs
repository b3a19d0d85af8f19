//! What Delta's log says about a file, so that readers skip it without opening it: number of rows, nulls, and the
//! bounds of the columns that people filter by. See "Per-file Statistics" in the Delta protocol.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{max, max_string, min, min_string};
use arrow::datatypes::{DataType, Schema, TimestampMicrosecondType};
use arrow::error::ArrowError;
use serde_json::{Map, Value, json};

/// The columns with bounds.
pub(crate) const COLUMNS: [&str; 5] = ["event_time", "received_time", "session_id", "agent", "kind"];

/// A text bound longer than this is left out, bytes: the log is read as a whole, and a sender may send anything.
const LONGEST_TEXT: usize = 128;

/// The statistics of a file, gathered batch by batch.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    rows: usize,
    nulls: [usize; COLUMNS.len()],
    bounds: [Option<Bounds>; COLUMNS.len()],
}

/// The least and the greatest value of a column.
#[derive(Clone, Debug)]
enum Bounds {
    Times(i64, i64),
    Texts(String, String),
}

impl Statistics {
    /// Takes in a batch.
    pub(super) fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows();
        for ((name, nulls), bounds) in COLUMNS.iter().zip(&mut self.nulls).zip(&mut self.bounds) {
            let Some(column) = batch.column_by_name(name) else { continue };
            *nulls += column.null_count();
            *bounds = Bounds::around(bounds.take(), Bounds::of(column.as_ref()));
        }
    }

    /// How many rows were taken in.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// As Delta's log has it, JSON. `schema` tells which of the columns there are.
    pub(super) fn json(&self, schema: &Schema) -> Result<String, ArrowError> {
        let (mut least, mut most, mut nulls) = (Map::new(), Map::new(), Map::new());
        for ((name, count), bounds) in COLUMNS.iter().zip(self.nulls).zip(&self.bounds) {
            if schema.index_of(name).is_err() {
                continue;
            }
            nulls.insert((*name).to_owned(), json!(count));
            if let Some((low, high)) = bounds.as_ref().and_then(Bounds::values) {
                least.insert((*name).to_owned(), low);
                most.insert((*name).to_owned(), high);
            }
        }
        let statistics = json!({"numRecords": self.rows, "minValues": least, "maxValues": most, "nullCount": nulls});
        serde_json::to_string(&statistics).map_err(|error| ArrowError::ExternalError(Box::new(error)))
    }
}

impl Bounds {
    fn of(column: &dyn Array) -> Option<Self> {
        match column.data_type() {
            DataType::Timestamp(..) => {
                let column = column.as_primitive::<TimestampMicrosecondType>();
                Some(Self::Times(min(column)?, max(column)?))
            }
            DataType::Utf8 => {
                let column = column.as_string::<i32>();
                Some(Self::Texts(min_string(column)?.to_owned(), max_string(column)?.to_owned()))
            }
            _ => None,
        }
    }

    fn around(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(Self::Times(low, high)), Some(Self::Times(lower, higher))) => {
                Some(Self::Times(low.min(lower), high.max(higher)))
            }
            (Some(Self::Texts(low, high)), Some(Self::Texts(lower, higher))) => {
                Some(Self::Texts(low.min(lower), high.max(higher)))
            }
            (one, other) => one.or(other),
        }
    }

    /// Least and greatest as the log has them; none where they say too much or nothing that a reader can read.
    fn values(&self) -> Option<(Value, Value)> {
        match self {
            // Delta keeps milliseconds: the lower bound is rounded down, the upper one up.
            Self::Times(low, high) => Some((time(*low)?.into(), time(high.checked_add(999)?)?.into())),
            Self::Texts(low, high) => {
                (low.len().max(high.len()) <= LONGEST_TEXT).then(|| (low.as_str().into(), high.as_str().into()))
            }
        }
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
        let read = |batch: RecordBatch| {
            let mut statistics = Statistics::default();
            for row in 0..batch.num_rows() {
                statistics.add(&batch.slice(row, 1));
            }
            serde_json::from_str::<Value>(&statistics.json(&batch.schema()).unwrap()).unwrap()
        };
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
