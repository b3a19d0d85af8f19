//! What only shows when the settings of all doors are seen together: whether strangers could come in.

use std::net::SocketAddr;

use barograph_collector::receive::MAX_MESSAGE_BYTES;

use super::{ClientFiles, Config, Fault, Settings, TlsFiles};

/// The files that TLS is spoken with: none, or a certificate and its key, and with them nothing or two files about
/// clients.
pub(super) fn tls(settings: &Settings, faults: &mut Vec<Fault>) -> Option<TlsFiles> {
    let mut fault = |place: &str, message: &str| {
        faults.push(Fault { place: place.to_owned(), message: message.to_owned() });
    };
    let Settings { tls_certificate, tls_key, tls_client_ca, tls_client_tenants, .. } = settings;
    let clients = match (tls_client_ca, tls_client_tenants) {
        (None, None) => None,
        (Some(authority), Some(tenants)) => {
            Some(ClientFiles { authority: authority.clone(), tenants: tenants.clone() })
        }
        (Some(_), None) => {
            fault(
                "tls_client_ca",
                "is set, and tls_client_tenants is not: it says which tenant a certificate belongs to",
            );
            None
        }
        (None, Some(_)) => {
            fault("tls_client_tenants", "is set, and tls_client_ca is not: it says which certificates are good");
            None
        }
    };
    match (tls_certificate, tls_key) {
        (Some(certificate), Some(key)) => {
            return Some(TlsFiles { certificate: certificate.clone(), key: key.clone(), clients });
        }
        (Some(_), None) => fault("tls_certificate", "is set, and tls_key is not; a certificate needs its key"),
        (None, Some(_)) => fault("tls_key", "is set, and tls_certificate is not; a key needs its certificate"),
        (None, None) if clients.is_some() => {
            fault(
                "tls_client_ca",
                "is set, and tls_certificate and tls_key are not; clients show certificates over TLS",
            );
        }
        (None, None) => {}
    }
    None
}

/// Notes doors that strangers could come in by, doors that are the same, and limits that let nobody in.
pub(super) fn check(config: &Config, faults: &mut Vec<Fault>) {
    if config.ingest_memory_limit < MAX_MESSAGE_BYTES {
        faults.push(Fault {
            place: "ingest_memory_limit".to_owned(),
            message: format!("is below {} MiB, which the largest request takes", MAX_MESSAGE_BYTES >> 20),
        });
    }
    let doors = config.doors();
    for (at, (name, address)) in doors.into_iter().enumerate() {
        if let Some(message) = open_door(config, name, address) {
            faults.push(Fault { place: name.to_owned(), message });
        }
        let twin = doors.into_iter().take(at).find(|(_, other)| *other == address && address.port() != 0);
        if let Some((other, _)) = twin {
            faults.push(Fault {
                place: name.to_owned(),
                message: format!("is {address}, as is {other}; each needs a port of its own"),
            });
        }
    }
}

/// Why an address that other machines reach is refused, and what to do instead. Whether senders need a credential shows
/// later, when the tokens are read.
fn open_door(config: &Config, name: &str, address: SocketAddr) -> Option<String> {
    if !is_reachable(address) || config.allow_unauthenticated_bind {
        return None;
    }
    let port = address.port();
    if name == "web" {
        return Some(format!(
            "{address} can be reached by other machines, and the dashboard asks nobody who they are; put a \
             TLS-terminating, authenticating proxy in front of 127.0.0.1:{port}, or, on a private network such as a \
             pod's, allow it with --allow-unauthenticated-bind"
        ));
    }
    (config.tls.is_none() && !config.allow_plaintext_bind).then(|| {
        format!(
            "{address} can be reached by other machines, and tokens and telemetry would cross the network in plain text; \
             give tls_certificate and tls_key, or, where a proxy or a mesh encrypts in front, allow it with \
             --allow-plaintext-bind"
        )
    })
}

/// Whether other machines can reach an address.
fn is_reachable(address: SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

impl Config {
    /// The OTLP doors that other machines reach, by the names of their settings.
    pub(crate) fn reachable_otlp_doors(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        self.doors().into_iter().filter(|(name, address)| *name != "web" && is_reachable(*address))
    }

    /// Whether other machines reach the dashboard.
    pub(crate) fn is_web_reachable(&self) -> bool {
        is_reachable(self.web)
    }
}
