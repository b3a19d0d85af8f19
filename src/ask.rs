//! `barograph query`: one SQL question over a data folder, answered on standard output. Reads only, so a server may be
//! running on the same folder.

use std::io::{self, Write};

use anyhow::Context as _;
use barograph_query::archive::{Archive, ArchiveConfig};
use barograph_query::format;
use barograph_query::place::TablesAt;

use crate::bucket;
use crate::cli::QueryArguments;
use crate::config::{Config, Settings};

/// More rows than any folder holds; still an integer in SQL.
const NO_LIMIT: usize = 1 << 40;

/// Answers the question.
///
/// # Errors
/// When there is no such folder, the question may not be asked, or its answer cannot be written.
pub async fn query(arguments: QueryArguments) -> anyhow::Result<()> {
    let settings = Settings { data_dir: arguments.data_dir, ..Settings::default() };
    let config = Config::load(arguments.config.as_deref(), std::env::vars_os(), settings)?;
    crate::telemetry::start(&config.log, config.log_format)?;
    ensure_data_folder(&config)?;
    let archive = Archive::open(archive_config(&config)?).await?;
    let max_rows = arguments.max_rows.unwrap_or(NO_LIMIT);
    let answer = archive.sql(&arguments.sql, max_rows).await?;
    match format::write(&answer, arguments.format, io::stdout().lock()) {
        // Whoever read the answer, `head` for one, has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        written => written.context("cannot write the answer")?,
    }
    if answer.cut {
        let left_off = format!("barograph: rows after the first {max_rows} were left off; see --max-rows");
        writeln!(io::stderr(), "{left_off}").context("cannot write to standard error")?;
    }
    Ok(())
}

/// Refuses to read where no server has written: a wrong path would look like an empty archive.
pub(crate) fn ensure_data_folder(config: &Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.tables.is_some() || config.data_dir.is_dir(),
        "there is no data folder {}; name one that `barograph serve` writes with --data-dir",
        config.data_dir.display()
    );
    Ok(())
}

/// What a configuration says about reading.
pub(crate) fn archive_config(config: &Config) -> anyhow::Result<ArchiveConfig> {
    let tables = match &config.tables {
        Some(url) => TablesAt::bucket(url.clone(), bucket::open(url)?)?,
        None => TablesAt::folder(&config.data_dir.join("tables"))
            .with_context(|| format!("cannot find the data folder {}", config.data_dir.display()))?,
    };
    Ok(ArchiveConfig {
        memory_limit: config.query_memory_limit,
        time_limit: config.query_time_limit,
        ..ArchiveConfig::new(tables)
    })
}
