//! One stored record, whole: every column as it is in the table.

use crate::archive::{Archive, AskError};

/// A stored row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Table it stands in.
    pub table: &'static str,
    /// Columns that have a value, in table order: name and text.
    pub columns: Vec<(String, String)>,
    /// Attributes without a column, sorted by key.
    pub attributes: Vec<(String, String)>,
    /// Resource attributes without a column, sorted by key.
    pub resource_attributes: Vec<(String, String)>,
}

/// The record with this event id, from any table; none when the archive does not hold it.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn record(_archive: &Archive, _event_id: &str) -> Result<Option<Record>, AskError> {
    Ok(None)
}
