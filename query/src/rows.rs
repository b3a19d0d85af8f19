//! An answer's rows, typed: every cell is asked for by column name and comes as a plain Rust value.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit};
use arrow::error::ArrowError;
use arrow::util::display::ArrayFormatter;

use crate::format;

/// The rows of an answer.
#[derive(Debug)]
pub(crate) struct Rows {
    batches: Vec<Batch>,
}

#[derive(Debug)]
struct Batch {
    columns: HashMap<String, usize>,
    batch: RecordBatch,
}

impl Rows {
    /// Brings every column to the one type that its kind is read as.
    pub(crate) fn new(batches: &[RecordBatch]) -> Result<Self, ArrowError> {
        Ok(Self { batches: batches.iter().map(Batch::new).collect::<Result<_, _>>()? })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(|batch| (0..batch.batch.num_rows()).map(move |index| Row { batch, index }))
    }

    pub(crate) fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }
}

impl Batch {
    fn new(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let schema = batch.schema();
        let columns = schema.fields().iter().enumerate().map(|(index, field)| (field.name().clone(), index)).collect();
        let cast = batch
            .columns()
            .iter()
            .map(|column| match target(column.data_type()) {
                Some(target) if target != *column.data_type() => cast(column, &target),
                _ => Ok(std::sync::Arc::clone(column)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let fields = schema
            .fields()
            .iter()
            .zip(&cast)
            .map(|(field, column)| arrow::datatypes::Field::new(field.name(), column.data_type().clone(), true));
        let schema = arrow::datatypes::Schema::new(fields.collect::<Vec<_>>());
        Ok(Self { columns, batch: RecordBatch::try_new(std::sync::Arc::new(schema), cast)? })
    }
}

fn target(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
        data_type if data_type.is_integer() => DataType::Int64,
        data_type if data_type.is_floating() => DataType::Float64,
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        _ => return None,
    })
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    batch: &'a Batch,
    index: usize,
}

impl<'a> Row<'a> {
    fn column(self, name: &str) -> Option<&'a dyn Array> {
        let index = self.batch.columns.get(name);
        debug_assert!(index.is_some(), "the statement answers with no column {name}");
        let column = self.batch.batch.columns().get(*index?)?;
        (!column.is_null(self.index) && column.data_type() != &DataType::Null).then_some(&**column)
    }

    /// A text; empty for null.
    pub(crate) fn text(self, name: &str) -> String {
        let column = self.column(name).and_then(|column| column.as_string_opt::<i32>());
        column.map(|column| column.value(self.index).to_owned()).unwrap_or_default()
    }

    /// A number.
    pub(crate) fn int(self, name: &str) -> Option<i64> {
        let column = self.column(name)?.as_primitive_opt::<Int64Type>()?;
        Some(column.value(self.index))
    }

    /// A count; 0 for null.
    pub(crate) fn count(self, name: &str) -> u64 {
        self.int(name).and_then(|count| u64::try_from(count).ok()).unwrap_or_default()
    }

    /// A fraction.
    pub(crate) fn float(self, name: &str) -> Option<f64> {
        let column = self.column(name)?.as_primitive_opt::<Float64Type>()?;
        Some(column.value(self.index))
    }

    /// A yes or no.
    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        let column = self.column(name)?.as_boolean_opt()?;
        Some(column.value(self.index))
    }

    /// A time, µs since the epoch.
    pub(crate) fn time(self, name: &str) -> Option<i64> {
        let column = self.column(name)?.as_primitive_opt::<arrow::datatypes::TimestampMicrosecondType>()?;
        Some(column.value(self.index))
    }

    /// Any value but a map as text, times as RFC 3339 with µs; none for null.
    pub(crate) fn shown(self, name: &str) -> Option<String> {
        let column = self.column(name).filter(|column| !matches!(column.data_type(), DataType::Map(..)))?;
        let formatter = ArrayFormatter::try_new(column, &format::options()).ok()?;
        Some(formatter.value(self.index).to_string())
    }

    /// A map of texts, sorted by key; empty for null.
    pub(crate) fn map(self, name: &str) -> Vec<(String, String)> {
        let Some(column) = self.column(name).and_then(|column| column.as_map_opt()) else {
            return Vec::new();
        };
        let entries = column.value(self.index);
        let texts = |index: usize| -> Vec<String> {
            let texts = entries.columns().get(index).and_then(|texts| cast(texts, &DataType::Utf8).ok());
            let texts = texts.as_ref().and_then(|texts| texts.as_string_opt::<i32>());
            texts
                .map(|texts| texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
                .unwrap_or_default()
        };
        let mut pairs: Vec<_> = texts(0).into_iter().zip(texts(1)).collect();
        pairs.sort();
        pairs
    }
}
