//! The `barograph` program: parses the command line, runs it, says what went wrong.

mod allocator;

use std::io::Write as _;
use std::process::ExitCode;

use barograph::cli::Cli;
use barograph::redact::BadInput;
use clap::Parser as _;

/// Exit codes: 0 done, 1 failed or a check found something, 2 wrong usage (clap's own) or unreadable input.
fn main() -> ExitCode {
    allocator::keep_freed_memory();
    match barograph::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Nothing is left to be done when standard error is gone as well.
            drop(writeln!(std::io::stderr(), "barograph: {error:#}"));
            if error.is::<BadInput>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
