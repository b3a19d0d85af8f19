//! How many connections, and for how long.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::receive::patience::Patience;

const REQUEST: &[u8] =
    b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// Sends a request and reads its answer, which has `{}` as its body.
async fn export(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n{}") {
        let mut bytes = [0; 1024];
        let read = stream.read(&mut bytes).await.unwrap();
        assert!(read > 0, "the door closed: {answer}");
        answer.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    answer
}

/// Whether the door ends the connection without having said anything.
async fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0; 1]).await, Ok(0) | Err(_))
}

fn open(door: &Open) -> i64 {
    door.metrics.connections.open.get_or_create(&TransportLabels { transport: "http" }).get()
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_the_next_is_taken_when_one_ends() {
    for (bound, reason) in [(Bound::Setting, "max_connections"), (Bound::OpenFiles, "open_files")] {
        let connections = ConnectionLimit { most: 2, bound };
        let door = Open::on(Transport::Http, Terms { connections, ..terms(Credentials::default()) }).await;
        let connect = async || TcpStream::connect(door.address).await.unwrap();
        let (mut first, mut second) = (connect().await, connect().await);
        export(&mut first).await;
        export(&mut second).await;
        assert_eq!(open(&door), 2);
        assert!(is_closed(&mut connect().await).await);
        let refused = RefusalLabels { transport: "http", reason };
        assert_eq!(door.metrics.connections.refused.get_or_create(&refused).get(), 1);

        export(&mut second).await;
        drop(first);
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while open(&door) > 1 {
            assert!(tokio::time::Instant::now() < deadline, "the place is not given back");
            tokio::task::yield_now().await;
        }
        let mut third = connect().await;
        export(&mut third).await;
        drop((second, third));
        door.close().await;
    }
}

#[tokio::test]
async fn a_connection_that_idles_is_ended_and_one_that_sends_is_not() {
    let idle = Duration::from_millis(1_500);
    let patience = Patience { idle, headers: idle, ..Patience::default() };
    let door = Open::on(Transport::Http, Terms { patience, ..terms(Credentials::default()) }).await;
    let mut sending = TcpStream::connect(door.address).await.unwrap();
    let mut idling = TcpStream::connect(door.address).await.unwrap();
    let begun = tokio::time::Instant::now();
    export(&mut idling).await;
    let ended = tokio::spawn(async move {
        let closed = is_closed(&mut idling).await;
        (closed, begun.elapsed())
    });
    let mut every = tokio::time::interval(Duration::from_millis(300));
    while !ended.is_finished() || begun.elapsed() < idle * 2 {
        every.tick().await;
        export(&mut sending).await;
        assert!(begun.elapsed() < idle * 20, "the idle connection is not ended");
    }
    let (closed, after) = ended.await.unwrap();
    assert!(closed && after >= idle, "{after:?}");
    drop(sending);
    door.close().await;
}

#[tokio::test]
async fn a_connection_without_a_request_is_cut() {
    let patience = Patience { headers: Duration::from_millis(200), ..Patience::default() };
    let door = Open::on(Transport::Http, Terms { patience, ..terms(Credentials::default()) }).await;
    let mut silent = TcpStream::connect(door.address).await.unwrap();
    let mut dripping = TcpStream::connect(door.address).await.unwrap();
    dripping.write_all(b"POST /v1/logs HTTP/1.1\r\nHos").await.unwrap();
    assert!(is_closed(&mut silent).await);
    assert!(is_closed(&mut dripping).await);
    door.close().await;
}
