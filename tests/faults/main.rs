//! The fault matrix: what was acknowledged is stored once, whatever breaks. One file per fault, the real binary, real
//! sockets, real files; a ledger kept apart from the server says what was acknowledged. `./task faults` runs it.
//!
//! A fault touches only processes, clocks and mounts of its own. What cannot be done on a machine (no root, no strace)
//! is skipped loudly; `BAROGRAPH_FAULTS_REQUIRED=1` makes a skip a failure. `BAROGRAPH_FAULTS_SERVE` holds further
//! arguments of `barograph serve`, for every server here: settings that make background work run often.
//! `BAROGRAPH_FAULTS_SEED` repeats what is drawn by chance.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by panicking, and prints what it measured"
)]

mod acknowledged;
mod connections;
mod disk;
mod fault;
mod grown;
mod mount;
mod probe;
mod recorded;
mod strace;
mod support;
mod trace;
mod under_test;

mod clock;
mod crash_states;
mod descriptors;
mod disk_full;
mod fsync;
mod idle;
mod kill;
mod kill_and_cut;
mod lost_replies;
mod power;
mod read_only;
mod stop;
mod system_calls;
mod two_servers;
mod upgrade;
mod upkeep_states;
