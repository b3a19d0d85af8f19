//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::super::connections::Connections;
use super::super::patience::Patience;
use super::activity::Activity;
use super::{Protocol, handshake};
use crate::authenticate::CertificateNames;

/// How often an HTTP/2 connection is asked whether its peer still lives, and how long the peer may take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);

/// Requests that one HTTP/2 connection may have open. Agents have three.
const STREAMS_PER_CONNECTION: u32 = 256;

/// Serves a router on a connection until it ends, or has been told to and has ended what it began.
pub(super) async fn serve(
    stream: TcpStream,
    router: Router,
    protocol: Protocol,
    connections: &Connections,
    stop: CancellationToken,
) {
    // Acknowledgements are small and awaited. A socket that refuses the option is already dead, and reads so.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let patience = connections.patience;
    let Some(tls) = &connections.tls else {
        return speak(stream, None, router, protocol, patience, stop).await;
    };
    let made = stop.run_until_cancelled(handshake::make(stream, tls, protocol, connections)).await;
    if let Some((stream, names)) = made.flatten() {
        speak(stream, names, router, protocol, patience, stop).await;
    }
}

/// Speaks HTTP. Requests carry the names of the client's certificate as an extension, which no sender can set.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    names: Option<Arc<CertificateNames>>,
    router: Router,
    protocol: Protocol,
    patience: Patience,
    stop: CancellationToken,
) {
    let activity = Activity::default();
    let service = TowerToHyperService::new(tower::service_fn({
        let activity = activity.clone();
        move |request: Request<_>| answer(request, names.clone(), router.clone(), activity.clone())
    }));
    let builder = builder(protocol, patience);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));

    // hyper's own limit of header time sees neither a silent client nor an HTTP/2 handshake that never ends, and it sees
    // the pause between two requests, which is no fault.
    let mut limit = pin!(tokio::time::sleep(patience.headers));
    let mut ending = false;
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(error, "a connection broke");
                }
                return;
            }
            () = stop.cancelled(), if !ending => {
                ending = true;
                connection.as_mut().graceful_shutdown();
            }
            () = limit.as_mut(), if !ending || !activity.has_begun() => {
                let until = activity.idle_since() + patience.idle;
                if !activity.has_begun() {
                    tracing::debug!("cut a connection that sent no request in time");
                    return;
                } else if until <= Instant::now() {
                    tracing::debug!("ended an idle connection");
                    ending = true;
                    connection.as_mut().graceful_shutdown();
                } else {
                    limit.as_mut().reset(until);
                }
            }
        }
    }
}

async fn answer<B>(
    request: Request<B>,
    names: Option<Arc<CertificateNames>>,
    router: Router,
    activity: Activity,
) -> Result<Response, Infallible>
where
    B: axum::body::HttpBody<Data = axum::body::Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    let open = activity.begin();
    let mut request = request.map(Body::new);
    if let Some(names) = names {
        request.extensions_mut().insert(names);
    }
    let answer = router.oneshot(request).await;
    drop(open);
    answer
}

fn builder(protocol: Protocol, patience: Patience) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // A client that has sent all and says so, or has left by then, has still sent it.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.idle + patience.headers).half_close(true);
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
