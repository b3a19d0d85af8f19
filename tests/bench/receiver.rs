//! The receiver under load: the real binary in its own process, on loopback, with a folder of its own.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::grow;

const BINARY: &str = env!("CARGO_BIN_EXE_barograph");

/// How long starting, catching up and stopping may each take; a debug build on a busy machine needs its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// Ticks in a second of `/proc/<pid>/stat`: `USER_HZ`, which Linux fixes at 100 on every machine we build for.
const TICKS_PER_SECOND: u64 = 100;

/// The receiver looks after its tables every 5 s; when it has used less than a tenth of a core for longer, it rests.
const REST: Duration = Duration::from_secs(7);

/// A running receiver. Dropping it kills it and removes its folder.
pub(crate) struct Receiver {
    process: Process,
    home: Home,
    /// Where it takes OTLP/gRPC.
    pub(crate) endpoint: String,
    web: String,
}

/// Where a receiver's tables are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    /// In its folder.
    Here,
    /// In a bucket that nobody serves.
    Away,
}

struct Process(Child);

/// A receiver's folder.
pub(crate) struct Home(TempDir);

/// Resident memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Now, bytes.
    pub(crate) now: u64,
    /// At its highest, bytes.
    pub(crate) peak: u64,
}

/// A command line of the binary, free of the bench's own settings.
fn barograph() -> Command {
    let mut command = Command::new(BINARY);
    command.env_remove(crate::LARGE);
    command
}

impl Receiver {
    pub(crate) fn start(tables: Tables) -> anyhow::Result<Self> {
        Self::start_in(Home(tempfile::tempdir().context("cannot make a temporary folder")?), tables)
    }

    /// Starts on a folder that another receiver has left.
    pub(crate) fn start_in(home: Home, tables: Tables) -> anyhow::Result<Self> {
        let log = File::create(home.log())?;
        let mut command = barograph();
        command.arg("serve").arg("--data-dir").arg(home.data());
        for door in ["--otlp-grpc", "--otlp-http", "--web"] {
            command.args([door, "127.0.0.1:0"]);
        }
        command.env("BAROGRAPH_REDACTION_CANARY", "false");
        if tables == Tables::Away {
            command.env("BAROGRAPH_TABLES", "s3://away/bench").envs([
                ("AWS_ENDPOINT", "http://127.0.0.1:9"),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_REGION", "eu-central-1"),
                ("AWS_ACCESS_KEY_ID", "bench"),
                ("AWS_SECRET_ACCESS_KEY", "bench"),
            ]);
        }
        let child = command.stdout(Stdio::piped()).stderr(log).spawn().context("cannot start the receiver")?;
        let mut process = Process(child);
        let output = process.0.stdout.take().context("the receiver has no standard output")?;
        let (sender, lines) = mpsc::sync_channel(2);
        // Reads to the end, so that the receiver never waits for its reader.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("otlp-grpc ").or_else(|| line.strip_prefix("web ")) {
                    drop(sender.try_send(address.to_owned()));
                }
            }
        });
        match (lines.recv_timeout(PATIENCE), lines.recv_timeout(PATIENCE)) {
            (Ok(endpoint), Ok(web)) => Ok(Self { process, home, endpoint, web }),
            _ => bail!("the receiver told no addresses; it says:\n{}", home.log_text()),
        }
    }

    /// How often small files of its tables have become few.
    pub(crate) async fn compactions(&self) -> anyhow::Result<u64> {
        let text = reqwest::get(format!("{}/metrics", self.web)).await?.text().await?;
        let counts = text.lines().filter(|line| line.starts_with("barograph_collector_store_compactions_total"));
        Ok(counts.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    }

    /// Waits until it has nothing more to do.
    pub(crate) async fn wait_for_rest(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let before = self.cpu()?;
            sleep(REST).await;
            if self.cpu()?.saturating_sub(before) < REST / 10 {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "after {PATIENCE:?} the receiver still works");
        }
    }

    /// CPU time that the receiver has used so far.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = self.proc("stat")?;
        // The name in parentheses may hold anything; utime and stime are the 14th and 15th field of all.
        let (_, fields) = stat.rsplit_once(')').context("/proc/<pid>/stat is not as proc(5) says")?;
        let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
    }

    /// Resident memory.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = self.proc("status")?;
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1_024
        };
        Ok(Memory { now: line("VmRSS:"), peak: line("VmHWM:") })
    }

    fn proc(&self, file: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{file}", self.process.0.id());
        fs::read_to_string(&path).with_context(|| format!("the receiver has ended: {path} is gone"))
    }

    /// Waits until the tables hold at least so many events.
    pub(crate) async fn wait_for_rows(&self, rows: u64) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Before the first commit there may be no table to ask.
            match self.home.rows() {
                Ok(held) if held >= rows => return Ok(()),
                Ok(held) => {
                    ensure!(Instant::now() < deadline, "after {PATIENCE:?} the tables hold {held} of {rows} events");
                }
                Err(error) => {
                    ensure!(Instant::now() < deadline, "after {PATIENCE:?} no rows can be counted: {error:#}");
                }
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// Asks the receiver to end and waits until it has.
    pub(crate) async fn stop(mut self) -> anyhow::Result<Home> {
        let asked = Command::new("kill").args(["-TERM", &self.process.0.id().to_string()]).status()?;
        ensure!(asked.success(), "the receiver cannot be asked to end");
        let deadline = Instant::now() + PATIENCE;
        while self.process.0.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "the receiver has not ended after {PATIENCE:?}");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(self.home)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Home {
    fn data(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }

    fn log(&self) -> std::path::PathBuf {
        self.0.path().join("log")
    }

    fn log_text(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// How many events the tables hold.
    pub(crate) fn rows(&self) -> anyhow::Result<u64> {
        let mut command = barograph();
        command.args(["query", "SELECT count(*) AS n FROM events", "--format", "csv", "--data-dir"]).arg(self.data());
        let answer = command.output().context("cannot run `barograph query`")?;
        ensure!(answer.status.success(), "`barograph query` failed: {}", String::from_utf8_lossy(&answer.stderr));
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        text.lines().nth(1).and_then(|line| line.trim().parse().ok()).with_context(|| format!("no count: {text}"))
    }

    /// How many bytes the files take that belong to the table of events.
    pub(crate) fn bytes_at_rest(&self) -> anyhow::Result<u64> {
        grow::bytes_at_rest(&self.data())
    }

    /// Makes the table of events hold at least so many rows; how many it holds then.
    pub(crate) fn grow(&self, rows: u64) -> anyhow::Result<u64> {
        grow::grow(&self.data(), rows)
    }
}
