//! One stored record, whole: every column as it is in the table.

use barograph_proto::tables::{PARTITION_COLUMN, Table};

use super::conditions::{size, text, time};
use crate::archive::{Archive, AskError};
use crate::rows::Row;

/// A stored row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Table it stands in.
    pub table: &'static str,
    /// Columns that have a value, in table order: name and text.
    pub columns: Vec<(String, String)>,
    /// What redaction found and did, sorted by name: `github-pat`, `hashed:prompt`, `withheld:no-rule`; each with how often.
    pub redaction_kinds: Vec<(String, u64)>,
    /// The secrets that redaction found, sorted by hash: keyed hash (16 hex digits) and kind.
    pub redaction_secrets: Vec<(String, String)>,
    /// Attributes without a column, sorted by key.
    pub attributes: Vec<(String, String)>,
    /// Resource attributes without a column, sorted by key.
    pub resource_attributes: Vec<(String, String)>,
}

/// The record with this event id, from any table; none when the archive does not hold it.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn record(archive: &Archive, event_id: &str) -> Result<Option<Record>, AskError> {
    let reading = archive.begin().await?;
    let (events, spans, metric_points) = tokio::try_join!(
        reading.rows("SELECT * FROM events WHERE event_id = $1 LIMIT 1", vec![text(event_id)]),
        reading.rows("SELECT * FROM spans WHERE event_id = $1 LIMIT 1", vec![text(event_id)]),
        reading.rows("SELECT * FROM metric_points WHERE event_id = $1 LIMIT 1", vec![text(event_id)]),
    )?;
    let found = [(Table::Events, &events), (Table::Spans, &spans), (Table::MetricPoints, &metric_points)];
    Ok(found.into_iter().find_map(|(table, rows)| Some(read(table, rows.first()?))))
}

/// The spans that began and ended at these times, µs since the epoch, at most ten. Times are never redacted, so this
/// finds a record whatever became of its texts.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn spans_between(archive: &Archive, began: i64, ended: i64) -> Result<Vec<Record>, AskError> {
    let reading = archive.begin().await?;
    let sql = "SELECT * FROM spans WHERE event_time = $1 AND end_time = $2 LIMIT 10";
    let rows = reading.rows(sql, vec![time(began), time(ended)]).await?;
    Ok(rows.iter().map(|row| read(Table::Spans, row)).collect())
}

/// A record, and where it stands among the others of its table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// When it happened, µs since the epoch.
    pub event_time: i64,
    /// Its id.
    pub event_id: String,
    /// The record.
    pub record: Record,
}

/// The newest records of a table, at most so many; those before one, where that is given.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn newest(
    archive: &Archive,
    table: Table,
    before: Option<&Placed>,
    most: usize,
) -> Result<Vec<Placed>, AskError> {
    let reading = archive.begin().await?;
    let (event_time, event_id) = before.map_or((i64::MAX, ""), |last| (last.event_time, last.event_id.as_str()));
    let sql = format!(
        "SELECT * FROM {} WHERE event_time <= $1 AND (event_time < $1 OR event_id < $2)
         ORDER BY event_time DESC, event_id DESC LIMIT $3",
        table.name()
    );
    let rows = reading.rows(sql, vec![time(event_time), text(event_id), size(most)]).await?;
    let placed = |row: Row<'_>| Placed {
        event_time: row.time("event_time").unwrap_or_default(),
        event_id: row.text("event_id"),
        record: read(table, row),
    };
    Ok(rows.iter().map(placed).collect())
}

fn read(table: Table, row: Row<'_>) -> Record {
    let schema = table.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str()).chain([PARTITION_COLUMN]);
    Record {
        table: table.name(),
        columns: names
            .filter_map(|name| Some((name.to_owned(), row.shown(name).or_else(|| entries(row, name))?)))
            .collect(),
        redaction_kinds: row
            .map("redaction_kinds")
            .into_iter()
            .map(|(kind, count)| (kind, count.parse().unwrap_or_default()))
            .collect(),
        redaction_secrets: row.map("redaction_secrets"),
        attributes: row.map("attributes"),
        resource_attributes: row.map("resource_attributes"),
    }
}

/// A map of the collector's own words as one text, `email 2, password 1`; none when it has none.
fn entries(row: Row<'_>, name: &str) -> Option<String> {
    if !["redaction_kinds", "redaction_secrets"].contains(&name) {
        return None;
    }
    let entries: Vec<_> = row.map(name).into_iter().map(|(key, value)| format!("{key} {value}")).collect();
    (!entries.is_empty()).then(|| entries.join(", "))
}
