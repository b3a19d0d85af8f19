//! The formats that providers give their keys.

pub(crate) mod providers;
