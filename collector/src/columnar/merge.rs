//! Many sorted files into few: a merge that holds a batch of each, whatever their size.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashSet};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, new_null_array};
use arrow::compute::{cast, interleave_record_batch};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};
use barograph_proto::tables::Table;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use parquet::errors::ParquetError;

use super::file::{DataFile, Effort, FileWriter};
use super::{ColumnarError, STEP_ROWS};
use crate::pace::Pace;

/// Rows of a file that are in memory at a time.
pub(crate) const BATCH_ROWS: usize = 1_024;

/// The rows of one sorted file.
pub(crate) type Sorted = BoxStream<'static, Result<RecordBatch, ParquetError>>;

/// What a merge is to make.
#[derive(Clone, Debug)]
pub(crate) struct MergePlan {
    pub(crate) table: Table,
    /// The value of the partition column, which all files share.
    pub(crate) day: String,
    /// A file that has grown to this size is closed and the next one begun, bytes.
    pub(crate) target: u64,
    /// How many rows there are, about.
    pub(crate) rows: usize,
    /// Whether the files will stay as they are: then it pays to make them small.
    pub(crate) lasting: bool,
}

/// What came of a merge.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// The new files, in order.
    pub(crate) files: Vec<DataFile>,
    /// Rows left out because their event id stood there already.
    pub(crate) repeated: u64,
}

/// Merges sorted files, each event id once. Ids of equal rows stand beside each other, since the order is by what the id
/// is made of.
pub(crate) async fn merge(plan: &MergePlan, inputs: Vec<Sorted>, pace: &mut Pace) -> Result<Merged, ColumnarError> {
    let mut order = Order::new(plan.table)?;
    let mut inputs: Vec<Input> = inputs.into_iter().map(|rows| Input { rows, keys: None, at: 0, held: 0 }).collect();
    let mut output = Output::new(plan);
    let mut heads = BinaryHeap::with_capacity(inputs.len());
    for (index, input) in inputs.iter_mut().enumerate() {
        heads.extend(input.refill(index, &mut order, &mut output).await?);
        pace.rest().await;
    }
    while let Some(Reverse(head)) = heads.pop() {
        let Some(input) = inputs.get_mut(head.input) else { break };
        output.take(input.held, &head)?;
        if output.is_due() {
            output.flush(&mut inputs)?;
            pace.rest().await;
        }
        let Some(input) = inputs.get_mut(head.input) else { break };
        let next = match input.step(head.input) {
            Some(next) => Some(next),
            None => input.refill(head.input, &mut order, &mut output).await?,
        };
        heads.extend(next);
    }
    output.finish(&mut inputs)
}

/// How rows are ordered, as bytes that compare.
struct Order {
    table: Table,
    converter: RowConverter,
}

impl Order {
    fn new(table: Table) -> Result<Self, ArrowError> {
        let schema = table.schema();
        let fields: Result<Vec<SortField>, ArrowError> = table
            .sort_columns()
            .iter()
            .map(|name| Ok(SortField::new(schema.field_with_name(name)?.data_type().clone())))
            .collect();
        Ok(Self { table, converter: RowConverter::new(fields?)? })
    }

    fn keys(&mut self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        let columns: Vec<ArrayRef> =
            self.table.sort_columns().iter().filter_map(|name| batch.column_by_name(name).cloned()).collect();
        self.converter.convert_columns(&columns)
    }
}

/// One file and where in it the merge stands.
struct Input {
    rows: Sorted,
    keys: Option<Arc<Rows>>,
    at: usize,
    /// Which of the output's batches is this file's current one.
    held: usize,
}

impl Input {
    /// The next row of the batch in hand.
    fn step(&mut self, index: usize) -> Option<Reverse<Head>> {
        self.at += 1;
        let keys = self.keys.as_ref().filter(|keys| self.at < keys.num_rows())?;
        Some(Reverse(Head { keys: Arc::clone(keys), row: self.at, input: index }))
    }

    /// The first row of the next batch; none at the file's end.
    async fn refill(
        &mut self,
        index: usize,
        order: &mut Order,
        output: &mut Output<'_>,
    ) -> Result<Option<Reverse<Head>>, ColumnarError> {
        self.keys = None;
        while let Some(batch) = self.rows.next().await {
            let batch = conform(order.table, &batch?)?;
            if batch.num_rows() == 0 {
                continue;
            }
            let keys = Arc::new(order.keys(&batch)?);
            (self.held, self.at) = (output.hold(batch), 0);
            self.keys = Some(Arc::clone(&keys));
            return Ok(Some(Reverse(Head { keys, row: 0, input: index })));
        }
        Ok(None)
    }
}

/// A row that is next in its file.
struct Head {
    keys: Arc<Rows>,
    row: usize,
    input: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        // Equal rows in the order of the files, so that a merge of the same files gives the same.
        self.keys.row(self.row).cmp(&other.keys.row(other.row)).then(self.input.cmp(&other.input))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

/// What has been merged and not yet written, and the files that are being made.
struct Output<'a> {
    plan: &'a MergePlan,
    /// Batches that chosen rows are in.
    batches: Vec<RecordBatch>,
    chosen: Vec<(usize, usize)>,
    /// The order of the row chosen last, and the ids of all rows of the same order.
    last: Vec<u8>,
    seen: HashSet<String>,
    writer: Option<FileWriter>,
    merged: Merged,
}

impl<'a> Output<'a> {
    fn new(plan: &'a MergePlan) -> Self {
        Self {
            plan,
            batches: Vec::new(),
            chosen: Vec::with_capacity(STEP_ROWS),
            last: Vec::new(),
            seen: HashSet::new(),
            writer: None,
            merged: Merged::default(),
        }
    }

    /// Keeps a batch that rows will be chosen from; its place.
    fn hold(&mut self, batch: RecordBatch) -> usize {
        self.batches.push(batch);
        self.batches.len() - 1
    }

    /// Takes a row, unless its event id is there already.
    fn take(&mut self, batch: usize, head: &Head) -> Result<(), ColumnarError> {
        let key = head.keys.row(head.row);
        if self.last != key.as_ref() {
            self.last.clear();
            self.last.extend_from_slice(key.as_ref());
            self.seen.clear();
        }
        let ids = self.batches.get(batch).and_then(|batch| batch.column_by_name("event_id")?.as_string_opt::<i32>());
        let ids = ids.ok_or_else(|| ArrowError::SchemaError("there is no column event_id of texts".to_owned()))?;
        // A row without an id is never taken for another.
        let id = ids.is_valid(head.row).then(|| ids.value(head.row));
        if id.is_some_and(|id| !self.seen.insert(id.to_owned())) {
            self.merged.repeated += 1;
        } else {
            self.chosen.push((batch, head.row));
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        self.chosen.len() >= STEP_ROWS
    }

    /// Writes what is chosen, and lets go of the batches that are read to their end.
    fn flush(&mut self, inputs: &mut [Input]) -> Result<(), ColumnarError> {
        if !self.chosen.is_empty() {
            let batches: Vec<&RecordBatch> = self.batches.iter().collect();
            let batch = interleave_record_batch(&batches, &self.chosen)?;
            self.chosen.clear();
            let mut writer = if let Some(writer) = self.writer.take() {
                writer
            } else {
                let effort = if self.plan.lasting { Effort::LASTING } else { Effort::LEAST };
                FileWriter::new(self.plan.table, &self.plan.day, self.plan.rows, effort)?
            };
            writer.write(&batch)?;
            if writer.bytes() as u64 >= self.plan.target {
                self.merged.files.push(writer.finish()?);
            } else {
                self.writer = Some(writer);
            }
        }
        let batches = std::mem::take(&mut self.batches);
        for input in inputs.iter_mut().filter(|input| input.keys.is_some()) {
            if let Some(batch) = batches.get(input.held) {
                input.held = self.hold(batch.clone());
            }
        }
        Ok(())
    }

    fn finish(mut self, inputs: &mut [Input]) -> Result<Merged, ColumnarError> {
        self.flush(inputs)?;
        if let Some(writer) = self.writer.take() {
            self.merged.files.push(writer.finish()?);
        }
        Ok(self.merged)
    }
}

/// A batch with all columns of the table in their order; those that an older layout lacks are null.
fn conform(table: Table, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = table.schema();
    let columns: Result<Vec<ArrayRef>, ArrowError> = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            Some(column) => cast(column, field.data_type()),
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        })
        .collect();
    RecordBatch::try_new(schema, columns?)
}
