//! kill -9 in the very moment of a system call that makes something durable or gives it a name: while a new folder is
//! made, a journal is read back, rows are committed, a checkpoint is written.

use std::time::Duration;

use crate::fault::{Fault, Need};
use crate::grown::{checkpoints, grow};
use crate::strace::Strace;
use crate::support::ledger::Load;
use crate::support::table;
use crate::under_test::{AGAIN, ServerUnderTest};

/// How long a server may live without making the call: some three commits.
const LIFE: Duration = Duration::from_secs(4);

/// How long a server may take to serve.
const START: Duration = Duration::from_mins(1);

/// A kind of call, and at which of them, counted in each thread, a server dies: first on a new folder, then on one that
/// is two commits from a checkpoint.
struct Place {
    calls: &'static str,
    new: &'static [u32],
    grown: &'static [u32],
}

const PLACES: [Place; 6] = [
    Place { calls: "fsync", new: &[1, 2, 3, 4, 7], grown: &[1, 2, 3, 4, 5, 7, 10] },
    Place { calls: "fdatasync", new: &[1, 2, 3, 4], grown: &[1, 2, 3, 4, 5, 7, 20] },
    Place { calls: "rename,renameat,renameat2", new: &[1, 2], grown: &[1, 2] },
    Place { calls: "link,linkat", new: &[1, 2, 3, 4], grown: &[1, 2, 3, 4, 5] },
    Place { calls: "unlink,unlinkat", new: &[1, 2, 3, 4], grown: &[1, 2, 3, 4, 5] },
    Place { calls: "openat", new: &[15, 25, 35, 60], grown: &[5, 10, 20, 30, 40, 60, 90] },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kill_9_at_system_calls() {
    let expected = 240;
    let Some(_fault) = Fault::begin("kill -9 at system calls", expected, &[Need::Strace]).await else { return };
    let mut rows = vec![table::row(["killed at", "starts", "killed there", "of them in start-up", "checkpoints"])];
    for Place { calls, new, grown } in PLACES {
        let mut server = ServerUnderTest::new();
        let load = Load::start(Duration::from_millis(20));
        let (mut died, mut died_starting) = (0, 0);
        for (place, when) in new.iter().chain(grown).enumerate() {
            if place == new.len() {
                server.wrapper.clear();
                server.start(&load).kill();
            }
            if place >= new.len() {
                grow(&server.data);
            }
            let output = server.home.path().join("trace");
            let strace = Strace::recording(&output, calls).killing(calls, *when);
            server.wrapper = strace.wrapper();
            let (ended, is_up) = live(&server, &load).await;
            died += u32::from(ended);
            died_starting += u32::from(ended && !is_up);
        }
        server.wrapper.clear();
        let checkpoints = checkpoints(&server.data);
        server.starts_and_holds(load, AGAIN, &format!("Killed {died} times at {calls}")).await;
        assert!(died > 0, "no server came to a call of {calls}");
        let starts = new.len() + grown.len();
        rows.push(table::row([
            calls.to_owned(),
            starts.to_string(),
            died.to_string(),
            died_starting.to_string(),
            checkpoints.to_string(),
        ]));
    }
    table::print("kill -9 at system calls", &rows);
}

/// Runs a server until it dies at its call, or its time is over. Tells whether it died there, and whether it served.
async fn live(server: &ServerUnderTest, load: &Load) -> (bool, bool) {
    let Some(mut running) = server.spawn().ready(START) else { return (true, false) };
    load.lead_to(&running.endpoints);
    let deadline = tokio::time::Instant::now() + LIFE;
    while tokio::time::Instant::now() < deadline {
        if running.has_ended() {
            return (true, true);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.kill();
    (false, true)
}
