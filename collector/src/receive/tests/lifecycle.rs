//! Stopping: nothing new begins, what has begun is answered.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

#[tokio::test]
async fn a_stopping_door_answers_what_is_in_flight_and_then_takes_no_more() {
    let door = Open::new(Transport::Http).await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
                Expect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // The door says this when it begins to read the body.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100 Continue"));

    let idle = TcpStream::connect(door.address).await.unwrap();
    door.stop.cancel();
    stream.write_all(b"{}").await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    assert_eq!(door.accepted(), 1);

    let address = door.address;
    door.close().await;
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_client_that_breaks_off_is_counted_and_holds_up_nobody() {
    let door = Open::new(Transport::Http).await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut response = String::new();
    // hyper may answer or just close.
    stream.read_to_string(&mut response).await.unwrap();
    assert_eq!((door.refused("cut_off"), door.accepted()), (1, 0));
    door.close().await;
}
