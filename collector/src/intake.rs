//! The path every request takes, whatever its transport: dialect, redaction, journal, receipt.

use std::sync::Arc;
use std::time::Instant;

use barograph_proto::dialect;
use barograph_proto::keyed::EventIdKey;
use barograph_proto::otlp::Export;
use barograph_proto::time::Clock;

use crate::journal::{AppendError, Journal, Receipt};
use crate::metrics::{Metrics, SignalLabels};
use crate::redact::{InForce, RedactedRows};

/// Takes decoded requests in and makes them durable.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Makes event ids.
    pub event_id_key: EventIdKey,
    /// The one door.
    pub redactor: InForce,
    /// Where redacted rows become durable.
    pub journal: Journal,
    /// Tells the receive time.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// The redacted rows of a request, not yet durable.
#[derive(Debug)]
pub struct Prepared {
    labels: SignalLabels,
    received: u64,
    rows: RedactedRows,
}

impl Intake {
    /// Makes a request durable, or says why not. The tenant is who the connection's credential belongs to.
    ///
    /// # Errors
    /// When the journal cannot take it; the sender may try again.
    pub async fn accept(&self, tenant: &str, export: Export) -> Result<Receipt, AppendError> {
        self.store(self.prepare(tenant, export)).await
    }

    /// Reads and redacts a request: the part of the path that keeps a core busy, apart so that a big request can take
    /// it on a thread that may be. What is prepared must be stored, or the books do not balance.
    #[must_use]
    pub fn prepare(&self, tenant: &str, export: Export) -> Prepared {
        let labels = SignalLabels { signal: export.signal().name() };
        let received = export.len() as u64;
        let rows = dialect::read(tenant, self.clock.now(), &self.event_id_key, export);
        let (redactor, shadow) = self.redactor.get();
        let sample = shadow.as_ref().and_then(|shadow| shadow.sample(&rows));
        let started = Instant::now();
        let rows = redactor.redact(rows);
        self.metrics.redaction.seconds.observe(started.elapsed().as_secs_f64());
        self.metrics.redaction.count(rows.tally());
        if let (Some(shadow), Some(sent)) = (shadow, sample) {
            shadow.compare(sent, &rows);
        }
        self.metrics.records_received.get_or_create(&labels).inc_by(received);
        Prepared { labels, received, rows }
    }

    /// Makes a prepared request durable.
    ///
    /// # Errors
    /// When the journal cannot take it; the sender may try again.
    pub async fn store(&self, prepared: Prepared) -> Result<Receipt, AppendError> {
        let Prepared { labels, received, rows } = prepared;
        let receipt = self.journal.append(rows).await.inspect_err(|_| {
            self.metrics.records_refused.get_or_create(&labels).inc_by(received);
        })?;
        self.metrics.records_stored.get_or_create(&labels).inc_by(receipt.stored());
        self.metrics.records_already_stored.get_or_create(&labels).inc_by(receipt.already_stored());
        Ok(receipt)
    }
}
