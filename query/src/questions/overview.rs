//! What happened in a stretch of time: volume, decisions, refusals, who was asked.

use super::Range;
use super::calls::CallRow;
use super::find::Slot;
use super::pressure::Hotspot;
use crate::archive::{Archive, AskError};

/// The overview's figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Whether the archive holds anything at all, of any time.
    pub any_events: bool,
    /// Rows of `events` in the range.
    pub events: u64,
    /// Calls with a decision record in the range.
    pub calls: u64,
    /// Calls that somebody was asked about.
    pub asked: u64,
    /// Calls of which it cannot be told whether somebody was asked.
    pub asked_unknown: u64,
    /// Calls refused.
    pub denied: u64,
    /// Calls decided in mode bypassPermissions, yolo or the like.
    pub bypassed: u64,
    /// How long people were waited for in all, ms.
    pub waited_ms: f64,
    /// Distinct sessions.
    pub sessions: u64,
    /// Distinct people (e-mail, else user id).
    pub people: u64,
    /// Calls over time, about 168 equal slots.
    pub slots: Vec<Slot>,
    /// Calls per decided_by, commonest first.
    pub decided_by: Vec<(String, u64)>,
    /// Where agents press most, at most five.
    pub hotspots: Vec<Hotspot>,
    /// Latest refusals, newest first, at most ten.
    pub refusals: Vec<CallRow>,
    /// Agents and versions seen, newest first.
    pub agents: Vec<AgentSeen>,
}

/// One version of one agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentSeen {
    /// Agent.
    pub agent: String,
    /// Version.
    pub agent_version: String,
    /// Sessions in the range.
    pub sessions: u64,
    /// Events in the range.
    pub events: u64,
    /// First event in the range, µs since the epoch.
    pub first: i64,
    /// Last event in the range, µs since the epoch.
    pub last: i64,
}

/// The time of the newest event in the archive, µs since the epoch: pages that are given no range end there or now,
/// whichever is later. None for an empty archive.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn newest(_archive: &Archive) -> Result<Option<i64>, AskError> {
    Ok(None)
}

/// The overview of a range.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn overview(_archive: &Archive, _range: Range) -> Result<Overview, AskError> {
    Ok(Overview::default())
}
