//! Connections that do nothing: many of them.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::server::Server;

/// How long one connection may take to be made: the system tries a second time after a second.
const CONNECT: Duration = Duration::from_secs(2);

/// Makes so many connections, to both receivers in turn and so many at a time, and gives those that came about.
pub(crate) async fn idle(server: &Server, count: usize, at_a_time: usize) -> Vec<TcpStream> {
    let (mut open, mut opening) = (Vec::new(), JoinSet::new());
    for number in 0..count {
        let endpoint = if number.is_multiple_of(2) { &server.endpoints.grpc } else { &server.endpoints.http };
        let address = endpoint.strip_prefix("http://").unwrap().to_owned();
        opening.spawn(async move { tokio::time::timeout(CONNECT, TcpStream::connect(address)).await.ok()?.ok() });
        if opening.len() >= at_a_time {
            open.extend(opening.join_next().await.unwrap().unwrap());
        }
    }
    while let Some(made) = opening.join_next().await {
        open.extend(made.unwrap());
    }
    open
}

/// Waits until the server has closed every one of them; tells how many it did not close in time.
pub(crate) async fn closed(connections: Vec<TcpStream>, limit: Duration) -> usize {
    let deadline = tokio::time::Instant::now() + limit;
    let mut reading = JoinSet::new();
    for mut connection in connections {
        reading.spawn(async move {
            let mut buffer = [0; 1_024];
            // What a server says by itself, as its HTTP/2 settings, is no end.
            let end = async { while !matches!(connection.read(&mut buffer).await, Ok(0) | Err(_)) {} };
            tokio::time::timeout_at(deadline, end).await.is_ok()
        });
    }
    reading.join_all().await.into_iter().filter(|closed| !closed).count()
}
