//! `barograph redact`: tries, explains, compares and checks redaction policies, through the very door that the
//! receivers use, and asks for leaked credentials.

mod applied;
mod diff;
mod explain;
mod input;
mod lint;
mod rows;
mod seen;
mod test;

use std::io;
use std::process::ExitCode;

use anyhow::Context as _;

pub use self::input::BadInput;
use crate::cli::redact::Redact;

/// Does one of it. The exit code is 1 where a check found something.
///
/// # Errors
/// When it could not be done; [`BadInput`] when what was given to it cannot be read.
pub(crate) async fn run(command: Redact) -> anyhow::Result<ExitCode> {
    match command {
        Redact::Test(arguments) => test::run(arguments),
        Redact::Explain(arguments) => explain::run(arguments),
        Redact::Diff(arguments) => diff::run(arguments).await,
        Redact::Lint(arguments) => lint::run(&arguments),
        Redact::Seen(arguments) => seen::run(arguments).await.map(|()| ExitCode::SUCCESS),
    }
}

/// Whoever read the answer, `head` for one, may have had enough.
fn written(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write the answer"),
    }
}
