//! What the promises stand on: a server that ends with its test, captures, senders, queries, tables of figures.

#[path = "../collector/src/receive/tests/authority.rs"]
mod authority;
pub(crate) mod browser;
pub(crate) mod bucket;
pub(crate) mod canary;
pub(crate) mod captures;
pub(crate) mod census;
pub(crate) mod decisions;
pub(crate) mod files;
pub(crate) mod kills;
#[expect(dead_code, reason = "the faults use more of it")]
pub(crate) mod ledger;
pub(crate) mod otlp;
pub(crate) mod pki;
pub(crate) mod query;
pub(crate) mod replayed;
pub(crate) mod samples;
pub(crate) mod send;
#[expect(dead_code, reason = "the faults use more of it")]
pub(crate) mod server;
pub(crate) mod table;
pub(crate) mod until;

pub(crate) use until::until;
