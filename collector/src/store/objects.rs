//! An object store on local files whose puts survive a power cut. `object_store`'s own local store (0.13) writes and
//! renames without a sync, and so does everything that Delta writes through it.
//!
//! A put is written and synced in a staging folder, then linked (create) or renamed (overwrite) into place, then the
//! folder is synced. What a crash leaves in the staging folder is removed at the next start.

use std::fmt::{Display, Formatter};
use std::io::ErrorKind;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use futures::FutureExt as _;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

use super::durable;

/// The whole local file system as an object store with durable puts.
#[derive(Clone, Debug)]
pub(crate) struct DurableFiles {
    inner: Arc<LocalFileSystem>,
    staging: Arc<FilePath>,
}

impl DurableFiles {
    /// Takes an empty staging folder on the same file system as everything that will be put.
    pub(crate) fn new(staging: PathBuf) -> Self {
        Self { inner: Arc::new(LocalFileSystem::new()), staging: staging.into() }
    }

    async fn put(&self, location: &Path, payload: PutPayload, create: bool) -> Result<PutResult> {
        let target = self.inner.path_to_filesystem(location)?;
        let staged = self.staging.join(uuid::Uuid::new_v4().simple().to_string());
        let task = tokio::task::spawn_blocking(move || {
            let put = put(&staged, &target, &payload, create);
            // Mostly it has been renamed or never made; what stays is removed at the next start.
            drop(std::fs::remove_file(&staged));
            put
        });
        task.await.map_err(|_| generic(std::io::Error::other("writing a file has panicked")))?
    }
}

fn put(staged: &FilePath, target: &FilePath, payload: &PutPayload, create: bool) -> Result<PutResult> {
    let folder = target.parent().unwrap_or(FilePath::new("/"));
    durable::create_folder(folder).map_err(generic)?;
    durable::write_new(staged, payload.iter().map(AsRef::as_ref)).map_err(generic)?;
    if create {
        // link(2) is atomic and never overwrites; rename(2) would.
        if let Err(error) = std::fs::hard_link(staged, target) {
            if error.kind() != ErrorKind::AlreadyExists {
                return Err(generic(error));
            }
            // Whoever loses builds upon the winner, so the winner must be as durable as what is built.
            durable::sync_folder(folder).map_err(generic)?;
            return Err(Error::AlreadyExists { path: target.display().to_string(), source: Box::new(error) });
        }
    } else {
        std::fs::rename(staged, target).map_err(generic)?;
    }
    durable::sync_folder(folder).map_err(generic)?;
    Ok(PutResult { e_tag: None, version: None })
}

fn generic(source: std::io::Error) -> Error {
    Error::Generic { store: "local files", source: Box::new(source) }
}

impl Display for DurableFiles {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("DurableFiles")
    }
}

#[async_trait::async_trait]
impl ObjectStore for DurableFiles {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        match options.mode {
            PutMode::Create => self.put(location, payload, true).await,
            PutMode::Overwrite => self.put(location, payload, false).await,
            PutMode::Update(_) => Err(not_implemented("conditional update")),
        }
    }

    async fn put_multipart_opts(&self, to: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Upload { files: self.clone(), to: to.clone(), parts: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        // Nothing here copies, and the inner store's copy would not be durable.
        Err(not_implemented("copy"))
    }
}

fn not_implemented(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.to_owned(), implementer: "DurableFiles".to_owned() }
}

/// An upload in parts, collected in memory: only checkpoints of very long logs come this way.
#[derive(Debug)]
struct Upload {
    files: DurableFiles,
    to: Path,
    parts: Vec<PutPayload>,
}

#[async_trait::async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.parts.push(data);
        std::future::ready(Ok(())).boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let payload = self.parts.drain(..).flatten().collect();
        self.files.put(&self.to, payload, false).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt as _;

    use super::*;

    fn files(folder: &FilePath) -> DurableFiles {
        let staging = folder.join("staging");
        std::fs::create_dir(&staging).unwrap();
        DurableFiles::new(staging)
    }

    #[tokio::test]
    async fn create_never_overwrites_and_overwrite_does() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let path = Path::from_absolute_path(folder.path().join("new/deep/object")).unwrap();
        let create = || PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        files.put_opts(&path, "one".into(), create()).await.unwrap();
        let again = files.put_opts(&path, "two".into(), create()).await;
        assert!(matches!(again, Err(Error::AlreadyExists { .. })), "{again:?}");
        assert_eq!(files.get(&path).await.unwrap().bytes().await.unwrap().as_ref(), b"one");
        files.put_opts(&path, "three".into(), PutOptions::default()).await.unwrap();
        assert_eq!(files.get(&path).await.unwrap().bytes().await.unwrap().as_ref(), b"three");
        assert_eq!(std::fs::read_dir(folder.path().join("staging")).unwrap().count(), 0, "nothing is left behind");
    }

    #[tokio::test]
    async fn parts_arrive_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let path = Path::from_absolute_path(folder.path().join("parts")).unwrap();
        let mut upload = files.put_multipart_opts(&path, PutMultipartOptions::default()).await.unwrap();
        upload.put_part("one ".into()).await.unwrap();
        upload.put_part("two".into()).await.unwrap();
        upload.complete().await.unwrap();
        assert_eq!(files.get(&path).await.unwrap().bytes().await.unwrap().as_ref(), b"one two");
    }
}
