//! The collector's own metrics, made in the root and handed in.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Labels of a counter that is kept per signal.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct SignalLabels {
    /// logs, traces or metrics.
    pub signal: &'static str,
}

/// Labels of a counter that is kept per way in.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct TransportLabels {
    /// grpc or http.
    pub transport: &'static str,
}

/// Labels of the counter of refused requests.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RefusalLabels {
    /// grpc or http.
    pub transport: &'static str,
    /// Why, in a word of a closed set.
    pub reason: &'static str,
}

/// What the collector counts. received = stored + already stored + refused + rejected, always.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Records decoded from requests.
    pub records_received: Family<SignalLabels, Counter>,
    /// Records made durable.
    pub records_stored: Family<SignalLabels, Counter>,
    /// Records recognised as stored before.
    pub records_already_stored: Family<SignalLabels, Counter>,
    /// Records of requests that were refused after decoding.
    pub records_refused: Family<SignalLabels, Counter>,
    /// Requests answered with success.
    pub requests_accepted: Family<TransportLabels, Counter>,
    /// Requests answered with an error.
    pub requests_refused: Family<RefusalLabels, Counter>,
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let registry = registry.sub_registry_with_prefix("barograph_collector");
        registry.register("records_received", "Records decoded from requests", metrics.records_received.clone());
        registry.register("records_stored", "Records made durable", metrics.records_stored.clone());
        registry.register(
            "records_already_stored",
            "Records recognised as stored before",
            metrics.records_already_stored.clone(),
        );
        registry.register("records_refused", "Records of refused requests", metrics.records_refused.clone());
        registry.register("requests_accepted", "Requests answered with success", metrics.requests_accepted.clone());
        registry.register("requests_refused", "Requests answered with an error", metrics.requests_refused.clone());
        metrics
    }
}
