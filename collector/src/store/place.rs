//! Where the tables are: a folder of this machine, or a bucket of an object store. What is put is durable in both.

use std::path::Path as FilePath;
use std::sync::Arc;

use barograph_proto::tables::Table;
use deltalake_core::DeltaTableError;
use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

use super::objects::DurableFiles;

/// An object store that holds the tables.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The bucket and the folder in it, such as `s3://audit/barograph`.
    pub url: Url,
    /// The bucket, from its root. Its puts must be atomic, and must refuse to create what is there.
    pub store: Arc<dyn ObjectStore>,
}

/// Where the tables are.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Ends with a slash.
    url: Url,
    store: Arc<dyn ObjectStore>,
    is_remote: bool,
}

impl Place {
    /// A folder of this machine, by its absolute path.
    pub(super) fn folder(path: &FilePath, files: DurableFiles) -> Option<Self> {
        let url = Url::from_directory_path(path).ok()?;
        Some(Self { url, store: Arc::new(files), is_remote: false })
    }

    pub(super) fn bucket(bucket: Bucket) -> Self {
        Self { url: with_slash(bucket.url), store: bucket.store, is_remote: true }
    }

    /// Whether it may be away while this machine is up.
    pub(super) fn is_remote(&self) -> bool {
        self.is_remote
    }

    /// A table as messages name it.
    pub(super) fn name(&self, table: Table) -> String {
        let url = self.url(table);
        let folder = url.to_file_path().ok();
        folder.map_or_else(|| url.to_string(), |folder| folder.display().to_string())
    }

    /// A table's log.
    pub(super) fn log(&self, table: Table) -> Result<LogStoreRef, DeltaTableError> {
        let url = self.url(table);
        let prefix = Path::from_url_path(url.path()).map_err(object_store::Error::from)?;
        let table = Arc::new(PrefixStore::new(Arc::clone(&self.store), prefix));
        Ok(default_logstore(table, Arc::clone(&self.store), &url, &StorageConfig::default()))
    }

    fn url(&self, table: Table) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}/", url.path(), table.name()));
        url
    }
}

fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
