//! The server that a fault is made to: which binary, on which folder, with which arguments, inside which other program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use crate::support::ledger::Load;
use crate::support::server::{Home, Server, Starting, serve};

/// How long senders may wait for their next acknowledgement once a fault has ended, unless it says otherwise.
pub(crate) const AGAIN: Duration = Duration::from_secs(10);

/// How long an orderly end may take.
pub(crate) const ENDED: Duration = Duration::from_secs(30);

/// How servers are started; changed between starts as a fault needs it.
#[derive(Debug)]
pub(crate) struct ServerUnderTest {
    /// The folder with the log.
    pub(crate) home: Home,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// Another binary than the one under test.
    pub(crate) program: Option<PathBuf>,
    /// The program, with its arguments, that starts the server and lets it keep its process id.
    pub(crate) wrapper: Vec<OsString>,
    /// Further arguments of `serve`.
    pub(crate) arguments: Vec<OsString>,
    /// Further variables.
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl ServerUnderTest {
    /// One with an empty folder and nothing special.
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let arguments = std::env::var("BAROGRAPH_FAULTS_SERVE").unwrap_or_default();
        let arguments = arguments.split_whitespace().map(OsString::from).collect();
        let data = home.data();
        Self { home, data, program: None, wrapper: Vec::new(), arguments, environment: Vec::new() }
    }

    /// The command line.
    pub(crate) fn command(&self) -> Command {
        let plain = serve(&self.data);
        let program = self.program.as_deref().unwrap_or(Path::new(plain.get_program()));
        let mut command = match self.wrapper.split_first() {
            Some((wrapper, arguments)) => {
                let mut command = Command::new(wrapper);
                command.args(arguments).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.args(plain.get_args()).stdin(Stdio::null());
        if self.program.is_none() {
            // Another version may not know them.
            command.args(&self.arguments);
        }
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Starts a server, which may not come to serve.
    pub(crate) fn spawn(&self) -> Starting {
        Starting::spawn(&self.home, self.command())
    }

    /// Starts a server, waits until it serves, and leads the senders to it.
    pub(crate) fn start(&self, load: &Load) -> Server {
        let server = Server::start_command(&self.home, self.command());
        load.lead_to(&server.endpoints);
        server
    }

    /// Starts a server after a fault that ends now; then as [`Self::holds`].
    pub(crate) async fn starts_and_holds(&self, load: Load, within: Duration, title: &str) {
        let ended = Instant::now();
        let running = self.start(&load);
        self.holds_since(ended, running, load, within, title).await;
    }

    /// What every fault ends with: senders are acknowledged again within a time, were told nothing but what makes them
    /// try again, the server ends in order, and the ledger holds.
    pub(crate) async fn holds(&self, server: Server, load: Load, within: Duration, title: &str) {
        self.holds_since(Instant::now(), server, load, within, title).await;
    }

    async fn holds_since(&self, ended: Instant, server: Server, load: Load, within: Duration, title: &str) {
        load.acknowledged_again(within).await;
        let again = ended.elapsed();
        assert!(again <= within, "senders were acknowledged again after {again:?} only");
        let told = load.refusals();
        let books = load.stop().await;
        let status = server.terminate(ENDED).await;
        assert!(status.success(), "after SIGTERM it ends with {status}; it logged:\n{}", self.home.errors_logged());
        let title =
            format!("{title}; acknowledged again after {:.1} s; senders were told {told:?}", again.as_secs_f64());
        books.hold(&self.data, &title).await;
    }
}
