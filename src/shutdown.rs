//! Signals: the first SIGTERM or SIGINT asks for a soft stop, in which nothing acknowledged or in flight is lost; the
//! second, or 30 s, ends it hard. After a hard stop the journal still holds what was acknowledged.

use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long a soft stop may take. Init systems wait longer before they kill (systemd 90 s, Kubernetes 30 s by default).
const SOFT_STOP: Duration = Duration::from_secs(29);

/// Runs `work` until it ends. It is given the token that asks it to stop; when it takes too long to, it is dropped.
///
/// # Errors
/// The work's own, or that it had to be stopped hard.
pub(crate) async fn until_stopped<W>(work: impl FnOnce(CancellationToken) -> W) -> anyhow::Result<()>
where
    W: Future<Output = anyhow::Result<()>>,
{
    let signals = Signals::listen().context("cannot listen for SIGTERM and SIGINT")?;
    let stop = CancellationToken::new();
    tokio::select! {
        done = work(stop.clone()) => done,
        reason = signals.hard_stop(&stop) => Err(anyhow::anyhow!(
            "stopped hard: {reason}; what was acknowledged is in the journal and will be committed at the next start"
        )),
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Cancels `stop` at the first signal; returns when it is time for a hard stop, with the reason.
    async fn hard_stop(mut self, stop: &CancellationToken) -> &'static str {
        let name = self.next().await;
        tracing::info!(signal = name, "stopping; a second signal stops at once");
        stop.cancel();
        tokio::select! {
            _ = self.next() => "a second signal came",
            () = tokio::time::sleep(SOFT_STOP) => "the soft stop took too long",
        }
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends this very process a SIGTERM; harmless, since `until_stopped` listens by then.
    fn terminate() {
        let sent = std::process::Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    // One test, since signals reach every listener of a process.
    #[tokio::test]
    async fn first_signal_asks_and_second_ends() {
        let soft = until_stopped(async |stop| {
            terminate();
            stop.cancelled().await;
            Ok(())
        });
        soft.await.unwrap();

        let hard = until_stopped(async |stop| {
            terminate();
            stop.cancelled().await;
            terminate();
            std::future::pending().await
        });
        let error = hard.await.unwrap_err().to_string();
        assert!(error.starts_with("stopped hard: a second signal came"), "{error}");
    }
}
