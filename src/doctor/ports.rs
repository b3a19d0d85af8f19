//! Whether the three ports are free, or who has them.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use tonic::transport::Endpoint;

use super::report::Finding;
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
pub(super) struct Ports(Vec<(&'static str, SocketAddr, Holder)>);

impl Ports {
    /// Looks who has them.
    pub(super) async fn look(config: &Config) -> Self {
        let mut ports = Vec::new();
        for (name, address) in config.doors() {
            let holder = match TcpListener::bind(address) {
                Ok(_) => Holder::Nobody,
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => who(name, reachable(address)).await,
                Err(error) => Holder::Refused(error.to_string()),
            };
            ports.push((name, address, holder));
        }
        Self(ports)
    }

    /// The OTLP/HTTP endpoint of a Barograph that runs on these ports, all of them.
    pub(super) fn running(&self) -> Option<String> {
        let all = self.0.iter().all(|(.., holder)| *holder == Holder::Barograph);
        let (_, address, _) = self.0.iter().find(|(name, ..)| *name == "otlp_http")?;
        all.then(|| format!("http://{}", reachable(*address)))
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
        self.0.iter().map(finding).collect()
    }
}

/// Who answers on a port that is taken.
async fn who(name: &str, address: SocketAddr) -> Holder {
    let is_ours = match name {
        "otlp_grpc" => takes_empty_export(address).await,
        // Words that no other program says there.
        "otlp_http" => says(address, "/v1/logs", "the method is not allowed; use POST").await,
        _ => says(address, "/healthz", "alive\n").await,
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

/// Whether the answer to a GET has these words.
async fn says(address: SocketAddr, path: &'static str, words: &'static str) -> bool {
    let said = tokio::task::spawn_blocking(move || get(address, path).unwrap_or_default());
    said.await.is_ok_and(|said| said.contains(words))
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
