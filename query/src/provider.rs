//! A stored table as the engine sees it: a plain Parquet scan over the live files that a question has pinned.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use barograph_proto::tables::Table;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PrunableStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Statistics, ToDFSchema, plan_datafusion_err, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use crate::snapshot::{Columns, LiveFile, Pinned};

/// Where the engine finds the tables' files.
pub(crate) const STORE_URL: &str = "barograph://tables/";

/// A table that reads whatever snapshot the session carries, so that views over it are planned once and stay true.
#[derive(Debug)]
pub(crate) struct StoredTable(pub(crate) Table);

#[async_trait]
impl TableProvider for StoredTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&Columns::of(self.0).schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let pinned = session
            .config()
            .get_extension::<Pinned>()
            .ok_or_else(|| plan_datafusion_err!("no snapshot of {} is pinned", self.0.name()))?;
        let columns = Columns::of(self.0);
        let files = live(&pinned.table(self.0).files, columns, session, filters)?;
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&columns.schema, projection)?)));
        }

        let store_url = ObjectStoreUrl::parse(STORE_URL)?;
        let runtime = session.runtime_env();
        let readers = CachedParquetFileReaderFactory::new(
            runtime.object_store(&store_url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        // The predicate is not set here: the optimiser's filter push-down hands it to the source, and setting it too
        // would evaluate it twice per row.
        let source = ParquetSource::new(columns.scan.clone())
            .with_table_parquet_options(session.default_table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(readers));
        let config = FileScanConfigBuilder::new(store_url, Arc::new(source))
            .with_statistics(row_count(&files, columns))
            .with_file_groups(groups(&files, session.config().target_partitions()))
            .with_projection_indices(projection.cloned())?
            .with_limit(if filters.is_empty() { limit } else { None })
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// The files that may hold a matching row, by what the log tells about them.
fn live<'a>(
    files: &'a [Arc<LiveFile>],
    columns: &Columns,
    session: &dyn Session,
    filters: &[Expr],
) -> Result<Vec<&'a Arc<LiveFile>>> {
    let Some(filter) = conjunction(filters.to_vec()) else {
        return Ok(files.iter().collect());
    };
    let schema = Arc::clone(&columns.schema);
    let filter = session.create_physical_expr(filter, &Arc::clone(&schema).to_dfschema()?)?;
    let Some(predicate) = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&schema)).build(filter) else {
        return Ok(files.iter().collect());
    };
    let statistics = files.iter().map(|file| Arc::clone(&file.statistics)).collect();
    let keep = predicate.prune(&PrunableStatistics::new(statistics, schema))?;
    Ok(files.iter().zip(keep).filter_map(|(file, keep)| keep.then_some(file)).collect())
}

/// The scan's statistics: how many rows, and nothing that could be taken for a value.
fn row_count(files: &[&Arc<LiveFile>], columns: &Columns) -> Statistics {
    let rows = files.iter().try_fold(0_usize, |sum, file| sum.checked_add(file.rows()?));
    let num_rows = rows.map_or(Precision::Absent, Precision::Exact);
    Statistics { num_rows, ..Statistics::new_unknown(&columns.schema) }
}

/// Deals the files out in turn, so that every group has its newest first.
fn groups(files: &[&Arc<LiveFile>], wanted: usize) -> Vec<FileGroup> {
    let mut groups = vec![Vec::<PartitionedFile>::new(); wanted.min(files.len()).max(1)];
    let count = groups.len();
    for (index, file) in files.iter().enumerate() {
        if let Some(group) = groups.get_mut(index % count) {
            group.push(file.part.clone());
        }
    }
    groups.into_iter().map(FileGroup::new).collect()
}
