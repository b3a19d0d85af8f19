//! What is written of values that are neither kept nor hidden whole.

pub(crate) mod command;
pub(crate) mod path;
pub(crate) mod truncate;
