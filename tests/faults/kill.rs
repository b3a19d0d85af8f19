//! kill -9, again and again, at random moments. `BAROGRAPH_KILL_ROUNDS` sets how often.

use std::time::Duration;

use crate::fault::Fault;
use crate::support::kills::Kills;
use crate::support::ledger::Load;
use crate::under_test::{AGAIN, ServerUnderTest};

const ROUNDS: u64 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kill_9_at_random_moments() {
    let Some(_fault) = Fault::begin("kill -9 at random moments", 300, &[]).await else { return };
    let server = ServerUnderTest::new();
    let kills = Kills::of_environment(ROUNDS);
    let load = Load::start(Duration::from_millis(20));
    let starting = kills.run(&server.home, &load, || server.command()).await;
    let title = format!("{} kills, {starting} of them during start-up", kills.rounds);
    server.starts_and_holds(load, AGAIN, &title).await;
}
