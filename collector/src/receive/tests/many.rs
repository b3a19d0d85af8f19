//! Many clients at once, and clients that leave: the books stay exact.

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use prost::encoding::encode_varint;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::receive::bind;

/// Connections at a time.
const CONNECTIONS: usize = 300;

/// Requests that each sends, one after the other.
const REQUESTS: usize = 5;

fn request(connection: usize, number: usize) -> ExportLogsServiceRequest {
    logs((0..3).map(|record| numbered((connection * REQUESTS + number) * 3 + record)).collect())
}

/// Lets this process open as many files as the system allows it to: many shells begin with 1,024.
fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
}

fn balanced(door: &Open) {
    let expected = (CONNECTIONS * REQUESTS * 3) as u64;
    assert_eq!(door.accepted(), (CONNECTIONS * REQUESTS) as u64);
    assert_eq!((door.received(Signal::Logs), door.stored(Signal::Logs)), (expected, [expected, 0]));
}

#[tokio::test]
async fn a_thousand_agents_that_connect_before_one_is_accepted_are_all_heard() {
    open_many_files();
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    // Beyond the queue a connection waits for the kernel's next attempt, a second later, as often as it takes.
    let connect = futures::future::try_join_all((0..1_000).map(|_| TcpStream::connect(address)));
    let mut streams = tokio::time::timeout(Duration::from_mins(1), connect).await.unwrap().unwrap();
    for stream in &mut streams {
        stream.write_all(b"waiting").await.unwrap();
    }
    for _ in &streams {
        let (mut accepted, _) = listener.accept().await.unwrap();
        accepted.read_exact(&mut [0; 7]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_grpc_connections_balance() {
    open_many_files();
    let door = Open::new(Transport::Grpc).await;
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let url = door.url("");
            tokio::spawn(async move {
                let mut client = LogsServiceClient::connect(url).await.unwrap();
                for number in 0..REQUESTS {
                    let reply = client.export(request(connection, number)).await.unwrap();
                    assert_eq!(reply.into_inner().partial_success, None);
                }
                client
            })
        })
        .collect();
    let clients = futures::future::try_join_all(senders).await.unwrap();
    assert_eq!(clients.len(), CONNECTIONS);
    balanced(&door);
    drop(clients);
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_http_connections_balance() {
    open_many_files();
    let door = Open::new(Transport::Http).await;
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let address = door.address;
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                for number in 0..REQUESTS {
                    let body = request(connection, number).encode_to_vec();
                    let head = format!(
                        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n\
                         Content-Length: {}\r\n\r\n",
                        body.len()
                    );
                    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
                    let mut answer = Vec::new();
                    while !answer.ends_with(b"\r\n\r\n") {
                        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
                    }
                    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
                }
                stream
            })
        })
        .collect();
    let streams = futures::future::try_join_all(senders).await.unwrap();
    assert_eq!(streams.len(), CONNECTIONS);
    balanced(&door);
    drop(streams);
    door.close().await;
}

#[tokio::test]
async fn one_connection_carries_two_hundred_calls_at_a_time() {
    let door = Open::new(Transport::Grpc).await;
    let client = LogsServiceClient::connect(door.url("")).await.unwrap();
    let calls = (0..200).map(|number| {
        let mut client = client.clone();
        async move { client.export(logs(vec![numbered(number)])).await }
    });
    futures::future::try_join_all(calls).await.unwrap();
    assert_eq!((door.accepted(), door.stored(Signal::Logs)), (200, [200, 0]));
    drop(client);
    door.close().await;
}

/// An HTTP/2 frame.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The headers of a call, none compressed (RFC 7541 section 6.2.2).
fn call_headers() -> Vec<u8> {
    let headers = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"),
        (":authority", "a"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(0);
        for text in [name, value] {
            // Texts below 127 bytes have a length of one byte.
            encode_varint(text.len() as u64, &mut block);
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// The error code CANCEL.
const CANCEL: [u8; 4] = [0, 0, 0, 8];

#[tokio::test]
async fn cancelled_calls_are_counted_and_leave_nothing_half_stored() {
    let door = Open::new(Transport::Grpc).await;
    let message = logs((0..10).map(numbered).collect()).encode_to_vec();
    let framed = [&[0][..], &u32::try_from(message.len()).unwrap().to_be_bytes(), &message].concat();
    let (half, _) = framed.split_at(framed.len() / 2);

    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    // Odd streams: cut before the message, within its prefix, half way, and after all of it but its end.
    let cuts: [&[u8]; 4] = [b"", &framed[..3], half, &framed];
    for (place, sent) in cuts.iter().enumerate() {
        let id = u32::try_from(place).unwrap() * 2 + 1;
        stream.write_all(&frame(HEADERS, END_HEADERS, id, &call_headers())).await.unwrap();
        if !sent.is_empty() {
            stream.write_all(&frame(DATA, 0, id, sent)).await.unwrap();
        }
        stream.write_all(&frame(RST_STREAM, 0, id, &CANCEL)).await.unwrap();
    }
    door.until("every cancelled call is counted", |door| door.refused("cut_off") == 4).await;
    assert_eq!((door.received(Signal::Logs), door.accepted()), (0, 0));

    // The connection serves on: the same message whole, and cancelled once it is all there.
    stream.write_all(&frame(HEADERS, END_HEADERS, 9, &call_headers())).await.unwrap();
    stream.write_all(&frame(DATA, END_STREAM, 9, &framed)).await.unwrap();
    stream.write_all(&frame(RST_STREAM, 0, 9, &CANCEL)).await.unwrap();
    // Whether the cancellation is seen before the message is a race; the books hold either way.
    door.until("it is counted", |door| door.accepted() + door.refused("cut_off") == 5).await;
    assert_eq!(door.stored(Signal::Logs), [door.accepted() * 10, 0]);
    drop(stream);
    door.close().await;
}

#[tokio::test]
async fn what_clients_sent_whole_before_they_left_is_stored() {
    let door = Open::new(Transport::Http).await;
    for number in 0..20 {
        let body = logs(vec![numbered(number)]).encode_to_vec();
        let head = format!(
            "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
        drop(stream);
    }
    door.until("all are accepted", |door| door.accepted() == 20).await;
    assert_eq!(door.stored(Signal::Logs), [20, 0]);
    door.close().await;
}
