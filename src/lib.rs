//! The one binary: command line, configuration, wiring, shutdown. What happens inside the doors is the business of the
//! crates `barograph_collector`, `barograph_query` and `barograph_web`.
//!
//! Start-up reads like a list: configuration, telemetry, app ([`app::App::build`]: credentials, ports, store, keys, archive), print
//! the addresses, serve, drain.

pub mod app;
pub mod ask;
pub mod bucket;
pub mod cli;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod keys;
pub mod panics;
pub mod policies;
pub mod redact;
pub mod retention;
pub mod telemetry;
pub mod tokens;

mod announce;
mod attributes;
mod canary;
mod serve;
mod showcase;
mod shutdown;

use std::process::ExitCode;

use anyhow::Context as _;

use crate::cli::{Cli, Command};

/// Runs a command to its end, which for the servers is a signal. The exit code is that of a command that did its work: a
/// check may have found something.
///
/// # Errors
/// When it could not be done. The chain of causes tells what was wrong, where, and what to do.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    panics::hide_payloads();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the worker threads")?;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(arguments) => serve::serve(arguments).await?,
            Command::Demo(arguments) => showcase::demo(arguments).await?,
            Command::Query(arguments) => ask::query(arguments).await?,
            Command::Doctor(arguments) => return doctor::run(arguments).await,
            Command::Redact { command } => return redact::run(command).await,
            Command::Keys { command } => keys::command::run(command)?,
            Command::Tokens { command } => tokens::command::run(command)?,
        }
        Ok(ExitCode::SUCCESS)
    });
    // After a hard stop work may still hang on a disk; it is not waited for.
    runtime.shutdown_background();
    done
}
