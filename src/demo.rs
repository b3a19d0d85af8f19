//! The made-up fleet (being written).

use indicatif::ProgressBar;

/// Which fleet to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many records to send, about.
    pub events: u64,
    /// The same seed plays the same sessions.
    pub seed: u64,
    /// The demo's last moment, µs since the epoch.
    pub end: i64,
}

/// What was played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Records sent and acknowledged.
    pub records: u64,
    /// Sessions they belong to.
    pub sessions: u64,
}

/// Plays a fleet into an OTLP/gRPC endpoint.
///
/// # Errors
/// When the endpoint does not take it.
#[expect(clippy::unused_async, reason = "the signature of what is being written")]
pub async fn play(_endpoint: &str, plan: Plan, progress: &ProgressBar) -> anyhow::Result<Played> {
    progress.set_position(plan.events);
    Ok(Played { records: 0, sessions: 0 })
}
