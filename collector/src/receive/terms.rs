//! On what terms the doors take connections and requests. Both doors share them.

use super::admission::{self, Admission};
use super::connections::ConnectionLimit;
use super::patience::Patience;
use super::tls::Tls;
use crate::authenticate::Gate;

/// On what terms the doors take connections and requests.
#[derive(Clone, Debug)]
pub struct Terms {
    pub(super) gate: Gate,
    pub(super) tls: Option<Tls>,
    pub(super) admission: Admission,
    pub(super) connections: ConnectionLimit,
    pub(super) patience: Patience,
}

impl Terms {
    /// Who may send; whether TLS is spoken; how many bytes of requests both doors together hold at a time, of which the
    /// largest request takes [`MAX_MESSAGE_BYTES`](super::MAX_MESSAGE_BYTES); how many connections each may have.
    pub fn new(gate: Gate, tls: Option<Tls>, bytes_in_flight: usize, connections: ConnectionLimit) -> Self {
        let admission = Admission::new(bytes_in_flight, admission::WAIT);
        Self { gate, tls, admission, connections, patience: Patience::default() }
    }
}
