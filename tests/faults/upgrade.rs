//! Upgrade under load: the binary from before, then this one, then the one from before again, each killed. The old one
//! works on what this one has written, or refuses it with a message about its format.
//!
//! `BAROGRAPH_OLD_BINARY` leads to the old binary.

use std::time::Duration;

use crate::fault::{Fault, Need};
use crate::support::ledger::Load;
use crate::under_test::ServerUnderTest;

const OLD: &str = "BAROGRAPH_OLD_BINARY";

/// How long until senders are acknowledged again by another version.
const AGAIN: Duration = Duration::from_secs(30);

/// How long a version may take to serve.
const START: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upgrade_under_load() {
    let expected = 40;
    let Some(_fault) = Fault::begin("upgrade under load", expected, &[Need::Variable(OLD)]).await else { return };
    let mut server = ServerUnderTest::new();
    let load = Load::start(Duration::from_millis(20));
    let mut versions = Vec::new();
    for version in ["old", "new", "old", "new", "old"] {
        server.program = (version == "old").then(|| std::env::var_os(OLD).unwrap().into());
        let before = server.home.logged().len();
        if let Some(running) = server.spawn().ready(START) {
            load.lead_to(&running.endpoints);
            load.acknowledged_more(20, AGAIN).await;
            running.kill();
            versions.push(version.to_owned());
            continue;
        }
        let logged = server.home.logged();
        let said = logged.get(before..).unwrap_or_default().lines().find(|line| line.starts_with("barograph: "));
        let said =
            said.unwrap_or_else(|| panic!("the {version} version does not start and does not say why: {logged}"));
        assert_eq!(version, "old", "this version refuses what an older one has written: {said}");
        assert!(said.contains("newer version"), "the old version does not say that the folder is newer: {said}");
        versions.push(format!("old refused: {said}"));
    }
    server.program = None;
    server.starts_and_holds(load, AGAIN, &format!("Versions on one folder: {versions:?}, new")).await;
}
