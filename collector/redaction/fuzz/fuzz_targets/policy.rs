//! A policy file that somebody wrote: it is refused or it decides, always alike.
#![no_main]

use std::io::ErrorKind;
use std::path::Path;

use barograph_redaction::policy::{Caller, Policy, Target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let read = || Policy::parse(text, Path::new("fuzzed.toml"), &mut |_: &Path| Err(ErrorKind::NotFound.into()));
    let (Ok(one), Ok(other)) = (read(), read()) else { return };
    assert_eq!(one.hash(), other.hash());
    let caller = Caller { agent: "claude-code", tool: "Bash" };
    for target in [Target::Column("command"), Target::Attribute("tool_input"), Target::Argument("a.b")] {
        assert_eq!(one.decide(caller, target).steps, other.decide(caller, target).steps);
    }
});
