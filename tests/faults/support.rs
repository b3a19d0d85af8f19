//! What the faults share with the other promises.

#![expect(dead_code, reason = "the other promises use more of it")]

#[path = "../support/kills.rs"]
pub(crate) mod kills;
#[path = "../support/ledger.rs"]
pub(crate) mod ledger;
#[path = "../support/otlp.rs"]
pub(crate) mod otlp;
#[path = "../support/query.rs"]
pub(crate) mod query;
#[path = "../support/send.rs"]
pub(crate) mod send;
#[path = "../support/server.rs"]
pub(crate) mod server;
#[path = "../support/table.rs"]
pub(crate) mod table;
#[path = "../support/until.rs"]
mod until;

pub(crate) use until::until;
