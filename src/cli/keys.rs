//! The command line of `barograph keys`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with the redaction keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the epochs whose key is there
    List(KeysArguments),
    /// Make the key of the next epoch; a running server uses it from its next SIGHUP on
    Rotate(KeysArguments),
    /// Destroy the key of an epoch that is no longer in use: what it hashed can never be asked for again
    Destroy(DestroyArguments),
}

/// Whose keys.
#[derive(Debug, Args)]
pub struct KeysArguments {
    /// Data folder whose keys are meant [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `barograph keys destroy`.
#[derive(Debug, Args)]
pub struct DestroyArguments {
    /// Number of the epoch
    #[arg(value_name = "EPOCH")]
    pub epoch: u32,
    /// Do it; without this flag it is only said what would be lost
    #[arg(long)]
    pub yes: bool,
    /// Whose keys.
    #[command(flatten)]
    pub keys: KeysArguments,
}
