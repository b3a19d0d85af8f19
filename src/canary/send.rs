//! Posts one OTLP/JSON request to a front door of ours, as any sender would. Plain HTTP/1.1 over one connection: a client
//! library would be much for this.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

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

/// Sends a body to `/v1/traces` of an endpoint (`http://127.0.0.1:4318`) and waits for the reply. Blocks.
pub(super) fn traces(endpoint: &str, body: &str) -> Result<(), SendError> {
    post(endpoint, "/v1/traces", body)
}

/// The same to `/v1/logs`.
pub(crate) fn logs(endpoint: &str, body: &str) -> Result<(), SendError> {
    post(endpoint, "/v1/logs", body)
}

fn post(endpoint: &str, path: &str, body: &str) -> Result<(), SendError> {
    let host = endpoint.strip_prefix("http://").ok_or(SendError::Address)?;
    let address: SocketAddr = host.parse().map_err(|_| SendError::Address)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut line = String::new();
    BufReader::new(io::Read::take(stream, STATUS_LINE)).read_line(&mut line)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    match status.ok_or_else(|| io::Error::other("the answer is no HTTP"))? {
        200 => Ok(()),
        status => Err(SendError::Refused(status)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
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

    #[test]
    fn a_request_is_posted_and_its_status_read() {
        let (endpoint, came) = door("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        traces(&endpoint, "{}").unwrap();
        let came = came.join().unwrap();
        assert!(came.starts_with("POST /v1/traces HTTP/1.1\r\n") && came.contains("Content-Length: 2\r\n"), "{came}");

        let (endpoint, _) = door("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert!(matches!(traces(&endpoint, "{}"), Err(SendError::Refused(503))));
    }

    #[test]
    fn what_is_no_door_is_told() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(matches!(traces(&format!("http://{closed}"), "{}"), Err(SendError::Io(_))));
        let (endpoint, _) = door("SSH-2.0-x\r\n");
        assert!(matches!(traces(&endpoint, "{}"), Err(SendError::Io(_))));
    }
}
