//! What was acknowledged is there exactly once, through any number of `kill -9`: under load, during start-up, and in the
//! very moment after an acknowledgement. The other faults are in `tests/faults/`.
//!
//! `BAROGRAPH_KILL_ROUNDS` sets how often (20 when unset), `BAROGRAPH_KILL_SEED` repeats a run.

use std::time::Duration;

use crate::support::kills::Kills;
use crate::support::ledger::Load;
use crate::support::server::{Home, Server, serve};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_events_survive_kill_9_exactly_once() {
    let home = Home::new();
    let kills = Kills::of_environment(20);
    let load = Load::start(Duration::ZERO);
    let killed_starting = kills.run(&home, &load, || serve(&home.data())).await;

    let server = Server::start(&home);
    load.lead_to(&server.endpoints);
    let limit = Duration::from_mins(1);
    load.acknowledged_again(limit).await;
    load.refusals();
    let books = load.stop().await;
    let title = format!("{} kills, {killed_starting} of them during start-up", kills.rounds);
    books.hold(&home.data(), &title).await;
    let status = server.terminate(limit).await;
    assert!(status.success(), "after SIGTERM it ends with {status}");
    books.hold(&home.data(), "The same after an orderly end").await;
}
