//! Who may send: what the doors answer to right, wrong and missing tokens, and that nothing else of such a request
//! counts.

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::{Code, Request, Status};

use super::*;

const JSON: &str = "application/json";

fn one_token() -> Terms {
    terms(Credentials { tokens: vec![ingest_token(1, "acme")], clients: None })
}

async fn post(door: &Open, authorization: &[&str], query: &str, body: Vec<u8>) -> reqwest::Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let values = authorization.iter().map(|value| HeaderValue::from_str(value).unwrap());
    let headers: HeaderMap = values.map(|value| (axum::http::header::AUTHORIZATION, value)).collect();
    let request = client.post(door.url(&format!("/v1/logs{query}"))).headers(headers).header("content-type", JSON);
    request.body(body).send().await.unwrap()
}

async fn export(door: &Open, authorization: &[&str]) -> Result<(), Status> {
    let mut client = LogsServiceClient::connect(door.url("")).await.unwrap();
    let mut request = Request::new(logs(vec![text(1)]));
    for value in authorization {
        request.metadata_mut().append("authorization", value.parse().unwrap());
    }
    client.export(request).await.map(drop)
}

#[tokio::test]
async fn over_http_a_right_token_is_let_in_and_all_else_is_401() {
    let door = Open::on(Transport::Http, one_token()).await;
    let right = format!("Bearer {}", token(1).reveal());
    assert_eq!(post(&door, &[&right], "", b"{}".to_vec()).await.status(), 200);
    assert_eq!(post(&door, &[&right.replace("Bearer", "bEARER")], "", b"{}".to_vec()).await.status(), 200);

    let wrong = format!("Bearer {}", token(2).reveal());
    let query = format!("?access_token={0}&token={0}", token(1).reveal());
    // What is sent is not JSON, nor gzip, which nobody gets to see.
    for (authorization, query, words) in [
        (&[][..], "", "has no credential"),
        (&[], query.as_str(), "has no credential"),
        (&[wrong.as_str()], "", "is not accepted"),
        (&[right.get(..50).unwrap()], "", "is not accepted"),
        (&[right.as_str(), right.as_str()], "", "is not accepted"),
        (&[wrong.as_str(), right.as_str()], "", "is not accepted"),
    ] {
        let response = post(&door, authorization, query, b"}{".to_vec()).await;
        assert_eq!(response.status(), 401, "{words}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(response.headers()["content-type"], JSON);
        assert!(response.headers().get("retry-after").is_none());
        let body = response.text().await.unwrap();
        assert!(body.contains(words) && body.contains("\"code\":16") && !body.contains(token(1).reveal()), "{body}");
        assert!(!body.contains(token(2).reveal().get(3..9).unwrap()), "{body}");
    }
    assert_eq!((door.refused("no_credential"), door.refused("bad_token")), (2, 4));
    assert_eq!((door.accepted(), door.refused("malformed"), door.received(Signal::Logs)), (2, 0, 0));
    door.close().await;
}

#[tokio::test]
async fn over_grpc_a_right_token_is_let_in_and_all_else_is_unauthenticated() {
    let door = Open::on(Transport::Grpc, one_token()).await;
    let right = format!("Bearer {}", token(1).reveal());
    let wrong = format!("Bearer {}", token(2).reveal());
    export(&door, &[&right]).await.unwrap();
    for authorization in [&[][..], &[wrong.as_str()], &[token(1).reveal()], &[&right, &right]] {
        let status = export(&door, authorization).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
        assert!(status.details().is_empty(), "without RetryInfo");
    }
    assert_eq!((door.accepted(), door.refused("no_credential"), door.refused("bad_token")), (1, 1, 3));
    door.close().await;
}

#[tokio::test]
async fn strangers_learn_nothing_of_paths_and_methods() {
    let door = Open::on(Transport::Http, one_token()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for request in [client.get(door.url("/v1/logs")), client.post(door.url("/v2/logs")), client.get(door.url("/"))] {
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let request = client.get(door.url("/")).bearer_auth(token(1).reveal());
    assert_eq!(request.send().await.unwrap().status(), 404);
    assert_eq!((door.refused("no_credential"), door.refused("unknown_path")), (3, 1));
    door.close().await;
}

#[tokio::test]
async fn a_strangers_body_is_thrown_away_up_to_a_bound() {
    let door = Open::on(Transport::Http, one_token()).await;
    let response = post(&door, &[], "", vec![b' '; 1_000_000]).await;
    assert_eq!(response.status(), 401);

    // Of one who announces 60 MiB and goes on sending, only the beginning is read; then the connection ends.
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let head = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", 60 << 20);
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let sent = tokio::spawn(async move {
        let (blanks, mut sent) = (vec![b' '; 65_536], 0);
        while sent < 60 << 20 && writer.write_all(&blanks).await.is_ok() {
            sent += 65_536;
        }
        sent
    });
    let mut response = [0; 12];
    reader.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 401");
    drop(reader);
    assert!(sent.await.unwrap() < 40 << 20, "the rest is not read");
    assert_eq!(door.refused("no_credential"), 2);
    door.close().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_is_refused_on_connections_that_are_open() {
    let terms = one_token();
    let gate = terms.gate.clone();
    let door = Open::on(Transport::Http, terms).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = async || {
        let request = client.post(door.url("/v1/logs")).header("content-type", JSON).bearer_auth(token(1).reveal());
        request.body("{}").send().await.unwrap().status().as_u16()
    };
    assert_eq!(send().await, 200);
    let mut revoked = ingest_token(1, "acme");
    revoked.is_revoked = true;
    gate.replace(Credentials { tokens: vec![revoked, ingest_token(2, "acme")], clients: None });
    assert_eq!(send().await, 401);
    assert_eq!(gate.uses().len(), 1);
    drop(client);
    door.close().await;
}
