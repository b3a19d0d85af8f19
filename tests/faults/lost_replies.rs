//! Replies that get lost on the way: every other one, after the server has sent it. The sender cannot know that its
//! batch is stored, and sends it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::acknowledged::acknowledges;
use crate::fault::Fault;
use crate::support::ledger::Load;
use crate::support::server::{Endpoints, Server};
use crate::support::until;
use crate::under_test::{AGAIN, ServerUnderTest};

/// How many replies have to be lost.
const LOST: u64 = 200;

/// What goes through a proxy.
#[derive(Debug, Default)]
struct Passed {
    replies: AtomicU64,
    lost: AtomicU64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lost_replies() {
    let Some(_fault) = Fault::begin("lost replies", 40, &[]).await else { return };
    let server = ServerUnderTest::new();
    let load = Load::start(Duration::ZERO);
    let running = Server::start_command(&server.home, server.command());
    let passed = Arc::<Passed>::default();
    let endpoints = Endpoints {
        grpc: proxy(&running.endpoints.grpc, Arc::clone(&passed)).await,
        http: proxy(&running.endpoints.http, Arc::clone(&passed)).await,
        web: running.endpoints.web.clone(),
    };
    load.lead_to(&endpoints);
    until("replies get lost", Duration::from_mins(2), || (passed.lost.load(Ordering::SeqCst) >= LOST).then_some(()))
        .await;
    let (replies, lost) = (passed.replies.load(Ordering::SeqCst), passed.lost.load(Ordering::SeqCst));
    server.holds(running, load, AGAIN, &format!("{lost} of {replies} replies lost")).await;
}

/// Stands between senders and a receiver; gives its own address.
async fn proxy(endpoint: &str, passed: Arc<Passed>) -> String {
    let upstream = endpoint.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (upstream, passed) = (upstream.clone(), Arc::clone(&passed));
            tokio::spawn(async move {
                // Whichever side ends, both connections do.
                drop(pass(client, &upstream, &passed).await);
            });
        }
    });
    format!("http://{address}")
}

async fn pass(mut client: TcpStream, upstream: &str, passed: &Passed) -> std::io::Result<()> {
    let mut server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client.split(), server.split());
    let replies = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let len = from_server.read(&mut buffer).await?;
            if len == 0 {
                return Ok(());
            }
            if acknowledges(&buffer[..len]) {
                passed.replies.fetch_add(1, Ordering::SeqCst);
                if fastrand::bool() {
                    passed.lost.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
            }
            to_client.write_all(&buffer[..len]).await?;
        }
    };
    tokio::select! {
        ended = replies => ended,
        ended = tokio::io::copy(&mut from_client, &mut to_server) => ended.map(drop),
    }
}
