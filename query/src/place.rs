//! Where the tables are that are read: a folder of this machine, or a bucket of an object store.

use std::path::Path as FilePath;
use std::sync::Arc;

use barograph_proto::tables::Table;
use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

/// The tables' common folder. Need not exist yet.
#[derive(Clone, Debug)]
pub struct TablesAt {
    /// Ends with a slash.
    url: Url,
    /// The file system or bucket, from its root.
    store: Arc<dyn ObjectStore>,
    /// Where in it the tables are.
    prefix: Path,
}

impl TablesAt {
    /// A folder of this machine.
    ///
    /// # Errors
    /// When its path cannot be made absolute.
    pub fn folder(path: &FilePath) -> std::io::Result<Self> {
        let path = std::path::absolute(path)?;
        let url = Url::from_directory_path(&path).map_err(|()| std::io::Error::other("the path is not absolute"))?;
        Self::new(url, Arc::new(LocalFileSystem::new())).map_err(std::io::Error::other)
    }

    /// A folder in a bucket, such as `s3://audit/barograph/`, and the bucket from its root.
    ///
    /// # Errors
    /// When the address holds what no object's name may.
    pub fn bucket(url: Url, store: Arc<dyn ObjectStore>) -> Result<Self, object_store::path::Error> {
        Self::new(url, store)
    }

    fn new(mut url: Url, store: Arc<dyn ObjectStore>) -> Result<Self, object_store::path::Error> {
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let prefix = Path::from_url_path(url.path())?;
        Ok(Self { url, store, prefix })
    }

    /// Whether it is another machine's, and may be away.
    pub(crate) fn is_bucket(&self) -> bool {
        self.url.scheme() != "file"
    }

    /// The tables' files, from their common folder on.
    pub(crate) fn files(&self) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(Arc::clone(&self.store), self.prefix.clone()))
    }

    /// A table's log.
    pub(crate) fn log(&self, table: Table) -> LogStoreRef {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}/", url.path(), table.name()));
        let files = PrefixStore::new(Arc::clone(&self.store), self.prefix.clone().join(table.name()));
        default_logstore(Arc::new(files), Arc::clone(&self.store), &url, &StorageConfig::default())
    }
}

impl std::fmt::Display for TablesAt {
    /// As messages name it: a folder's path, else the address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.url.to_file_path() {
            Ok(folder) => folder.display().fmt(f),
            Err(()) => self.url.fmt(f),
        }
    }
}
