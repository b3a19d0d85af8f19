//! The records that are sent: those of the demo's Claude Code sessions, encoded once, made new for each sending.

use std::time::{Duration, Instant};

use barograph::demo::{Plan, requests};
use barograph_proto::otlp::{Export, ExportLogsServiceRequest, LogRecord, ResourceLogs, ScopeLogs, any_value};
use prost::Message as _;
use prost::bytes::Bytes;

use crate::report::float;

/// Distinct records in the pool.
const RECORDS: usize = 40_000;

/// Any moment will do: 2026-11-20 16:00 UTC, µs.
const END: i64 = 1_795_190_400_000_000;

const SCOPE: &str = "com.anthropic.claude_code.events";

/// How many digits of a session id tell one sending from another.
const MARK: usize = 8;

/// Records of Claude Code, one resource for each session.
pub(crate) struct Pool {
    sessions: Vec<ResourceLogs>,
}

/// Encoded requests, to be sent again and again, each time as other sessions.
pub(crate) struct Batches(Vec<Batch>);

struct Batch {
    bytes: Vec<u8>,
    records: u64,
    /// Where the session ids begin.
    marks: Vec<usize>,
}

impl Pool {
    pub(crate) fn generate() -> Self {
        let plan = Plan { events: 2 * RECORDS as u64, seed: 1, end: END };
        let logs = requests(plan).filter_map(|request| match request {
            Export::Logs(request) => Some(request.resource_logs),
            Export::Traces(_) | Export::Metrics(_) => None,
        });
        let claude = |resource: &ResourceLogs| {
            resource.scope_logs.iter().any(|logs| logs.scope.as_ref().is_some_and(|scope| scope.name == SCOPE))
        };
        let mut records = 0;
        let mut sessions: Vec<ResourceLogs> = Vec::new();
        for resource in logs.flatten().filter(claude) {
            if records >= RECORDS {
                break;
            }
            records += count(&resource);
            sessions.push(resource);
        }
        Self { sessions }
    }

    pub(crate) fn bytes_per_record(&self) -> usize {
        let all = || self.sessions.iter().flat_map(|resource| &resource.scope_logs).flat_map(|logs| &logs.log_records);
        all().map(LogRecord::encoded_len).sum::<usize>() / all().count().max(1)
    }

    /// The pool in requests of up to so many records, as an OpenTelemetry collector between agents and receiver would
    /// batch them.
    pub(crate) fn batches(&self, records_per_batch: usize) -> Batches {
        let mut batches = Vec::new();
        let mut batch: Vec<ResourceLogs> = Vec::new();
        let mut room = records_per_batch;
        for resource in &self.sessions {
            for records in all_records(resource).chunks(records_per_batch) {
                if records.len() > room && !batch.is_empty() {
                    batches.push(Batch::new(std::mem::take(&mut batch)));
                    room = records_per_batch;
                }
                room = room.saturating_sub(records.len());
                batch.push(with_records(resource, records));
            }
        }
        if !batch.is_empty() {
            batches.push(Batch::new(batch));
        }
        Batches(batches)
    }

    /// Decodes the requests of the bulk load on one thread, and gives records per second.
    pub(crate) fn decode_for(&self, lasting: Duration) -> anyhow::Result<f64> {
        let encoded: Vec<(Bytes, u64)> = self
            .batches(crate::BULK.records_per_batch)
            .0
            .into_iter()
            .map(|batch| (batch.bytes.into(), batch.records))
            .collect();
        let started = Instant::now();
        let mut records = 0;
        while started.elapsed() < lasting {
            for (bytes, count) in &encoded {
                std::hint::black_box(ExportLogsServiceRequest::decode(bytes.clone())?);
                records += count;
            }
        }
        Ok(float(records) / started.elapsed().as_secs_f64())
    }
}

impl Batches {
    /// Records of a request, on average.
    pub(crate) fn records_on_average(&self) -> f64 {
        float(self.0.iter().map(|batch| batch.records).sum()) / float(self.0.len().max(1) as u64)
    }

    /// The `number`th request of an endless row, all of whose records are new, and how many records it has. Rows of
    /// different `load`s have none in common.
    pub(crate) fn request(&self, load: u8, number: u64) -> (Bytes, u64) {
        let size = self.0.len() as u64;
        let (round, index) = (number / size, usize::try_from(number % size).unwrap_or(0));
        let batch = &self.0[index];
        let mark = format!("{load:01x}{round:07x}");
        let mut bytes = batch.bytes.clone();
        for at in &batch.marks {
            bytes[*at..*at + MARK].copy_from_slice(mark.as_bytes());
        }
        (bytes.into(), batch.records)
    }
}

impl Batch {
    fn new(resource_logs: Vec<ResourceLogs>) -> Self {
        let mut sessions: Vec<String> =
            resource_logs.iter().flat_map(all_records).filter_map(|r| session_id(&r)).collect();
        sessions.sort_unstable();
        sessions.dedup();
        let records = resource_logs.iter().map(count).sum::<usize>() as u64;
        let bytes = ExportLogsServiceRequest { resource_logs }.encode_to_vec();
        let found = |session: String| find_all(&bytes, session.as_bytes());
        let marks = sessions.into_iter().flat_map(found).collect();
        Self { bytes, records, marks }
    }
}

fn find_all(bytes: &[u8], needle: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(needle.len()).position(|window| window == needle) {
        found.push(at + next);
        at += next + needle.len();
    }
    found
}

fn count(resource: &ResourceLogs) -> usize {
    resource.scope_logs.iter().map(|logs| logs.log_records.len()).sum()
}

fn all_records(resource: &ResourceLogs) -> Vec<LogRecord> {
    resource.scope_logs.iter().flat_map(|logs| logs.log_records.clone()).collect()
}

fn with_records(resource: &ResourceLogs, records: &[LogRecord]) -> ResourceLogs {
    let scope = resource.scope_logs.first().and_then(|logs| logs.scope.clone());
    let scope_logs = vec![ScopeLogs { scope, log_records: records.to_vec(), ..ScopeLogs::default() }];
    ResourceLogs { resource: resource.resource.clone(), scope_logs, ..ResourceLogs::default() }
}

fn session_id(record: &LogRecord) -> Option<String> {
    let value = &record.attributes.iter().find(|attribute| attribute.key == "session.id")?.value;
    match value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(id) => Some(id.clone()),
        _ => None,
    }
}
