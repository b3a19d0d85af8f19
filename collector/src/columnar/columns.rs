//! Arrow builders that are filled by walking the rows' cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, MapBuilder, MapFieldNames, RecordBatch,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use barograph_proto::row::{Attribute, Cells, Row, Sent};
use barograph_proto::tables::{Table, map_type, time_type};

use crate::redact::Redacted;

/// The columns of one file, while they are filled.
pub(super) struct Columns {
    schema: SchemaRef,
    builders: Vec<Builder>,
    /// Which column the next cell belongs to.
    next: usize,
}

enum Builder {
    Text(StringBuilder),
    Time(TimestampMicrosecondBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Flag(BooleanBuilder),
    Texts(Box<MapBuilder<StringBuilder, StringBuilder>>),
    Counts(Box<MapBuilder<StringBuilder, Int64Builder>>),
}

impl Builder {
    fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Timestamp(..) => Self::Time(TimestampMicrosecondBuilder::new().with_data_type(time_type())),
            DataType::Int64 => Self::Int(Int64Builder::new()),
            DataType::Float64 => Self::Float(Float64Builder::new()),
            DataType::Boolean => Self::Flag(BooleanBuilder::new()),
            counts if *counts == map_type(DataType::Int64) => {
                Self::Counts(Box::new(MapBuilder::new(Some(map_names()), StringBuilder::new(), Int64Builder::new())))
            }
            DataType::Map(..) => {
                Self::Texts(Box::new(MapBuilder::new(Some(map_names()), StringBuilder::new(), StringBuilder::new())))
            }
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Time(mut builder) => Arc::new(builder.finish()),
            Self::Int(mut builder) => Arc::new(builder.finish()),
            Self::Float(mut builder) => Arc::new(builder.finish()),
            Self::Flag(mut builder) => Arc::new(builder.finish()),
            Self::Texts(mut builder) => Arc::new(builder.finish()),
            Self::Counts(mut builder) => Arc::new(builder.finish()),
        }
    }
}

fn map_names() -> MapFieldNames {
    let [entry, key, value] = ["key_value", "key", "value"].map(str::to_owned);
    MapFieldNames { entry, key, value }
}

impl Columns {
    pub(super) fn new(table: Table) -> Self {
        let schema = table.schema();
        let builders = schema.fields().iter().map(|field| Builder::new(field.data_type())).collect();
        Self { schema, builders, next: 0 }
    }

    pub(super) fn append<R: Row>(&mut self, row: &mut Redacted<R>) {
        self.next = 0;
        row.cells(self);
    }

    /// The batch, in the order of appending.
    pub(super) fn finish(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(self.schema, self.builders.into_iter().map(Builder::finish).collect())
    }

    /// The builder of the next cell. The schema comes from the same walk, so kinds always agree; if they ever did not,
    /// the column would be short and the batch refused.
    fn builder(&mut self) -> Option<&mut Builder> {
        self.next += 1;
        self.builders.get_mut(self.next - 1)
    }
}

impl Cells for Columns {
    fn text(&mut self, _: &'static str, value: &mut String) {
        if let Some(Builder::Text(builder)) = self.builder() {
            builder.append_option((!value.is_empty()).then_some(value));
        }
    }

    fn json(&mut self, column: &'static str, value: &mut String) {
        self.text(column, value);
    }

    fn time(&mut self, _: &'static str, value: &mut Option<i64>) {
        if let Some(Builder::Time(builder)) = self.builder() {
            builder.append_option(*value);
        }
    }

    fn int(&mut self, _: &'static str, value: &mut Option<i64>) {
        if let Some(Builder::Int(builder)) = self.builder() {
            builder.append_option(*value);
        }
    }

    fn float(&mut self, _: &'static str, value: &mut Option<f64>) {
        if let Some(Builder::Float(builder)) = self.builder() {
            builder.append_option(*value);
        }
    }

    fn flag(&mut self, _: &'static str, value: &mut Option<bool>) {
        if let Some(Builder::Flag(builder)) = self.builder() {
            builder.append_option(*value);
        }
    }

    fn attributes(&mut self, _: &'static str, value: &mut Vec<Attribute>) {
        if let Some(Builder::Texts(builder)) = self.builder() {
            for attribute in value.iter() {
                let unset = attribute.sent == i32::from(Sent::Unset);
                builder.keys().append_value(&attribute.key);
                builder.values().append_option((!unset).then_some(&attribute.value));
            }
            end(builder, value.is_empty());
        }
    }

    fn counts(&mut self, _: &'static str, value: &mut BTreeMap<String, i64>) {
        if let Some(Builder::Counts(builder)) = self.builder() {
            for (key, count) in &*value {
                builder.keys().append_value(key);
                builder.values().append_value(*count);
            }
            end(builder, value.is_empty());
        }
    }

    fn names(&mut self, _: &'static str, value: &mut BTreeMap<String, String>) {
        if let Some(Builder::Texts(builder)) = self.builder() {
            for (key, name) in &*value {
                builder.keys().append_value(key);
                builder.values().append_value(name);
            }
            end(builder, value.is_empty());
        }
    }
}

/// Ends a map, which is null when empty.
fn end<V: ArrayBuilder>(builder: &mut MapBuilder<StringBuilder, V>, is_empty: bool) {
    // It fails when keys and values differ in number; one of each was appended.
    drop(builder.append(!is_empty));
}
