//! TLS and client certificates, from outside.

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ProtocolVersion;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tonic::Code;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

use super::authority::{Authority, Pair};
use super::pki::{client, identity};
use super::*;
use crate::authenticate::ClientTenants;
use crate::receive::patience::Patience;
use crate::receive::{Identity, IdentityError, Tls};

fn over_tls(identity: Identity, credentials: Credentials) -> Terms {
    Terms { tls: Some(Tls::new(identity)), ..terms(credentials) }
}

async fn connect(door: &Open, client: &TlsConnector) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(door.address).await.unwrap();
    client.connect(ServerName::try_from("barograph.test").unwrap(), stream).await
}

/// Posts an empty request; the status.
async fn export(stream: &mut TlsStream<TcpStream>, headers: &str) -> std::io::Result<u16> {
    let request = format!(
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n{headers}\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = [0; 4096];
    let mut answer = String::new();
    while !answer.ends_with('}') {
        let read = stream.read(&mut bytes).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        answer.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    Ok(answer.get(9..12).unwrap().parse().unwrap())
}

fn failed(door: &Open, reason: &'static str) -> u64 {
    let labels = RefusalLabels { transport: door.transport, reason };
    door.metrics.connections.handshakes_failed.get_or_create(&labels).get()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn http_is_spoken_over_tls_1_2_and_1_3_in_both_versions() {
    let authority = Authority::new();
    let door =
        Open::on(Transport::Http, over_tls(identity(&authority.sign("barograph.test"), None), Credentials::default()))
            .await;
    for (version, spoken) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut stream = connect(&door, &client(&authority, None, "http/1.1", version)).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(spoken));
        assert_eq!(export(&mut stream, "").await.unwrap(), 200);
        let stream = connect(&door, &client(&authority, None, "h2", version)).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    }
    assert!(connect(&door, &client(&authority, None, "spdy/3", &TLS13)).await.is_err());
    until("no common protocol is counted", || failed(&door, "incompatible") == 1).await;
    door.close().await;
}

#[tokio::test]
async fn grpc_is_spoken_over_tls() {
    let authority = Authority::new();
    let identity = identity(&authority.sign("barograph.test"), None);
    let credentials = Credentials { tokens: vec![ingest_token(1, "acme")], clients: None };
    let door = Open::on(Transport::Grpc, over_tls(identity, credentials)).await;
    let tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority.pem())).domain_name("barograph.test");
    let endpoint = Endpoint::from_shared(format!("https://{}", door.address)).unwrap().tls_config(tls).unwrap();
    let mut client = LogsServiceClient::new(endpoint.connect().await.unwrap());
    let mut request = tonic::Request::new(logs(vec![text(1)]));
    assert_eq!(client.export(logs(vec![text(1)])).await.unwrap_err().code(), Code::Unauthenticated);
    let authorization = format!("Bearer {}", token(1).reveal()).parse().unwrap();
    request.metadata_mut().insert("authorization", authorization);
    client.export(request).await.unwrap();
    assert_eq!(door.accepted(), 1);
    drop(client);
    door.close().await;
}

/// A `ClientHello` that offers nothing newer than TLS 1.1.
const TLS_1_1_HELLO: &[u8] = &[
    0x16, 0x03, 0x01, 0x00, 0x2f, // handshake record, 47 bytes
    0x01, 0x00, 0x00, 0x2b, // ClientHello, 43 bytes
    0x03, 0x02, // TLS 1.1
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,    // random
    0x00, // no session
    0x00, 0x04, 0x00, 0x2f, 0xc0, 0x13, // two suites of that time
    0x01, 0x00, // no compression
];

#[tokio::test]
async fn tls_1_1_and_what_is_no_tls_are_refused_and_counted() {
    let authority = Authority::new();
    let terms = over_tls(identity(&authority.sign("barograph.test"), None), Credentials::default());
    let patience = Patience { handshake: Duration::from_millis(300), ..Patience::default() };
    let door = Open::on(Transport::Http, Terms { patience, ..terms }).await;

    let mut old = TcpStream::connect(door.address).await.unwrap();
    old.write_all(TLS_1_1_HELLO).await.unwrap();
    let mut answer = Vec::new();
    old.read_to_end(&mut answer).await.unwrap();
    // A fatal alert: protocol_version, or handshake_failure since that time knew no signature algorithms to agree on.
    assert_eq!((answer[0], answer[5], answer.len()), (0x15, 2, 7), "{answer:x?}");
    assert!([40, 70].contains(&answer[6]), "{answer:x?}");
    until("an old version is counted", || failed(&door, "incompatible") == 1).await;

    let mut plain = TcpStream::connect(door.address).await.unwrap();
    plain.write_all(b"POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    until("plain text is counted", || failed(&door, "no_tls") == 1).await;

    let mut silent = TcpStream::connect(door.address).await.unwrap();
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap_or(0), 0);
    until("a silent client is counted", || failed(&door, "slow") == 1).await;

    let other = Authority::new();
    assert!(connect(&door, &client(&other, None, "http/1.1", &TLS13)).await.is_err());
    until("a client that does not trust us is counted", || failed(&door, "our_certificate") == 1).await;
    assert_eq!(door.accepted(), 0);
    door.close().await;
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_and_old_ones_go_on() {
    let (old, new) = (Authority::new(), Authority::new());
    let tls = Tls::new(identity(&old.sign("barograph.test"), None));
    let door = Open::on(Transport::Http, Terms { tls: Some(tls.clone()), ..terms(Credentials::default()) }).await;
    let (old_client, new_client) = (client(&old, None, "http/1.1", &TLS13), client(&new, None, "http/1.1", &TLS13));
    let mut before = connect(&door, &old_client).await.unwrap();
    assert_eq!(export(&mut before, "").await.unwrap(), 200);
    assert!(connect(&door, &new_client).await.is_err());

    tls.replace(identity(&new.sign("barograph.test"), None));
    let mut after = connect(&door, &new_client).await.unwrap();
    assert_eq!(export(&mut after, "").await.unwrap(), 200);
    assert_eq!(export(&mut before, "").await.unwrap(), 200);
    assert!(connect(&door, &old_client).await.is_err(), "a session of the old certificate is not resumed");
    drop((before, after));
    door.close().await;
}

fn mapped() -> Credentials {
    let mut clients = ClientTenants::default();
    clients.add("spiffe://test/agent", Tenant::parse("acme").unwrap()).unwrap();
    clients.add("*.agents.test", Tenant::parse("acme").unwrap()).unwrap();
    Credentials { tokens: vec![], clients: Some(clients) }
}

#[tokio::test]
async fn a_client_certificate_lets_in_whom_the_mapping_names() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = authority.sign("barograph.test");
    for version in [&TLS12, &TLS13] {
        let door = Open::on(Transport::Http, over_tls(identity(&server, Some(&authority)), mapped())).await;
        let with = |pair: Option<&Pair>| client(&authority, pair, "http/1.1", version);
        for name in ["spiffe://test/agent", "a.agents.test"] {
            let mut stream = connect(&door, &with(Some(&authority.sign(name)))).await.unwrap();
            assert_eq!(export(&mut stream, "").await.unwrap(), 200, "{name}");
        }
        let mut unknown = connect(&door, &with(Some(&authority.sign("spiffe://test/other")))).await.unwrap();
        assert_eq!(export(&mut unknown, "").await.unwrap(), 403);
        let mut without = connect(&door, &with(None)).await.unwrap();
        assert_eq!(export(&mut without, "").await.unwrap(), 401);
        assert_eq!((door.refused("unknown_certificate"), door.refused("no_credential")), (1, 1));

        // In TLS 1.3 the client has ended its handshake before the server has looked at its certificate.
        let wrong = connect(&door, &with(Some(&stranger.sign("spiffe://test/agent")))).await;
        if let Ok(mut stream) = wrong {
            export(&mut stream, "").await.unwrap_err();
        }
        until("a wrong authority is counted", || failed(&door, "client_certificate") == 1).await;
        assert_eq!(door.accepted(), 2);
        drop((unknown, without));
        door.close().await;
    }
}

#[tokio::test]
async fn where_there_are_tokens_too_either_will_do() {
    let authority = Authority::new();
    let credentials = Credentials { tokens: vec![ingest_token(1, "acme"), ingest_token(2, "ci")], ..mapped() };
    let door =
        Open::on(Transport::Http, over_tls(identity(&authority.sign("barograph.test"), Some(&authority)), credentials))
            .await;
    let bearer = |number: u8| format!("Authorization: Bearer {}\r\n", token(number).reveal());
    let known = authority.sign("a.agents.test");
    let mut with = connect(&door, &client(&authority, Some(&known), "http/1.1", &TLS13)).await.unwrap();
    let mut without = connect(&door, &client(&authority, None, "http/1.1", &TLS13)).await.unwrap();
    assert_eq!(export(&mut with, "").await.unwrap(), 200);
    assert_eq!(export(&mut with, &bearer(1)).await.unwrap(), 200);
    assert_eq!(export(&mut with, &bearer(2)).await.unwrap(), 403);
    assert_eq!(export(&mut with, &bearer(3)).await.unwrap(), 401);
    assert_eq!(export(&mut without, "").await.unwrap(), 401);
    assert_eq!(export(&mut without, &bearer(2)).await.unwrap(), 200);
    drop((with, without));
    door.close().await;
}

#[tokio::test]
async fn our_own_requests_trust_our_certificate_only() {
    use std::io::{Read as _, Write as _};

    let authority = Authority::new();
    // The same name and authority, and yet not the same.
    let (ours, other) = (authority.sign("barograph.test"), authority.sign("barograph.test"));
    let tls = Tls::new(identity(&ours, Some(&authority)));
    let door = Open::on(Transport::Http, Terms { tls: Some(tls.clone()), ..terms(mapped()) }).await;
    let address = door.address;
    let ask = move |tls: Tls| {
        let mut stream = tls.over(std::net::TcpStream::connect(address)?)?;
        let own = token(99);
        write!(
            stream,
            "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
             Authorization: Bearer {}\r\n\r\n{{}}",
            own.reveal()
        )?;
        let mut answer = [0; 15];
        stream.read_exact(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::task::spawn_blocking({
        let tls = tls.clone();
        move || ask(tls)
    });
    assert_eq!(&answer.await.unwrap().unwrap(), b"HTTP/1.1 200 OK");
    let misled = Tls::new(identity(&other, None));
    tokio::task::spawn_blocking(move || ask(misled)).await.unwrap().unwrap_err();
    door.close().await;
}

#[test]
fn what_is_no_identity_is_told() {
    let authority = Authority::new();
    let (pair, other) = (authority.sign("a"), authority.sign("b"));
    let make = |certificate: &str, key: &str, ca: Option<&str>| {
        Identity::from_pem(certificate.as_bytes(), key.as_bytes(), ca.map(str::as_bytes)).unwrap_err()
    };
    assert!(matches!(make("", &pair.key, None), IdentityError::NoCertificate));
    assert!(matches!(make(&pair.key, &pair.key, None), IdentityError::NoCertificate));
    assert!(matches!(make(&pair.certificate, &pair.certificate, None), IdentityError::NoKey));
    assert!(matches!(make(&pair.certificate, &other.key, None), IdentityError::NoPair));
    assert!(matches!(make(&pair.certificate, &pair.key, Some("")), IdentityError::NoAuthority));
    let cut = pair.certificate.get(..200).unwrap();
    assert!(matches!(make(cut, &pair.key, None), IdentityError::NoCertificate));
    let chain = format!("{}{}", pair.certificate, authority.pem());
    Identity::from_pem(chain.as_bytes(), pair.key.as_bytes(), None).unwrap();
}
