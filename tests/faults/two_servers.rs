//! Two servers on one data folder: the second refuses and says why, the first goes on.

use std::time::Duration;

use crate::fault::Fault;
use crate::support::ledger::Load;
use crate::support::server::refusal;
use crate::under_test::{AGAIN, ServerUnderTest};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_on_one_folder() {
    let Some(_fault) = Fault::begin("two servers on one folder", 15, &[]).await else { return };
    let server = ServerUnderTest::new();
    let load = Load::start(Duration::from_millis(20));
    let running = server.start(&load);
    for _ in 0..3 {
        load.acknowledged_more(5, Duration::from_secs(30)).await;
        let said = refusal(server.command()).await;
        let right = said.contains("another process uses the data folder") && said.contains("--data-dir");
        assert!(right, "the second server does not say why it refuses: {said}");
    }
    server.holds(running, load, AGAIN, "Three others refused on the folder").await;
}
