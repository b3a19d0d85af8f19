//! Looks at a server from beside the senders: what its probes say, what one request is told, how much memory it has.

use std::path::Path;
use std::time::Duration;

use crate::support::ledger::NO_ANSWER;
use crate::support::otlp::{LOGS_METHOD, decisions};
use crate::support::server::Server;
use crate::support::{query, send, until};

/// Status and text of a path of the dashboard's port; none when there is no answer.
pub(crate) async fn page(server: &Server, path: &str) -> Option<(u16, String)> {
    let url = format!("{}{path}", server.endpoints.web);
    let response = send::http_client().get(url).send().await.ok()?;
    Some((response.status().as_u16(), response.text().await.ok()?))
}

/// Waits until `/readyz` answers this, and gives its text.
pub(crate) async fn readiness(server: &Server, ready: bool, limit: Duration) -> String {
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        let found = page(server, "/readyz").await;
        match found {
            Some((status, text)) if (status == 200) == ready => return text.trim().to_owned(),
            _ if tokio::time::Instant::now() > deadline => panic!("/readyz is not {ready} within {limit:?}: {found:?}"),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Waits until some rows can be asked for.
pub(crate) async fn stored(data_dir: &Path) {
    let limit = Duration::from_secs(30);
    until("rows can be asked for", limit, || (query::count(data_dir, "events") > 0).then_some(())).await;
}

/// What new records are told over each transport, once neither is taken.
pub(crate) async fn refused(server: &Server, limit: Duration) -> [String; 2] {
    let deadline = tokio::time::Instant::now() + limit;
    for number in 0.. {
        // Another each time: one that was taken is known.
        let told = told(server, number).await;
        if told.iter().all(|told| !told.contains("Ok") && !told.contains("200")) {
            return told;
        }
        assert!(tokio::time::Instant::now() < deadline, "records are still taken: {told:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    unreachable!()
}

/// What one record is told over each transport.
pub(crate) async fn told(server: &Server, number: i64) -> [String; 2] {
    let message = decisions("probe", number, number + 1);
    let grpc = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, message.clone()).await;
    let grpc = match grpc {
        Ok(_) => "gRPC Ok".to_owned(),
        Err(status) if status.details().is_empty() => format!("gRPC {:?} without RetryInfo", status.code()),
        Err(status) => format!("gRPC {:?} with RetryInfo", status.code()),
    };
    let headers = [("content-type".to_owned(), "application/x-protobuf".to_owned())];
    let url = format!("{}/v1/logs", server.endpoints.http);
    let http = match send::http(&send::http_client(), &url, &headers, message).await {
        Err(_) => NO_ANSWER.to_owned(),
        Ok(answer) => match answer.retry_after {
            Some(seconds) => format!("HTTP {}, Retry-After {seconds}", answer.status),
            None => format!("HTTP {}", answer.status),
        },
    };
    [grpc, http]
}

/// The most memory that a process has had so far, bytes.
pub(crate) fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

/// Bytes as MiB.
pub(crate) fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// Sends a process a signal by name.
pub(crate) fn signal(process: u32, name: &str) {
    let sent = std::process::Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status().unwrap();
    assert!(sent.success(), "{name} cannot be sent");
}
