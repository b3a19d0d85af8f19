//! The two loads: as much as is acknowledged, and a steady stream.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use barograph_proto::otlp::ExportLogsServiceResponse;
use futures::future::try_join_all;
use prost::Message as _;
use prost::bytes::{BufMut as _, Bytes};
use tokio::time::{Instant, sleep_until};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::records::Pool;
use crate::report::float;

const EXPORT: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// Closed loop: each connection sends the next batch when the last is acknowledged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bulk {
    pub(crate) connections: usize,
    pub(crate) records_per_batch: usize,
    pub(crate) lasting: Duration,
    /// Tells its records from other loads'.
    pub(crate) mark: u8,
}

/// Open loop: batches are due at fixed times, and each one's latency counts from when it was due, so that a receiver
/// that stalls is charged for what queued up behind the stall.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paced {
    pub(crate) connections: u32,
    pub(crate) records_per_batch: usize,
    pub(crate) records_per_second: u32,
    pub(crate) lasting: Duration,
    /// Tells its records from other loads'.
    pub(crate) mark: u8,
}

/// What became of a load.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Records acknowledged.
    pub(crate) acknowledged: u64,
    /// Records of requests that were refused, or rejected in an acknowledged one.
    pub(crate) refused: u64,
    /// From the first sending to the last acknowledgement.
    pub(crate) took: Duration,
    /// How long each acknowledgement took, ascending.
    pub(crate) latencies: Vec<Duration>,
}

impl Bulk {
    pub(crate) async fn run(self, endpoint: &str, pool: &Pool) -> anyhow::Result<Outcome> {
        let batches = pool.batches(self.records_per_batch);
        let number = AtomicU64::new(0);
        let connections = try_join_all((0..self.connections).map(|_| Connection::open(endpoint))).await?;
        let started = Instant::now();
        let senders = connections.into_iter().map(async |mut connection| {
            let mut outcome = Outcome::default();
            while started.elapsed() < self.lasting {
                let (bytes, records) = batches.request(self.mark, number.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                outcome.count(connection.send(bytes).await?, records, sent.elapsed());
            }
            anyhow::Ok(outcome)
        });
        Ok(Outcome::of_all(try_join_all(senders).await?, started))
    }
}

impl Paced {
    pub(crate) async fn run(self, endpoint: &str, pool: &Pool) -> anyhow::Result<Outcome> {
        let batches = pool.batches(self.records_per_batch);
        let connections = try_join_all((0..self.connections).map(|_| Connection::open(endpoint))).await?;
        let each = batches.records_on_average() * f64::from(self.connections) / f64::from(self.records_per_second);
        // Each connection sends at this interval, a little after the one before it.
        let interval = Duration::from_secs_f64(each);
        let started = Instant::now();
        let senders = connections.into_iter().zip(0_u32..).map(async |(mut connection, lane)| {
            let mut outcome = Outcome::default();
            for turn in 0_u32.. {
                let due = interval * turn + interval * lane / self.connections;
                if due >= self.lasting {
                    break;
                }
                sleep_until(started + due).await;
                let number = u64::from(turn) * u64::from(self.connections) + u64::from(lane);
                let (bytes, records) = batches.request(self.mark, number);
                let refused = connection.send(bytes).await?;
                outcome.count(refused, records, (started + due).elapsed());
            }
            anyhow::Ok(outcome)
        });
        Ok(Outcome::of_all(try_join_all(senders).await?, started))
    }
}

impl Outcome {
    /// Counts an answer: none for a request that was refused, else how many of its records were rejected.
    fn count(&mut self, rejected: Option<u64>, records: u64, latency: Duration) {
        let rejected = rejected.unwrap_or(records).min(records);
        self.refused += rejected;
        self.acknowledged += records - rejected;
        self.latencies.push(latency);
    }

    fn of_all(parts: Vec<Self>, started: Instant) -> Self {
        let mut all = Self { took: started.elapsed(), ..Self::default() };
        for part in parts {
            all.acknowledged += part.acknowledged;
            all.refused += part.refused;
            all.latencies.extend(part.latencies);
        }
        all.latencies.sort_unstable();
        all
    }

    /// Records acknowledged in a second.
    pub(crate) fn per_second(&self) -> f64 {
        float(self.acknowledged) / self.took.as_secs_f64().max(0.001)
    }

    /// The latency that so many of 1,000 acknowledgements do not exceed.
    pub(crate) fn permille(&self, permille: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * permille / 1_000).copied().unwrap_or_default()
    }
}

/// A connection that sends requests which are encoded already, so that the sender costs the machine little.
struct Connection(Grpc<Channel>);

impl Connection {
    async fn open(endpoint: &str) -> anyhow::Result<Self> {
        Ok(Self(Grpc::new(Endpoint::from_shared(endpoint.to_owned())?.connect().await?)))
    }

    /// How many records of the request were rejected; none when it was refused as a whole.
    async fn send(&mut self, bytes: Bytes) -> anyhow::Result<Option<u64>> {
        self.0.ready().await?;
        match self.0.unary(Request::new(bytes), PathAndQuery::from_static(EXPORT), Encoded).await {
            Ok(response) => {
                let rejected = response.into_inner().partial_success.map_or(0, |partial| partial.rejected_log_records);
                Ok(Some(u64::try_from(rejected).unwrap_or(0)))
            }
            Err(_) => Ok(None),
        }
    }
}

/// Sends bytes as they are.
#[derive(Clone, Copy)]
struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
    type Decode = ExportLogsServiceResponse;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = ExportLogsServiceResponse;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        ExportLogsServiceResponse::decode(buffer).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}
