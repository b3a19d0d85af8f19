//! HTTP/1 on a raw socket: what two readers could read differently is refused or read in one way, and nothing hidden in
//! a body is ever run as a request of its own.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// A request that would store one record, and which an attacker wants to get past whoever stands before us.
const HIDDEN: &str = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 63\r\n\r\n\
                      {\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"flags\":1}]}]}]}";

const HEAD: &str = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

/// Sends bytes as they are and reads all that is said until the server closes.
async fn said(door: &Open, request: &str) -> String {
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    // After a refusal the server may reset what it did not read.
    drop(stream.read_to_end(&mut said).await);
    String::from_utf8(said).unwrap()
}

/// The status codes of the answers in what was said.
fn codes(said: &str) -> Vec<&str> {
    let codes = said.match_indices("HTTP/1.").filter_map(|(at, _)| said.get(at + 9..at + 12));
    codes.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

#[tokio::test]
async fn the_hidden_request_works_where_it_is_not_hidden() {
    let door = Open::new(Transport::Http).await;
    let closing = HIDDEN.replace("Host: a", "Host: a\r\nConnection: close");
    assert_eq!(codes(&said(&door, &closing).await), ["200"]);
    assert_eq!(door.received(Signal::Logs), 1);
    door.close().await;
}

#[tokio::test]
async fn unclear_framing_is_refused_and_nothing_behind_it_is_run() {
    let door = Open::new(Transport::Http).await;
    let refused = [
        ("two lengths", "Content-Length: 0\r\nContent-Length: 50\r\n\r\n".to_owned()),
        ("a list of lengths", "Content-Length: 2, 2\r\n\r\n{}".to_owned()),
        ("a signed length", "Content-Length: +2\r\n\r\n{}".to_owned()),
        ("a negative length", "Content-Length: -1\r\n\r\n".to_owned()),
        ("a hexadecimal length", "Content-Length: 0x2\r\n\r\n{}".to_owned()),
        ("a length without end", format!("Content-Length: {}\r\n\r\n", "9".repeat(40))),
        ("an empty length", "Content-Length: \r\n\r\n".to_owned()),
        ("chunked, then something else", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n".to_owned()),
        ("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("a coding and no chunks", "Transfer-Encoding: gzip\r\n\r\n".to_owned()),
        ("a coding beside chunks", "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_owned()),
        ("chunks twice", "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_owned()),
        (
            "two codings",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_owned(),
        ),
        ("a second host", "Host: b\r\nContent-Length: 2\r\n\r\n{}".to_owned()),
        ("a folded header", "X: y\r\n Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("a blank before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("a bare return in a header", "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("a header without a colon", "Transfer-Encoding\r\n\r\n".to_owned()),
    ];
    for (what, rest) in refused {
        let said = said(&door, &format!("{HEAD}{rest}{HIDDEN}")).await;
        assert_eq!(codes(&said), ["400"], "{what}: {said}");
    }
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (0, 0));
    door.close().await;
}

#[tokio::test]
async fn a_length_beside_chunks_is_not_believed_and_the_connection_ends() {
    let door = Open::new(Transport::Http).await;
    // By the length, the second request begins after six bytes; by the chunks, after the last chunk.
    for (length, coding) in
        [("Content-Length: 6", "Transfer-Encoding: chunked"), ("Content-Length: 100", "transfer-encoding: Chunked")]
    {
        for headers in [format!("{length}\r\n{coding}"), format!("{coding}\r\n{length}")] {
            let said = said(&door, &format!("{HEAD}{headers}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}")).await;
            assert_eq!(codes(&said), ["200"], "{said}");
        }
    }
    // RFC 9112 section 6.1: the chunks count, and the connection closes after the answer.
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (4, 0));
    door.close().await;
}

#[tokio::test]
async fn false_chunks_are_refused_and_nothing_in_them_is_run() {
    let door = Open::new(Transport::Http).await;
    let faults = [
        ("no size", format!("\r\n{HIDDEN}")),
        ("a size that is none", format!("g\r\n{HIDDEN}\r\n0\r\n\r\n")),
        ("a signed size", "-2\r\n{}\r\n0\r\n\r\n".to_owned()),
        ("a prefixed size", "0x2\r\n{}\r\n0\r\n\r\n".to_owned()),
        ("a size past all bounds", format!("ffffffffffffffffff\r\n{HIDDEN}")),
        ("a chunk longer than its size", format!("2\r\n{{}}xx\r\n0\r\n\r\n{HIDDEN}")),
        ("a line that ends in a bare newline", format!("2\n{{}}\n0\n\n{HIDDEN}")),
        ("a bare newline in an extension", format!("2;x\nz\r\n{{}}\r\n0\r\n\r\n{HIDDEN}")),
        ("no end", "2\r\n{}\r\n".to_owned()),
    ];
    for (what, chunks) in &faults {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut said = Vec::new();
        drop(stream.read_to_end(&mut said).await);
        let said = String::from_utf8(said).unwrap();
        assert!(codes(&said).iter().all(|code| *code == "400") && codes(&said).len() <= 1, "{what}: {said}");
    }
    door.until("every one is counted", |door| door.refused("cut_off") == faults.len() as u64).await;
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (0, 0));
    door.close().await;
}

#[tokio::test]
async fn chunks_with_extensions_and_trailers_are_read() {
    let door = Open::new(Transport::Http).await;
    let head = format!("{HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    for chunks in [
        "2;name=value;x\r\n{}\r\n0;last\r\n\r\n",
        "1\r\n{\r\n01\r\n}\r\n0\r\nX-Trailer: y\r\n\r\n",
        "2 \r\n{}\r\n000\r\n\r\n",
    ] {
        assert_eq!(codes(&said(&door, &format!("{head}{chunks}")).await), ["200"], "{chunks:?}");
    }
    assert_eq!(door.accepted(), 3);
    door.close().await;
}

#[tokio::test]
async fn requests_in_a_row_are_each_answered_in_order() {
    let door = Open::new(Transport::Http).await;
    let good = format!("{HEAD}Content-Length: 2\r\n\r\n{{}}");
    let bad = format!("{HEAD}Content-Length: 2\r\n\r\nno");
    let elsewhere = good.replace("/v1/logs", "/v1/nothing");
    let last = good.replace("Host: a", "Host: a\r\nConnection: close");
    // What comes after one that wants to close is not a request any more.
    let said = said(&door, &[&good, &bad, &elsewhere, &last, HIDDEN].map(str::to_owned).concat()).await;
    assert_eq!(codes(&said), ["200", "400", "404", "200"], "{said}");
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (2, 0));
    door.close().await;
}

#[tokio::test]
async fn http_1_0_is_spoken_and_closes_unless_asked_to_stay() {
    let door = Open::new(Transport::Http).await;
    let request = "POST /v1/logs HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let answer = said(&door, request).await;
    assert!(answer.starts_with("HTTP/1.0 200 OK") && answer.ends_with("\r\n\r\n{}"), "{answer}");
    let staying = request.replacen("\r\n", "\r\nConnection: keep-alive\r\n", 1);
    assert_eq!(codes(&said(&door, &format!("{staying}{request}")).await), ["200", "200"]);
    // Chunks are of HTTP/1.1.
    let chunked = "POST /v1/logs HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    assert_eq!(codes(&said(&door, chunked).await), ["400"]);
    assert_eq!(door.accepted(), 3);
    door.close().await;
}

#[tokio::test]
async fn http_1_1_names_its_host() {
    let door = Open::new(Transport::Http).await;
    let request = format!("{HEAD}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}");
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"] {
        let answer = said(&door, &request.replace("Host: a\r\n", hosts)).await;
        assert_eq!(codes(&answer), ["400"], "{hosts}");
        assert!(answer.contains("send one Host header"), "{answer}");
    }
    assert_eq!(codes(&said(&door, &request.replace("/v1/logs", "http://a/v1/logs")).await), ["200"]);
    assert_eq!((door.refused("unclear_head"), door.accepted()), (3, 1));
    door.close().await;
}

#[tokio::test]
async fn an_upgrade_to_http_2_is_not_taken_and_the_request_is_answered() {
    let door = Open::new(Transport::Http).await;
    let upgrade = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    let answer = said(&door, &format!("{HEAD}{upgrade}Content-Length: 2\r\n\r\n{{}}")).await;
    assert_eq!(codes(&answer), ["200"], "{answer}");
    door.close().await;
}

#[tokio::test]
async fn who_says_that_no_more_will_come_is_still_answered() {
    let door = Open::new(Transport::Http).await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(HIDDEN.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(codes(&answer), ["200"]);
    assert_eq!(door.stored(Signal::Logs), [1, 0]);
    door.close().await;
}

#[tokio::test]
async fn who_asks_before_sending_is_told_no_at_once() {
    let door = Open::new(Transport::Http).await;
    let too_large = format!("Content-Length: {}", super::super::MAX_MESSAGE_BYTES + 1);
    for (headers, code) in [
        ("Content-Type: text/plain\r\nContent-Length: 9", "415"),
        (&format!("Content-Type: application/json\r\n{too_large}"), "413"),
        ("Content-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: 9", "415"),
    ] {
        // Nothing of the body is sent, and no "100 Continue" asks for it.
        let answer =
            said(&door, &format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{headers}\r\nExpect: 100-continue\r\n\r\n"))
                .await;
        assert_eq!(codes(&answer), [code], "{answer}");
    }
    let expecting = format!("{HEAD}Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}");
    assert_eq!(codes(&said(&door, &expecting).await), ["100", "200"]);
    door.close().await;
}
