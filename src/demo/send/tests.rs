//! What is played arrives, all of it, once; a receiver that is busy is waited for, one that refuses is told of.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use barograph_proto::otlp::logs_service_server::{LogsService, LogsServiceServer};
use barograph_proto::otlp::metrics_service_server::{MetricsService, MetricsServiceServer};
use barograph_proto::otlp::trace_service_server::{TraceService, TraceServiceServer};
use barograph_proto::otlp::{
    Export, ExportLogsServiceRequest, ExportLogsServiceResponse, ExportMetricsServiceRequest,
    ExportMetricsServiceResponse, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use indicatif::ProgressBar;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::super::{Plan, requests};
use super::play;

const PLAN: Plan = Plan { events: 2_000, seed: 3, end: 1_795_190_400_000_000 };

/// Counts what arrives, and answers log exports as it is told.
#[derive(Clone)]
struct Receiver {
    records: Arc<[AtomicU64; 3]>,
    log_requests: Arc<AtomicUsize>,
    refuse: fn(usize) -> Option<Status>,
}

impl Receiver {
    fn take(&self, export: &Export) {
        self.records[export.signal() as usize].fetch_add(export.len() as u64, Relaxed);
    }
}

#[tonic::async_trait]
impl LogsService for Receiver {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        if let Some(status) = (self.refuse)(self.log_requests.fetch_add(1, Relaxed)) {
            return Err(status);
        }
        self.take(&Export::Logs(request.into_inner()));
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.take(&Export::Traces(request.into_inner()));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Receiver {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.take(&Export::Metrics(request.into_inner()));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// Plays the plan to a receiver, and gives what `play` says and what arrived, by signal.
async fn played(refuse: fn(usize) -> Option<Status>) -> (anyhow::Result<super::Played>, ProgressBar, Vec<u64>) {
    let receiver = Receiver { records: Arc::default(), log_requests: Arc::default(), refuse };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = Server::builder()
        .add_service(LogsServiceServer::new(receiver.clone()))
        .add_service(TraceServiceServer::new(receiver.clone()))
        .add_service(MetricsServiceServer::new(receiver.clone()))
        .serve_with_incoming(TcpIncoming::from(listener));
    let bar = ProgressBar::hidden();
    let answer = tokio::select! {
        ended = serving => panic!("the receiver ended: {ended:?}"),
        answer = play(&endpoint, PLAN, &bar) => answer,
    };
    let arrived = receiver.records.iter().map(|count| count.load(Relaxed)).collect();
    (answer, bar, arrived)
}

#[tokio::test]
async fn what_is_played_arrives() {
    let (answer, bar, arrived) = played(|_| None).await;
    let mut planned = [0; 3];
    for request in requests(PLAN) {
        planned[request.signal() as usize] += request.len() as u64;
    }
    assert_eq!(arrived, planned);
    assert_eq!(answer.unwrap().records, planned[0]);
    assert_eq!(bar.position(), planned[0]);
}

#[tokio::test]
async fn busy_receiver_is_asked_again_and_nothing_arrives_twice() {
    let (answer, _, arrived) = played(|request| (request % 50 == 7).then(|| Status::unavailable("busy"))).await;
    assert_eq!(answer.unwrap().records, arrived[0]);
}

#[tokio::test]
async fn refusal_is_told() {
    let (answer, ..) = played(|request| (request == 3).then(|| Status::unauthenticated("who are you?"))).await;
    let message = format!("{:#}", answer.unwrap_err());
    assert!(message.contains("refused") && message.contains("who are you?"), "{message}");
}

#[tokio::test]
async fn unreachable_receiver_is_told_with_what_to_do() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = play(&format!("http://{closed}"), PLAN, &ProgressBar::hidden()).await.unwrap_err();
    assert!(error.to_string().contains("barograph serve"), "{error:#}");
}
