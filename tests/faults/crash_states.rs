//! The states that a crash leaves, one after the other: a run is recorded, and for calls of it that change the disk a
//! server starts on what a kill, or a power cut, right after the call would have left. What had been acknowledged by
//! then is stored once. Two runs: a new folder, and one whose journal is read back and whose log gets a checkpoint.
//!
//! `BAROGRAPH_CRASH_STATES` sets how many states of each run are tried, drawn by chance.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::disk::Disk;
use crate::fault::{Fault, Need, chance};
use crate::grown::{checkpoints, grow};
use crate::recorded::{Recorded, Recording};
use crate::support::kills::setting;
use crate::support::ledger::Load;
use crate::support::{query, table, until};
use crate::trace::Trace;
use crate::under_test::ServerUnderTest;

const STATES: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn states_after_a_crash() {
    let Some(_fault) = Fault::begin("states after a crash", 150, &[Need::Strace]).await else { return };
    let mut random = chance();
    let states = setting("BAROGRAPH_CRASH_STATES").unwrap_or(STATES);
    let mut server = ServerUnderTest::new();
    let root = server.home.path().join("disk");
    server.data = root.join("data");
    let mut rows = vec![table::row(["run", "calls", "states", "power cuts", "acknowledged at most"])];
    let mut acknowledged = BTreeSet::new();
    for run in ["new folder", "checkpoint"] {
        if run == "checkpoint" {
            grow(&server.data);
        } else {
            Disk::new(&root).materialise();
        }
        let begun = Disk::read(&root);
        let trace = record(&mut server, run == "checkpoint").await;
        let recorded = Recorded::new(begun, trace, acknowledged);
        let places = recorded.places();
        let (mut cuts, mut most) = (0, 0);
        for _ in 0..states {
            let crash = recorded.crash(&places, &mut random);
            cuts += usize::from(crash.is_cut);
            most = most.max(crash.acknowledged.len());
            crash.holds(&server).await;
        }
        let figures = [places.len().to_string(), states.to_string(), cuts.to_string(), most.to_string()];
        rows.push([table::row([run]), figures.into()].concat());
        acknowledged = recorded.end();
    }
    table::print("States after a crash, none with a record lost or doubled", &rows);
}

/// Runs a server under load and kills it after a few commits.
async fn record(server: &mut ServerUnderTest, with_checkpoint: bool) -> Trace {
    let recording = Recording::begin(server);
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
    recording.end(server, running).await
}
