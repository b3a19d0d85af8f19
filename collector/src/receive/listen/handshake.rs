//! The TLS handshake of a connection, within its own task and a limit of time.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::rustls::{self, AlertDescription};
use tokio_rustls::server::TlsStream;

use super::super::connections::Connections;
use super::super::tls::Tls;
use super::Protocol;
use crate::authenticate::CertificateNames;

/// Makes a connection a TLS one; none, and counted, when that fails. With it come the names in the client's certificate,
/// if it has shown one: only one that the authority has signed gets here.
pub(super) async fn make(
    stream: TcpStream,
    tls: &Tls,
    protocol: Protocol,
    connections: &Connections,
) -> Option<(TlsStream<TcpStream>, Option<Arc<CertificateNames>>)> {
    let made = tokio::time::timeout(connections.patience.handshake, tls.acceptor(protocol).accept(stream)).await;
    match made {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            let certificate = session.peer_certificates().and_then(<[_]>::first);
            let names = certificate.map(|certificate| Arc::new(CertificateNames::of(certificate)));
            Some((stream, names))
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            connections.handshake_failed(reason(&error));
            None
        }
        Err(_) => {
            connections.handshake_failed("slow");
            None
        }
    }
}

/// Why, as a metric label: a small closed set.
fn reason(error: &io::Error) -> &'static str {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        // The client has gone: also what one does that does not take our certificate and says so to nobody.
        return "cut_off";
    };
    match error {
        // What begins so is no TLS at all.
        rustls::Error::InvalidMessage(_) => "no_tls",
        // TLS 1.1 and before, or nothing in common.
        rustls::Error::PeerIncompatible(_) | rustls::Error::NoApplicationProtocol => "incompatible",
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => "client_certificate",
        rustls::Error::AlertReceived(
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            // What it is signed with is not what the client expects.
            | AlertDescription::DecryptError
            | AlertDescription::UnsupportedCertificate,
        ) => "our_certificate",
        _ => "other",
    }
}
