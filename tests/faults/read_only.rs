//! A file system that turns read-only under load, as ext4 does after an error of its disk.
//!
//! `mount -o remount,ro` is refused while a file is open for writing, and the journal always is; `remount,abort` makes
//! ext4 do what it does by itself when its journal cannot be written.

use std::time::Duration;

use crate::fault::{Fault, Need};
use crate::mount::Mount;
use crate::probe;
use crate::support::ledger::Load;
use crate::support::query;
use crate::under_test::ServerUnderTest;

const AGAIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn read_only_file_system() {
    let needs = [Need::Mounts, Need::Program("mkfs.ext4")];
    let Some(_fault) = Fault::begin("read-only file system", 30, &needs).await else { return };
    let mut server = ServerUnderTest::new();
    let (image, folder) = (server.home.path().join("image"), server.home.path().join("mounted"));
    Mount::image(&image, 256);
    let mount = Mount::ext4(&image, &folder);
    server.data = folder.join("data");
    let load = Load::start(Duration::from_millis(20));
    let running = server.start(&load);
    load.acknowledged_more(20, Duration::from_secs(30)).await;
    probe::stored(&server.data).await;
    load.refusals();

    mount.remount("abort");
    let refused = probe::refused(&running, AGAIN).await;
    assert_eq!(refused, ["gRPC Unavailable with RetryInfo", "HTTP 503, Retry-After 1"]);
    let why = probe::readiness(&running, false, AGAIN).await;
    assert!(why.contains("until the collector is restarted"), "{why}");
    let found = query::count(&server.data, "events");
    assert!(found > 0, "stored rows cannot be asked for while the disk is read-only");
    let before = load.acknowledged();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(load.acknowledged(), before, "a failed journal acknowledges nobody");
    println!("read-only: /readyz said {why:?}; {found} rows could be asked for");

    running.kill();
    drop(mount);
    let _mount = Mount::ext4(&image, &folder);
    server.starts_and_holds(load, AGAIN, "A file system that turned read-only, mounted again").await;
}
