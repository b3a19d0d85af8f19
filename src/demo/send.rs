//! Sends a fleet's requests over OTLP/gRPC, as agents do: whole sessions in order, a few at a time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use barograph_proto::otlp::Export;
use futures::future::try_join_all;
use indicatif::ProgressBar;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::week::{Session, Week};
use super::{Plan, Played};

/// How often a batch that the receiver cannot take now is sent, in all.
const ATTEMPTS: u32 = 6;

/// The pause before a batch is sent again; it doubles each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Connections to the receiver.
const CONNECTIONS: usize = 4;

/// Sessions that send at the same time over one connection, each request after the one before.
const SESSIONS_PER_CONNECTION: usize = 8;

/// Plays a plan to an OTLP/gRPC endpoint such as `http://127.0.0.1:4317`. The bar counts acknowledged log records.
///
/// # Errors
/// When the endpoint cannot be reached, refuses a request, or rejects part of one.
pub async fn play(endpoint: &str, plan: Plan, progress: &ProgressBar) -> anyhow::Result<Played> {
    progress.set_length(plan.events);
    let week = Mutex::new(Week::new(plan));
    let connections = try_join_all((0..CONNECTIONS).map(|_| Connection::open(endpoint))).await?;
    let senders = connections.iter().flat_map(|connection| std::iter::repeat_n(connection, SESSIONS_PER_CONNECTION));
    let played = try_join_all(senders.map(|connection| play_sessions(connection.clone(), &week, progress))).await?;
    Ok(Played {
        records: played.iter().map(|played| played.records).sum(),
        sessions: played.iter().map(|played| played.sessions).sum(),
    })
}

/// Sends one session after another until the week is over.
async fn play_sessions(
    mut connection: Connection,
    week: &Mutex<Week>,
    progress: &ProgressBar,
) -> anyhow::Result<Played> {
    let next = || week.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut played = Played::default();
    while let Some(Session { requests, records }) = next() {
        for request in requests {
            let log_records = if matches!(request, Export::Logs(_)) { request.len() as u64 } else { 0 };
            connection.send(request).await?;
            progress.inc(log_records);
        }
        played.records += records;
        played.sessions += 1;
    }
    Ok(played)
}

#[derive(Clone)]
struct Connection {
    logs: LogsServiceClient<Channel>,
    traces: TraceServiceClient<Channel>,
    metrics: MetricsServiceClient<Channel>,
}

impl Connection {
    async fn open(endpoint: &str) -> anyhow::Result<Self> {
        let channel = Endpoint::from_shared(endpoint.to_owned())
            .with_context(|| format!("{endpoint} is not an OTLP/gRPC endpoint; give one like http://127.0.0.1:4317"))?
            .connect()
            .await
            .with_context(|| format!("cannot reach the receiver at {endpoint}; is `barograph serve` running?"))?;
        Ok(Self {
            logs: LogsServiceClient::new(channel.clone()),
            traces: TraceServiceClient::new(channel.clone()),
            metrics: MetricsServiceClient::new(channel),
        })
    }

    /// Sends a request until it is acknowledged: again after a pause where the receiver says that it cannot take it now.
    async fn send(&mut self, request: Export) -> anyhow::Result<()> {
        let (signal, records) = (request.signal().name(), request.len());
        let mut pause = PAUSE;
        for attempt in 1.. {
            match self.send_once(request.clone()).await {
                Ok(0) => break,
                Ok(rejected) => bail!("the receiver rejected {rejected} of {records} records of {signal}"),
                Err(status) if attempt < ATTEMPTS && may_pass(&status) => tokio::time::sleep(pause).await,
                Err(status) => {
                    return Err(status).with_context(|| format!("the receiver refused {records} records of {signal}"));
                }
            }
            pause *= 2;
        }
        Ok(())
    }

    /// Sends a request once and tells how many of its records were rejected.
    async fn send_once(&mut self, request: Export) -> Result<i64, Status> {
        Ok(match request {
            Export::Logs(request) => {
                let partial = self.logs.export(request).await?.into_inner().partial_success;
                partial.map_or(0, |partial| partial.rejected_log_records)
            }
            Export::Traces(request) => {
                let partial = self.traces.export(request).await?.into_inner().partial_success;
                partial.map_or(0, |partial| partial.rejected_spans)
            }
            Export::Metrics(request) => {
                let partial = self.metrics.export(request).await?.into_inner().partial_success;
                partial.map_or(0, |partial| partial.rejected_data_points)
            }
        })
    }
}

/// Whether the same request may be taken later.
fn may_pass(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded | Code::Aborted)
}

#[cfg(test)]
mod tests;
