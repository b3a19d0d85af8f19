//! `barograph query`: one SQL question over a data folder, answered on standard output. Reads only, so a server may be
//! running on the same folder.

use std::io::{self, Write};

use anyhow::Context as _;
use barograph_query::archive::{Answer, Archive, ArchiveConfig};

use crate::cli::QueryArguments;
use crate::config::{Config, Settings};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated, with a header line
    Csv,
    /// One JSON object a row and line
    Json,
    /// For people
    Table,
}

/// Answers the question.
///
/// # Errors
/// When there is no such folder, the question may not be asked, or its answer cannot be written.
pub async fn query(arguments: QueryArguments) -> anyhow::Result<()> {
    let settings = Settings { data_dir: arguments.data_dir, ..Settings::default() };
    let config = Config::load(arguments.config.as_deref(), std::env::vars_os(), settings)?;
    crate::telemetry::start(&config.log, config.log_format)?;
    anyhow::ensure!(
        config.data_dir.is_dir(),
        "there is no data folder {}; name one that `barograph serve` writes with --data-dir",
        config.data_dir.display()
    );
    let archive = Archive::open(archive_config(&config)).await?;
    let answer = archive.sql(&arguments.sql, arguments.max_rows).await?;
    match write(&answer, arguments.format, &mut io::stdout().lock()) {
        // Whoever read the answer, `head` for one, has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        written => written.context("cannot write the answer")?,
    }
    if answer.cut {
        let left_off = format!("barograph: rows after the first {} were left off; see --max-rows", arguments.max_rows);
        writeln!(io::stderr(), "{left_off}").context("cannot write to standard error")?;
    }
    Ok(())
}

/// What a configuration says about reading.
pub(crate) fn archive_config(config: &Config) -> ArchiveConfig {
    ArchiveConfig {
        memory_limit: config.query_memory_limit,
        time_limit: config.query_time_limit,
        ..ArchiveConfig::new(config.data_dir.clone())
    }
}

/// Writes an answer.
fn write(answer: &Answer, format: Format, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Csv => {
            let mut writer = arrow::csv::Writer::new(&mut *out);
            answer.batches.iter().try_for_each(|batch| writer.write(batch)).map_err(io::Error::other)?;
        }
        Format::Json => {
            let mut writer = arrow::json::LineDelimitedWriter::new(&mut *out);
            answer.batches.iter().try_for_each(|batch| writer.write(batch)).map_err(io::Error::other)?;
        }
        Format::Table => {
            let table = arrow::util::pretty::pretty_format_batches_with_schema(
                std::sync::Arc::clone(&answer.schema),
                &answer.batches,
            );
            writeln!(out, "{}", table.map_err(io::Error::other)?)?;
        }
    }
    out.flush()
}
