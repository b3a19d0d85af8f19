//! Whether the three ports are free, or who has them.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use barograph_collector::receive::Tls;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use tonic::transport::Endpoint;

use super::report::Finding;
use crate::app::front::read;
use crate::canary::send::Way;
use crate::config::Config;

/// How long whoever has a port may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 256 * 1024;

const CHECK: &str = "ports";

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holder {
    Nobody,
    Barograph,
    Stranger,
    /// It cannot be bound by this user here at all.
    Refused(String),
}

/// The three ports, by the names of their settings.
#[derive(Debug)]
pub(super) struct Ports {
    held: Vec<(&'static str, SocketAddr, Holder)>,
    /// What the OTLP ports speak TLS with, if they do.
    tls: Option<Tls>,
}

impl Ports {
    /// Looks who has them.
    pub(super) async fn look(config: &Config) -> Self {
        // What is wrong with the files is told when a server is started with them.
        let tls = config.tls.as_ref().and_then(|files| read::identity(files).ok()).map(Tls::new);
        let mut held = Vec::new();
        for (name, address) in config.doors() {
            let holder = match TcpListener::bind(address) {
                Ok(_) => Holder::Nobody,
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    who(name, reachable(address), tls.as_ref()).await
                }
                Err(error) => Holder::Refused(error.to_string()),
            };
            held.push((name, address, holder));
        }
        Self { held, tls }
    }

    /// The way to the OTLP/HTTP port of a Barograph that runs on these ports, all of them.
    pub(super) fn running(&self) -> Option<Way> {
        let all = self.held.iter().all(|(.., holder)| *holder == Holder::Barograph);
        let (_, address, _) = self.held.iter().find(|(name, ..)| *name == "otlp_http")?;
        let endpoint = format!("http://{}", reachable(*address));
        all.then(|| Way { endpoint, token: None, tls: self.tls.clone() })
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let partly = self.running().is_none();
        let finding = |(name, address, holder): &(&str, SocketAddr, Holder)| {
            let flag = format!("--{}", name.replace('_', "-"));
            match holder {
                Holder::Nobody if address.port() == 0 => Finding::ok(CHECK, format!("{name} takes any free port")),
                Holder::Nobody => Finding::ok(CHECK, format!("{name} {address} is free")),
                Holder::Barograph if partly => Finding::warn(
                    CHECK,
                    format!("{name} {address} is held by a running Barograph, but not all three ports are"),
                    "give the settings of that server, or other ports",
                ),
                Holder::Barograph => Finding::ok(CHECK, format!("{name} {address} is held by a running Barograph")),
                Holder::Stranger => Finding::fail(
                    CHECK,
                    format!("{name} {address} is taken by another program"),
                    format!("stop it (`ss -ltnp` names it), or choose another address with {flag}"),
                ),
                Holder::Refused(why) => Finding::fail(
                    CHECK,
                    format!("{name} {address} cannot be listened on: {why}"),
                    format!("choose another address with {flag}"),
                ),
            }
        };
        self.held.iter().map(finding).collect()
    }
}

/// Who answers on a port that is taken.
async fn who(name: &str, address: SocketAddr, tls: Option<&Tls>) -> Holder {
    let is_ours = match (name, tls) {
        ("otlp_grpc" | "otlp_http", Some(tls)) => shows_our_certificate(address, tls.clone()).await,
        ("otlp_grpc", None) => takes_empty_export(address).await,
        // Words that no other program says there; the latter where senders need a credential.
        ("otlp_http", None) => {
            says(address, "/v1/logs", &["the method is not allowed; use POST", "`authorization: Bearer bg_"]).await
        }
        _ => says(address, "/healthz", &["alive\n"]).await,
    };
    if is_ours { Holder::Barograph } else { Holder::Stranger }
}

/// Whether OTLP/gRPC is spoken: any receiver takes an empty request. Which one it is, the other ports tell.
async fn takes_empty_export(address: SocketAddr) -> bool {
    let call = async {
        let channel = Endpoint::from_shared(format!("http://{address}")).ok()?.connect().await.ok()?;
        let called = LogsServiceClient::new(channel).export(ExportLogsServiceRequest::default()).await;
        // One that wants a credential speaks it as well.
        called.map_or_else(|status| status.code() == tonic::Code::Unauthenticated, |_| true).then_some(())
    };
    matches!(tokio::time::timeout(PATIENCE, call).await, Ok(Some(())))
}

/// Whether whoever answers has the key of the certificate that is set: nobody else's handshake ends well.
async fn shows_our_certificate(address: SocketAddr, tls: Tls) -> bool {
    let shaken = tokio::task::spawn_blocking(move || {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        tls.over(stream)?.write_all(b"\r\n")
    });
    shaken.await.is_ok_and(|shaken: io::Result<()>| shaken.is_ok())
}

/// Whether the answer to a GET has one of these words.
async fn says(address: SocketAddr, path: &'static str, words: &'static [&'static str]) -> bool {
    let said = tokio::task::spawn_blocking(move || get(address, path).unwrap_or_default());
    said.await.is_ok_and(|said| words.iter().any(|words| said.contains(words)))
}

/// Everything that is answered to a GET. Blocks.
fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut said = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// Where a bound address is reached from this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
