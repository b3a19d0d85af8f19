//! What the doors count of connections, before there is a request.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{RefusalLabels, TransportLabels};

/// What the doors count of connections.
#[derive(Debug, Default)]
pub struct ConnectionMetrics {
    /// Connections that are open.
    pub open: Family<TransportLabels, Gauge>,
    /// Connections that were closed as soon as they came.
    pub refused: Family<RefusalLabels, Counter>,
    /// TLS handshakes that came to nothing.
    pub handshakes_failed: Family<RefusalLabels, Counter>,
}

impl ConnectionMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Connections that are open", self.open.clone());
        registry.register(
            "connections_refused",
            "Connections that were closed as soon as they came",
            self.refused.clone(),
        );
        registry.register("handshakes_failed", "TLS handshakes that came to nothing", self.handshakes_failed.clone());
    }
}
