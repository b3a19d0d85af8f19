//! Promises, proved from outside: real sockets, recorded clients, official exporters, a real browser, kill -9.
//!
//! One file per promise. Nothing here calls the program's own code, except for the names of its tables.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by panicking, and prints what it measured"
)]

#[path = "../collector/redaction/tests/kinds.rs"]
mod kinds;
#[path = "../collector/redaction/tests/score.rs"]
mod score;
mod support;

mod bad_input;
mod browser;
mod bucket;
mod canary;
mod conformance;
mod decided_by;
mod doctor;
mod documented;
mod exporters;
mod hashed;
mod keys;
mod kill;
mod labels;
mod limits;
mod losses;
mod metrics_and_health;
mod operate;
mod permission_decision;
mod planted;
mod policies;
mod reachable;
mod redact;
mod redaction;
mod replay;
mod retention;
mod seen;
mod tls;
mod tokens;
