//! Runs statements: on their own threads, against one pinned snapshot, until the deadline and no longer.

use std::num::NonZero;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use barograph_proto::tables::Table;
use datafusion::arrow::error::ArrowError;
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::logical_expr::{LogicalPlan, ScalarUDF};
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext};
use futures::StreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use crate::archive::{Answer, Archive, AskError};
use crate::guard::{Checked, Shape};
use crate::metrics::Outcome;
use crate::rows::Rows;
use crate::snapshot::Pinned;

/// Threads that run queries. They are not the reactor's, so a long poll of a query delays no acknowledgement.
const WORKERS: NonZero<usize> = NonZero::new(2).unwrap();

/// Threads that read files for them.
const READERS: usize = 16;

/// Stack of these threads, bytes; reserved, not used, until something deep is planned. Planning recurses over
/// expressions, and [`crate::guard`] bounds how deep they are.
const STACK: usize = 64 * 1024 * 1024;

/// Rows that a question of our own may bring back. More is a fault of the question.
const QUESTION_ROWS: usize = 200_000;

/// The threads on which queries run.
#[derive(Debug)]
pub(crate) struct Worker(Option<Runtime>);

impl Worker {
    pub(crate) fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS.get())
            .max_blocking_threads(READERS)
            .thread_name("barograph-query")
            .thread_stack_size(STACK)
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Runs to the end or to the deadline; none for the latter. The caller has its answer at the deadline. What is not
    /// finished then, or when the caller goes away, is dropped with all that it has started where it next yields, and
    /// gives its turn back then. Most operators yield within ms. A nested loop join (a join without an equality) yields
    /// once per batch against its whole first side: 20 s later for a million rows there, in a debug build.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<Result<T, JoinError>> {
        let runtime = self.0.as_ref()?;
        let mut task = JoinSet::new();
        task.spawn_on(work, runtime.handle());
        tokio::time::timeout_at(deadline, task.join_next()).await.ok()?
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // A runtime may be dropped from within another, which must not wait for it.
            runtime.shutdown_background();
        }
    }
}

/// Whose statement it is: what a failure means depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Author {
    Person,
    Barograph,
}

/// What a statement of our own needs beside its text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    /// The values of `$1`, `$2` …
    pub(crate) values: Vec<ScalarValue>,
    /// The functions it calls that are made for this question.
    pub(crate) functions: Vec<ScalarUDF>,
}

impl From<Vec<ScalarValue>> for Bindings {
    fn from(values: Vec<ScalarValue>) -> Self {
        Self { values, functions: Vec::new() }
    }
}

/// One question being answered: its snapshot, its turn and its deadline.
#[derive(Clone)]
pub(crate) struct Reading {
    archive: Archive,
    pinned: Arc<Pinned>,
    turn: Arc<OwnedSemaphorePermit>,
    deadline: Instant,
}

impl Reading {
    pub(crate) fn new(
        archive: Archive,
        pinned: Arc<Pinned>,
        turn: Arc<OwnedSemaphorePermit>,
        deadline: Instant,
    ) -> Self {
        Self { archive, pinned, turn, deadline }
    }

    /// Whether `events` holds anything, of any time.
    pub(crate) fn any_events(&self) -> bool {
        self.pinned.table(Table::Events).files.iter().any(|file| file.rows() != Some(0))
    }

    /// No event in the table is later than this, µs since the epoch; none when that cannot be told without reading.
    pub(crate) fn latest_event(&self) -> Option<i64> {
        let files = &self.pinned.table(Table::Events).files;
        files.iter().map(|file| file.latest).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Runs a statement of our own, with its values bound and its functions known.
    pub(crate) async fn rows(&self, sql: impl Into<String>, bindings: impl Into<Bindings>) -> Result<Rows, AskError> {
        let (sql, bindings) = (sql.into(), bindings.into());
        // Boxed: questions wait for several of these at once.
        let answer = Box::pin(self.run(Author::Barograph, QUESTION_ROWS, move |context| async move {
            for function in bindings.functions {
                context.register_udf(function);
            }
            let plan = context.state().create_logical_plan(&sql).await?.with_param_values(bindings.values)?;
            Ok(DataFrame::new(context.state(), plan))
        }))
        .await?;
        if answer.cut {
            let message = format!(
                "the answer has more than {QUESTION_ROWS} rows, which no page can show; ask for a part of it with SQL"
            );
            return Err(AskError::Refused { message });
        }
        Rows::new(&answer.batches).map_err(|error| self.archive.broken(error))
    }

    /// Runs a person's statement.
    pub(crate) async fn answer(&self, checked: Checked, max_rows: usize) -> Result<Answer, AskError> {
        self.run(Author::Person, max_rows, move |context| async move {
            let plan = context.state().statement_to_plan(checked.statement).await?;
            read_only(&plan)?;
            let frame = context.execute_logical_plan(plan).await?;
            // With its limit known, a sort keeps only the rows that will be shown.
            match checked.shape {
                Shape::Rows => frame.limit(0, Some(max_rows.saturating_add(1))),
                Shape::Description => Ok(frame),
            }
        })
        .await
    }

    async fn run<F>(
        &self,
        author: Author,
        max_rows: usize,
        plan: impl FnOnce(SessionContext) -> F + Send + 'static,
    ) -> Result<Answer, AskError>
    where
        F: Future<Output = Result<DataFrame>> + Send,
    {
        let started = Instant::now();
        let reading = self.clone();
        let ended = self
            .archive
            .worker()
            .run(self.deadline, async move {
                let answer = reading.collect(plan, max_rows).await;
                drop(reading.turn);
                answer
            })
            .await;
        let result = match ended {
            None => Err(self.archive.timed_out()),
            // The panic's message stays out of the logs: it may quote what a row holds.
            Some(Err(_)) => Err(self.archive.broken("a part of the query has panicked")),
            Some(Ok(answer)) => answer.map_err(|error| self.explain(author, error)),
        };
        let (metrics, took) = (self.archive.metrics(), started.elapsed());
        match &result {
            Ok(answer) => metrics.answered(took, answer.batches.iter().map(RecordBatch::num_rows).sum()),
            Err(AskError::Refused { .. }) => metrics.failed(took, Outcome::Refused),
            Err(AskError::TimedOut { .. }) => metrics.failed(took, Outcome::TimedOut),
            Err(AskError::OutOfMemory) => metrics.failed(took, Outcome::OutOfMemory),
            Err(AskError::Broken { .. }) => metrics.failed(took, Outcome::Broken),
        }
        result
    }

    async fn collect<F>(&self, plan: impl FnOnce(SessionContext) -> F, max_rows: usize) -> Result<Answer>
    where
        F: Future<Output = Result<DataFrame>>,
    {
        let sessions = self.archive.sessions();
        let frame = plan(sessions.over(&self.pinned)).await?;
        let schema: SchemaRef = Arc::clone(frame.schema().inner());
        let mut stream = frame.execute_stream().await?;
        // What is kept for the answer counts as the query's memory too.
        let kept = MemoryConsumer::new("answer").register(&sessions.memory());
        let (mut batches, mut room, mut cut) = (Vec::new(), max_rows, false);
        while let Some(batch) = stream.next().await {
            let mut batch = batch?;
            if batch.num_rows() > room {
                (batch, cut) = (batch.slice(0, room), true);
            }
            room -= batch.num_rows();
            if batch.num_rows() > 0 {
                kept.try_grow(batch.get_array_memory_size())?;
                batches.push(batch);
            }
            if cut {
                break;
            }
        }
        Ok(Answer { schema, batches, cut })
    }

    fn explain(&self, author: Author, error: DataFusionError) -> AskError {
        let root = error.find_root();
        if matches!(root, DataFusionError::ResourcesExhausted(_)) {
            return AskError::OutOfMemory;
        }
        let of_the_data = match root {
            DataFusionError::ParquetError(_)
            | DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)
            | DataFusionError::ExecutionJoin(_)
            | DataFusionError::External(_) => true,
            DataFusionError::ArrowError(error, _) => {
                matches!(**error, ArrowError::IoError(..) | ArrowError::ParquetError(_) | ArrowError::ExternalError(_))
            }
            _ => false,
        };
        if author == Author::Barograph || of_the_data {
            return self.archive.broken(error);
        }
        AskError::Refused { message: hint(&root.message()) }
    }
}

/// The engine's own check, beside [`crate::guard`]'s on the text.
fn read_only(plan: &LogicalPlan) -> Result<()> {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false).verify_plan(plan)
}

fn hint(message: &str) -> String {
    if message.starts_with("table ") && message.contains("not found") {
        return format!("{message}; there are decisions, sessions, events, spans and metric_points");
    }
    if message.contains("No field named") {
        return format!("{message} SHOW COLUMNS FROM decisions lists a table's columns.");
    }
    message.to_owned()
}
