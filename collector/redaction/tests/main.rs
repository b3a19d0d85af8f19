//! What the detector finds, proved from outside on texts it was not made for.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by panicking, and prints what it measured"
)]

mod corpus;
mod kinds;
mod properties;
mod score;

mod documented;
mod held_out;
mod parsers;
mod planted;
