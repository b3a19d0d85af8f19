//! `barograph redact lint`: what is wrong with policies, and what may not be meant.

use std::io::{self, Write};
use std::process::ExitCode;

use barograph_redaction::policy::{Fault, Finding, Place};
use serde::Serialize;

use super::written;
use crate::cli::redact::{LintArguments, Report};
use crate::policies::{PolicyError, PolicySource};

/// What was seen of one policy.
#[derive(Debug, Serialize)]
struct Linted {
    policy: String,
    /// Nothing when it has faults.
    hash: Option<String>,
    faults: Vec<Told>,
    findings: Vec<Told>,
}

/// One thing, with its place.
#[derive(Debug, Serialize)]
struct Told {
    /// Nothing where it is about the whole policy.
    file: Option<String>,
    line: Option<usize>,
    what: String,
}

/// Checks the policies given.
pub(super) fn run(arguments: &LintArguments) -> anyhow::Result<ExitCode> {
    let linted: Vec<Linted> = arguments.policies.iter().map(lint).collect();
    let out = io::stdout().lock();
    written(match arguments.format {
        Report::Json => json(&linted, out),
        Report::Text => words(&linted, out),
    })?;
    let bad = |linted: &Linted| !linted.faults.is_empty() || arguments.strict && !linted.findings.is_empty();
    Ok(if linted.iter().any(bad) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn lint(source: &PolicySource) -> Linted {
    let (hash, faults, findings) = match source.read() {
        Ok(policy) => {
            let findings = policy.lint().into_iter().map(|Finding { place, what, why, better }| {
                Told::new(place.as_ref(), format!("{what}: {why}; {better}"))
            });
            (Some(policy.hash().to_owned()), Vec::new(), findings.collect())
        }
        Err(PolicyError { faults, .. }) => {
            let faults = faults.0.into_iter().map(|Fault { place, what }| Told::new(Some(&place), what));
            (None, faults.collect(), Vec::new())
        }
    };
    Linted { policy: source.to_string(), hash, faults, findings }
}

impl Told {
    fn new(place: Option<&Place>, what: String) -> Self {
        Self { file: place.map(|place| place.file.to_string()), line: place.map(|place| place.line), what }
    }
}

fn json(linted: &[Linted], mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, linted)?;
    writeln!(out)
}

fn words(linted: &[Linted], mut out: impl Write) -> io::Result<()> {
    for Linted { policy, hash, faults, findings } in linted {
        for (word, list) in [("fault", faults), ("finding", findings)] {
            for Told { file, line, what } in list {
                match (file, line) {
                    (Some(file), Some(line)) => writeln!(out, "{file}:{line}: {word}: {what}")?,
                    _ => writeln!(out, "{policy}: {word}: {what}")?,
                }
            }
        }
        match hash {
            Some(hash) if findings.is_empty() => writeln!(out, "{policy}: sound, hash {hash}")?,
            Some(hash) => writeln!(out, "{policy}: loads, {} to look at, hash {hash}", findings.len())?,
            None => writeln!(out, "{policy}: cannot be loaded, {} to mend", faults.len())?,
        }
    }
    Ok(())
}
