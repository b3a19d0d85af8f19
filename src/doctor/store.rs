//! The tables: whether this version can read them, and what they hold.

use barograph_proto::tables::LAYOUT_VERSION;
use barograph_query::archive::Archive;
use barograph_query::questions::contents::contents;

use super::report::Finding;
use crate::ask;
use crate::config::Config;

const CHECK: &str = "store";

/// What was seen of the tables.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) finding: Finding,
    /// When the newest row came in, µs since the epoch.
    pub(super) newest: Option<i64>,
}

async fn open(config: &Config) -> anyhow::Result<Archive> {
    Ok(Archive::open(ask::archive_config(config)?).await?)
}

/// Reads the tables, and gives back the archive when they can be read.
pub(super) async fn check(config: &Config) -> (Stored, Option<Archive>) {
    let failed = |error: anyhow::Error| {
        let advice = "start the version that wrote them, or restore the folder from a backup; queries fail until then";
        (Stored { finding: Finding::fail(CHECK, format!("{error:#}"), advice), newest: None }, None)
    };
    let archive = match open(config).await {
        Ok(archive) => archive,
        Err(error) => return failed(error),
    };
    let contents = match contents(&archive).await {
        Ok(contents) => contents,
        Err(error) => return failed(error.into()),
    };
    let told: Vec<_> = contents.iter().map(|found| format!("{} {} rows", found.table.name(), found.rows)).collect();
    let found = format!("tables can be read, layout {LAYOUT_VERSION}: {}", told.join(", "));
    let newest = contents.iter().filter_map(|found| found.newest_received).max();
    (Stored { finding: Finding::ok(CHECK, found), newest }, Some(archive))
}
