//! Posts one OTLP/JSON request to a front door of ours, as any sender would. HTTP/1.1 over one connection: a client library
//! would be much for this.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use barograph_collector::authenticate::Token;
use barograph_collector::receive::Tls;

/// How long connecting, sending and each read may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest status line that is read, bytes.
const STATUS_LINE: u64 = 1024;

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The door's address cannot be read: a fault of ours.
    #[error("the address of the OTLP/HTTP port cannot be read")]
    Address,
    /// The connection failed.
    #[error("the OTLP/HTTP port could not be reached: {0}")]
    Io(#[from] io::Error),
    /// It was refused.
    #[error("the OTLP/HTTP port answered with status {0}")]
    Refused(u16),
}

/// How a front door of ours is reached.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// `http://127.0.0.1:4318`.
    pub(crate) endpoint: String,
    /// What opens it to us, if we have it.
    pub(crate) token: Option<Token>,
    /// What it speaks TLS with, if it does; no other certificate is taken.
    pub(crate) tls: Option<Tls>,
}

/// Sends a body to `/v1/traces` and waits for the reply. Blocks.
pub(super) fn traces(way: &Way, body: &str) -> Result<(), SendError> {
    post(way, "/v1/traces", body)
}

/// The same to `/v1/logs`.
pub(crate) fn logs(way: &Way, body: &str) -> Result<(), SendError> {
    post(way, "/v1/logs", body)
}

fn post(way: &Way, path: &str, body: &str) -> Result<(), SendError> {
    let (_, host) = way.endpoint.split_once("://").ok_or(SendError::Address)?;
    let authorization = way.token.as_ref().map(|token| format!("Authorization: Bearer {}\r\n", token.reveal()));
    // In one piece: over TLS each write is a record.
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        authorization.unwrap_or_default(),
        body.len()
    );
    let address: SocketAddr = host.parse().map_err(|_| SendError::Address)?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match &way.tls {
        Some(tls) => exchange(tls.over(stream)?, &request),
        None => exchange(stream, &request),
    }
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Result<(), SendError> {
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut line = String::new();
    BufReader::new(Read::take(stream, STATUS_LINE)).read_line(&mut line)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    match status.ok_or_else(|| io::Error::other("the answer is no HTTP"))? {
        200 => Ok(()),
        status => Err(SendError::Refused(status)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with `reply`; gives the endpoint, and what came.
    fn door(reply: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let came = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 4096];
            let mut came = String::new();
            while !came.ends_with("{}") {
                let read = stream.read(&mut buffer).unwrap();
                came.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            stream.write_all(reply.as_bytes()).unwrap();
            came
        });
        (endpoint, came)
    }

    fn send(endpoint: &str) -> Result<(), SendError> {
        traces(&Way { endpoint: endpoint.to_owned(), token: Some(Token::new(&[1; 32])), tls: None }, "{}")
    }

    #[test]
    fn a_request_is_posted_and_its_status_read() {
        let (endpoint, came) = door("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        send(&endpoint).unwrap();
        let came = came.join().unwrap();
        assert!(came.contains("\r\nAuthorization: Bearer bg_"), "{came}");
        assert!(came.starts_with("POST /v1/traces HTTP/1.1\r\n") && came.contains("Content-Length: 2\r\n"), "{came}");

        let (endpoint, _) = door("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert!(matches!(send(&endpoint), Err(SendError::Refused(503))));
    }

    #[test]
    fn what_is_no_door_is_told() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(matches!(send(&format!("http://{closed}")), Err(SendError::Io(_))));
        let (endpoint, _) = door("SSH-2.0-x\r\n");
        assert!(matches!(send(&endpoint), Err(SendError::Io(_))));
    }
}
