//! What policies decide, and what they are refused for.

use std::io;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// Reads a policy that names no other file.
fn parse(text: &str) -> Result<Policy, Faults> {
    Policy::parse(text, Path::new("policy.toml"), &mut |_| Err(io::ErrorKind::NotFound.into()))
}

fn policy(rules: &str) -> Policy {
    parse(&format!("version = 1\nname = \"test\"\n{rules}")).unwrap_or_else(|faults| panic!("{faults}"))
}

fn faults(rules: &str) -> String {
    parse(&format!("version = 1\nname = \"test\"\n{rules}")).unwrap_err().to_string()
}

fn steps(policy: &Policy, agent: &str, tool: &str, target: Target<'_>) -> String {
    policy.decide(Caller { agent, tool }, target).steps.to_string()
}

mod decisions;
mod doubts;
mod explanations;
mod refusals;
mod shipped;
mod spellings;
