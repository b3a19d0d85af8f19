//! Who may send: what a request brings as its credential becomes a [`Tenant`], or a [`Denial`].
//!
//! There are two kinds of credential, ingest tokens and client certificates, and both open the OTLP doors and nothing
//! else. The files that they stand in are the root's business: it hands [`Credentials`] in and replaces them while
//! requests are judged. A tenant comes from here, and from nothing that a sender writes into its records.

mod certificate;
mod credentials;
mod gate;
mod tenant;
mod token;

pub use certificate::{CertificateNames, ClientTenants};
pub use credentials::{Credentials, IngestToken};
pub use gate::{Denial, Gate};
pub use tenant::Tenant;
pub use token::{Token, TokenHash};
