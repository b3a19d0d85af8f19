//! `barograph redact`: questions about redaction, answered on standard output.

mod seen;

use crate::cli::RedactCommand;

/// Answers the question.
pub(crate) async fn run(command: RedactCommand) -> anyhow::Result<()> {
    match command {
        RedactCommand::Seen(arguments) => seen::run(arguments).await,
    }
}
