//! The archive over tables that the tests write themselves.

mod limits;
mod questions;
mod seen;
mod snapshots;
mod tables;
