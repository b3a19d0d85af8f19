//! The questions that pages ask. One file each: parameters, typed answer, SQL.

pub mod calls;
mod conditions;
pub mod contents;
pub mod find;
pub mod overview;
pub mod pressure;
pub mod record;
pub mod seen;
pub mod session;
mod slots;

/// A stretch of event time: from `after` (inclusive) to `before` (exclusive), µs since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First moment, inclusive.
    pub after: i64,
    /// First moment that is no longer in it.
    pub before: i64,
}
