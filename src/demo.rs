//! The demo: a made-up fleet whose agents send what the real clients send, in their shapes, for seven days.
//!
//! Everything follows from the plan: the same plan gives the same bytes, on any 64-bit machine, at any time of day.

mod catalogue;
mod claude;
mod codex;
mod copilot;
mod dice;
mod fleet;
mod gemini;
mod send;
mod week;
mod wire;

#[cfg(test)]
mod tests;

use barograph_proto::otlp::Export;

pub use send::play;

/// What to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many log records to send, at least; the last session is sent whole, so that it may be a few hundred more.
    pub events: u64,
    /// Another seed gives another fleet.
    pub seed: u64,
    /// The demo's last moment, µs since the epoch. Nothing happens after it, and nothing earlier than seven days before.
    pub end: i64,
}

/// What was played, all of it acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Log records.
    pub records: u64,
    /// Agents' sessions.
    pub sessions: u64,
}

/// The plan's export requests, session after session in the order of their starts. Lazy: it holds one session at a
/// time, whatever the size of the plan.
pub fn requests(plan: Plan) -> impl Iterator<Item = Export> + use<> {
    week::Week::new(plan).flat_map(|session| session.requests)
}
