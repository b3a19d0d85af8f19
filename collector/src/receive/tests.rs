//! Both doors from outside, over loopback sockets, with the clients that agents use. What is stored is told by metrics.

mod authority;
mod content;
mod credentials;
mod framing;
mod grpc;
mod http;
mod lifecycle;
mod limits;
mod many;
mod pki;
mod slow;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use barograph_proto::keyed::EventIdKey;
use barograph_proto::otlp::{
    AnyValue, ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, LogRecord, Metric,
    NumberDataPoint, ResourceLogs, ResourceMetrics, ResourceSpans, ScopeLogs, ScopeMetrics, ScopeSpans, Signal, Span,
    any_value, metric,
};
use barograph_proto::time::{Clock, SystemClock};
use opentelemetry_proto::tonic::metrics::v1::Gauge;
use prost::Message;
use prost::encoding::encode_varint;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::admission::Admission;
use super::door::{Door, Transport};
use super::listen::{self, Protocol};
use super::patience::Patience;
use super::{BYTES_IN_FLIGHT, Bound, ConnectionLimit, Terms, grpc as grpc_door, http as http_door};
use crate::authenticate::{Credentials, Gate, IngestToken, Tenant, Token};
use crate::intake::Intake;
use crate::metrics::{Metrics, RefusalLabels, SignalLabels, TransportLabels};
use crate::redact::InForce;
use crate::store::{Store, StoreConfig};

/// One door, open on a port of its own, over a store of its own.
struct Open {
    address: SocketAddr,
    transport: &'static str,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Open {
    async fn new(transport: Transport) -> Self {
        Self::on(transport, terms(Credentials::default())).await
    }

    async fn with_patience(transport: Transport, patience: Patience) -> Self {
        Self::on(transport, Terms { patience, ..terms(Credentials::default()) }).await
    }

    async fn with_admission(transport: Transport, admission: Admission) -> Self {
        Self::on(transport, Terms { admission, ..terms(Credentials::default()) }).await
    }

    async fn on(transport: Transport, terms: Terms) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let metrics = Arc::new(Metrics::default());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let config = StoreConfig::new(folder.path().to_owned());
        let store = Store::open(config, Arc::clone(&clock), Arc::clone(&metrics)).await.unwrap();
        let intake = Intake {
            event_id_key: EventIdKey::new(&[1; 32]),
            redactor: InForce::new(crate::redact::testing::new(), None),
            journal: store.journal(),
            clock,
            metrics: Arc::clone(&metrics),
        };
        let door = Door::new(intake, transport, &terms);
        let (routes, protocol) = match transport {
            Transport::Grpc => (grpc_door::routes(&door), Protocol::Http2),
            Transport::Http => (http_door::routes(&door), Protocol::Any),
        };
        let listener = super::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn({
            let stop = stop.clone();
            async move { listen::serve(listener, routes, protocol, door.connections(), stop).await }
        });
        Self { address, transport: transport.name(), metrics, stop, served, store, _folder: folder }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Requests accepted so far.
    fn accepted(&self) -> u64 {
        self.metrics.requests_accepted.get_or_create(&TransportLabels { transport: self.transport }).get()
    }

    /// Requests refused so far for this reason.
    fn refused(&self, reason: &'static str) -> u64 {
        self.metrics.requests_refused.get_or_create(&RefusalLabels { transport: self.transport, reason }).get()
    }

    /// Records received so far.
    fn received(&self, signal: Signal) -> u64 {
        self.metrics.records_received.get_or_create(&SignalLabels { signal: signal.name() }).get()
    }

    /// Records stored so far, and those recognised as stored before.
    fn stored(&self, signal: Signal) -> [u64; 2] {
        let labels = SignalLabels { signal: signal.name() };
        [&self.metrics.records_stored, &self.metrics.records_already_stored].map(|of| of.get_or_create(&labels).get())
    }

    /// Waits until something that another task counts is so.
    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let wait = async {
            while !is_so(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("never: {what}"));
    }

    /// Stops the door; it must end by itself, and all it took must be settled.
    async fn close(self) {
        self.stop.cancel();
        self.served.await.unwrap().unwrap();
        self.store.close().await;
    }
}

/// The terms of a door for senders with these credentials. Our own token is number 99.
fn terms(credentials: Credentials) -> Terms {
    let gate = Gate::new(credentials, &token(99), Arc::new(SystemClock));
    Terms::new(gate, None, BYTES_IN_FLIGHT, ConnectionLimit { most: 10_000, bound: Bound::Setting })
}

fn token(number: u8) -> Token {
    Token::new(&[number; 32])
}

/// A token that is good for ever.
fn ingest_token(number: u8, tenant: &str) -> IngestToken {
    IngestToken::new(format!("t{number}"), token(number).hash(), Tenant::parse(tenant).unwrap(), None, false)
}

fn logs(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs { log_records, ..Default::default() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { scope_logs, ..Default::default() }] }
}

fn text(len: usize) -> LogRecord {
    let value = Some(any_value::Value::StringValue("a".repeat(len)));
    LogRecord { body: Some(AnyValue { value }), ..Default::default() }
}

/// A request whose message has exactly this many bytes, from a million on.
fn logs_of_size(len: usize) -> ExportLogsServiceRequest {
    let overhead = logs(vec![text(len)]).encoded_len() - len;
    let request = logs(vec![text(len - overhead)]);
    assert_eq!(request.encoded_len(), len);
    request
}

/// A record that no other is equal to.
fn numbered(number: usize) -> LogRecord {
    LogRecord { time_unix_nano: 1_795_166_924_000_000_000 + number as u64, ..text(10) }
}

fn traces(spans: usize) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans: vec![Span::default(); spans], ..Default::default() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..Default::default() }] }
}

fn points(points: usize) -> ExportMetricsServiceRequest {
    let gauge = metric::Data::Gauge(Gauge { data_points: vec![NumberDataPoint::default(); points] });
    let metrics = vec![Metric { data: Some(gauge), ..Default::default() }];
    let scope_metrics = vec![ScopeMetrics { metrics, ..Default::default() }];
    ExportMetricsServiceRequest { resource_metrics: vec![ResourceMetrics { scope_metrics, ..Default::default() }] }
}

/// A log record whose body is this many lists within one another. Encoded from the inside, as prost would recurse.
fn deep_logs(depth: usize) -> Vec<u8> {
    // Written backwards, so that each layer goes before what it holds without moving it.
    let mut reversed: Vec<u8> = Vec::new();
    let mut wrap = |tag: u8| {
        let mut head = vec![tag];
        encode_varint(reversed.len() as u64, &mut head);
        reversed.extend(head.iter().rev());
    };
    for _ in 0..depth {
        wrap(0x0a); // ArrayValue.values
        wrap(0x2a); // AnyValue.array_value
    }
    wrap(0x2a); // LogRecord.body
    wrap(0x12); // ScopeLogs.log_records
    wrap(0x12); // ResourceLogs.scope_logs
    wrap(0x0a); // ExportLogsServiceRequest.resource_logs
    reversed.reverse();
    reversed
}

/// A message whose one text is not UTF-8: `ResourceLogs.schema_url`.
const NOT_UTF8: &[u8] = &[0x0a, 0x04, 0x1a, 0x02, 0xff, 0xfe];

#[test]
fn the_deep_message_is_one_that_decodes_when_shallow() {
    let request = ExportLogsServiceRequest::decode(deep_logs(20).as_slice()).unwrap();
    assert_eq!(request.encode_to_vec(), deep_logs(20));
    assert!(ExportLogsServiceRequest::decode(deep_logs(200_000).as_slice()).is_err());
    assert!(ExportLogsServiceRequest::decode(NOT_UTF8).is_err());
}
