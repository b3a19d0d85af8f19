//! What the doors speak TLS with: one certificate for both, exchanged while connections are open. TLS 1.2 and 1.3 by
//! rustls, with ring for the cryptography.

mod own;

use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoClientAuth, WebPkiClientVerifier};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, InconsistentKeys, RootCertStore, ServerConfig};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::listen::Protocol;

/// Why files are no identity. None shows anything of a key.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No certificate in the certificate's file.
    #[error("the certificate's file holds no certificate in PEM (BEGIN CERTIFICATE)")]
    NoCertificate,
    /// No key in the key's file.
    #[error("the key's file holds no private key in PEM (BEGIN PRIVATE KEY), or one with a passphrase")]
    NoKey,
    /// They are not a pair.
    #[error(
        "certificate and key do not belong together; both must be of the same pair, the server's certificate first"
    )]
    NoPair,
    /// TLS cannot be spoken with them.
    #[error("TLS cannot be spoken with this certificate and key")]
    Unfit(#[source] rustls::Error),
    /// No certificate of an authority in its file.
    #[error("the client authority's file holds no certificate in PEM that can sign others")]
    NoAuthority,
}

/// A certificate with its key, and the authority that clients' certificates must come from, if any do.
#[derive(Debug)]
pub struct Identity {
    any: Arc<ServerConfig>,
    http2: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    expires: i64,
}

impl Identity {
    /// Reads PEM: a certificate, followed by those between it and its authority; its key; and the authorities of clients'
    /// certificates. With an authority, clients are asked for a certificate, and a connection with a wrong one fails. One
    /// without any is let through to where its requests are judged, since it may bring a token.
    ///
    /// # Errors
    /// When one of them holds something else, or they do not fit together.
    pub fn from_pem(certificate: &[u8], key: &[u8], client_ca: Option<&[u8]>) -> Result<Self, IdentityError> {
        let chain = certificates(certificate).filter(|chain| !chain.is_empty()).ok_or(IdentityError::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| IdentityError::NoKey)?;
        let verifier = client_ca.map_or_else(|| Ok(Arc::new(NoClientAuth) as _), verifier)?;
        let certificate = chain.first().cloned().ok_or(IdentityError::NoCertificate)?;
        let (_, parsed) = X509Certificate::from_der(&certificate).map_err(|_| IdentityError::NoCertificate)?;
        let expires = parsed.validity().not_after.timestamp();
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(IdentityError::Unfit)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => IdentityError::NoPair,
                error => IdentityError::Unfit(error),
            })?;
        let speaking = |protocols: &[&str]| {
            let mut config = config.clone();
            config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
            Arc::new(config)
        };
        Ok(Self { any: speaking(&["h2", "http/1.1"]), http2: speaking(&["h2"]), certificate, expires })
    }

    /// When the certificate expires, seconds since the epoch.
    pub fn expires(&self) -> i64 {
        self.expires
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// All certificates of a file; none when something in it cannot be read.
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()
}

fn verifier(pem: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, IdentityError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(pem).ok_or(IdentityError::NoAuthority)? {
        roots.add(authority).map_err(|_| IdentityError::NoAuthority)?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
    verifier.allow_unauthenticated().build().map_err(|_| IdentityError::NoAuthority)
}

/// The identity in use. Clones share it.
#[derive(Clone, Debug)]
pub struct Tls(
    // A std lock, since it is held for a look and never across an await.
    Arc<RwLock<Arc<Identity>>>,
);

impl Tls {
    /// Begins with an identity.
    pub fn new(identity: Identity) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(identity))))
    }

    /// Takes another from now on. Connections that are open stay as they are.
    pub fn replace(&self, identity: Identity) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(identity);
    }

    /// What a connection's handshake is made with.
    pub(super) fn acceptor(&self, protocol: Protocol) -> TlsAcceptor {
        let identity = self.identity();
        TlsAcceptor::from(Arc::clone(match protocol {
            Protocol::Any => &identity.any,
            Protocol::Http2 => &identity.http2,
        }))
    }

    fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
