//! The states that a crash leaves while files are compacted, and while rows are taken out whose time is over: each run is
//! recorded, and right after each call from the first byte of its new file to the commit that takes the file in, a server
//! starts on what a kill, or a power cut, would have left. What was acknowledged is stored once, and rows whose time is
//! over are there as a whole or gone as a whole.
//!
//! Retention waits for a clock that has run evenly for an hour. The server's own runs fast, and 400 days ahead.
//! `BAROGRAPH_CRASH_STATES` sets how many states of each run are tried, drawn by chance.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use prost::Message as _;
use serde::Deserialize;

use crate::clock::LIBRARIES;
use crate::disk::Disk;
use crate::fault::{Fault, Need, chance, first};
use crate::recorded::{Recorded, Recording};
use crate::support::kills::setting;
use crate::support::ledger::Load;
use crate::support::otlp::{LOGS_METHOD, decision, logs, text};
use crate::support::{query, send, table, until};
use crate::trace::{Moment, Trace};
use crate::under_test::{ENDED, ServerUnderTest};

const STATES: u64 = 40;

/// How long a run may take to come to its step.
const LIMIT: Duration = Duration::from_mins(2);

/// The log of the table of events, below the data folder.
const LOG: &str = "tables/events/_delta_log";

/// Rows whose time will be over.
const DOOMED: u64 = 30;

/// The doomed rows are requests; what the ledger knows are decisions.
const POLICY: &str = "[[keep]]\nclass = 'operations'\ndays = 30\n";

#[derive(Debug, Deserialize)]
struct Doomed {
    rows: u64,
}

/// A commit that puts files in the place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// The name of its entry in the log.
    entry: String,
    /// The file that it adds.
    file: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn states_after_a_crash_in_upkeep() {
    let needs = [Need::Strace, Need::File(LIBRARIES)];
    let Some(_fault) = Fault::begin("states after a crash in upkeep", 200, &needs).await else { return };
    let mut random = chance();
    let states = setting("BAROGRAPH_CRASH_STATES").unwrap_or(STATES);
    let mut server = ServerUnderTest::new();
    let root = server.home.path().join("disk");
    server.data = root.join("data");
    Disk::new(&root).materialise();
    let mut rows = vec![table::row(["in", "its calls", "states", "power cuts", "before its commit", "after"])];
    let mut acknowledged = BTreeSet::new();
    for operation in ["OPTIMIZE", "DELETE"] {
        if operation == "DELETE" {
            doom(&server).await;
        }
        let begun = Disk::read(&root);
        let (trace, step) = record(&mut server, operation).await;
        let recorded = Recorded::new(begun, trace, acknowledged);
        let places = between(&recorded, &step);
        let (mut cuts, mut sides) = (0, [0; 2]);
        for _ in 0..states {
            let crash = recorded.crash(&places, &mut random);
            cuts += usize::from(crash.is_cut);
            sides[usize::from(server.data.join(LOG).join(&step.entry).exists())] += 1;
            crash.holds(&server).await;
            if operation == "DELETE" {
                let left = doomed(&server.data);
                let moments = crash.moments;
                assert!([0, DOOMED].contains(&left), "after moment {moments} {left} of {DOOMED} doomed rows are left");
            }
        }
        let figures = [places.len(), usize::try_from(states).unwrap(), cuts, sides[0], sides[1]];
        rows.push([table::row([operation]), figures.map(|figure| figure.to_string()).into()].concat());
        acknowledged = recorded.end();
    }
    assert_eq!(doomed(&server.data), 0, "retention has done its work");
    table::print("States after a crash in upkeep, none with a record lost or doubled", &rows);
}

/// Runs a server until the table of events has one more commit of this operation, then kills it.
async fn record(server: &mut ServerUnderTest, operation: &str) -> (Trace, Step) {
    let recording = Recording::begin(server);
    let log = server.data.join(LOG);
    let had = steps(&log, operation);
    let mut load = None;
    let running = if operation == "DELETE" {
        let policy = server.home.path().join("retention.toml");
        std::fs::write(&policy, POLICY).unwrap();
        server.arguments = ["--retention".into(), policy.into_os_string()].into();
        let library = first(LIBRARIES).unwrap().into_os_string();
        server.environment = vec![("LD_PRELOAD".into(), library), ("FAKETIME".into(), "+400d x600".into())];
        // No senders: deadlines pass 600 times as fast.
        server.spawn().ready(LIMIT).expect("it serves")
    } else {
        server.start(load.insert(Load::start(Duration::from_millis(300))))
    };
    let step =
        until("the table is kept", LIMIT, || steps(&log, operation).into_iter().find(|step| !had.contains(step)));
    let step = step.await;
    if let Some(load) = load {
        load.stop().await;
    }
    let trace = recording.end(server, running).await;
    server.arguments.clear();
    server.environment.clear();
    (trace, step)
}

/// The commits of an operation in a log.
fn steps(log: &Path, operation: &str) -> Vec<Step> {
    let Ok(entries) = std::fs::read_dir(log) else { return Vec::new() };
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).ok()?;
        let lines = || text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines().find(|action| action["commitInfo"]["operation"] == operation)?;
        let added = lines().find_map(|action| Some(action["add"]["path"].as_str()?.to_owned()))?;
        let entry = path.file_name()?.to_str()?.to_owned();
        Some(Step { entry, file: added.rsplit('/').next()?.to_owned() })
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).filter_map(|path| read(&path)).collect()
}

/// The places from the first call on a step's file to some calls behind the one that names its entry.
fn between(recorded: &Recorded, step: &Step) -> Vec<usize> {
    let (trace, places) = (&recorded.trace, recorded.places());
    let on = |place: &usize, name: &str| {
        let (Moment::Begins(at) | Moment::Returned(at)) = trace.moments[place - 1];
        let call = &trace.calls[at];
        call.descriptor().contains(name) || call.texts().iter().any(|text| text.contains(name))
    };
    let begins = places.iter().position(|place| on(place, &step.file)).expect("the file is written");
    let ends = places.iter().rposition(|place| on(place, &step.entry)).expect("the commit is written");
    assert!(begins < ends, "the file is written before the commit");
    places[begins..places.len().min(ends + 4)].to_vec()
}

/// Sends rows whose time will be over, in the files that also hold others.
async fn doom(server: &ServerUnderTest) {
    let load = Load::start(Duration::from_millis(100));
    let running = server.start(&load);
    load.acknowledged_more(1, LIMIT).await;
    let records = (0..i64::try_from(DOOMED).unwrap())
        .map(|number| {
            let mut record = decision("doomed", number, "true");
            record.attributes.retain(|attribute| !["event.name", "tool_use_id"].contains(&attribute.key.as_str()));
            record.attributes.push(text("event.name", "api_request"));
            record
        })
        .collect();
    let message = logs("claude-code", records).encode_to_vec().into();
    let channel = send::channel(&running.endpoints.grpc);
    send::grpc(channel, LOGS_METHOD, &[], false, message).await.unwrap();
    load.acknowledged_more(5, LIMIT).await;
    load.stop().await;
    assert!(running.terminate(ENDED).await.success());
    assert_eq!(doomed(&server.data), DOOMED);
}

/// How many of the doomed rows are left.
fn doomed(data: &Path) -> u64 {
    let rows: Vec<Doomed> = query::rows(data, "SELECT count(*) AS rows FROM events WHERE session_id = 'doomed'");
    rows[0].rows
}
