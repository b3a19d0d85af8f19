//! Reads data files of a table, batch by batch.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, ParquetRecordBatchStreamBuilder};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::MaintenanceError;
use crate::columnar::{BATCH_ROWS, Sorted};
use crate::store::table::{LiveFile, TableLog};

/// A file up to this size is read in one piece, bytes: most are, and each piece is a request.
const ONE_PIECE: u64 = 1 << 20;

/// The rows of a file in its order; of all columns, or of those with these names.
pub(in crate::store) async fn rows(
    log: &TableLog,
    file: &LiveFile,
    columns: Option<&[&str]>,
) -> std::result::Result<Sorted, MaintenanceError> {
    open(log, file, columns).await.map_err(|source| MaintenanceError::File {
        place: log.place().to_owned(),
        path: file.path.clone(),
        source,
    })
}

async fn open(log: &TableLog, file: &LiveFile, columns: Option<&[&str]>) -> Result<Sorted> {
    let path = Path::parse(&file.path).unwrap_or_else(|_| Path::from(file.path.as_str()));
    let store = log.files();
    let whole = if file.bytes <= ONE_PIECE {
        Some(store.get(&path).await.map_err(external)?.bytes().await.map_err(external)?)
    } else {
        None
    };
    let reader = Reader { store, path, size: file.bytes, whole };
    let mut builder = ParquetRecordBatchStreamBuilder::new(reader).await?.with_batch_size(BATCH_ROWS);
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    Ok(builder.build()?.boxed())
}

/// A data file as the Parquet reader asks for its parts.
struct Reader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    size: u64,
    whole: Option<Bytes>,
}

impl Reader {
    fn part(&self, range: &Range<u64>) -> Option<Result<Bytes>> {
        let whole = self.whole.as_ref()?;
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        let part = whole.get(range).map(|part| whole.slice_ref(part));
        Some(part.ok_or_else(|| ParquetError::EOF("the file is shorter than its footer says".to_owned())))
    }
}

impl AsyncFileReader for Reader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            match self.part(&range) {
                Some(part) => part,
                None => self.store.get_range(&self.path, range).await.map_err(external),
            }
        }
        .boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move {
            match ranges.iter().map(|range| self.part(range)).collect::<Option<Result<Vec<Bytes>>>>() {
                Some(parts) => parts,
                None => self.store.get_ranges(&self.path, &ranges).await.map_err(external),
            }
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let size = self.size;
            let reader = ParquetMetaDataReader::new().with_arrow_reader_options(options);
            reader.load_and_finish(self, size).await.map(Arc::new)
        }
        .boxed()
    }
}

fn external(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
