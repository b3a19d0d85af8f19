//! Power loss. First by proof: in a trace of the server's system calls, every acknowledgement leaves after its records
//! are durable. Then by trial: the disk is made what a power cut may leave of it, and a server starts on that.
//!
//! A disk rebuilt from the trace was chosen over a file system of our own in FUSE: it needs no dependency and no
//! privilege, a cut can choose what survives after the fact, and that the model is right is checked at every kill,
//! against the real files. `BAROGRAPH_CUT_ROUNDS` sets how many cuts.

use std::time::Duration;

use tokio::time::Instant;

use crate::acknowledged::judge;
use crate::disk::Disk;
use crate::fault::{Fault, Need, chance};
use crate::strace::{FILE_CALLS, SOCKET_CALLS, Strace};
use crate::support::kills::setting;
use crate::support::ledger::Load;
use crate::support::{table, until};
use crate::trace::{Call, Trace};
use crate::under_test::{AGAIN, ENDED, ServerUnderTest};

const ROUNDS: u64 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_acknowledgement_leaves_before_it_is_durable() {
    let (name, expected) = ("power loss, by the order of system calls", 30);
    let Some(_fault) = Fault::begin(name, expected, &[Need::Strace]).await else { return };
    let mut server = ServerUnderTest::new();
    let calls = format!("{FILE_CALLS},{SOCKET_CALLS}");
    let strace = Strace::recording(&server.home.path().join("trace"), &calls);
    server.wrapper = strace.wrapper();
    let load = Load::start(Duration::from_millis(10));
    let running = server.start(&load);
    load.acknowledged_more(50, Duration::from_mins(2)).await;
    load.refusals();
    let books = load.stop().await;
    let process = running.id();
    assert!(running.terminate(ENDED).await.success());
    let verdict = judge(&Trace::read(&strace.ended(process).await));
    books.hold(&server.data, "Under strace").await;
    let rows = [
        table::row(["acknowledgements", "records", "journal syncs", "journal files", "acknowledged early"]),
        table::row([
            verdict.acknowledgements,
            verdict.acknowledged.len(),
            verdict.syncs,
            verdict.segments,
            verdict.early.len(),
        ]),
    ];
    table::print("Every acknowledgement in the trace", &rows);
    assert!(verdict.early.is_empty(), "acknowledged before it was durable: {:?}", verdict.early);
    let acknowledged = usize::try_from(books.acknowledged()).unwrap();
    assert_eq!(verdict.acknowledged.len(), acknowledged, "the trace does not show every acknowledged record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn power_cuts() {
    let expected = 200;
    let Some(_fault) = Fault::begin("power cuts", expected, &[Need::Strace]).await else { return };
    let mut random = chance();
    let cuts = setting("BAROGRAPH_CUT_ROUNDS").unwrap_or(ROUNDS);
    let mut server = ServerUnderTest::new();
    let root = server.home.path().join("disk");
    server.data = root.join("data");
    let mut disk = Disk::new(&root);
    disk.materialise();
    let load = Load::start(Duration::from_millis(20));
    let (mut kills, mut cut, mut up, mut over) = (0, 0, 0, 0);
    while cut < cuts {
        let mut strace = Strace::recording(&server.home.path().join(format!("trace-{kills}")), FILE_CALLS);
        if random.u8(0..3) == 0 {
            // Between a name and the sync of its folder.
            strace = strace.killing("fsync", random.u32(1..12));
        }
        server.wrapper = strace.wrapper();
        let (is_up, written_over) = live(&server, &strace, &load, &mut disk, &mut random).await;
        up += u32::from(is_up);
        over += written_over;
        kills += 1;
        // Else only the process is gone, and the next one builds upon what is not durable yet.
        if random.u8(0..4) > 0 {
            disk.cut(&mut random);
            cut += 1;
        }
        disk.materialise();
    }
    server.wrapper.clear();
    let torn = server.home.logged().matches("cut what the journal did not finish").count();
    let title = format!(
        "{cut} power cuts in {kills} kills, {up} of them while serving; {torn} ends cut; {over} files written over"
    );
    server.starts_and_holds(load, AGAIN, &title).await;
}

/// Runs a server for a moment, kills it, and brings the disk up to date. Tells whether it came to serve, and how many
/// files of the journal were written over.
async fn live(
    server: &ServerUnderTest,
    strace: &Strace,
    load: &Load,
    disk: &mut Disk,
    random: &mut fastrand::Rng,
) -> (bool, usize) {
    let moment = Duration::from_millis(if random.u8(0..4) == 0 { random.u64(0..600) } else { random.u64(600..2_500) });
    let starting = server.spawn();
    let process = starting.id();
    // Who is killed before strace follows is not written down.
    let limit = Duration::from_secs(30);
    until("strace follows the server", limit, || (!strace.so_far().is_empty()).then_some(())).await;
    let deadline = Instant::now() + moment;
    let running = tokio::task::block_in_place(|| starting.ready(moment));
    if let Some(running) = &running {
        load.lead_to(&running.endpoints);
        tokio::time::sleep_until(deadline).await;
    }
    let is_up = running.is_some();
    drop(running);
    let trace = Trace::read(&strace.ended(process).await);
    strace.forget();
    let logged = server.home.logged();
    let refused = logged.lines().find(|line| line.starts_with("barograph: "));
    assert!(refused.is_none(), "after a power cut it refuses to start: {refused:?}");
    disk.follow(&trace);
    disk.agrees(&trace);
    let is_over = |call: &&Call| call.succeeded() && call.name == "rename" && call.paths()[1].ends_with(".journal");
    (is_up, trace.calls.iter().filter(is_over).count())
}
