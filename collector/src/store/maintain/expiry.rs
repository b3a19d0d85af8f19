//! Takes out of a table the rows whose time is over. A file of which nothing is left goes; one of which something is left
//! is written anew.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use barograph_proto::tables::Table;
use barograph_proto::time::DAY;
use futures::StreamExt as _;
use parquet::errors::ParquetError;

use super::compaction::merge_plan;
use super::{Maintenance, MaintenanceError, files};
use crate::columnar::{merge, parse_day};
use crate::metrics::TableLabels;
use crate::pace::Pace;
use crate::store::pending::add;
use crate::store::retention::{EventClass, Hold, RetentionPolicy};
use crate::store::table::{Change, LiveFile, TableLog};

/// The columns that say whether a row may go.
const COLUMNS: [&str; 6] = ["tenant", "kind", "session_id", "user_id", "user_email", "repo"];

/// The files that were looked through on a day by a policy: their rows stay as they are until either changes.
#[derive(Debug, Default)]
pub(super) struct Examined {
    day: i64,
    policy: Arc<RetentionPolicy>,
    paths: HashSet<String>,
}

/// Looks through every file that is old enough, and takes out what may go.
pub(super) async fn run(
    maintenance: &Maintenance,
    log: &TableLog,
    policy: RetentionPolicy,
    examined: &mut Examined,
) -> Result<(), MaintenanceError> {
    let Some(fewest) = policy.fewest_days(log.table()) else { return Ok(()) };
    let today = maintenance.clock.now().div_euclid(DAY);
    if examined.day != today || *examined.policy != policy {
        *examined = Examined { day: today, policy: Arc::new(policy), paths: HashSet::new() };
    }
    for file in log.live_files().await? {
        let Some(day) = parse_day(&file.day).filter(|day| is_over(*day, fewest, today)) else { continue };
        if examined.paths.contains(&file.path) {
            continue;
        }
        let policy = Arc::clone(&examined.policy);
        expire(maintenance, log, &file, Rule { table: log.table(), policy, day, name: file.day.clone(), today })
            .await?;
        examined.paths.insert(file.path);
    }
    Ok(())
}

/// Whether rows of a day are past so many days.
fn is_over(day: i64, days: u32, today: i64) -> bool {
    day.saturating_add(i64::from(days)) < today
}

/// What decides about the rows of one file.
#[derive(Clone, Debug)]
struct Rule {
    table: Table,
    policy: Arc<RetentionPolicy>,
    /// The file's day, days since the epoch, and as the partition column has it.
    day: i64,
    name: String,
    today: i64,
}

impl Rule {
    /// Which rows of a batch stay.
    fn stay(&self, batch: &RecordBatch) -> BooleanArray {
        let holds = self.policy.holds(&self.name);
        let columns = COLUMNS.map(|name| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()));
        let [tenants, kinds, sessions, users, emails, repos] = columns;
        (0..batch.num_rows())
            .map(|row| {
                let tenant = text(tenants, row);
                let class = EventClass::of(self.table, text(kinds, row));
                let held = |hold: &&Hold| {
                    fits(hold.tenant.as_deref(), tenant)
                        && fits(hold.session_id.as_deref(), text(sessions, row))
                        && fits(hold.user_id.as_deref(), text(users, row))
                        && fits(hold.user_email.as_deref(), text(emails, row))
                        && fits(hold.repo.as_deref(), text(repos, row))
                };
                let over = self.policy.days(tenant, class).is_some_and(|days| is_over(self.day, days, self.today));
                Some(!over || holds.iter().any(held))
            })
            .collect()
    }
}

fn text(column: Option<&StringArray>, row: usize) -> &str {
    column.filter(|column| column.is_valid(row)).map_or("", |column| column.value(row))
}

fn fits(wanted: Option<&str>, found: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

/// Takes out of a file what may go.
async fn expire(
    maintenance: &Maintenance,
    log: &TableLog,
    file: &LiveFile,
    rule: Rule,
) -> Result<(), MaintenanceError> {
    let (rows, staying) = count(log, file, &rule).await?;
    if staying == rows {
        return Ok(());
    }
    let now = maintenance.clock.now();
    let mut adds = Vec::new();
    if staying > 0 {
        let input = files::rows(log, file, None).await?.map(move |batch| {
            let batch = batch?;
            filter_record_batch(&batch, &rule.stay(&batch)).map_err(|error| ParquetError::ArrowError(error.to_string()))
        });
        let plan = merge_plan(log.table(), std::slice::from_ref(file), maintenance.limits.sizes.target, true);
        for kept in merge(&plan, vec![input.boxed()], &mut Pace::begin()).await?.files {
            log.put(&kept.path, kept.bytes.clone()).await?;
            adds.push(add(&kept, now));
        }
    }
    if log.replace(std::slice::from_ref(file), &adds, Change::Retention, now.div_euclid(1_000)).await? {
        let labels = TableLabels { table: log.table().name() };
        let expired = rows - staying;
        maintenance.metrics.expired_rows.get_or_create(&labels).inc_by(expired);
        tracing::info!(table = labels.table, day = file.day, rows = expired, "rows were removed: their time is over");
    }
    Ok(())
}

/// How many rows a file has, and how many of them stay.
async fn count(log: &TableLog, file: &LiveFile, rule: &Rule) -> Result<(u64, u64), MaintenanceError> {
    let mut batches = files::rows(log, file, Some(&COLUMNS)).await?;
    let (mut rows, mut staying) = (0, 0);
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(|source| MaintenanceError::File {
            place: log.place().to_owned(),
            path: file.path.clone(),
            source,
        })?;
        rows += batch.num_rows() as u64;
        staying += rule.stay(&batch).true_count() as u64;
    }
    Ok((rows, staying))
}
