//! Writes an answer for other programs and for people: CSV, JSON, or a table of text.
//!
//! Times are RFC 3339 in UTC with µs. Maps are objects in JSON, and the same JSON as text elsewhere.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::csv;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json;
use arrow::json::writer::JsonArray;
use arrow::util::display::{ArrayFormatter, DurationFormat, FormatOptions};
use arrow::util::pretty::pretty_format_batches_with_schema;

use crate::archive::Answer;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line. Null is an empty field.
    Csv,
    /// One array with an object per row; a null has its key.
    Json,
    /// A drawn table. Control characters, which could steer a terminal, are shown by their escapes.
    Table,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Self] = &[Self::Csv, Self::Json, Self::Table];

    /// The name on the command line and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Table => "table",
        }
    }

    /// Reads the name back; none for a name that is not a format's.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name)
    }
}

/// Writes an answer.
///
/// # Errors
/// When the writer fails, or a value has no text form.
pub fn write(answer: &Answer, format: Format, out: impl Write) -> io::Result<()> {
    match format {
        Format::Csv => write_csv(answer, out),
        Format::Json => write_json(answer, out),
        Format::Table => write_table(answer, out),
    }
    .map_err(|error| match error {
        ArrowError::IoError(_, source) => source,
        other => io::Error::other(other),
    })
}

/// How single values are shown.
pub(crate) const fn options() -> FormatOptions<'static> {
    FormatOptions::new()
        .with_display_error(true)
        .with_timestamp_format(Some(LOCAL_TIME))
        .with_timestamp_tz_format(Some(TIME))
        .with_duration_format(DurationFormat::ISO8601)
}

const TIME: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M:%S%.6f";

fn write_csv(answer: &Answer, out: impl Write) -> Result<(), ArrowError> {
    let mut writer =
        csv::WriterBuilder::new().with_header(true).with_line_terminator(csv::writer::Terminator::CRLF).build(out);
    let (schema, batches) = as_text(answer)?;
    // Without a batch the writer would leave the header out.
    writer.write(&RecordBatch::new_empty(schema))?;
    batches.iter().try_for_each(|batch| writer.write(batch))
}

fn write_json(answer: &Answer, mut out: impl Write) -> Result<(), ArrowError> {
    let mut writer = json::WriterBuilder::new()
        .with_explicit_nulls(true)
        .with_timestamp_format(LOCAL_TIME.to_owned())
        .with_timestamp_tz_format(TIME.to_owned())
        .build::<_, JsonArray>(&mut out);
    answer.batches.iter().try_for_each(|batch| writer.write(batch))?;
    writer.finish()?;
    drop(writer);
    Ok(writeln!(out)?)
}

fn write_table(answer: &Answer, mut out: impl Write) -> Result<(), ArrowError> {
    let (schema, batches) = as_text(answer)?;
    let batches = batches.iter().map(without_controls).collect::<Result<Vec<_>, _>>()?;
    Ok(writeln!(out, "{}", pretty_format_batches_with_schema(schema, &batches)?)?)
}

/// The answer with every column as text.
fn as_text(answer: &Answer) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    let fields = answer.schema.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batches = answer.batches.iter().map(|batch| {
        let columns = batch.columns().iter().map(text_column).collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(Arc::clone(&schema), columns)
    });
    Ok((Arc::clone(&schema), batches.collect::<Result<_, _>>()?))
}

fn text_column(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match column.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => cast(column, &DataType::Utf8),
        DataType::Map(..) | DataType::Struct(_) | DataType::List(_) | DataType::LargeList(_) => json_column(column),
        _ => {
            let options = options();
            let formatter = ArrayFormatter::try_new(column, &options)?;
            let texts = (0..column.len())
                .map(|index| column.is_valid(index).then(|| formatter.value(index).try_to_string()).transpose());
            Ok(Arc::new(texts.collect::<Result<StringArray, _>>()?))
        }
    }
}

/// Nested values as JSON.
fn json_column(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let field = Field::new("v", column.data_type().clone(), true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::clone(column)])?;
    let mut lines = Vec::new();
    let mut writer = json::WriterBuilder::new()
        .with_timestamp_format(LOCAL_TIME.to_owned())
        .with_timestamp_tz_format(TIME.to_owned())
        .build::<_, json::writer::LineDelimited>(&mut lines);
    writer.write(&batch)?;
    writer.finish()?;
    drop(writer);
    let lines = String::from_utf8_lossy(&lines);
    // Each line is {"v":…}, and {} for a null.
    let texts = lines.lines().map(|line| line.strip_prefix("{\"v\":").and_then(|rest| rest.strip_suffix('}')));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

fn without_controls(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| -> ArrayRef {
        let texts = column.as_string::<i32>();
        if texts.iter().flatten().any(|text| text.contains(char::is_control)) {
            Arc::new(texts.iter().map(|text| text.map(escaped)).collect::<StringArray>())
        } else {
            Arc::clone(column)
        }
    });
    RecordBatch::try_new(batch.schema(), columns.collect())
}

fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        if sign.is_control() {
            shown.extend(sign.escape_default());
        } else {
            shown.push(sign);
        }
    }
    shown
}

#[cfg(test)]
mod tests;
