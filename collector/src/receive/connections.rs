//! What the connections of a door share: how many there may be, how long they may take, and what is counted of them.

use std::sync::Arc;

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::Terms;
use super::patience::Patience;
use super::seldom::Seldom;
use super::tls::Tls;
use crate::metrics::{Metrics, RefusalLabels, TransportLabels};

/// Why there may not be more connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The setting says so.
    Setting,
    /// Each takes an open file, and the journal needs some too.
    OpenFiles,
}

impl Bound {
    /// As a metric label.
    fn name(self) -> &'static str {
        match self {
            Self::Setting => "max_connections",
            Self::OpenFiles => "open_files",
        }
    }
}

/// How many connections each door may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimit {
    /// The number.
    pub most: usize,
    /// What it comes from.
    pub bound: Bound,
}

/// What the connections of a door share; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    pub(super) tls: Option<Tls>,
    pub(super) patience: Patience,
    tasks: TaskTracker,
    places: Arc<Semaphore>,
    limit: ConnectionLimit,
    transport: &'static str,
    metrics: Arc<Metrics>,
    refused_log: Arc<Seldom>,
    handshake_log: Arc<Seldom>,
}

/// The place of one connection, free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

impl Connections {
    pub(super) fn new(transport: &'static str, terms: &Terms, metrics: Arc<Metrics>) -> Self {
        let limit = terms.connections;
        Self {
            tls: terms.tls.clone(),
            patience: terms.patience,
            tasks: TaskTracker::new(),
            places: Arc::new(Semaphore::new(limit.most.min(Semaphore::MAX_PERMITS))),
            limit,
            transport,
            metrics,
            refused_log: Arc::default(),
            handshake_log: Arc::default(),
        }
    }

    /// What is still running for this door's clients.
    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// A place for one more connection; none, and counted, when there are too many.
    pub(super) fn enter(&self) -> Option<Place> {
        let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else {
            let ConnectionLimit { most, bound } = self.limit;
            self.metrics.connections.refused.get_or_create(&self.labels(bound.name())).inc();
            if let Some(kept_back) = self.refused_log.may_write() {
                tracing::warn!(
                    transport = self.transport,
                    most,
                    bound = bound.name(),
                    kept_back,
                    "closed a new connection: there are as many as there may be"
                );
            }
            return None;
        };
        let open = self.metrics.connections.open.get_or_create(&TransportLabels { transport: self.transport }).clone();
        open.inc();
        Some(Place { open, _permit: permit })
    }

    /// Counts a handshake that came to nothing. Port scanners cause those, so few are logged.
    pub(super) fn handshake_failed(&self, reason: &'static str) {
        self.metrics.connections.handshakes_failed.get_or_create(&self.labels(reason)).inc();
        if let Some(kept_back) = self.handshake_log.may_write() {
            tracing::warn!(transport = self.transport, reason, kept_back, "a TLS handshake failed");
        }
    }

    fn labels(&self, reason: &'static str) -> RefusalLabels {
        RefusalLabels { transport: self.transport, reason }
    }
}
