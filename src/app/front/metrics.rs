//! What is counted of the front.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// What is read together and takes effect together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Credentials,
    Tls,
}

impl Part {
    pub(super) const ALL: [Self; 2] = [Self::Credentials, Self::Tls];

    /// As a metric label.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Tls => "tls",
        }
    }

    /// In a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Credentials => "senders' credentials",
            Self::Tls => "TLS files",
        }
    }
}

/// What is counted of the front.
#[derive(Debug, Default)]
pub(super) struct FrontMetrics {
    failures: Family<PartLabels, Counter>,
    tokens: Gauge,
    expires: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PartLabels {
    part: &'static str,
}

impl FrontMetrics {
    /// Makes the metrics and registers them. Every part stands there from the start.
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        for part in Part::ALL {
            drop(metrics.failures.get_or_create(&PartLabels { part: part.name() }));
        }
        let registry = registry.sub_registry_with_prefix("barograph_front");
        registry.register(
            "reload_failures",
            "Reloads that changed nothing, because something could not be read",
            metrics.failures.clone(),
        );
        registry.register(
            "accepted_tokens",
            "Ingest tokens that are neither revoked nor expired",
            metrics.tokens.clone(),
        );
        registry.register(
            "certificate_expiry_timestamp_seconds",
            "When the TLS certificate of the OTLP ports expires, seconds since the epoch; 0 without TLS",
            metrics.expires.clone(),
        );
        metrics
    }

    pub(super) fn refused(&self, part: Part) {
        self.failures.get_or_create(&PartLabels { part: part.name() }).inc();
    }

    pub(super) fn accepted_tokens(&self, tokens: usize) {
        self.tokens.set(i64::try_from(tokens).unwrap_or(i64::MAX));
    }

    pub(super) fn expires(&self, seconds: i64) {
        self.expires.set(seconds);
    }
}
