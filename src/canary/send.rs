//! Posts one OTLP/JSON request to a front door of ours, as any sender would, with a credential that only this process
//! knows. HTTP/1.1 over one connection: a client library would be much for this.

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

/// Sends a body to `/v1/traces` of an endpoint (`http://127.0.0.1:4318`) and waits for the reply. Over TLS it takes our own
/// certificate and no other. Blocks.
pub(super) fn traces(endpoint: &str, token: &Token, tls: Option<&Tls>, body: &str) -> Result<(), SendError> {
    post(endpoint, "/v1/traces", Some(token), tls, body)
}

/// Sends a body to `/v1/logs`, as somebody whom nobody knows.
pub(crate) fn logs(endpoint: &str, body: &str) -> Result<(), SendError> {
    post(endpoint, "/v1/logs", None, None, body)
}

fn post(endpoint: &str, path: &str, token: Option<&Token>, tls: Option<&Tls>, body: &str) -> Result<(), SendError> {
    let (_, host) = endpoint.split_once("://").ok_or(SendError::Address)?;
    let address: SocketAddr = host.parse().map_err(|_| SendError::Address)?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n");
    match tls {
        Some(tls) => exchange(tls.over(stream)?, head, token, body),
        None => exchange(stream, head, token, body),
    }
}

fn exchange(
    mut stream: impl Read + Write,
    mut request: String,
    token: Option<&Token>,
    body: &str,
) -> Result<(), SendError> {
    if let Some(token) = token {
        request.push_str(&format!("Authorization: Bearer {}\r\n", token.reveal()));
    }
    // In one piece: over TLS each write is a record.
    let request = format!(
        "{request}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
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
        traces(endpoint, &Token::new(&[1; 32]), None, "{}")
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
