//! The three ports, bound before anything else so that a taken one is told at once.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use barograph_collector::receive;
use tokio::net::TcpListener;

use crate::config::Config;

/// Where the app can be reached from this machine, as URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// For OTLP/gRPC.
    pub otlp_grpc: String,
    /// For OTLP/HTTP, without a path.
    pub otlp_http: String,
    /// The dashboard.
    pub web: String,
}

/// Why a port cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum BindError {
    /// Another process has it.
    #[error(
        "{address} is taken by another process, which may be another Barograph or an OpenTelemetry collector; stop it, \
         or choose another address with {flag} (port 0 takes any free one)"
    )]
    Taken { address: SocketAddr, flag: &'static str },
    /// The system does not let us.
    #[error("cannot listen on {address}; choose another address with {flag}")]
    Refused {
        address: SocketAddr,
        flag: &'static str,
        #[source]
        source: io::Error,
    },
}

/// The bound listeners.
#[derive(Debug)]
pub(super) struct Doors {
    pub(super) otlp_grpc: TcpListener,
    pub(super) otlp_http: TcpListener,
    pub(super) web: TcpListener,
}

impl Doors {
    /// Binds all three, or none.
    pub(super) fn bind(config: &Config) -> Result<Self, BindError> {
        Ok(Self {
            otlp_grpc: bind(config.otlp_grpc, "--otlp-grpc")?,
            otlp_http: bind(config.otlp_http, "--otlp-http")?,
            web: bind(config.web, "--web")?,
        })
    }

    /// The addresses with the ports that were really given. `otlp_tls` says whether TLS is spoken on the OTLP ports.
    pub(super) fn addresses(&self, otlp_tls: bool) -> io::Result<Addresses> {
        let otlp = if otlp_tls { "https" } else { "http" };
        Ok(Addresses {
            otlp_grpc: url(otlp, self.otlp_grpc.local_addr()?),
            otlp_http: url(otlp, self.otlp_http.local_addr()?),
            web: url("http", self.web.local_addr()?),
        })
    }
}

fn bind(address: SocketAddr, flag: &'static str) -> Result<TcpListener, BindError> {
    receive::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken { address, flag },
        _ => BindError::Refused { address, flag, source },
    })
}

/// The URL for a bound address. One that stands for all interfaces is reached on this machine by loopback.
fn url(scheme: &str, mut bound: SocketAddr) -> String {
    if bound.ip().is_unspecified() {
        bound.set_ip(match bound.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("{scheme}://{bound}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lead_there_from_this_machine() {
        for (bound, reached) in [
            ("127.0.0.1:4317", "http://127.0.0.1:4317"),
            ("0.0.0.0:4317", "http://127.0.0.1:4317"),
            ("[::]:4317", "http://[::1]:4317"),
            ("10.1.2.3:4317", "http://10.1.2.3:4317"),
        ] {
            assert_eq!(url("http", bound.parse().unwrap()), reached);
        }
        assert_eq!(url("https", "0.0.0.0:4318".parse().unwrap()), "https://127.0.0.1:4318");
    }

    #[tokio::test]
    async fn taken_port_is_named_with_the_flag_that_changes_it() {
        let taken = bind("127.0.0.1:0".parse().unwrap(), "--web").unwrap();
        let address = taken.local_addr().unwrap();
        let error = bind(address, "--web").unwrap_err().to_string();
        assert!(error.starts_with(&format!("{address} is taken by another process")), "{error}");
        assert!(error.contains("--web"), "{error}");
    }
}
