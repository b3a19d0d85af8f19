//! Kills a server again and again, at random moments: under load, during start-up, and in the very moment after an
//! acknowledgement.

use std::process::Command;
use std::time::Duration;

use super::ledger::Load;
use super::server::{Home, Server, Starting};

/// How often to kill, and the seed that repeats a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kills {
    /// How often.
    pub(crate) rounds: u64,
    /// What the moments are drawn from.
    pub(crate) seed: u64,
}

impl Kills {
    /// As `BAROGRAPH_KILL_ROUNDS` and `BAROGRAPH_KILL_SEED` say, else so often and by chance.
    pub(crate) fn of_environment(rounds: u64) -> Self {
        let rounds = setting("BAROGRAPH_KILL_ROUNDS").unwrap_or(rounds);
        let seed = setting("BAROGRAPH_KILL_SEED").unwrap_or_else(|| fastrand::u64(..));
        println!("BAROGRAPH_KILL_SEED={seed} BAROGRAPH_KILL_ROUNDS={rounds}");
        Self { rounds, seed }
    }

    /// Starts and kills servers by a command line made anew each time. Tells how many were killed during start-up.
    pub(crate) async fn run(self, home: &Home, load: &Load, serve: impl Fn() -> Command) -> u64 {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut killed_starting = 0;
        for _ in 0..self.rounds {
            if random.u8(0..100) < 30 {
                let starting = Starting::spawn(home, serve());
                tokio::time::sleep(Duration::from_millis(random.u64(0..500))).await;
                starting.kill();
                killed_starting += 1;
                continue;
            }
            let server = Server::start_command(home, serve());
            load.lead_to(&server.endpoints);
            tokio::time::sleep(Duration::from_millis(random.u64(50..1_500))).await;
            if random.bool() {
                // In the very moment after the next acknowledgement, or soon, should there be none.
                drop(tokio::time::timeout(Duration::from_secs(1), load.acknowledgement()).await);
            }
            server.kill();
        }
        killed_starting
    }
}

/// A number that an environment variable gives.
pub(crate) fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}
