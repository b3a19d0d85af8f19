//! The two OTLP doors: gRPC and HTTP. Both end in [`Intake`].
//!
//! A door takes connections and requests on its [`Terms`]: who may send, in what security, how much at a time. It reads
//! a request's bytes within bounds (`upload`), and one shared path (`door`) inflates, decodes, redacts and stores them.
//! What comes of it is a receipt or a `refusal`; only `reply` turns either into words on the wire. Clients of agents
//! send a batch once and wait 10 s, so a door waits rather than refuses where it can.

mod admission;
mod body;
mod connections;
mod deadline;
mod decode;
mod door;
mod grpc;
mod http;
mod json;
mod listen;
mod patience;
mod refusal;
mod reply;
mod rpc;
mod seldom;
mod shape;
mod terms;
mod tls;
mod upload;

#[cfg(test)]
mod tests;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use admission::BYTES_IN_FLIGHT;
pub use connections::{Bound, ConnectionLimit};
pub use listen::bind;
pub use terms::Terms;
pub use tls::{Identity, IdentityError, Tls};

use crate::intake::Intake;
use door::{Door, Transport};
use listen::Protocol;

/// The largest request, before and after decompression, bytes. What the OTLP specification recommends.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Serves OTLP/gRPC on a bound listener until the token is cancelled, then answers what is in flight and returns.
///
/// # Errors
/// When the listener has no address.
pub async fn serve_grpc(
    listener: TcpListener,
    intake: Intake,
    terms: &Terms,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let door = Door::new(intake, Transport::Grpc, terms);
    listen::serve(listener, grpc::routes(&door), Protocol::Http2, door.connections(), stop).await
}

/// Serves OTLP/HTTP on a bound listener until the token is cancelled, then answers what is in flight and returns.
/// Speaks HTTP/1.1, and HTTP/2 to those who begin with it.
///
/// # Errors
/// When the listener has no address.
pub async fn serve_http(
    listener: TcpListener,
    intake: Intake,
    terms: &Terms,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let door = Door::new(intake, Transport::Http, terms);
    listen::serve(listener, http::routes(&door), Protocol::Any, door.connections(), stop).await
}
