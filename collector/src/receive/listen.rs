//! Accepts connections and serves a router on them until told to stop. Knows nothing of OTLP.

use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How often an HTTP/2 connection is asked whether its peer still lives, and how long the peer may take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);

/// Requests that one HTTP/2 connection may have open. Agents have three.
const STREAMS_PER_CONNECTION: u32 = 256;

/// The pause after an accept that failed for want of file descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protocol {
    /// HTTP/1.1, or HTTP/2 if the client begins with it.
    Any,
    /// HTTP/2 from the first byte, as gRPC without TLS does.
    Http2,
}

/// Serves until the token is cancelled, then lets every connection end what it has begun and waits for all tasks. A
/// client may take `header_time` for a request's headers, and for its first request.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    protocol: Protocol,
    header_time: Duration,
    tasks: &TaskTracker,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                tasks.spawn(connection(stream, router.clone(), protocol, header_time, stop.clone()));
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::warn!(%address, %error, "cannot accept connections; raise the limit of open files if it is that");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
    tracing::info!(%address, "stopped");
    Ok(())
}

async fn connection(
    stream: TcpStream,
    router: Router,
    protocol: Protocol,
    header_time: Duration,
    stop: CancellationToken,
) {
    // Acknowledgements are small and awaited. A socket that refuses the option is already dead, and reads so.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let begun = Arc::new(AtomicBool::new(false));
    let service = TowerToHyperService::new(router.map_request({
        let begun = Arc::clone(&begun);
        move |request: Request<_>| {
            begun.store(true, Ordering::Relaxed);
            request.map(Body::new)
        }
    }));
    let builder = builder(protocol, header_time);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));

    // hyper's own limit of header time sees neither a silent client nor an HTTP/2 handshake that never ends.
    let mut first_request = pin!(tokio::time::sleep(header_time));
    let mut stopping = false;
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(error, "a connection broke");
                }
                return;
            }
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            () = first_request.as_mut(), if !begun.load(Ordering::Relaxed) => {
                if !begun.load(Ordering::Relaxed) {
                    tracing::debug!("cut a connection that sent no request in time");
                    return;
                }
            }
        }
    }
}

fn builder(protocol: Protocol, header_time: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // A client that has sent all and says so, or has left by then, has still sent it.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_time).half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_EVERY)
        .max_concurrent_streams(STREAMS_PER_CONNECTION);
    match protocol {
        Protocol::Any => builder,
        Protocol::Http2 => builder.http2_only(),
    }
}
