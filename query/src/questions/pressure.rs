//! Where agents press against their permissions: calls that were asked about or refused, by tool, command head and team.

use super::Range;
use crate::archive::{Archive, AskError};

/// Which calls to rank.
#[derive(Clone, Debug, PartialEq)]
pub struct PressureOf {
    /// When.
    pub range: Range,
    /// Only this team; all when empty.
    pub team: String,
    /// Only this agent; all when empty.
    pub agent: String,
    /// How many rows to give.
    pub limit: usize,
}

/// One place of pressure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hotspot {
    /// Canonical tool name.
    pub tool_name: String,
    /// First words of the command (`git push`), the folder of the path, the host of the URL, or the MCP server; may be
    /// empty.
    pub command_head: String,
    /// Claimed team; may be empty.
    pub team: String,
    /// Calls in all.
    pub calls: u64,
    /// Calls that somebody was asked about.
    pub asked: u64,
    /// Calls refused.
    pub denied: u64,
    /// Calls that were asked about or refused, each once: what the ranking counts.
    pub pressed: u64,
    /// How long people were waited for, ms.
    pub waited_ms: f64,
    /// Distinct people whose agents did it.
    pub people: u64,
    /// Distinct sessions.
    pub sessions: u64,
    /// Asked or refused in the range before, of equal length.
    pub pressed_before: u64,
    /// Asked or refused over the range, 24 equal slots.
    pub trace: Vec<u64>,
}

/// Ranks the places of pressure, hardest first.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn pressure(_archive: &Archive, _of: &PressureOf) -> Result<Vec<Hotspot>, AskError> {
    Ok(Vec::new())
}
