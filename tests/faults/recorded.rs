//! A run of a server that was recorded call by call, and the states that a crash in it leaves.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::acknowledged::judge_to;
use crate::disk::Disk;
use crate::strace::{FILE_CALLS, SOCKET_CALLS, Strace};
use crate::support::query;
use crate::support::server::Server;
use crate::trace::{Moment, Trace};
use crate::under_test::{ENDED, ServerUnderTest};

/// A server under strace, from its start to its kill.
pub(crate) struct Recording(Strace);

impl Recording {
    /// Records the next start of a server.
    pub(crate) fn begin(server: &mut ServerUnderTest) -> Self {
        let strace = Strace::recording(&server.home.path().join("trace"), &format!("{FILE_CALLS},{SOCKET_CALLS}"));
        server.wrapper = strace.wrapper();
        Self(strace)
    }

    /// Kills the server; the next one starts without strace.
    pub(crate) async fn end(self, server: &mut ServerUnderTest, running: Server) -> Trace {
        let process = running.id();
        running.kill();
        server.wrapper.clear();
        let trace = Trace::read(&self.0.ended(process).await);
        self.0.forget();
        trace
    }
}

/// A run, and the disk that it began on and left.
pub(crate) struct Recorded {
    begun: Disk,
    ended: Disk,
    pub(crate) trace: Trace,
    /// What was acknowledged in earlier runs.
    before: BTreeSet<String>,
}

/// What a crash in a run leaves on the disk, which is made so.
pub(crate) struct Crash {
    /// How much of the run had happened.
    pub(crate) moments: usize,
    /// Whether the power was cut, too.
    pub(crate) is_cut: bool,
    /// What had been acknowledged by then.
    pub(crate) acknowledged: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Stored {
    id: String,
    rows: u64,
}

impl Recorded {
    /// A run that began on a disk, after others that had acknowledged something. Fails when the trace does not explain
    /// what is on the disk now.
    pub(crate) fn new(begun: Disk, trace: Trace, before: BTreeSet<String>) -> Self {
        let mut ended = begun.clone();
        ended.follow(&trace);
        ended.agrees(&trace);
        Self { begun, ended, trace, before }
    }

    /// The moments right after calls that change names or bytes below the folder, or make them durable.
    pub(crate) fn places(&self) -> Vec<usize> {
        let Self { trace, begun: disk, .. } = self;
        let changes = |at: usize| {
            let call = &trace.calls[at];
            let named = || call.texts().iter().any(|text| disk.is_below(text.as_ref()));
            match call.name.as_str() {
                "openat" => call.arguments.contains("O_CREAT") && named(),
                "mkdir" | "rename" | "linkat" | "unlink" => named(),
                "write" | "pwrite64" | "writev" | "ftruncate" | "fsync" | "fdatasync" => {
                    disk.is_below(call.descriptor().as_ref())
                }
                _ => false,
            }
        };
        let returned = trace.moments.iter().enumerate().filter_map(|(place, moment)| match moment {
            Moment::Returned(at) if trace.calls[*at].succeeded() && changes(*at) => Some(place + 1),
            _ => None,
        });
        returned.collect()
    }

    /// Makes the disk what a kill, or by chance a power cut, at one of these places leaves.
    pub(crate) fn crash(&self, places: &[usize], random: &mut fastrand::Rng) -> Crash {
        let moments = places[random.usize(0..places.len())];
        let mut disk = self.begun.clone();
        disk.follow_to(&self.trace, moments);
        let is_cut = random.bool();
        if is_cut {
            disk.cut(random);
        }
        disk.materialise();
        Crash { moments, is_cut, acknowledged: self.acknowledged(moments) }
    }

    /// Makes the disk what the run left, and tells all that was acknowledged by its end.
    pub(crate) fn end(self) -> BTreeSet<String> {
        self.ended.materialise();
        self.acknowledged(self.trace.moments.len())
    }

    fn acknowledged(&self, moments: usize) -> BTreeSet<String> {
        &self.before | &judge_to(&self.trace, moments).acknowledged
    }
}

impl Crash {
    /// Starts a server on the folder, ends it in order, and looks for every acknowledged record.
    pub(crate) async fn holds(&self, server: &ServerUnderTest) {
        let Self { moments, acknowledged, .. } = self;
        let running = Server::start_command(&server.home, server.command());
        let status = running.terminate(ENDED).await;
        assert!(status.success(), "after moment {moments} and a start it ends with {status}");
        let sql = "SELECT tool_use_id AS id, count(*) AS rows FROM events WHERE tool_use_id IS NOT NULL GROUP BY 1";
        let mut stored = BTreeMap::new();
        loop {
            let page: Vec<Stored> =
                query::rows(&server.data, &format!("{sql} ORDER BY id LIMIT 5000 OFFSET {}", stored.len()));
            let is_last = page.len() < 5_000;
            stored.extend(page.into_iter().map(|stored| (stored.id, stored.rows)));
            if is_last {
                break;
            }
        }
        let lost: Vec<&String> = acknowledged.iter().filter(|id| !stored.contains_key(*id)).collect();
        let doubled: Vec<&String> = stored.iter().filter(|(_, rows)| **rows != 1).map(|(id, _)| id).collect();
        assert!(
            lost.is_empty() && doubled.is_empty(),
            "after moment {moments}: {} of {} lost, {} doubled: {:?} …",
            lost.len(),
            acknowledged.len(),
            doubled.len(),
            lost.iter().chain(&doubled).take(5).collect::<Vec<_>>()
        );
    }
}
