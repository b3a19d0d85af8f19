//! The engine's sessions: what a query can name and how much it can take.
//!
//! A session knows our tables and views, one object store that ends at the tables' folder, no file formats, no table
//! factories, no disk to spill to, and no function that makes much out of little.

use std::collections::HashMap;
use std::sync::Arc;

use barograph_proto::tables::Table;
use datafusion::common::not_impl_err;
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::ObjectStore;
use url::Url;

use crate::provider::{STORE_URL, StoredTable};
use crate::snapshot::Pinned;
use crate::views;

/// Files read side by side by one query. Two: the collector needs the other cores.
const PARTITIONS: usize = 2;

/// Bytes of Parquet footers kept, on top of the queries' own memory.
const FOOTER_CACHE: usize = 96 * 1024 * 1024;

/// Functions whose result can be far larger than what they are given, and is not counted against the memory limit while
/// it is made. The table functions `range` and `generate_series`, which make rows as they are read, stay.
const AMPLIFIERS: &[&str] = &[
    "repeat",
    "lpad",
    "rpad",
    "array_repeat",
    "list_repeat",
    "array_resize",
    "list_resize",
    "range",
    "generate_series",
    "gen_series",
];

/// Makes a session for each question, with the views planned once.
pub(crate) struct Sessions {
    base: SessionContext,
}

impl Sessions {
    /// Registers tables and views. `files` are the tables', from their common folder on, which need not exist yet.
    pub(crate) async fn new(files: Arc<dyn ObjectStore>, memory_limit: usize) -> Result<Self> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(memory_limit)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .with_object_store_registry(Arc::new(TablesOnly(files)))
            .with_metadata_cache_limit(FOOTER_CACHE)
            .build_arc()?;
        let config = SessionConfig::new()
            .with_target_partitions(PARTITIONS)
            .with_default_catalog_and_schema("barograph", "public")
            .with_information_schema(true)
            // Together: push-down alone slows aggregates.
            .set_bool("datafusion.execution.parquet.pushdown_filters", true)
            .set_bool("datafusion.execution.parquet.reorder_filters", true)
            .with_extension(Arc::new(Pinned::default()));
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_file_formats(Vec::new())
            .with_table_factories(HashMap::new())
            .build();
        let base = SessionContext::new_with_state(state);
        for name in AMPLIFIERS {
            base.deregister_udf(name);
        }
        for table in Table::ALL {
            base.register_table(table.name(), Arc::new(StoredTable(table)))?;
        }
        views::register(&base).await?;
        Ok(Self { base })
    }

    /// A session that reads what is pinned.
    pub(crate) fn over(&self, pinned: &Arc<Pinned>) -> SessionContext {
        let mut state = self.base.state();
        state.config_mut().set_extension(Arc::clone(pinned));
        SessionContext::new_with_state(state)
    }

    /// The memory that all queries share.
    pub(crate) fn memory(&self) -> Arc<dyn MemoryPool> {
        Arc::clone(&self.base.runtime_env().memory_pool)
    }
}

/// The one object store there is: the tables' folder.
#[derive(Debug)]
struct TablesOnly(Arc<dyn ObjectStore>);

impl ObjectStoreRegistry for TablesOnly {
    fn register_store(&self, _url: &Url, _store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if url.as_str() != STORE_URL {
            return not_impl_err!("only the tables of this archive can be read");
        }
        Ok(Arc::clone(&self.0))
    }
}
