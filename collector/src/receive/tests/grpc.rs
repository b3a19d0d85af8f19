//! Over gRPC: tonic's clients, and raw HTTP/2 for what no good client sends.

use barograph_proto::otlp::{ExportLogsServiceRequest, Signal};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::*;
use crate::receive::MAX_MESSAGE_BYTES;
use crate::receive::body::Compression;
use crate::receive::body::tests::{COMPRESSED, compress};

const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

async fn client(door: &Open) -> LogsServiceClient<Channel> {
    LogsServiceClient::connect(door.url("")).await.unwrap()
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [&[flag], &u32::try_from(message.len()).unwrap().to_be_bytes()[..], message].concat()
}

/// What a raw call is answered: the status, and whether it came with details.
async fn call(door: &Open, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Status {
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let mut request = client.post(door.url(path)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let is_grpc = headers.iter().any(|(_, value)| ["application/grpc", "application/grpc+proto"].contains(value));
    assert_eq!(response.status(), if is_grpc { 200 } else { 415 });
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert!(response.headers().values().map(axum::http::HeaderValue::len).sum::<usize>() < 2048);
    // An error is all headers; a success has its status after the body, where this client does not look.
    let status = Status::from_header_map(response.headers());
    let body = response.bytes().await.unwrap();
    status.unwrap_or_else(|| {
        assert_eq!(body.as_ref(), [0; 5]);
        Status::ok("")
    })
}

fn encoding(compression: Compression) -> &'static str {
    match compression {
        Compression::Identity => "identity",
        Compression::Gzip => "gzip",
        Compression::Zstd => "zstd",
        Compression::Deflate => "deflate",
    }
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

#[tokio::test]
async fn every_signal_is_accepted_in_full() {
    let door = Open::new(Transport::Grpc).await;
    let reply = client(&door).await.export(logs(vec![text(5); 3])).await.unwrap();
    assert_eq!(reply.into_inner().partial_success, None);
    let mut client = TraceServiceClient::connect(door.url("")).await.unwrap();
    assert_eq!(client.export(traces(2)).await.unwrap().into_inner().partial_success, None);
    let mut client = MetricsServiceClient::connect(door.url("")).await.unwrap();
    assert_eq!(client.export(points(4)).await.unwrap().into_inner().partial_success, None);
    assert_eq!(Signal::ALL.map(|signal| door.received(signal)), [3, 2, 4]);
    assert_eq!(door.accepted(), 3);
    drop(client);
    door.close().await;
}

#[tokio::test]
async fn every_compression_is_accepted() {
    let door = Open::new(Transport::Grpc).await;
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd, CompressionEncoding::Deflate] {
        let mut client = client(&door).await.send_compressed(encoding).accept_compressed(encoding);
        client.export(logs(vec![text(100_000); 2])).await.unwrap();
    }
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (3, 6));
    door.close().await;
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let door = Open::new(Transport::Grpc).await;
    client(&door).await.export(ExportLogsServiceRequest::default()).await.unwrap();
    // No message at all, an envelope without scopes, and one without records: alike for all signals.
    for path in [LOGS, TRACES, METRICS] {
        for envelope in [&[][..], &[0x0a, 0], &[0x0a, 2, 0x12, 0]] {
            assert_eq!(call(&door, path, &[GRPC], framed(0, envelope)).await.code(), Code::Ok, "{path} {envelope:?}");
        }
    }
    assert_eq!(door.accepted(), 10);
    assert_eq!(Signal::ALL.map(|signal| door.received(signal)), [0, 0, 0]);
    door.close().await;
}

#[tokio::test]
async fn a_message_at_the_limit_is_accepted_and_one_byte_more_is_refused_for_good() {
    let door = Open::new(Transport::Grpc).await;
    let mut client = client(&door).await;
    client.export(logs_of_size(MAX_MESSAGE_BYTES)).await.unwrap();
    let over = logs_of_size(MAX_MESSAGE_BYTES + 1);
    let refused = client.export(over.clone()).await.unwrap_err();
    let inflated = client.send_compressed(CompressionEncoding::Gzip).export(over).await.unwrap_err();
    for status in [refused, inflated] {
        assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
        assert!(status.details().is_empty());
    }
    assert_eq!((door.accepted(), door.refused("too_large")), (1, 2));
    door.close().await;
}

#[tokio::test]
async fn bombs_and_false_streams_are_refused_for_good() {
    let door = Open::new(Transport::Grpc).await;
    let message = logs(vec![text(10_000)]).encode_to_vec();
    for compression in COMPRESSED {
        let headers = [GRPC, ("grpc-encoding", encoding(compression))];
        let stream = compress(compression, &message);
        assert_eq!(call(&door, LOGS, &headers, framed(1, &stream)).await.code(), Code::Ok);
        // A message that is not compressed though the call names a compression.
        assert_eq!(call(&door, LOGS, &headers, framed(0, &message)).await.code(), Code::Ok);

        let bomb = compress(compression, &vec![0; 4 * MAX_MESSAGE_BYTES]);
        assert_eq!(call(&door, LOGS, &headers, framed(1, &bomb)).await.code(), Code::ResourceExhausted);
        for fault in [&message[..], &stream[..stream.len() - 1], &[&stream[..], b"more"].concat(), b""] {
            assert_eq!(call(&door, LOGS, &headers, framed(1, fault)).await.code(), Code::InvalidArgument);
        }
    }
    assert_eq!((door.accepted(), door.refused("too_large"), door.refused("corrupt")), (6, 3, 12));
    door.close().await;
}

#[tokio::test]
async fn undecodable_messages_and_frames_are_invalid_arguments() {
    let door = Open::new(Transport::Grpc).await;
    let message = logs(vec![text(10)]).encode_to_vec();
    let faults = [
        framed(0, b"secret"),
        framed(0, &message[..message.len() - 1]),
        framed(0, NOT_UTF8),
        framed(0, &deep_logs(200_000)),
        framed(2, &message),
        framed(0, &message)[..8].to_vec(),
        [framed(0, &message), framed(0, &message)].concat(),
        vec![0, 0],
        vec![],
    ];
    let count = faults.len() as u64;
    for fault in faults {
        let status = call(&door, LOGS, &[GRPC], fault).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert!(!status.message().contains("secret") && status.message().len() < 512, "{status:?}");
    }
    assert_eq!((door.refused("malformed"), door.accepted(), door.received(Signal::Logs)), (count, 0, 0));
    door.close().await;
}

#[tokio::test]
async fn a_message_flagged_as_compressed_in_a_call_that_is_not_is_internal() {
    let door = Open::new(Transport::Grpc).await;
    let message = framed(1, &compress(Compression::Gzip, &logs(vec![text(10)]).encode_to_vec()));
    for headers in [&[GRPC][..], &[GRPC, ("grpc-encoding", "identity")]] {
        let status = call(&door, LOGS, headers, message.clone()).await;
        assert_eq!(status.code(), Code::Internal, "{status:?}");
        assert!(status.message().contains("flagged as compressed"), "{status:?}");
    }
    assert_eq!((door.refused("false_flag"), door.received(Signal::Logs)), (2, 0));
    door.close().await;
}

#[tokio::test]
async fn what_is_no_call_is_told_in_http() {
    let door = Open::new(Transport::Grpc).await;
    let message = framed(0, &logs(vec![text(10)]).encode_to_vec());
    let types = [
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpc+json",
        "application/x-protobuf",
        "text/html",
        "",
    ];
    for path in [LOGS, "/v1/logs"] {
        for content_type in types {
            let status = call(&door, path, &[("content-type", content_type)], message.clone()).await;
            assert_eq!(status.code(), Code::InvalidArgument, "{path} {content_type}");
        }
    }
    assert_eq!(call(&door, LOGS, &[("content-type", "application/grpc+proto")], message).await.code(), Code::Ok);
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let response = client.get(door.url(LOGS)).header("content-type", "application/grpc").send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST".parse().unwrap()));
    assert_eq!(["unknown_media_type", "wrong_method"].map(|reason| door.refused(reason)), [12, 1]);
    assert_eq!(door.accepted(), 1);
    drop((client, response));
    door.close().await;
}

#[tokio::test]
async fn a_call_within_its_deadline_is_answered() {
    let door = Open::new(Transport::Grpc).await;
    let message = framed(0, &logs(vec![text(10)]).encode_to_vec());
    // What is no timeout by the protocol sets none.
    for timeout in ["10S", "1M", "99999999H", "soon", ""] {
        let status = call(&door, LOGS, &[GRPC, ("grpc-timeout", timeout)], message.clone()).await;
        assert_eq!(status.code(), Code::Ok, "{timeout}");
    }
    assert_eq!(door.accepted(), 5);
    door.close().await;
}

#[tokio::test]
async fn what_we_do_not_speak_is_unimplemented() {
    let door = Open::new(Transport::Grpc).await;
    let message = framed(0, &logs(vec![text(10)]).encode_to_vec());
    let status = call(&door, LOGS, &[GRPC, ("grpc-encoding", "snappy")], message.clone()).await;
    assert_eq!(status.code(), Code::Unimplemented);
    assert_eq!(status.metadata().get("grpc-accept-encoding").unwrap(), "identity,gzip,zstd,deflate");
    let paths = [
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
        "/opentelemetry.proto.collector.logs.v1.LogsService/Import",
        "/opentelemetry.proto.collector.logs.v1.LogsService/export",
        "/v1/logs",
        "/",
    ];
    for path in paths {
        assert_eq!(call(&door, path, &[GRPC], message.clone()).await.code(), Code::Unimplemented, "{path}");
    }
    assert_eq!(["unknown_compression", "unknown_path"].map(|reason| door.refused(reason)), [1, 5]);
    assert_eq!(door.accepted(), 0);
    door.close().await;
}

#[tokio::test]
async fn a_full_door_pushes_back_with_retry_info_and_recovers() {
    let admission = Admission::new(64 * 1024, Duration::from_millis(20));
    let door = Open::with_admission(Transport::Grpc, admission).await;
    let mut client = client(&door).await;
    let status = client.export(logs_of_size(1_000_000)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    // A RetryInfo of one second: seconds = 1 in the Duration in it.
    assert!(status.details().ends_with(&[0x0a, 2, 0x08, 1]), "{:?}", status.details());
    client.export(logs(vec![text(30_000)])).await.unwrap();
    assert_eq!((door.refused("busy"), door.accepted()), (1, 1));
    drop(client);
    door.close().await;
}

#[tokio::test]
async fn a_good_client_notices_nothing_of_bad_ones() {
    let door = Open::new(Transport::Grpc).await;
    let headers = [GRPC, ("grpc-encoding", "zstd")];
    let bomb = framed(1, &compress(Compression::Zstd, &vec![0; 2 * MAX_MESSAGE_BYTES]));
    let deep = framed(0, &deep_logs(200_000));
    let good = async {
        let mut client = client(&door).await;
        for _ in 0..50 {
            client.export(logs(vec![text(100); 10])).await.unwrap();
        }
    };
    let bad = async {
        for _ in 0..5 {
            let (bomb, deep) =
                tokio::join!(call(&door, LOGS, &headers, bomb.clone()), call(&door, LOGS, &[GRPC], deep.clone()));
            assert_eq!((bomb.code(), deep.code()), (Code::ResourceExhausted, Code::InvalidArgument));
        }
    };
    tokio::join!(good, bad);
    assert_eq!((door.accepted(), door.received(Signal::Logs)), (50, 500));
    door.close().await;
}

#[tokio::test]
async fn a_client_that_leaves_does_no_harm() {
    let door = Open::new(Transport::Grpc).await;
    let mut leaving = client(&door).await;
    for _ in 0..20 {
        // Polled a few times, then dropped: the stream is reset somewhere within the upload or the wait.
        let mut call = Box::pin(leaving.export(logs_of_size(2_000_000)));
        for _ in 0..3 {
            tokio::select! { biased; _ = &mut call => break, () = tokio::task::yield_now() => {} }
        }
    }
    client(&door).await.export(logs(vec![text(1)])).await.unwrap();
    drop(leaving);
    let metrics = Arc::clone(&door.metrics);
    door.close().await;
    let labels = SignalLabels { signal: "logs" };
    // The books balance, however far each got. What the journal did with the rows is its own affair.
    assert!(metrics.records_received.get_or_create(&labels).get() >= 1);
    assert_eq!(metrics.records_refused.get_or_create(&labels).get(), 0);
}
