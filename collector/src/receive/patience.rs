//! How long a door waits for its clients. Injected, so that tests prove the limits with short ones.

use std::time::Duration;

/// How long a door waits for its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a TLS handshake.
    pub(super) handshake: Duration,
    /// For a connection's first request, and for a request's headers.
    pub(super) headers: Duration,
    /// Between requests. Agents send every few seconds and at the least every minute; one that comes back later connects
    /// again.
    pub(super) idle: Duration,
    /// For a whole body. Clients give up after 10 s.
    pub(super) body: Duration,
    /// For the rest of a refused body, which is thrown away so that the client, still writing, gets to see the answer.
    pub(super) drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let half_a_minute = Duration::from_secs(30);
        Self {
            handshake: Duration::from_secs(10),
            headers: half_a_minute,
            idle: Duration::from_mins(10),
            body: half_a_minute,
            drain: Duration::from_secs(5),
        }
    }
}
