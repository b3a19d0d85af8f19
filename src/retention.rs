//! The retention file.

use std::path::Path;

use anyhow::Context as _;
use barograph_collector::store::RetentionPolicy;

/// Reads a retention file; without one nothing is ever removed.
///
/// # Errors
/// When it cannot be read, or not be followed to the letter.
pub fn read(path: Option<&Path>) -> anyhow::Result<RetentionPolicy> {
    let Some(path) = path else { return Ok(RetentionPolicy::default()) };
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the retention file {}", path.display()))?;
    RetentionPolicy::parse(&text).with_context(|| format!("cannot follow the retention file {}", path.display()))
}
