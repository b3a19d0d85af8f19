//! The command line of `barograph tokens`.

use std::path::PathBuf;
use std::time::Duration;

use barograph_collector::authenticate::Tenant;
use clap::{Args, Subcommand};

use crate::config::lifetime;

/// What to do with the ingest tokens.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// Make a token, and show it this once; a running server takes it within seconds
    Create(CreateArguments),
    /// List the tokens: whose they are, whether they are good, when they were last used
    List(TokensArguments),
    /// Revoke a token; a running server refuses it within seconds
    Revoke(RevokeArguments),
}

/// Whose tokens.
#[derive(Debug, Args)]
pub struct TokensArguments {
    /// Data folder whose tokens are meant [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `barograph tokens create`.
#[derive(Debug, Args)]
pub struct CreateArguments {
    /// Whose data is what the token's senders send; `default` if there are no tenants to tell apart
    #[arg(long, value_name = "TENANT", value_parser = Tenant::parse)]
    pub tenant: Tenant,
    /// What people know it by: who has it, where it is used
    #[arg(long, value_name = "NAME", value_parser = name, default_value = "")]
    pub name: String,
    /// How long it is good, such as 90d or 12h [default: until it is revoked]
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub expires: Option<Duration>,
    /// Whose tokens.
    #[command(flatten)]
    pub tokens: TokensArguments,
}

/// Arguments of `barograph tokens revoke`.
#[derive(Debug, Args)]
pub struct RevokeArguments {
    /// The token's id, as `barograph tokens list` shows it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Whose tokens.
    #[command(flatten)]
    pub tokens: TokensArguments,
}

/// Reads a name for people: a line of up to 100 characters.
fn name(text: &str) -> Result<String, String> {
    if text.chars().count() <= 100 && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("is no name: it is one line of at most 100 characters".to_owned())
    }
}
