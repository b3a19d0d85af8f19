//! The states that a crash leaves, one after the other: a run is recorded, and for calls of it that change the disk a
//! server starts on what a kill, or a power cut, right after the call would have left. What had been acknowledged by
//! then is stored once. Two runs: a new folder, and one whose journal is read back and whose log gets a checkpoint.
//!
//! `BAROGRAPH_CRASH_STATES` sets how many states of each run are tried, drawn by chance.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;

use crate::acknowledged::judge_to;
use crate::disk::Disk;
use crate::fault::{Fault, Need, chance};
use crate::grown::{checkpoints, grow};
use crate::strace::{FILE_CALLS, SOCKET_CALLS, Strace};
use crate::support::kills::setting;
use crate::support::ledger::Load;
use crate::support::server::Server;
use crate::support::{query, table, until};
use crate::trace::{Moment, Trace};
use crate::under_test::{ENDED, ServerUnderTest};

const STATES: u64 = 40;

#[derive(Debug, Deserialize)]
struct Stored {
    id: String,
    rows: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn states_after_a_crash() {
    let Some(_fault) = Fault::begin("states after a crash", 150, &[Need::Strace]).await else { return };
    let mut random = chance();
    let states = setting("BAROGRAPH_CRASH_STATES").unwrap_or(STATES);
    let mut server = ServerUnderTest::new();
    let root = server.home.path().join("disk");
    server.data = root.join("data");
    let mut rows = vec![table::row(["run", "calls", "states", "power cuts", "acknowledged at most"])];
    let mut before = BTreeSet::new();
    for run in ["new folder", "checkpoint"] {
        if run == "checkpoint" {
            grow(&server.data);
        } else {
            Disk::new(&root).materialise();
        }
        let begun = Disk::read(&root);
        let trace = record(&mut server, run == "checkpoint").await;
        let mut ended = begun.clone();
        ended.follow(&trace);
        ended.agrees(&trace);

        let places = places(&trace, &begun);
        let (mut cuts, mut most) = (0, 0);
        for _ in 0..states {
            let moments = places[random.usize(0..places.len())];
            let mut disk = begun.clone();
            disk.follow_to(&trace, moments);
            if random.bool() {
                disk.cut(&mut random);
                cuts += 1;
            }
            disk.materialise();
            let acknowledged: BTreeSet<String> = &before | &judge_to(&trace, moments).acknowledged;
            most = most.max(acknowledged.len());
            compare(&server, &acknowledged, moments).await;
        }
        let figures = [places.len().to_string(), states.to_string(), cuts.to_string(), most.to_string()];
        rows.push([table::row([run]), figures.into()].concat());
        before.extend(judge_to(&trace, trace.moments.len()).acknowledged);
        ended.materialise();
    }
    table::print("States after a crash, none with a record lost or doubled", &rows);
}

/// Runs a server under load and kills it after a few commits.
async fn record(server: &mut ServerUnderTest, with_checkpoint: bool) -> Trace {
    let strace = Strace::recording(&server.home.path().join("trace"), &format!("{FILE_CALLS},{SOCKET_CALLS}"));
    server.wrapper = strace.wrapper();
    let limit = Duration::from_mins(1);
    let load = Load::start(Duration::from_millis(100));
    let had = if with_checkpoint { checkpoints(&server.data) } else { 0 };
    let running = server.start(&load);
    load.acknowledged_more(5, limit).await;
    until("rows are committed", limit, || {
        let is_done = if with_checkpoint {
            checkpoints(&server.data) > had && server.data.join("tables/events/_delta_log/_last_checkpoint").exists()
        } else {
            query::count(&server.data, "events") > 0
        };
        is_done.then_some(())
    })
    .await;
    load.stop().await;
    let process = running.id();
    running.kill();
    server.wrapper.clear();
    Trace::read(&strace.ended(process).await)
}

/// The moments right after calls that change names or bytes below the folder, or make them durable.
pub(crate) fn places(trace: &Trace, disk: &Disk) -> Vec<usize> {
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

/// Starts a server on the folder, ends it in order, and looks for every acknowledged record.
pub(crate) async fn compare(server: &ServerUnderTest, acknowledged: &BTreeSet<String>, moments: usize) {
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
