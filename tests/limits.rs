//! Strangers who open connections without end take no open file that the journal needs.

use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::support::server::{Home, Server, serve};
use crate::support::{otlp, query, send, until};

/// Open files that the server may have; half are kept for itself, and each OTLP port has a quarter.
const OPEN_FILES: usize = 256;

/// A command line that may have fewer open files.
fn with_few_files(command: &Command) -> Command {
    let mut few = Command::new("sh");
    few.args(["-c", &format!("ulimit -n {OPEN_FILES} && exec \"$@\""), "sh"]);
    few.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => few.env(name, value),
            None => few.env_remove(name),
        };
    }
    few
}

#[tokio::test]
async fn connections_are_refused_before_open_files_run_out() {
    let home = Home::new();
    let server = Server::start_command(&home, with_few_files(&serve(&home.data())));
    let client = send::http_client();
    let url = format!("{}/v1/logs", server.endpoints.http);
    let headers = [("content-type".to_owned(), "application/x-protobuf".to_owned())];
    let send_one =
        async |session: &str| send::http(&client, &url, &headers, otlp::decisions(session, 0, 1)).await.unwrap().status;
    assert_eq!(send_one("before").await, 200);

    let address = server.endpoints.http.trim_start_matches("http://");
    let mut strangers = Vec::new();
    for _ in 0..OPEN_FILES * 2 {
        strangers.push(TcpStream::connect(address).await.unwrap());
    }
    let refused = "barograph_collector_connections_refused_total{transport=\"http\",reason=\"open_files\"}";
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let metrics = send::page(&server, "/metrics").await;
        let count =
            metrics.lines().find_map(|line| line.strip_prefix(refused)).and_then(|count| count.trim().parse().ok());
        // One place is the client's own.
        if count == Some(OPEN_FILES * 2 - (OPEN_FILES / 4 - 1)) {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{count:?}:\n{metrics}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(send_one("during").await, 200, "a connection from before goes on");
    let sent =
        send::grpc(send::channel(&server.endpoints.grpc), otlp::LOGS_METHOD, &[], false, otlp::decisions("grpc", 0, 1));
    sent.await.unwrap();
    until("all is stored", Duration::from_secs(30), || (query::count(&home.data(), "events") == 3).then_some(())).await;
    assert!(!home.logged().contains("Too many open files"), "{}", home.logged());
    assert_eq!(home.logged().matches("closed a new connection").count(), 1, "one line for all");
    drop(strangers);
    assert!(server.terminate(Duration::from_secs(30)).await.success());
}
