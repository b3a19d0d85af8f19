//! Disk to typed answers, and nothing else: a bounded DataFusion session over the Delta tables, the views that join
//! them, and the questions that pages ask, each as SQL beside its row type.

pub mod archive;
mod attribution;
mod command_head;
mod finding;
mod follow;
pub mod format;
mod guard;
mod matching;
mod metrics;
pub mod place;
mod provider;
pub mod questions;
mod rows;
mod run;
mod session;
mod snapshot;
#[cfg(test)]
mod tests;
mod views;
