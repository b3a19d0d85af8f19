//! The archive: the Delta tables below one data folder, opened for reading.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

/// Where to read and how much a query may take.
#[derive(Clone, Debug)]
pub struct ArchiveConfig {
    /// The data folder that a collector writes, or will write.
    pub data_dir: PathBuf,
    /// Memory that all queries together may use, bytes.
    pub memory_limit: usize,
    /// How long one query may take.
    pub time_limit: std::time::Duration,
    /// How many queries may run at once; more wait.
    pub concurrency: usize,
}

impl ArchiveConfig {
    /// The defaults for a data folder: 512 MiB, 30 s, 4 at once.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            memory_limit: 512 * 1024 * 1024,
            time_limit: std::time::Duration::from_secs(30),
            concurrency: 4,
        }
    }
}

/// Why a question has no answer. `Display` is fit for the person who asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The statement is not one that may be asked, or does not parse.
    #[error("{message}")]
    Refused {
        /// What was wrong and what would work.
        message: String,
    },
    /// It took longer than a query may.
    #[error("the query took longer than {limit_s} s; ask for a shorter time or fewer rows")]
    TimedOut {
        /// The limit, seconds.
        limit_s: u64,
    },
    /// It needed more memory than queries may use.
    #[error("the query needs more memory than queries may use; ask for a shorter time or fewer groups")]
    OutOfMemory,
    /// The tables could not be read.
    #[error("the tables in {data_dir} could not be read")]
    Broken {
        /// The data folder.
        data_dir: PathBuf,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The answer to an SQL query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub batches: Vec<RecordBatch>,
    /// Whether rows were left off because the answer reached the row limit.
    pub cut: bool,
}

/// The tables, open for reading. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Archive;

impl Archive {
    /// Opens a data folder. One that holds no tables yet is an empty archive.
    pub async fn open(_config: ArchiveConfig) -> Result<Self, AskError> {
        Ok(Self)
    }

    /// Answers one SELECT (or EXPLAIN, SHOW TABLES, DESCRIBE) over `events`, `spans`, `metric_points`, `decisions` and
    /// `sessions`, with at most `max_rows` rows. Sees everything committed before the call.
    pub async fn sql(&self, _sql: &str, _max_rows: usize) -> Result<Answer, AskError> {
        Err(AskError::OutOfMemory)
    }
}
