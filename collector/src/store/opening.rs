//! The tables as a set, and how they are opened: at the start where they can be reached, else as soon as they can.

use std::sync::Arc;
use std::time::Duration;

use barograph_proto::tables::Table;
use tokio::sync::watch;
use uuid::Uuid;

use super::place::Place;
use super::table::{TableError, TableLog};

/// The tables, each with its own place in the journal; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) events: Arc<TableLog>,
    pub(super) spans: Arc<TableLog>,
    pub(super) metric_points: Arc<TableLog>,
}

impl Tables {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<TableLog>> {
        [&self.events, &self.spans, &self.metric_points].into_iter()
    }
}

/// Opens the tables.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) place: Place,
    pub(super) collector: Uuid,
    /// For how long the tables' past can be read.
    pub(super) time_travel: Duration,
    /// Tells whoever waits for the tables that they are open.
    pub(super) opened: watch::Sender<Option<Tables>>,
}

impl Opening {
    /// Opens all tables, or none.
    pub(super) async fn open(&self) -> Result<Tables, TableError> {
        let open =
            async |table| TableLog::open(&self.place, table, self.collector, self.time_travel).await.map(Arc::new);
        let tables = Tables {
            events: open(Table::Events).await?,
            spans: open(Table::Spans).await?,
            metric_points: open(Table::MetricPoints).await?,
        };
        self.opened.send_replace(Some(tables.clone()));
        Ok(tables)
    }

    /// The failure of a place that does not answer.
    pub(super) fn no_answer(&self) -> TableError {
        let source = Box::new(deltalake_core::DeltaTableError::generic("there was no answer in time"));
        TableError::Log { place: self.place.name(Table::Events), source }
    }

    /// Whether a failure to open may pass by itself: the place is another machine's.
    pub(super) fn may_pass(&self, error: &TableError) -> bool {
        self.place.is_remote() && matches!(error, TableError::Log { .. })
    }
}
