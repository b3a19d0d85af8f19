//! `attribution(…)`: who decided, as a function in SQL over [`barograph_proto::attribution`].

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBuilder, Float64Array, StringViewArray, StringViewBuilder, StructArray,
};
use arrow::datatypes::{DataType, Field, Fields};
use barograph_proto::attribution::{Evidence, attribute};
use datafusion::common::cast::{as_boolean_array, as_float64_array, as_string_view_array};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// The fields of the struct that the function returns.
fn fields() -> Fields {
    Fields::from(vec![
        Field::new("decided_by", DataType::Utf8View, false),
        Field::new("decided_by_basis", DataType::Utf8View, false),
        Field::new("decided_by_reason", DataType::Utf8View, false),
        Field::new("asked", DataType::Boolean, true),
    ])
}

/// The function, with its arguments in the order of [`Evidence`]'s fields.
pub(crate) fn function() -> ScalarUDF {
    let text = DataType::Utf8View;
    let flag = DataType::Boolean;
    let arguments = vec![
        text.clone(),      // agent
        text.clone(),      // told
        flag.clone(),      // recorded
        flag.clone(),      // recorded_question
        text.clone(),      // decision
        text.clone(),      // decision_sent
        text.clone(),      // source
        text.clone(),      // tool_kind
        text.clone(),      // command
        text.clone(),      // permission_mode
        flag.clone(),      // interactive
        DataType::Float64, // wait_ms
        text.clone(),      // classifier_verdict
        text,              // error_type
        flag.clone(),      // question_hook
        flag,              // embedded
    ];
    create_udf("attribution", arguments, DataType::Struct(fields()), Volatility::Immutable, Arc::new(evaluate))
}

fn evaluate(arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let columns = Columns::of(&arrays)?;
    let rows = arrays.first().map_or(0, Array::len);
    let mut decided_by = StringViewBuilder::with_capacity(rows);
    let mut basis = StringViewBuilder::with_capacity(rows);
    let mut reason = StringViewBuilder::with_capacity(rows).with_deduplicate_strings();
    let mut asked = BooleanBuilder::with_capacity(rows);
    for row in 0..rows {
        let attribution = attribute(&columns.row(row));
        decided_by.append_value(attribution.decided_by.as_str());
        basis.append_value(attribution.basis.as_str());
        reason.append_value(attribution.reason);
        asked.append_option(attribution.asked);
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(decided_by.finish()),
        Arc::new(basis.finish()),
        Arc::new(reason.finish()),
        Arc::new(asked.finish()),
    ];
    Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(fields(), columns, None)?)))
}

struct Columns<'a> {
    agent: &'a StringViewArray,
    told: &'a StringViewArray,
    recorded: &'a BooleanArray,
    recorded_question: &'a BooleanArray,
    decision: &'a StringViewArray,
    decision_sent: &'a StringViewArray,
    source: &'a StringViewArray,
    tool_kind: &'a StringViewArray,
    command: &'a StringViewArray,
    permission_mode: &'a StringViewArray,
    interactive: &'a BooleanArray,
    wait_ms: &'a Float64Array,
    classifier_verdict: &'a StringViewArray,
    error_type: &'a StringViewArray,
    question_hook: &'a BooleanArray,
    embedded: &'a BooleanArray,
}

impl<'a> Columns<'a> {
    fn of(arrays: &'a [ArrayRef]) -> Result<Self> {
        let array = |at: usize| {
            arrays.get(at).map(AsRef::as_ref).ok_or_else(|| {
                datafusion::error::DataFusionError::Internal(format!(
                    "attribution takes 16 arguments, not {}",
                    arrays.len()
                ))
            })
        };
        Ok(Self {
            agent: as_string_view_array(array(0)?)?,
            told: as_string_view_array(array(1)?)?,
            recorded: as_boolean_array(array(2)?)?,
            recorded_question: as_boolean_array(array(3)?)?,
            decision: as_string_view_array(array(4)?)?,
            decision_sent: as_string_view_array(array(5)?)?,
            source: as_string_view_array(array(6)?)?,
            tool_kind: as_string_view_array(array(7)?)?,
            command: as_string_view_array(array(8)?)?,
            permission_mode: as_string_view_array(array(9)?)?,
            interactive: as_boolean_array(array(10)?)?,
            wait_ms: as_float64_array(array(11)?)?,
            classifier_verdict: as_string_view_array(array(12)?)?,
            error_type: as_string_view_array(array(13)?)?,
            question_hook: as_boolean_array(array(14)?)?,
            embedded: as_boolean_array(array(15)?)?,
        })
    }

    fn row(&self, row: usize) -> Evidence<'a> {
        Evidence {
            agent: text(self.agent, row),
            told: text(self.told, row),
            recorded: flag(self.recorded, row).unwrap_or(false),
            recorded_question: flag(self.recorded_question, row).unwrap_or(false),
            decision: text(self.decision, row),
            decision_sent: text(self.decision_sent, row),
            source: text(self.source, row),
            tool_kind: text(self.tool_kind, row),
            command: text(self.command, row),
            permission_mode: text(self.permission_mode, row),
            interactive: flag(self.interactive, row),
            wait_ms: (!self.wait_ms.is_null(row)).then(|| self.wait_ms.value(row)),
            classifier_verdict: text(self.classifier_verdict, row),
            error_type: text(self.error_type, row),
            question_hook: flag(self.question_hook, row).unwrap_or(false),
            embedded: flag(self.embedded, row).unwrap_or(false),
        }
    }
}

fn text(array: &StringViewArray, row: usize) -> &str {
    if array.is_null(row) { "" } else { array.value(row) }
}

fn flag(array: &BooleanArray, row: usize) -> Option<bool> {
    (!array.is_null(row)).then(|| array.value(row))
}
