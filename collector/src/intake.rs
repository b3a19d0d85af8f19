//! The path every request takes, whatever its transport: dialect, redaction, journal, receipt.

use std::sync::Arc;
use std::time::{Duration, Instant};

use barograph_proto::dialect;
use barograph_proto::keyed::EventIdKey;
use barograph_proto::otlp::{Export, Signal};
use barograph_proto::row::Rows;
use barograph_proto::time::Clock;
use barograph_redaction::engine::{Recall, Tally};

use crate::journal::{AppendError, Encoded, Journal, Receipt};
use crate::metrics::{Metrics, SignalLabels};
use crate::redact::{InForce, RedactedRows, Redactor, Shadow};

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

/// A request on its way through the door, part by part.
#[derive(Debug)]
pub struct Preparing<'a> {
    intake: &'a Intake,
    tenant: &'a str,
    signal: Signal,
    received_time: i64,
    received: usize,
    redactor: Arc<Redactor>,
    watched: Option<Watched>,
    recall: Recall,
    tally: Tally,
    redacting: Duration,
    encoded: Encoded,
}

/// What a shadow policy is going to see of a request.
#[derive(Debug)]
struct Watched {
    shadow: Arc<Shadow>,
    raw: Rows,
    redacted: RedactedRows,
}

impl Preparing<'_> {
    /// Takes a part of the request. Nothing is counted before it is [`done`](Self::done).
    pub fn add(&mut self, export: Export) {
        let rows = dialect::read(self.tenant, self.received_time, &self.intake.event_id_key, export);
        self.received += rows.len();
        if let Some(watched) = &mut self.watched {
            watched.raw.append(rows.clone());
        }
        let started = Instant::now();
        let rows = self.redactor.redact_part(rows, &mut self.recall);
        self.redacting += started.elapsed();
        self.tally.add(rows.tally());
        self.encoded.push(&rows);
        if let Some(watched) = &mut self.watched {
            watched.redacted.append(rows);
        }
    }

    /// The request, whole. It must be stored now, or the books do not balance.
    #[must_use]
    pub fn done(self) -> Prepared {
        let metrics = &self.intake.metrics;
        metrics.redaction.seconds.observe(self.redacting.as_secs_f64());
        metrics.redaction.count(&self.tally);
        if let Some(Watched { shadow, raw, redacted }) = self.watched {
            shadow.compare(raw, &redacted);
        }
        let labels = SignalLabels { signal: self.signal.name() };
        let received = self.received as u64;
        metrics.records_received.get_or_create(&labels).inc_by(received);
        Prepared { labels, received, encoded: self.encoded }
    }
}

/// The redacted rows of a request, not yet durable.
#[derive(Debug)]
pub struct Prepared {
    labels: SignalLabels,
    received: u64,
    encoded: Encoded,
}

impl Intake {
    /// Makes a request durable, or says why not. The tenant is who the connection's credential belongs to.
    ///
    /// # Errors
    /// When the journal cannot take it; the sender may try again.
    pub async fn accept(&self, tenant: &str, export: Export) -> Result<Receipt, AppendError> {
        let mut preparing = self.prepare(tenant, export.signal(), 0);
        preparing.add(export);
        self.store(preparing.done()).await
    }

    /// Begins to read, redact and encode a request of so many bytes: the part of the path that keeps a core busy, apart so
    /// that a big request can take it on a thread that may be.
    pub fn prepare<'a>(&'a self, tenant: &'a str, signal: Signal, bytes: usize) -> Preparing<'a> {
        let (redactor, shadow) = self.redactor.get();
        let shadow = shadow.filter(|shadow| shadow.is_due());
        let watched = shadow.map(|shadow| Watched { shadow, raw: Rows::default(), redacted: RedactedRows::default() });
        Preparing {
            intake: self,
            tenant,
            signal,
            received_time: self.clock.now(),
            received: 0,
            redactor,
            watched,
            recall: Recall::default(),
            tally: Tally::default(),
            redacting: Duration::ZERO,
            encoded: Encoded::with_room_for(bytes),
        }
    }

    /// Makes a prepared request durable.
    ///
    /// # Errors
    /// When the journal cannot take it; the sender may try again.
    pub async fn store(&self, prepared: Prepared) -> Result<Receipt, AppendError> {
        let Prepared { labels, received, encoded } = prepared;
        let receipt = self.journal.append(encoded).await.inspect_err(|_| {
            self.metrics.records_refused.get_or_create(&labels).inc_by(received);
        })?;
        self.metrics.records_stored.get_or_create(&labels).inc_by(receipt.stored());
        self.metrics.records_already_stored.get_or_create(&labels).inc_by(receipt.already_stored());
        Ok(receipt)
    }
}
