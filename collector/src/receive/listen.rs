//! Binds a port, accepts connections on it and serves a router on them until told to stop. Knows nothing of OTLP.

mod activity;
mod connection;
mod handshake;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

use super::connections::Connections;
use super::seldom::Seldom;

/// The pause after an accept that failed for want of file descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that may wait to be accepted. When a network comes back, a company's agents connect within one second;
/// those whom the queue cannot hold wait for whole seconds, and the kernel resets some that have sent already. Linux
/// holds no more than `net.core.somaxconn` of them, which is 4,096 where nobody changed it.
const BACKLOG: u32 = 4_096;

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protocol {
    /// HTTP/1.1, or HTTP/2 if the client begins with it.
    Any,
    /// HTTP/2 from the first byte, as gRPC does.
    Http2,
}

/// Binds a port for many clients.
///
/// # Errors
/// The system's, when the address is taken or may not be bound.
pub fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restarted receiver has its port again while connections of the last one linger.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until the token is cancelled, then lets every connection end what it has begun and waits for all tasks.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    protocol: Protocol,
    connections: &Connections,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, tls = connections.tls.is_some(), "listening");
    let failures = Seldom::default();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                // Without a place the stream is dropped, and so closed.
                if let Some(place) = connections.enter() {
                    let (connections, router, stop) = (connections.clone(), router.clone(), stop.clone());
                    connections.tasks().clone().spawn(async move {
                        connection::serve(stream, router, protocol, &connections, stop).await;
                        drop(place);
                    });
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                if let Some(kept_back) = failures.may_write() {
                    tracing::warn!(
                        %address, %error, kept_back,
                        "cannot accept connections; raise the limit of open files if it is that"
                    );
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.tasks().close();
    connections.tasks().wait().await;
    tracing::info!(%address, "stopped");
    Ok(())
}
