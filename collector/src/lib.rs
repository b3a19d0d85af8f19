//! Socket to disk, and nothing else: receive, redact, journal, commit.
//!
//! Data flows one way. Each step takes what the one before made and nothing else can make it: bytes become an
//! [`Export`](barograph_proto::otlp::Export), a dialect makes [`Rows`](barograph_proto::row::Rows) of it, only
//! [`redact`] makes [`redact::RedactedRows`], only a durable [`journal`] makes a [`journal::Receipt`], and only a
//! receipt makes a success reply.

pub mod authenticate;
pub mod intake;
pub mod journal;
pub mod metrics;
pub mod receive;
pub mod redact;
pub mod store;

mod columnar;
mod pace;
