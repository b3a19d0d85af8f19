//! Stock OpenTelemetry exporters get through: the official Rust SDK over gRPC, HTTP/protobuf and HTTP/JSON, plain and
//! compressed, with logs, metrics and traces.

use std::time::Duration;

use bytes::Bytes;
use opentelemetry::KeyValue;
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider};
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    Compression, LogExporter, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::support::server::{Endpoints, Home, Server};
use crate::support::{query, until};

/// How many records of each signal a way sends.
const RECORDS: u64 = 25;

/// A way for telemetry to travel.
#[derive(Clone, Copy, Debug)]
enum Way {
    Grpc(Option<Compression>),
    Http(Protocol, Option<Compression>),
}

const WAYS: [(&str, Way); 6] = [
    ("grpc", Way::Grpc(None)),
    ("grpc-gzip", Way::Grpc(Some(Compression::Gzip))),
    ("http-protobuf", Way::Http(Protocol::HttpBinary, None)),
    ("http-protobuf-gzip", Way::Http(Protocol::HttpBinary, Some(Compression::Gzip))),
    ("http-json", Way::Http(Protocol::HttpJson, None)),
    ("http-json-gzip", Way::Http(Protocol::HttpJson, Some(Compression::Gzip))),
];

/// The exporters' own HTTP client wants to run inside tokio, but the SDK's batching threads are outside of it.
#[derive(Clone, Debug)]
struct OnRuntime {
    client: reqwest::Client,
    runtime: tokio::runtime::Handle,
}

#[async_trait::async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(
        &self,
        request: tonic::codegen::http::Request<Bytes>,
    ) -> Result<tonic::codegen::http::Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime.spawn(async move { HttpClient::send_bytes(&client, request).await }).await?
    }
}

fn over_grpc<B: WithExportConfig + WithTonicConfig>(
    builder: B,
    endpoints: &Endpoints,
    compression: Option<Compression>,
) -> B {
    let builder = builder.with_endpoint(endpoints.grpc.clone());
    match compression {
        Some(compression) => builder.with_compression(compression),
        None => builder,
    }
}

fn over_http<B: WithExportConfig + WithHttpConfig>(
    builder: B,
    endpoints: &Endpoints,
    path: &str,
    protocol: Protocol,
    compression: Option<Compression>,
) -> B {
    let client = OnRuntime { client: reqwest::Client::new(), runtime: tokio::runtime::Handle::current() };
    let endpoint = format!("{}{path}", endpoints.http);
    let builder = builder.with_http_client(client).with_protocol(protocol).with_endpoint(endpoint);
    match compression {
        Some(compression) => builder.with_compression(compression),
        None => builder,
    }
}

/// The three exporters of one way.
fn exporters(way: Way, to: &Endpoints) -> (LogExporter, MetricExporter, SpanExporter) {
    match way {
        Way::Grpc(gzip) => (
            over_grpc(LogExporter::builder().with_tonic(), to, gzip).build().unwrap(),
            over_grpc(MetricExporter::builder().with_tonic(), to, gzip).build().unwrap(),
            over_grpc(SpanExporter::builder().with_tonic(), to, gzip).build().unwrap(),
        ),
        Way::Http(protocol, gzip) => (
            over_http(LogExporter::builder().with_http(), to, "/v1/logs", protocol, gzip).build().unwrap(),
            over_http(MetricExporter::builder().with_http(), to, "/v1/metrics", protocol, gzip).build().unwrap(),
            over_http(SpanExporter::builder().with_http(), to, "/v1/traces", protocol, gzip).build().unwrap(),
        ),
    }
}

/// Sends records of all signals and waits until the exporters say that they are through.
fn send(name: &'static str, (logs, metrics, spans): (LogExporter, MetricExporter, SpanExporter)) {
    let resource = Resource::builder().with_service_name(name).build();

    let provider = SdkLoggerProvider::builder().with_resource(resource.clone()).with_batch_exporter(logs).build();
    let logger = provider.logger("barograph.tests");
    for number in 0..RECORDS {
        let mut record = logger.create_log_record();
        record.set_event_name("something happened");
        record.set_body(AnyValue::from("in words"));
        record.add_attribute("number", i64::try_from(number).unwrap());
        logger.emit(record);
    }
    provider.force_flush().unwrap_or_else(|error| panic!("{name}: logs: {error}"));
    provider.shutdown().unwrap_or_else(|error| panic!("{name}: logs: {error}"));

    let provider = SdkMeterProvider::builder().with_resource(resource.clone()).with_periodic_exporter(metrics).build();
    let counter = provider.meter("barograph.tests").u64_counter("things").with_unit("{thing}").build();
    for number in 0..RECORDS {
        counter.add(number + 1, &[KeyValue::new("number", i64::try_from(number).unwrap())]);
    }
    provider.force_flush().unwrap_or_else(|error| panic!("{name}: metrics: {error}"));
    provider.shutdown().unwrap_or_else(|error| panic!("{name}: metrics: {error}"));

    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(spans).build();
    let tracer = provider.tracer("barograph.tests");
    for _ in 0..RECORDS {
        tracer.in_span("a piece of work", |_| ());
    }
    provider.force_flush().unwrap_or_else(|error| panic!("{name}: traces: {error}"));
    provider.shutdown().unwrap_or_else(|error| panic!("{name}: traces: {error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_rust_exporters_get_through_every_way() {
    let home = Home::new();
    let server = Server::start(&home);
    for (name, way) in WAYS {
        let exporters = exporters(way, &server.endpoints);
        tokio::task::spawn_blocking(move || send(name, exporters)).await.unwrap();
    }
    for (name, _) in WAYS {
        let of = |table: &str| query::count(&home.data(), &format!("{table} WHERE service_name = '{name}'"));
        let limit = Duration::from_secs(20);
        let counts = until(&format!("the rows of {name}"), limit, || {
            let counts = ["events", "spans", "metric_points"].map(of);
            counts.iter().all(|count| *count >= RECORDS).then_some(counts)
        })
        .await;
        println!("{name}: {counts:?} of {RECORDS} each (metric points again at shutdown)");
        assert_eq!(counts[..2], [RECORDS, RECORDS], "{name}");
    }
}
