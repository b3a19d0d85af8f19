//! Over HTTP: a common client, and a raw socket for what it would not send.

use prost::Message;
use reqwest::{Method, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::receive::MAX_MESSAGE_BYTES;
use crate::receive::body::Compression;
use crate::receive::body::tests::{COMPRESSED, compress};

pub(super) const PROTOBUF: &str = "application/x-protobuf";
pub(super) const JSON: &str = "application/json";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

/// `google.rpc.Status`, as far as OTLP fills it.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

#[derive(Clone, PartialEq, Message)]
struct Detail {
    #[prost(string, tag = "1")]
    type_url: String,
}

pub(super) async fn send(door: &Open, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, door.url(path)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

pub(super) async fn post(door: &Open, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
    send(door, Method::POST, path, headers, body).await
}

/// Sends bytes as they are and reads until the server closes.
async fn raw(door: &Open, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    String::from_utf8(response).unwrap()
}

pub(super) fn encoding(compression: Compression) -> &'static str {
    match compression {
        Compression::Identity => "identity",
        Compression::Gzip => "gzip",
        Compression::Zstd => "zstd",
        Compression::Deflate => "deflate",
    }
}

/// The code and message of an error, which must come in the encoding that was asked for; bad data is described.
pub(super) async fn status(response: Response, content_type: &str) -> (u16, i32, String) {
    let code = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], content_type);
    let body = response.bytes().await.unwrap();
    assert!(body.len() < 2048);
    if content_type == PROTOBUF {
        let status = RpcStatus::decode(body).unwrap();
        assert_eq!(status.details.iter().any(|detail| detail.type_url == BAD_REQUEST), code == 400);
        (code, status.code, status.message)
    } else {
        let status: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status["details"][0]["@type"] == BAD_REQUEST, code == 400);
        let rpc_code = i32::try_from(status["code"].as_i64().unwrap()).unwrap();
        (code, rpc_code, status["message"].as_str().unwrap().to_owned())
    }
}

const JSON_LOGS: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}},{}]}]}]}"#;

#[tokio::test]
async fn every_signal_encoding_and_compression_is_accepted_in_full() {
    let door = Open::new(Transport::Http).await;
    let bodies = [
        ("/v1/logs", PROTOBUF, logs(vec![text(100_000); 2]).encode_to_vec()),
        ("/v1/traces", PROTOBUF, traces(2).encode_to_vec()),
        ("/v1/metrics", PROTOBUF, points(2).encode_to_vec()),
        ("/v1/logs", JSON, JSON_LOGS.as_bytes().to_vec()),
        ("/v1/traces", JSON, br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{},{}]}]}]}"#.to_vec()),
        (
            "/v1/metrics",
            JSON,
            br#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":[{},{}]}}]}]}]}"#.to_vec(),
        ),
    ];
    for (path, content_type, body) in bodies {
        for compression in [Compression::Identity].into_iter().chain(COMPRESSED) {
            let headers = [("content-type", content_type), ("content-encoding", encoding(compression))];
            let response = post(&door, path, &headers, compress(compression, &body)).await;
            assert_eq!(response.status(), 200, "{path} {content_type} {compression:?}");
            assert_eq!(response.headers()["content-type"], content_type);
            assert_eq!(response.bytes().await.unwrap(), if content_type == JSON { "{}" } else { "" });
        }
    }
    assert_eq!(door.accepted(), 24);
    assert_eq!(Signal::ALL.map(|signal| door.received(signal)), [16, 16, 16]);
    door.close().await;
}

#[tokio::test]
async fn content_types_and_encodings_are_read_leniently() {
    let door = Open::new(Transport::Http).await;
    let types = ["application/json; charset=utf-8", "Application/JSON ;x=y", "application/json"];
    for (content_type, encoding) in types.into_iter().zip(["GZIP", "x-gzip", " gzip "]) {
        let headers = [("content-type", content_type), ("content-encoding", encoding)];
        let body = compress(Compression::Gzip, JSON_LOGS.as_bytes());
        let response = post(&door, "/v1/logs", &headers, body).await;
        assert_eq!(response.status(), 200, "{content_type} {encoding}");
        assert_eq!(response.headers()["content-type"], JSON);
    }
    door.close().await;
}

#[tokio::test]
async fn what_a_browser_sends_unasked_from_another_site_has_no_effect() {
    let door = Open::new(Transport::Http).await;
    let origin = ("origin", "https://evil.example");
    let preflight =
        [origin, ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
    let response = send(&door, Method::OPTIONS, "/v1/logs", &preflight, vec![]).await;
    assert_eq!(response.status(), 405);
    let mut answers = vec![response];
    // What the Fetch standard lets a page send without asking; a request with another type is not sent after that answer.
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data; boundary=x")]
    {
        let mut headers = vec![origin];
        headers.extend(content_type.map(|content_type| ("content-type", content_type)));
        let response = post(&door, "/v1/logs", &headers, JSON_LOGS.as_bytes().to_vec()).await;
        assert_eq!(response.status(), 415, "{content_type:?}");
        answers.push(response);
    }
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (0, 0));
    answers.push(post(&door, "/v1/logs", &[origin, ("content-type", JSON)], JSON_LOGS.as_bytes().to_vec()).await);
    for answer in answers {
        let opened = answer.headers().keys().any(|name| name.as_str().starts_with("access-control-"));
        assert!(!opened, "{:?}", answer.headers());
    }
    door.close().await;
}

#[tokio::test]
async fn http_2_is_spoken_to_those_who_begin_with_it() {
    let door = Open::new(Transport::Http).await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let request = client.post(door.url("/v1/logs")).header("content-type", JSON).body(JSON_LOGS);
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_2));
    drop((client, response));
    door.close().await;
}

#[tokio::test]
async fn chunked_bodies_and_expectations_are_met() {
    let door = Open::new(Transport::Http).await;
    let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let (first, second) = JSON_LOGS.split_at(30);
    let chunks = format!("{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len());
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}");
    assert!(raw(&door, chunked.as_bytes()).await.starts_with("HTTP/1.1 200 OK"));

    let expecting = format!("{head}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n{JSON_LOGS}", JSON_LOGS.len());
    assert!(raw(&door, expecting.as_bytes()).await.contains("HTTP/1.1 200 OK"));

    assert_eq!(door.accepted(), 2);
    door.close().await;
}

#[tokio::test]
async fn a_body_at_the_limit_is_accepted_and_one_byte_more_is_413() {
    let door = Open::new(Transport::Http).await;
    let headers = [("content-type", PROTOBUF)];
    let at = logs_of_size(MAX_MESSAGE_BYTES).encode_to_vec();
    assert_eq!(post(&door, "/v1/logs", &headers, at).await.status(), 200);

    let over = logs_of_size(MAX_MESSAGE_BYTES + 1).encode_to_vec();
    let gzip = [headers[0], ("content-encoding", "gzip")];
    let inflated = post(&door, "/v1/logs", &gzip, compress(Compression::Gzip, &over)).await;
    let plain = post(&door, "/v1/logs", &headers, over).await;
    for response in [inflated, plain] {
        let (code, rpc_code, _) = status(response, PROTOBUF).await;
        assert_eq!((code, rpc_code), (413, 8));
    }
    assert_eq!((door.accepted(), door.refused("too_large")), (1, 2));
    door.close().await;
}

#[tokio::test]
async fn chunked_bodies_have_the_same_limit() {
    let door = Open::new(Transport::Http).await;
    let head = "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    let chunk = [b"100000\r\n".to_vec(), vec![b' '; 0x10_0000], b"\r\n".to_vec()].concat();
    let request = [head.as_bytes(), &chunk.repeat(65), b"0\r\n\r\n"].concat();
    assert!(raw(&door, &request).await.starts_with("HTTP/1.1 413 "));
    assert_eq!(door.refused("too_large"), 1);
    door.close().await;
}

#[tokio::test]
async fn bombs_are_413_and_false_streams_400() {
    let door = Open::new(Transport::Http).await;
    for compression in COMPRESSED {
        let headers = [("content-type", JSON), ("content-encoding", encoding(compression))];
        let bomb = compress(compression, &vec![b' '; 4 * MAX_MESSAGE_BYTES]);
        assert_eq!(status(post(&door, "/v1/logs", &headers, bomb).await, JSON).await.0, 413);
        let stream = compress(compression, JSON_LOGS.as_bytes());
        let faults =
            [JSON_LOGS.as_bytes().to_vec(), stream[..stream.len() - 1].to_vec(), [&stream[..], b"more"].concat()];
        for fault in faults {
            let (code, rpc_code, _) = status(post(&door, "/v1/logs", &headers, fault).await, JSON).await;
            assert_eq!((code, rpc_code), (400, 3), "{compression:?}");
        }
    }
    assert_eq!((door.refused("too_large"), door.refused("corrupt"), door.accepted()), (3, 9, 0));
    door.close().await;
}

#[tokio::test]
async fn of_a_request_with_a_fault_behind_its_first_records_nothing_is_stored() {
    let door = Open::new(Transport::Http).await;
    // A second resource, whose only record breaks off.
    let fault = [0x0a, 0x05, 0x12, 0x03, 0x12, 0x01, 0xff];
    let body = [logs(vec![text(10); 200]).encode_to_vec(), fault.to_vec()].concat();
    let response = post(&door, "/v1/logs", &[("content-type", PROTOBUF)], body).await;
    assert_eq!(status(response, PROTOBUF).await.0, 400);
    assert_eq!((door.refused("malformed"), door.accepted(), door.received(Signal::Logs)), (1, 0, 0));
    door.close().await;
}

#[tokio::test]
async fn undecodable_bodies_are_400_with_a_status_in_the_same_encoding() {
    let door = Open::new(Transport::Http).await;
    let deep_json = format!(r#"{{"resourceLogs":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let faults = [
        (PROTOBUF, b"secret".to_vec()),
        (PROTOBUF, NOT_UTF8.to_vec()),
        (PROTOBUF, deep_logs(200_000)),
        (PROTOBUF, JSON_LOGS.as_bytes().to_vec()),
        (JSON, b"secret".to_vec()),
        (JSON, br#"{"resourceLogs":"secret"}"#.to_vec()),
        (JSON, b"{\"resourceLogs\":[{\"schemaUrl\":\"\xff\"}]}".to_vec()),
        (JSON, deep_json.into_bytes()),
        (JSON, vec![]),
    ];
    let count = faults.len() as u64;
    for (content_type, body) in faults {
        let response = post(&door, "/v1/logs", &[("content-type", content_type)], body).await;
        let (code, rpc_code, message) = status(response, content_type).await;
        assert_eq!((code, rpc_code), (400, 3), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    assert_eq!((door.refused("malformed"), door.accepted()), (count, 0));
    door.close().await;
}

#[tokio::test]
async fn what_we_do_not_speak_is_404_405_or_415() {
    let door = Open::new(Transport::Http).await;
    let json = ("content-type", JSON);
    let body = || JSON_LOGS.as_bytes().to_vec();
    for path in ["/", "/v1/logs/", "/v1/log", "/v1/profiles"] {
        assert_eq!(status(post(&door, path, &[json], body()).await, JSON).await.0, 404);
    }
    let head = send(&door, Method::HEAD, "/v1/logs", &[], vec![]).await;
    assert_eq!((head.status().as_u16(), &head.headers()["allow"]), (405, &"POST".parse().unwrap()));
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let response = send(&door, method, "/v1/logs", &[], vec![]).await;
        assert_eq!(response.headers()["allow"], "POST");
        assert!(!response.headers().contains_key("access-control-allow-origin"));
        assert_eq!(status(response, JSON).await.0, 405);
    }
    for content_type in ["text/plain", "application/protobuf", "application/grpc", ""] {
        let response = post(&door, "/v1/logs", &[("content-type", content_type)], body()).await;
        assert_eq!(status(response, JSON).await.0, 415, "{content_type}");
    }
    assert_eq!(post(&door, "/v1/logs", &[], body()).await.status(), 415);
    let two = [json, ("content-type", PROTOBUF)];
    assert_eq!(status(post(&door, "/v1/logs", &two, body()).await, JSON).await.0, 415);
    for list in [&["br"][..], &["gzip, gzip"], &["identity", "gzip"], &["snappy"]] {
        let mut headers = vec![json];
        headers.extend(list.iter().map(|encoding| ("content-encoding", *encoding)));
        let response = post(&door, "/v1/logs", &headers, body()).await;
        assert_eq!(response.headers()["accept-encoding"], "gzip, zstd, deflate");
        assert_eq!(status(response, JSON).await.0, 415, "{list:?}");
    }
    let reasons = ["unknown_path", "wrong_method", "unknown_media_type", "unknown_compression"];
    assert_eq!(reasons.map(|reason| door.refused(reason)), [4, 5, 6, 4]);
    assert_eq!(door.accepted(), 0);
    door.close().await;
}

#[tokio::test]
async fn a_full_door_pushes_back_with_retry_after_and_recovers() {
    let admission = Admission::new(64 * 1024, Duration::from_millis(20));
    let door = Open::with_admission(Transport::Http, admission).await;
    let headers = [("content-type", PROTOBUF)];
    let plain = post(&door, "/v1/logs", &headers, logs_of_size(1_000_000).encode_to_vec()).await;
    let small = compress(Compression::Zstd, &logs_of_size(1_000_000).encode_to_vec());
    let zstd = [headers[0], ("content-encoding", "zstd")];
    let inflated = post(&door, "/v1/logs", &zstd, small).await;
    for response in [plain, inflated] {
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(status(response, PROTOBUF).await, (503, 14, "too many requests are in hand; try again".to_owned()));
    }
    let response = post(&door, "/v1/logs", &headers, logs(vec![text(30_000)]).encode_to_vec()).await;
    assert_eq!(response.status(), 200);
    assert_eq!((door.refused("busy"), door.accepted()), (2, 1));
    door.close().await;
}

#[tokio::test]
async fn a_connection_stays_open_for_the_next_request_even_after_a_refusal() {
    let door = Open::new(Transport::Http).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut peers = Vec::new();
    for body in ["{}", "no", "{}"] {
        let response = client.post(door.url("/v1/logs")).header("content-type", JSON).body(body).send().await.unwrap();
        assert!(response.headers().get("connection").is_none());
        peers.push(response.status().as_u16());
        response.bytes().await.unwrap();
    }
    assert_eq!(peers, [200, 400, 200]);
    drop(client);
    door.close().await;
}
