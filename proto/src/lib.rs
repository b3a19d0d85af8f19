//! What collector and query agree on, and nothing else: the OTLP messages we accept, the canonical rows, the dialects
//! that turn the first into the second, the tables those rows form, and the keyed hashes
//! and path spellings both sides can compute.
//!
//! Pure: no runtime, no files, no clock, no DataFusion.

pub mod attribution;
pub mod dialect;
pub mod keyed;
pub mod otlp;
pub mod paths;
pub mod permission_decision;
pub mod row;
pub mod tables;
pub mod time;
pub mod values;
