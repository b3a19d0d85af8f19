//! Clients that take their time: each wait has an end. The limits are short here; `Patience` holds the real ones.

use std::time::Instant;

use axum::body::Bytes;
use futures::StreamExt as _;
use http_body_util::{BodyStream, Full, StreamBody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// The limit that a test looks at; the others are an hour.
const SHORT: Duration = Duration::from_millis(300);

/// A machine may be busy, but not this busy.
const AT_MOST: Duration = Duration::from_secs(20);

const HOUR: Duration = Duration::from_hours(1);

fn short_headers() -> Patience {
    Patience { headers: SHORT, body: HOUR, drain: SHORT, ..Patience::default() }
}

fn short_body() -> Patience {
    Patience { headers: HOUR, body: SHORT, drain: SHORT, ..Patience::default() }
}

/// What the server says until it closes, and after how long.
async fn until_closed(mut stream: TcpStream) -> (Vec<u8>, Duration) {
    let begin = Instant::now();
    let mut said = Vec::new();
    // A reset is an end too.
    drop(tokio::time::timeout(AT_MOST, stream.read_to_end(&mut said)).await.expect("the server closes"));
    (said, begin.elapsed())
}

/// A body that begins and never ends.
fn endless(begin: &'static [u8]) -> reqwest::Body {
    let begin = BodyStream::new(Full::new(Bytes::from_static(begin)));
    reqwest::Body::wrap(StreamBody::new(begin.chain(futures::stream::pending())))
}

#[tokio::test]
async fn connections_without_a_request_are_cut_in_time() {
    for transport in [Transport::Grpc, Transport::Http] {
        let door = Open::with_patience(transport, short_headers()).await;
        let beginnings: [&[u8]; 4] =
            [b"", b"P", b"POST /v1/logs HTTP/1.1\r\nHost: a\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];
        for begin in beginnings {
            let mut stream = TcpStream::connect(door.address).await.unwrap();
            stream.write_all(begin).await.unwrap();
            let (_, took) = until_closed(stream).await;
            assert!(took < AT_MOST, "{begin:?}");
        }
        assert_eq!((door.accepted(), door.received(Signal::Logs)), (0, 0));
        door.close().await;
    }
}

#[tokio::test]
async fn headers_that_trickle_in_do_not_win_time() {
    let door = Open::with_patience(Transport::Http, short_headers()).await;
    let (mut read, mut write) = TcpStream::connect(door.address).await.unwrap().into_split();
    let begin = Instant::now();
    let trickle = async {
        write.write_all(b"POST /v1/logs HTTP/1.1\r\n").await?;
        loop {
            write.write_all(b"X: y\r\n").await?;
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let closed = async { drop(read.read_to_end(&mut Vec::new()).await) };
    tokio::select! {
        () = closed => {}
        refused = trickle => { let refused: std::io::Result<()> = refused; assert!(refused.is_err()); }
    }
    assert!(begin.elapsed() >= SHORT && begin.elapsed() < AT_MOST);
    door.close().await;
}

#[tokio::test]
async fn a_body_that_trickles_in_does_not_win_time() {
    let door = Open::with_patience(Transport::Http, short_body()).await;
    let (mut read, mut write) = TcpStream::connect(door.address).await.unwrap().into_split();
    let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
    let trickle = async {
        write.write_all(head.as_bytes()).await?;
        loop {
            write.write_all(b" ").await?;
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let begin = Instant::now();
    // What is answered may be lost to a reset, as the client goes on writing; the next test reads it.
    let closed = async { drop(read.read_to_end(&mut Vec::new()).await) };
    tokio::select! {
        () = closed => {}
        refused = trickle => { let refused: std::io::Result<()> = refused; assert!(refused.is_err()); }
    }
    assert!(begin.elapsed() >= SHORT && begin.elapsed() < AT_MOST);
    assert_eq!((door.refused("slow"), door.accepted()), (1, 0));
    door.close().await;
}

#[tokio::test]
async fn a_body_that_stops_over_http_is_told_so_in_its_encoding() {
    let door = Open::with_patience(Transport::Http, short_body()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(door.url("/v1/logs")).header("content-type", "application/json").body(endless(b"{"));
    let response = tokio::time::timeout(AT_MOST, request.send()).await.unwrap().unwrap();
    assert_eq!(response.status(), 408);
    let status: serde_json::Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((&status["code"], &status["message"]), (&4.into(), &"the body did not arrive in time".into()));
    assert_eq!((door.refused("slow"), door.accepted()), (1, 0));
    drop(client);
    door.close().await;
}

/// A call whose message never arrives whole: the code that it ends with.
async fn slow_call(door: &Open, timeout: Option<&str>) -> tonic::Code {
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let url = door.url("/opentelemetry.proto.collector.logs.v1.LogsService/Export");
    let mut request = client.post(url).header("content-type", "application/grpc").body(endless(&[0, 0, 0]));
    if let Some(timeout) = timeout {
        request = request.header("grpc-timeout", timeout);
    }
    let response = tokio::time::timeout(AT_MOST, request.send()).await.unwrap().unwrap();
    tonic::Status::from_header_map(response.headers()).unwrap().code()
}

#[tokio::test]
async fn a_message_that_stops_over_grpc_is_deadline_exceeded() {
    let door = Open::with_patience(Transport::Grpc, short_body()).await;
    assert_eq!(slow_call(&door, None).await, tonic::Code::DeadlineExceeded);
    assert_eq!(slow_call(&door, Some("1H")).await, tonic::Code::DeadlineExceeded);
    assert_eq!((door.refused("slow"), door.accepted()), (2, 0));
    door.close().await;
}

#[tokio::test]
async fn a_callers_own_deadline_ends_the_wait_for_its_message() {
    let door = Open::with_patience(
        Transport::Grpc,
        Patience { body: HOUR, headers: HOUR, drain: SHORT, ..Patience::default() },
    )
    .await;
    for timeout in ["100m", "1n", "0S"] {
        assert_eq!(slow_call(&door, Some(timeout)).await, tonic::Code::DeadlineExceeded, "{timeout}");
    }
    assert_eq!((door.refused("slow"), door.received(Signal::Logs)), (3, 0));
    door.close().await;
}

#[tokio::test]
async fn slow_clients_hold_up_nobody() {
    let door = Open::new(Transport::Http).await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(door.url("/v1/logs")).header("content-type", "application/json").body("{}");
    assert_eq!(tokio::time::timeout(AT_MOST, request.send()).await.unwrap().unwrap().status(), 200);
    drop((slow, client));
    door.until("all who left are counted", |door| door.refused("cut_off") == 100).await;
    assert_eq!(door.accepted(), 1);
    door.close().await;
}
