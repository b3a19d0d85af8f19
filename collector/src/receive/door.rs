//! The path that both transports share, from a body's bytes to a receipt or a refusal.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::request::Parts;
use barograph_proto::otlp::Signal;
use tokio::sync::Semaphore;

use super::Terms;
use super::admission::{Admission, Reservation};
use super::body::Compression;
use super::connections::Connections;
use super::decode::Encoding;
use super::patience::Patience;
use super::refusal::Refusal;
use super::reply::Outcome;
use super::seldom::Seldom;
use crate::authenticate::{CertificateNames, Gate, Tenant};
use crate::intake::{Intake, Prepared};
use crate::metrics::{RefusalLabels, TransportLabels};

/// An uncompressed body up to this size, bytes, is worked on where it is: some 50 records, half a millisecond. Others
/// go to a thread of their own kind, so that a big one holds up nobody's small one.
const LIGHT_BYTES: usize = 64 * 1024;

/// How a request came.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transport {
    Grpc,
    Http,
}

impl Transport {
    /// As a metric label.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }
}

/// A message as it came, with the room it holds.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) tenant: Tenant,
    pub(super) signal: Signal,
    pub(super) encoding: Encoding,
    pub(super) compression: Compression,
    pub(super) bytes: Bytes,
    pub(super) reservation: Reservation,
}

/// One of the two doors; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Door {
    intake: Intake,
    transport: Transport,
    gate: Gate,
    admission: Admission,
    patience: Patience,
    heavy: Arc<Semaphore>,
    connections: Connections,
    denied_log: Arc<Seldom>,
}

impl Door {
    pub(super) fn new(intake: Intake, transport: Transport, terms: &Terms) -> Self {
        let connections = Connections::new(transport.name(), terms, Arc::clone(&intake.metrics));
        let Terms { gate, admission, patience, .. } = terms.clone();
        // Decoding and redaction keep a core busy, and hold several times a body's bytes while they run.
        let heavy = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));
        Self { intake, transport, gate, admission, patience, heavy, connections, denied_log: Arc::default() }
    }

    /// How long this door waits for its clients.
    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    /// What this door's connections share.
    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Whose data a request is, by its credential and by nothing else that it says.
    pub(super) fn admit(&self, request: &Parts) -> Result<Tenant, Refusal> {
        let names = request.extensions.get::<Arc<CertificateNames>>();
        Ok(self.gate.admit(&request.headers, names.map(Arc::as_ref))?)
    }

    /// Begins to make room for a request.
    pub(super) fn reserve(&self) -> Reservation {
        self.admission.reserve()
    }

    /// Makes a message durable. Once begun this goes on even if the client leaves, so that what was counted as
    /// received is counted as stored or refused too.
    pub(super) async fn accept(&self, parcel: Parcel) -> Outcome {
        let task = self.connections.tasks().spawn(self.clone().process(parcel));
        task.await.unwrap_or(Err(Refusal::Failed))
    }

    async fn process(self, parcel: Parcel) -> Outcome {
        let is_light = parcel.compression == Compression::Identity && parcel.bytes.len() <= LIGHT_BYTES;
        let (prepared, _reservation) = if is_light {
            prepare(&self.intake, parcel)?
        } else {
            // Never closed. Waits as long as it takes: the work will be done, and a refusal now would lose the batch.
            let _turn = self.heavy.acquire().await.map_err(|_| Refusal::Failed)?;
            let intake = self.intake.clone();
            let task = self.connections.tasks().spawn_blocking(move || prepare(&intake, parcel));
            task.await.map_err(|_| Refusal::Failed)??
        };
        Ok(self.intake.store(prepared).await?)
    }

    /// Counts what came of a request, and logs a refusal.
    pub(super) fn record(&self, outcome: &Outcome) {
        let transport = self.transport.name();
        match outcome {
            Ok(_) => {
                self.intake.metrics.requests_accepted.get_or_create(&TransportLabels { transport }).inc();
            }
            Err(refusal) => {
                let reason = refusal.reason();
                self.intake.metrics.requests_refused.get_or_create(&RefusalLabels { transport, reason }).inc();
                if let Refusal::Denied(denial) = refusal {
                    // Whoever reaches the port can cause these.
                    if let Some(kept_back) = self.denied_log.may_write() {
                        tracing::warn!(transport, reason, %denial, kept_back, "refused a request");
                    }
                    return;
                }
                let source = std::error::Error::source(refusal).map(tracing::field::display);
                tracing::warn!(transport, reason, %refusal, source, "refused a request");
            }
        }
    }
}

fn prepare(intake: &Intake, parcel: Parcel) -> Result<(Prepared, Reservation), Refusal> {
    let Parcel { tenant, signal, encoding, compression, bytes, mut reservation } = parcel;
    let message = compression.inflate(&bytes)?;
    // This thread must not wait for room: those who hold it may wait for this thread.
    reservation.cover_now(message.len())?;
    let mut preparing = intake.prepare(tenant.as_str(), signal, message.len());
    encoding.decode(signal, message, |export| preparing.add(export))?;
    Ok((preparing.done(), reservation))
}
