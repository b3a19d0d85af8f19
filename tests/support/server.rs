//! A `barograph serve` of one's own: its own folder, ports that the system picks, gone when the test is.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use tempfile::TempDir;

/// How long a server may take until it serves. Generous: an unoptimised build beside other work on a small machine.
const START_LIMIT: Duration = Duration::from_mins(1);

/// A temporary folder with room for a data folder and a log.
#[derive(Debug)]
pub(crate) struct Home(TempDir);

impl Home {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("barograph-test-").tempdir().unwrap())
    }

    /// The whole of it.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The data folder; made by the server.
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Where the server's stderr goes, appended across restarts.
    pub(crate) fn log(&self) -> PathBuf {
        self.path().join("stderr.log")
    }

    /// What servers have logged.
    pub(crate) fn logged(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log()).unwrap_or_default()).into_owned()
    }

    /// The lines of the log that are errors.
    pub(crate) fn errors_logged(&self) -> String {
        self.logged().lines().filter(|line| line.contains(" ERROR ")).collect::<Vec<_>>().join("\n")
    }
}

/// A command line of the binary under test, free of the caller's settings.
pub(crate) fn barograph() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_barograph"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BAROGRAPH_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// A command line that serves a data folder on ports that the system picks.
pub(crate) fn serve(data_dir: &Path) -> Command {
    serve_at(data_dir, "127.0.0.1:0")
}

/// The same, with another address for the OTLP ports, such as `0.0.0.0:0`.
pub(crate) fn serve_at(data_dir: &Path, otlp: &str) -> Command {
    let mut command = barograph();
    command.arg("serve").arg("--data-dir").arg(data_dir);
    command.args(["--otlp-grpc", otlp, "--otlp-http", otlp, "--web", "127.0.0.1:0"]);
    // Its record would be one more than was sent.
    command.env("BAROGRAPH_REDACTION_CANARY", "false");
    command
}

/// Where a running server listens, each as `http://127.0.0.1:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// OTLP/gRPC.
    pub(crate) grpc: String,
    /// OTLP/HTTP.
    pub(crate) http: String,
    /// The dashboard.
    pub(crate) web: String,
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
    /// Where it listens.
    pub(crate) endpoints: Endpoints,
}

impl Server {
    /// Starts a server on a home's data folder and waits until it says where it listens.
    pub(crate) fn start(home: &Home) -> Self {
        Self::start_logging(home, "info")
    }

    /// The same, with a log level.
    pub(crate) fn start_logging(home: &Home, level: &str) -> Self {
        let mut command = serve(&home.data());
        command.env("BAROGRAPH_LOG", level);
        Self::start_command(home, command)
    }

    /// The same, by a command line made of [`serve`].
    pub(crate) fn start_command(home: &Home, command: Command) -> Self {
        Starting::spawn(home, command)
            .ready(START_LIMIT)
            .unwrap_or_else(|| panic!("the server does not start; it logged:\n{}", home.logged()))
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Asks the process to read its policies again (SIGHUP).
    pub(crate) fn hang_up(&self) {
        let asked = Command::new("kill").args(["-HUP", &self.id().to_string()]).status().unwrap();
        assert!(asked.success(), "SIGHUP cannot be sent");
    }

    /// Ends the process as a power cut would: no signal handler runs.
    pub(crate) fn kill(mut self) {
        self.process.kill();
    }

    /// Asks the process to end (SIGTERM) and waits for it.
    pub(crate) async fn terminate(mut self, limit: Duration) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(asked.success(), "SIGTERM cannot be sent");
        super::until("the server ends after SIGTERM", limit, || self.process.0.try_wait().unwrap()).await
    }

    /// Whether the process has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_some()
    }
}

/// A server that may not serve yet. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Starting {
    process: Process,
    lines: Receiver<String>,
}

impl Starting {
    /// Starts the process; its stderr is appended to the home's log.
    pub(crate) fn spawn(home: &Home, mut command: Command) -> Self {
        let log = File::options().create(true).append(true).open(home.log()).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = sync_channel(64);
        // Reads to the end, so that the server never waits for room in the pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                drop(sender.try_send(line));
            }
        });
        Self { process: Process(child), lines }
    }

    /// Waits until the server says where it listens; none when it ends or the limit passes before.
    pub(crate) fn ready(self, limit: Duration) -> Option<Server> {
        let deadline = std::time::Instant::now() + limit;
        let endpoint = |name: &str| {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            let line = self.lines.recv_timeout(left).ok()?;
            let address = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' '));
            Some(address.unwrap_or_else(|| panic!("expected the address of {name}, not {line:?}")).to_owned())
        };
        let endpoints = Endpoints { grpc: endpoint("otlp-grpc")?, http: endpoint("otlp-http")?, web: endpoint("web")? };
        Some(Server { process: self.process, endpoints })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(mut self) {
        self.process.kill();
    }
}

/// A child process that is killed when this is dropped.
#[derive(Debug)]
struct Process(Child);

impl Process {
    fn kill(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command that is expected to give up, and returns what it said on stderr.
pub(crate) async fn refusal(mut command: Command) -> String {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || std::io::read_to_string(stderr).unwrap_or_default());
    let deadline = tokio::time::Instant::now() + START_LIMIT;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if tokio::time::Instant::now() > deadline {
            drop(child.kill());
            drop(child.wait());
            panic!("it should have refused to start, but runs; it said:\n{}", reader.join().unwrap());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let said = reader.join().unwrap();
    assert!(!status.success(), "it should have refused to start, but ended well; it said:\n{said}");
    said
}
