//! The table that a run prints.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::load::{Outcome, Paced};
use crate::receiver::Memory;

/// A row's name.
const LATENCY: &str = "acknowledgement p50 / p99 / max, ms";

/// Everything that a run measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// Bytes of an encoded record, on average.
    pub(crate) record_bytes: usize,
    /// Records that one core decodes in a second.
    pub(crate) decoded_per_second: f64,
    /// One record now and then.
    pub(crate) idle: Outcome,
    /// The bulk load.
    pub(crate) bulk: Outcome,
    /// CPU time that it took the receiver, until the tables held it and were compacted.
    pub(crate) bulk_cpu: Duration,
    /// What was sent as half of the load.
    pub(crate) half: Paced,
    /// Half of the bulk load.
    pub(crate) paced: Outcome,
    /// How often small files became few meanwhile.
    pub(crate) compactions: u64,
    /// The same while the tables are away.
    pub(crate) away: Outcome,
    /// The receiver's memory after both.
    pub(crate) memory: Memory,
    /// Events in the tables.
    pub(crate) stored: u64,
    /// Bytes of the events' files.
    pub(crate) bytes_at_rest: u64,
    /// The bulk load again with more and more rows in the table.
    pub(crate) grown: Vec<Grown>,
}

/// The bulk load while a table holds many rows.
#[derive(Debug)]
pub(crate) struct Grown {
    /// How many.
    pub(crate) rows: u64,
    /// The receiver's memory before the load.
    pub(crate) idle: Memory,
    pub(crate) outcome: Outcome,
    /// CPU time that the load took the receiver.
    pub(crate) cpu: Duration,
    /// Its memory after the load.
    pub(crate) loaded: Memory,
}

impl Report {
    fn acknowledged(&self) -> u64 {
        self.idle.acknowledged + self.bulk.acknowledged + self.paced.acknowledged
    }

    /// Records that were acknowledged and are not stored.
    pub(crate) fn lost(&self) -> u64 {
        self.acknowledged().saturating_sub(self.stored)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (bulk, paced, away) = (&self.bulk, &self.paced, &self.away);
        let per_cpu_second = float(bulk.acknowledged) / self.bulk_cpu.as_secs_f64().max(0.01);
        let row = |f: &mut Formatter<'_>, name: &str, value: String| writeln!(f, "{name:<58} {value:>16}");
        let latencies = |outcome: &Outcome| {
            let [p50, p99, max] = [500, 990, 1_000].map(|permille| milliseconds(outcome.permille(permille)));
            format!("{p50} / {p99} / {max}")
        };
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
        row(f, "acknowledged after fsync, events/s", whole(bulk.per_second()))?;
        row(f, LATENCY, latencies(bulk))?;
        row(f, "receiver CPU s per million events, until compacted", format!("{:.1}", 1e6 / per_cpu_second))?;
        row(f, "events per receiver CPU second", whole(per_cpu_second))?;
        row(f, "the same / decoded by one core", format!("{:.2}", per_cpu_second / self.decoded_per_second))?;
        writeln!(f)?;
        writeln!(
            f,
            "half of that: {} events/s over {} connections, up to {} records a batch, latency from when each was due",
            grouped(u64::from(self.half.records_per_second)),
            self.half.connections,
            self.half.records_per_batch
        )?;
        row(f, "acknowledged, events/s", whole(paced.per_second()))?;
        row(f, LATENCY, latencies(paced))?;
        row(f, "compactions meanwhile", grouped(self.compactions))?;
        row(f, "with the tables away: acknowledged, events/s", whole(away.per_second()))?;
        row(f, LATENCY, latencies(away))?;
        writeln!(f)?;
        writeln!(f, "one record now and then")?;
        row(f, LATENCY, latencies(&self.idle))?;
        writeln!(f)?;
        row(
            f,
            "resident memory, now / at its highest, MB",
            format!("{} / {}", self.memory.now / 1_000_000, self.memory.peak / 1_000_000),
        )?;
        row(f, "bytes at rest per event", format!("{:.0}", float(self.bytes_at_rest) / float(self.stored.max(1))))?;
        row(f, "refused", grouped(self.idle.refused + bulk.refused + paced.refused + away.refused))?;
        row(f, "acknowledged", grouped(self.acknowledged()))?;
        row(f, "in the tables", grouped(self.stored))?;
        row(f, "lost", grouped(self.lost()))?;
        for grown in &self.grown {
            let Grown { rows, idle, outcome, cpu, loaded } = grown;
            writeln!(f)?;
            writeln!(f, "bulk with {} rows in the table", grouped(*rows))?;
            row(f, "acknowledged after fsync, events/s", whole(outcome.per_second()))?;
            row(f, "events per receiver CPU second", whole(float(outcome.acknowledged) / cpu.as_secs_f64().max(0.01)))?;
            row(f, LATENCY, latencies(outcome))?;
            let megabytes = [idle.now, loaded.now, loaded.peak].map(|bytes| bytes / 1_000_000);
            row(f, "resident memory idle / loaded / at its highest, MB", megabytes.map(grouped).join(" / "))?;
        }
        Ok(())
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
