//! What the tables hold, in figures: for whoever checks that they can be read.

use barograph_proto::tables::Table;

use super::conditions::time;
use crate::archive::{Archive, AskError};

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The table.
    pub table: Table,
    /// Its rows.
    pub rows: u64,
    /// When the newest came in, µs since the epoch.
    pub newest_received: Option<i64>,
}

/// What each table holds, in the order of [`Table::ALL`].
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn contents(archive: &Archive) -> Result<Vec<Contents>, AskError> {
    let reading = archive.begin().await?;
    let mut contents = Vec::new();
    for table in Table::ALL {
        let sql = format!("SELECT count(*) AS stored, max(received_time) AS newest FROM {}", table.name());
        let rows = reading.rows(sql, vec![]).await?;
        let row = rows.first();
        contents.push(Contents {
            table,
            rows: row.map_or(0, |row| row.count("stored")),
            newest_received: row.and_then(|row| row.time("newest")),
        });
    }
    Ok(contents)
}

/// How many events happened at this very time, µs since the epoch. Times are never redacted, so this finds a record
/// whatever became of its texts.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn events_at(archive: &Archive, at: i64) -> Result<u64, AskError> {
    let reading = archive.begin().await?;
    let rows = reading.rows("SELECT count(*) AS stored FROM events WHERE event_time = $1", vec![time(at)]).await?;
    Ok(rows.first().map_or(0, |row| row.count("stored")))
}
