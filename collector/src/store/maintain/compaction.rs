//! One compaction: small files read, merged, written as few, and put in the place of the small ones by one commit.

use barograph_proto::tables::Table;

use super::{Maintenance, MaintenanceError, files, plan};
use crate::columnar::{MergePlan, merge};
use crate::metrics::TableLabels;
use crate::pace::Pace;
use crate::store::pending::add;
use crate::store::table::{Change, LiveFile, TableLog};

/// Does the most pressing compaction of a table; false when none is needed.
pub(super) async fn once(maintenance: &Maintenance, log: &TableLog) -> Result<bool, MaintenanceError> {
    let now = maintenance.clock.now();
    let sizes = &maintenance.limits.sizes;
    let Some(old) = plan::next(log.live_files().await?, now, sizes) else { return Ok(false) };
    let mut pace = Pace::begin();
    let mut inputs = Vec::with_capacity(old.len());
    for file in &old {
        inputs.push(files::rows(log, file, None).await?);
        pace.rest().await;
    }
    let is_last = plan::is_last(&old, now, sizes);
    let merged = merge(&merge_plan(log.table(), &old, sizes.target, is_last), inputs, &mut pace).await?;
    let mut adds = Vec::with_capacity(merged.files.len());
    for file in merged.files {
        log.put(&file.path, file.bytes.clone()).await?;
        adds.push(add(&file, now));
    }
    let change = Change::Compaction { target: sizes.target };
    if log.replace(&old, &adds, change, now.div_euclid(1_000)).await? {
        let labels = TableLabels { table: log.table().name() };
        let bytes = old.iter().map(|file| file.bytes).sum();
        maintenance.metrics.compactions.get_or_create(&labels).inc();
        maintenance.metrics.compacted_bytes.get_or_create(&labels).inc_by(bytes);
        maintenance.metrics.repeated_rows.get_or_create(&labels).inc_by(merged.repeated);
        tracing::debug!(table = labels.table, files = old.len(), bytes, "compacted");
    }
    // Another collector may have been faster; then there is something else to look at, or nothing.
    Ok(true)
}

/// What a merge of files makes.
pub(super) fn merge_plan(table: Table, files: &[LiveFile], target: u64, lasting: bool) -> MergePlan {
    let rows = files.iter().map(|file| file.rows).sum::<u64>();
    MergePlan {
        table,
        day: files.first().map(|file| file.day.clone()).unwrap_or_default(),
        target,
        rows: usize::try_from(rows).unwrap_or(usize::MAX),
        lasting,
    }
}
