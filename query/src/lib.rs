//! Disk to typed answers, and nothing else: a bounded DataFusion session over the Delta tables, the views that join
//! them, and the questions that pages ask, each as SQL beside its row type.

pub mod archive;
pub mod questions;
