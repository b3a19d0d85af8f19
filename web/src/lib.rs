//! Typed answers to pages. Knows no SQL and no Arrow.

mod assets;
mod calls;
mod chips;
mod error;
mod format;
mod layers;
mod pages;
mod params;
mod period;
pub mod redaction;
mod routes;
mod strips;
#[cfg(test)]
mod testing;
mod trace;

use std::sync::Arc;

use barograph_query::archive::Archive;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

pub use routes::router;

/// Whether the process can take events and answer questions, asked by `/readyz`.
pub trait Readiness: std::fmt::Debug + Send + Sync {
    /// Ready, or a sentence for each thing that is not.
    fn check(&self) -> Result<(), Vec<String>>;

    /// What an operator should know although it works, a sentence each: shown by `/health`.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What pages are made of.
#[derive(Clone, Debug)]
pub struct Site {
    /// Answers the questions.
    pub archive: Archive,
    /// Tells the time.
    pub clock: Arc<dyn barograph_proto::time::Clock>,
    /// What `/metrics` shows.
    pub registry: Arc<Registry>,
    /// What `/readyz` asks.
    pub readiness: Arc<dyn Readiness>,
    /// What `/health` tells about redaction.
    pub redaction: Arc<dyn redaction::Redaction>,
    /// Where agents should send OTLP/gRPC, as shown on empty pages: `http://127.0.0.1:4317`.
    pub otlp_grpc_endpoint: String,
    /// Where agents should send OTLP/HTTP.
    pub otlp_http_endpoint: String,
}

/// Serves the dashboard on a bound listener until `stop` resolves, then answers what is in flight and returns.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    site: Site,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(site)).with_graceful_shutdown(stop).await
}
