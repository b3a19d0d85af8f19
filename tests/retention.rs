//! The retention file: one with faults keeps a server from starting, and a running one from taking it.

use std::time::Duration;

use crate::support::server::{Home, Server, refusal, serve};
use crate::support::{send, until};

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_file_with_faults_is_told_and_not_taken() {
    let home = Home::new();
    let file = home.path().join("retention.toml");
    let command = || {
        let mut command = serve(&home.data());
        command.arg("--retention").arg(&file);
        command
    };
    let told = refusal(command()).await;
    assert!(told.contains("cannot read the retention file"), "{told}");
    std::fs::write(&file, "[[keep]]\nclass = 'logs'\ndays = 5").unwrap();
    let told = refusal(command()).await;
    assert!(told.contains("retention.toml") && told.contains("unknown variant `logs`"), "{told}");

    std::fs::write(&file, "[[keep]]\nclass = 'metrics'\ndays = 90").unwrap();
    let server = Server::start_command(&home, command());
    let healthy = send::page(&server, "/health").await;
    assert!(!healthy.contains("retention.toml"), "{healthy}");
    std::fs::write(&file, "[[keep]]\ndays = 0").unwrap();
    server.hang_up();
    until("the fault is told", PATIENCE, || home.logged().contains("days = 0").then_some(())).await;
    let told = send::page(&server, "/health").await;
    assert!(told.contains("days = 0") && told.contains("stays in force"), "{told}");
    std::fs::write(&file, "[[keep]]\ndays = 30").unwrap();
    server.hang_up();
    until("the file is taken", PATIENCE, || home.logged().contains("retention file read again").then_some(())).await;
    assert!(!send::page(&server, "/health").await.contains("days = 0"));
}
