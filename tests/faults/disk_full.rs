//! A full disk: nothing is acknowledged that is not in the journal, and all goes on once there is room.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::fault::{Fault, Need};
use crate::mount::Mount;
use crate::probe;
use crate::support::ledger::Load;
use crate::support::query;
use crate::under_test::ServerUnderTest;

/// How long until everything works again once there is room.
const AGAIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn full_disk() {
    let Some(_fault) = Fault::begin("disk full", 40, &[Need::Mounts]).await else { return };
    let mut server = ServerUnderTest::new();
    let folder = server.home.path().join("small");
    let _mount = Mount::tmpfs(&folder, 64);
    server.data = folder.join("data");
    let load = Load::start(Duration::from_millis(20));
    let running = server.start(&load);
    load.acknowledged_more(20, Duration::from_secs(30)).await;
    probe::stored(&server.data).await;
    load.refusals();

    let ballast = folder.join("ballast");
    fill(&ballast);
    let full = probe::refused(&running, AGAIN).await;
    assert_eq!(full, ["gRPC Unavailable with RetryInfo", "HTTP 503, Retry-After 1"]);
    let why = probe::readiness(&running, false, AGAIN).await;
    let before = load.acknowledged();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let meanwhile = load.acknowledged() - before;
    let told = load.refusals();
    assert!(told.contains_key("gRPC Unavailable") && told.contains_key("HTTP 503"), "senders were told {told:?}");
    let found = query::count(&server.data, "events");
    assert!(found > 0, "stored rows cannot be asked for while the disk is full");
    assert_eq!(probe::page(&running, "/search").await.map(|(status, _)| status), Some(200));

    std::fs::remove_file(&ballast).unwrap();
    let again = load.acknowledged_again(AGAIN).await;
    probe::readiness(&running, true, AGAIN).await;
    println!(
        "full: /readyz said {why:?}; {found} rows could be asked for; {meanwhile} records were acknowledged in 5 s; \
         senders were told {told:?}; acknowledged again {:.1} s after there was room",
        again.as_secs_f64()
    );
    server.holds(running, load, AGAIN, "A full disk").await;
}

/// Fills the file system to the last byte.
fn fill(path: &Path) {
    let mut file = File::create_new(path).unwrap();
    for block in [vec![0; 1 << 20], vec![0; 512]] {
        loop {
            match file.write_all(&block) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
}
