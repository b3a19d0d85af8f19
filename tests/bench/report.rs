//! The table that a run prints.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::load::Outcome;
use crate::receiver::Memory;

/// Everything that a run measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// Bytes of an encoded record, on average.
    pub(crate) record_bytes: usize,
    /// Records that one core decodes in a second.
    pub(crate) decoded_per_second: f64,
    /// The bulk load.
    pub(crate) bulk: Outcome,
    /// CPU time that it took the receiver, until the tables held it.
    pub(crate) bulk_cpu: Duration,
    /// The paced load.
    pub(crate) paced: Outcome,
    /// The receiver's memory after both.
    pub(crate) memory: Memory,
    /// Events in the tables.
    pub(crate) stored: u64,
    /// Bytes of the tables on disk.
    pub(crate) bytes_at_rest: u64,
}

impl Report {
    fn acknowledged(&self) -> u64 {
        self.bulk.acknowledged + self.paced.acknowledged
    }

    /// Records that were acknowledged and are not stored.
    pub(crate) fn lost(&self) -> u64 {
        self.acknowledged().saturating_sub(self.stored)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (bulk, paced) = (&self.bulk, &self.paced);
        let per_cpu_second = float(bulk.acknowledged) / self.bulk_cpu.as_secs_f64().max(0.01);
        let row = |f: &mut Formatter<'_>, name: &str, value: String| writeln!(f, "{name:<58} {value:>16}");
        let latency = |outcome: &Outcome, permille| milliseconds(outcome.permille(permille));
        let build = if cfg!(debug_assertions) { "a DEBUG build: the figures say nothing" } else { "a release build" };
        writeln!(f, "ingest, {build}")?;
        row(f, "record, bytes", grouped(self.record_bytes as u64))?;
        row(f, "decoded by one core, records/s", whole(self.decoded_per_second))?;
        writeln!(f)?;
        writeln!(
            f,
            "bulk: {} connections, up to {} records a batch",
            crate::BULK.connections,
            crate::BULK.records_per_batch
        )?;
        row(f, "acknowledged after fsync, events/s", whole(float(bulk.acknowledged) / bulk.took.as_secs_f64()))?;
        row(
            f,
            "acknowledgement p50 / p99 / max, ms",
            format!("{} / {} / {}", latency(bulk, 500), latency(bulk, 990), latency(bulk, 1_000)),
        )?;
        row(f, "receiver CPU s per million events, until in the tables", format!("{:.1}", 1e6 / per_cpu_second))?;
        row(f, "events per receiver CPU second", whole(per_cpu_second))?;
        row(f, "the same / decoded by one core", format!("{:.2}", per_cpu_second / self.decoded_per_second))?;
        writeln!(f)?;
        writeln!(
            f,
            "paced: {} events/s over {} connections, up to {} records a batch, latency from when each was due",
            grouped(u64::from(crate::PACED.records_per_second)),
            crate::PACED.connections,
            crate::PACED.records_per_batch
        )?;
        row(f, "acknowledged, events/s", whole(float(paced.acknowledged) / paced.took.as_secs_f64()))?;
        row(
            f,
            "acknowledgement p50 / p99 / max, ms",
            format!("{} / {} / {}", latency(paced, 500), latency(paced, 990), latency(paced, 1_000)),
        )?;
        writeln!(f)?;
        row(
            f,
            "resident memory, now / at its highest, MB",
            format!("{} / {}", self.memory.now / 1_000_000, self.memory.peak / 1_000_000),
        )?;
        row(f, "bytes at rest per event", format!("{:.0}", float(self.bytes_at_rest) / float(self.stored.max(1))))?;
        row(f, "refused", grouped(bulk.refused + paced.refused))?;
        row(f, "acknowledged", grouped(self.acknowledged()))?;
        row(f, "in the tables", grouped(self.stored))?;
        row(f, "lost", grouped(self.lost()))
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1e3)
}

/// A count as a float. Counts here stay far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^53")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    digits.parse().map_or(digits, grouped)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
