//! The command line of `barograph redact`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to ask about redaction.
#[derive(Debug, Subcommand)]
pub enum RedactCommand {
    /// Was this leaked credential ever seen? The value is read from standard input, since arguments are visible
    Seen(SeenArguments),
}

/// Arguments of `barograph redact seen`.
#[derive(Debug, Args)]
pub struct SeenArguments {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    pub format: SeenFormat,
    /// Name at most this many events and sessions, newest first; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Leave out this many of the newest events
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Data folder to read [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How an answer about a credential is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SeenFormat {
    /// For people
    #[default]
    Table,
    /// One JSON object
    Json,
}
