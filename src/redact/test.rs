//! `barograph redact test`: what a policy leaves of a text, and why.

use std::io::{self, Write};
use std::process::ExitCode;

use barograph_collector::redact::{Trial, Tried};
use barograph_redaction::engine::Tally;
use barograph_redaction::policy::{Caller, Target};

use super::applied::{Ready, TENANT, ready, tally};
use super::input::Input;
use super::{rows, written};
use crate::cli::redact::TestArguments;

/// Redacts what is given.
pub(super) fn run(arguments: TestArguments) -> anyhow::Result<ExitCode> {
    let TestArguments { file, jsonl, agent, tool, argument, applied } = arguments;
    let ready = ready(applied)?;
    let input = Input::open(file.as_deref())?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if jsonl {
        rows::run(&ready.redactor, input, &mut out)?;
    } else {
        let caller = Caller { agent: &agent, tool: &tool };
        written(tell(&ready, caller, &argument, &input.text()?, &mut out))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what is stored of a text, then why.
fn tell(ready: &Ready, caller: Caller<'_>, argument: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    let Caller { agent, tool } = caller;
    let target = Target::Argument(argument);
    let Tried { stored, decision, target, .. } =
        ready.redactor.try_value(Trial { tenant: TENANT, agent, tool, target, text });
    let tally = tally(&ready.redactor, caller, target, text);
    match stored {
        Some(stored) => writeln!(out, "{stored}\n")?,
        None => writeln!(out, "(nothing: withheld)\n")?,
    }
    let Tally { kinds, bytes_in, bytes_out, .. } = &tally;
    writeln!(out, "outcome  {}, {bytes_in} bytes in, {bytes_out} bytes out", tally.outcome())?;
    for (at, (kind, count)) in kinds.iter().enumerate() {
        writeln!(out, "{:<9}{kind} {count}", if at == 0 { "because" } else { "" })?;
    }
    match &decision.place {
        Some(place) => writeln!(out, "rule     {place}: {}", decision.steps)?,
        None => writeln!(out, "rule     none names it; the default: {}", decision.steps)?,
    }
    let policy = ready.redactor.policy();
    writeln!(out, "policy   {} {}, from {}", policy.name(), policy.hash(), ready.source)?;
    out.flush()
}
