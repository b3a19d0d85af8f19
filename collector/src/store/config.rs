//! Where and how to store.

use std::path::PathBuf;
use std::time::Duration;

use super::place::Bucket;
use super::retention::RetentionPolicy;

/// Where and how to store.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// The data folder: `journal/` and, without a bucket, `tables/` are made below it.
    pub data_dir: PathBuf,
    /// Where the tables are, if not in the data folder.
    pub bucket: Option<Bucket>,
    /// How much the journal may hold that has not reached the tables yet, bytes. Beyond it, requests are refused.
    pub journal_limit: u64,
    /// For how long the tables' past can be read, and files that left them stay.
    pub time_travel: Duration,
    /// What is removed from the tables when.
    pub retention: RetentionPolicy,
    /// Whether to go on without the rows that stood where the journal is damaged.
    pub accept_journal_loss: bool,
}

impl StoreConfig {
    /// The defaults for a data folder: tables in it, a journal of up to 8 GiB (half an hour without the tables at some
    /// 3,000 rows a second), a day of time travel, nothing ever removed.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            bucket: None,
            journal_limit: 8 * 1024 * 1024 * 1024,
            time_travel: Duration::from_hours(24),
            retention: RetentionPolicy::default(),
            accept_journal_loss: false,
        }
    }
}
