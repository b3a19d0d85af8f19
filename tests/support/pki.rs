//! Certificates of a test's own, and clients that trust them.

use std::path::Path;

use tokio_rustls::rustls::DEFAULT_VERSIONS;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

pub(crate) use super::authority::{Authority, Pair};
use super::send::CLIENT_DEADLINE;

impl Authority {
    /// An HTTP client that trusts it and shows a certificate.
    pub(crate) fn http_client(&self, own: Option<&Pair>) -> reqwest::Client {
        let config = self.client(own, DEFAULT_VERSIONS);
        reqwest::Client::builder().tls_backend_preconfigured(config).timeout(CLIENT_DEADLINE).build().unwrap()
    }

    /// A gRPC connection that trusts it and shows a certificate, made when the first message is sent.
    pub(crate) fn channel(&self, endpoint: &str, own: Option<&Pair>) -> Channel {
        let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(self.pem()));
        if let Some(Pair { certificate, key }) = own {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        let endpoint = Endpoint::from_shared(endpoint.to_owned()).unwrap().tls_config(tls).unwrap();
        endpoint.timeout(CLIENT_DEADLINE).connect_lazy()
    }
}

impl Pair {
    /// Writes both beside each other, `tls.crt` and `tls.key`.
    pub(crate) fn write(&self, folder: &Path) {
        std::fs::write(folder.join("tls.crt"), &self.certificate).unwrap();
        std::fs::write(folder.join("tls.key"), &self.key).unwrap();
    }
}
