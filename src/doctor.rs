//! `barograph doctor`: looks at everything that a server needs, and at a running one, and says of each whether it is
//! well and what to do if not. It changes nothing but for one log record, which it sends through a front door and asks
//! for, and files that it removes again.

mod clock;
mod disk;
mod folder;
mod keys;
mod policy;
mod ports;
mod report;
mod round_trip;
mod store;

use std::io;
use std::process::ExitCode;

use anyhow::Context as _;
use barograph_proto::time::SystemClock;
use rustix::process::{Resource, getrlimit};

use self::ports::Ports;
use self::report::{Finding, Report};
use crate::cli::DoctorArguments;
use crate::config::{Config, Fault, LogFormat};
use crate::telemetry;

/// Each connection needs a file, each table being read some more.
const ENOUGH_FILES: u64 = 4_096;

/// Checks what the arguments say and writes the report. The exit code is 1 when something failed.
///
/// # Errors
/// When the report cannot be written.
pub async fn run(arguments: DoctorArguments) -> anyhow::Result<ExitCode> {
    let DoctorArguments { format, serve } = arguments;
    let report = match Config::load(serve.config.as_deref(), std::env::vars_os(), serve.settings) {
        Ok(config) => examine(&config).await?,
        Err(faults) => Report::of(faults.0.into_iter().map(fault).collect()),
    };
    report.write(format, io::stdout().lock()).context("cannot write the report")?;
    Ok(if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn fault(Fault { place, message }: Fault) -> Finding {
    Finding::fail(
        "configuration",
        format!("{place}: {message}"),
        "mend it and run this again; nothing else was checked",
    )
}

async fn examine(config: &Config) -> anyhow::Result<Report> {
    // What the parts of a server have to say beside the report is in the way of it, unless it is a fault.
    let log = telemetry::start("error", LogFormat::Text)?;
    let mut findings = vec![Finding::ok("configuration", "everything that is set can be read")];
    let ports = Ports::look(config).await;
    findings.extend(ports.findings());
    findings.extend(folder::check(&config.data_dir));
    findings.extend(disk::check(&config.data_dir));
    findings.push(open_files());
    findings.extend(policy::check(config));
    findings.push(keys::check(config));
    let (stored, archive) = store::check(config).await;
    findings.push(stored.finding);
    findings.extend(clock::check(&SystemClock, stored.newest));
    findings.push(match (ports.running(), archive) {
        (Some(endpoint), Some(archive)) => round_trip::through(endpoint, &archive).await,
        (Some(_), None) => {
            Finding::warn("round trip", "not tried, as the tables cannot be read", "see the store above")
        }
        (None, _) => round_trip::alone(config, log).await,
    });
    Ok(Report::of(findings))
}

fn open_files() -> Finding {
    let allowed = getrlimit(Resource::Nofile).current;
    match allowed {
        Some(files) if files < ENOUGH_FILES => Finding::warn(
            "limits",
            format!("a process started here may open {files} files, and each connection needs one"),
            format!("raise it to {ENOUGH_FILES} or more, with `ulimit -n` or LimitNOFILE="),
        ),
        Some(files) => Finding::ok("limits", format!("a process started here may open {files} files")),
        None => Finding::ok("limits", "a process started here may open any number of files"),
    }
}
