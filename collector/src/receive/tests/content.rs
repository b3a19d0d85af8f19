//! What is in requests over HTTP, whatever their framing: nothing, more than we know, far too much, the same again.

use prost::Message;

use super::http::{JSON, PROTOBUF, encoding, post, status};
use super::*;
use crate::receive::body::Compression;
use crate::receive::body::tests::{COMPRESSED, compress};

#[tokio::test]
async fn empty_requests_and_envelopes_are_a_success_without_partial_success() {
    let door = Open::new(Transport::Http).await;
    // All three requests nest alike: field 1 holds resources, their field 2 scopes.
    let protobuf: [&[u8]; 4] = [&[], &[0x0a, 0], &[0x0a, 2, 0x12, 0], &[0x0a, 4, 0x12, 2, 0x0a, 0]];
    for (path, resources, scopes, records) in [
        ("/v1/logs", "resourceLogs", "scopeLogs", "logRecords"),
        ("/v1/traces", "resourceSpans", "scopeSpans", "spans"),
        ("/v1/metrics", "resourceMetrics", "scopeMetrics", "metrics"),
    ] {
        for envelope in protobuf {
            let response = post(&door, path, &[("content-type", PROTOBUF)], envelope.to_vec()).await;
            assert_eq!(response.status(), 200, "{path} {envelope:?}");
            assert_eq!(response.bytes().await.unwrap(), "");
        }
        let json = [
            "{}".to_owned(),
            format!(r#"{{"{resources}":[]}}"#),
            format!(r#"{{"{resources}":[{{}}]}}"#),
            format!(r#"{{"{resources}":[{{"resource":{{}},"{scopes}":[]}}]}}"#),
            format!(r#"{{"{resources}":[{{"{scopes}":[{{"scope":{{}},"{records}":[]}}]}}]}}"#),
        ];
        for envelope in json {
            let response = post(&door, path, &[("content-type", JSON)], envelope.clone().into_bytes()).await;
            assert_eq!(response.status(), 200, "{path} {envelope}");
            assert_eq!(response.bytes().await.unwrap(), "{}");
        }
    }
    // A metric of each kind without points.
    for kind in ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] {
        let json =
            format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"{kind}":{{"dataPoints":[]}}}}]}}]}}]}}"#);
        assert_eq!(post(&door, "/v1/metrics", &[("content-type", JSON)], json.into_bytes()).await.status(), 200);
    }
    assert_eq!(door.accepted(), 3 * (4 + 5) + 5);
    assert_eq!(Signal::ALL.map(|signal| door.received(signal)), [0, 0, 0]);
    door.close().await;
}

#[tokio::test]
async fn unknown_protobuf_fields_are_passed_over() {
    let door = Open::new(Transport::Http).await;
    // A field of each wire type with a number that no message has, at the top and within a record's resource.
    let unknown = [
        &[0xf8, 0x3f, 0x01][..],               // 1023: varint
        &[0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8], // 64 bits
        &[0xfa, 0x3f, 2, 0xff, 0xff],          // bytes
        &[0xfb, 0x3f, 0x08, 0x01, 0xfc, 0x3f], // a group
        &[0xfd, 0x3f, 1, 2, 3, 4],             // 32 bits
    ]
    .concat();
    let request = logs(vec![numbered(1)]).encode_to_vec();
    let inner = &request[2..];
    assert_eq!((request[0], usize::from(request[1])), (0x0a, inner.len()));
    let resource = [inner, &unknown].concat();
    let strange = [&unknown[..], &[0x0a, u8::try_from(resource.len()).unwrap()], &resource, &unknown].concat();
    let headers = [("content-type", PROTOBUF)];
    for body in [strange, request] {
        assert_eq!(post(&door, "/v1/logs", &headers, body).await.status(), 200);
    }
    // With and without them it is the same record.
    assert_eq!(door.stored(Signal::Logs), [1, 1]);
    door.close().await;
}

#[tokio::test]
async fn answers_to_huge_faults_are_small() {
    let door = Open::new(Transport::Http).await;
    let name = "n".repeat(5_000_000);
    let bodies = [
        format!(r#"{{"{name}":"#),
        format!(r#"{{"resourceLogs":["{name}"]}}"#),
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"traceId":"{name}"}}]}}]}}]}}"#),
        "[".repeat(5_000_000),
    ];
    for body in bodies {
        let (code, _, message) =
            status(post(&door, "/v1/logs", &[("content-type", JSON)], body.into_bytes()).await, JSON).await;
        assert!(code == 400 && message.len() < 512, "{code} {}", message.len());
    }
    let long = "x".repeat(10_000);
    for headers in [[("content-type", long.as_str()), ("x", "")], [("content-type", JSON), ("content-encoding", &long)]]
    {
        assert_eq!(status(post(&door, "/v1/logs", &headers, vec![]).await, JSON).await.0, 415);
    }
    let path = format!("/v1/{long}");
    assert_eq!(status(post(&door, &path, &[("content-type", JSON)], vec![]).await, JSON).await.0, 404);
    door.close().await;
}

#[tokio::test]
async fn a_request_sent_again_is_stored_once_however_it_comes() {
    let door = Open::new(Transport::Http).await;
    let request = logs((0..20).map(numbered).collect());
    let json = serde_json::to_vec(&request).unwrap();
    for compression in [Compression::Identity].into_iter().chain(COMPRESSED) {
        for (content_type, body) in [(PROTOBUF, request.encode_to_vec()), (JSON, json.clone())] {
            let headers = [("content-type", content_type), ("content-encoding", encoding(compression))];
            let response = post(&door, "/v1/logs", &headers, compress(compression, &body)).await;
            assert_eq!(response.status(), 200, "{content_type} {compression:?}");
        }
    }
    assert_eq!((door.received(Signal::Logs), door.stored(Signal::Logs)), (160, [20, 140]));
    door.close().await;
}
