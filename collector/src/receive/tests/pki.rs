//! What a door and its clients speak TLS with in these tests.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::SupportedProtocolVersion;

use super::authority::{Authority, Pair};
use crate::receive::Identity;

/// What a door speaks TLS with, and the authority of its clients.
pub(super) fn identity(pair: &Pair, client_ca: Option<&Authority>) -> Identity {
    let client_ca = client_ca.map(Authority::pem);
    Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes(), client_ca.as_ref().map(String::as_bytes))
        .unwrap()
}

/// A client that trusts an authority.
pub(super) fn client(
    trusted: &Authority,
    own: Option<&Pair>,
    protocol: &str,
    version: &'static SupportedProtocolVersion,
) -> TlsConnector {
    let mut config = trusted.client(own, &[version]);
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    TlsConnector::from(Arc::new(config))
}
