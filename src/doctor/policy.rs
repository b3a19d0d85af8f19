//! The redaction policies: whether they can be loaded, and whether they may mean something else than was meant.

use super::report::Finding;
use crate::config::Config;
use crate::policies::PolicySource;

const CHECK: &str = "policy";

/// Faults that are told one by one; the others are counted.
const SHOWN: usize = 3;

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let sources = [Some(&config.redaction_policy), config.redaction_shadow_policy.as_ref()];
    sources.into_iter().flatten().map(judge).collect()
}

fn judge(source: &PolicySource) -> Finding {
    let lint = format!("`barograph redact lint {source}` tells all");
    match source.read() {
        Ok(policy) => match policy.lint().len() {
            0 => Finding::ok(CHECK, format!("{source} loads, hash {}", policy.hash())),
            doubts => {
                let found = format!("{source} loads, hash {}, with {doubts} doubtful places", policy.hash());
                Finding::warn(CHECK, found, lint)
            }
        },
        Err(error) => {
            let faults = &error.faults.0;
            let shown: Vec<_> = faults.iter().take(SHOWN).map(ToString::to_string).collect();
            Finding::fail(CHECK, format!("{source} has {} faults: {}", faults.len(), shown.join("; ")), lint)
        }
    }
}
