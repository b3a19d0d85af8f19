//! `barograph demo`: the same app as `serve`, with a made-up fleet that sends its telemetry through the front door.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use barograph_proto::time::{Clock as _, SystemClock};
use indicatif::{ProgressBar, ProgressStyle};

use crate::app::Addresses;
use crate::cli::DemoArguments;
use crate::config::Config;
use crate::demo::{self, Plan};
use crate::{serve, shutdown};

/// Where the demo keeps its data when no folder is given. It is emptied at each start.
const DATA_DIR: &str = "./barograph-demo-data";

/// Marks a folder as the demo's own, to be emptied; locked while a demo uses it.
const MARK: &str = "demo.lock";

/// Serves, plays the fleet, and goes on serving until a signal.
pub(crate) async fn demo(arguments: DemoArguments) -> anyhow::Result<()> {
    let DemoArguments { events, seed, serve: arguments } = arguments;
    let mut config = Config::load(arguments.config.as_deref(), std::env::vars_os(), arguments.settings.clone())?;
    // A folder that file or environment name is a real one: made-up data goes there only when a flag says so.
    let mut mark = None;
    if arguments.settings.data_dir.is_none() {
        config.data_dir = DATA_DIR.into();
        config.tables = None;
        mark = Some(fresh_folder(&config.data_dir)?);
    }
    let plan = Plan { events, seed, end: SystemClock.now() };
    let done = shutdown::until_stopped(async |stop| {
        let app = serve::start(&config).await?;
        anyhow::ensure!(
            config.tls.is_none() && !app.needs_credentials(),
            "the demo's fleet sends without TLS and without a token; leave out the TLS settings, and play it into a folder \
             without tokens"
        );
        let addresses = app.addresses().clone();
        let mut serving = std::pin::pin!(app.run(stop.clone()));
        tokio::select! {
            ended = &mut serving => return ended,
            played = play(&addresses, plan) => if let Err(error) = played {
                stop.cancel();
                serving.await?;
                return Err(error);
            }
        }
        serving.await
    })
    .await;
    drop(mark);
    done
}

/// Plays the fleet and says what there is to look at.
async fn play(addresses: &Addresses, plan: Plan) -> anyhow::Result<()> {
    let progress = ProgressBar::new(plan.events);
    progress.set_style(ProgressStyle::with_template("playing the fleet {wide_bar} {pos}/{len} records")?);
    let played = demo::play(&addresses.otlp_grpc, plan, &progress).await;
    progress.finish_and_clear();
    let played = played.context("the demo fleet could not be played")?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "\n# The fleet sent {} records of {} sessions.\n# Look around at {} (Ctrl-C ends the demo).",
        played.records, played.sessions, addresses.web
    )
    .and_then(|()| out.flush())
    .context("cannot write to standard output")
}

/// Makes the demo's own folder, or empties the one that an earlier demo left. A folder that no demo marked is not
/// touched. The returned file keeps other demos out for as long as it is open.
fn fresh_folder(folder: &Path) -> anyhow::Result<File> {
    let mark = folder.join(MARK);
    if !folder.exists() {
        fs::create_dir(folder).with_context(|| format!("cannot make the demo's data folder {}", folder.display()))?;
        File::create(&mark).with_context(|| format!("cannot make {}", mark.display()))?;
    }
    let lock = File::open(&mark).with_context(|| {
        format!("{} was not made by a demo; move it away, or name another folder with --data-dir", folder.display())
    })?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => anyhow::bail!(
            "another demo is running on {}; stop it, or name another folder with --data-dir",
            folder.display()
        ),
        Err(fs::TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", mark.display()));
        }
    }
    empty(folder).with_context(|| format!("cannot empty the demo's data folder {}", folder.display()))?;
    Ok(lock)
}

/// Removes everything in the folder but the mark.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != MARK {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_starts_afresh_in_its_own_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("demo");
        drop(fresh_folder(&folder).unwrap());
        fs::create_dir_all(folder.join("tables/events")).unwrap();
        fs::write(folder.join("tables/events/x"), "old").unwrap();
        drop(fresh_folder(&folder).unwrap());
        assert!(!folder.join("tables").exists());
    }

    #[test]
    fn folder_that_no_demo_made_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("precious"), "mine").unwrap();
        let error = fresh_folder(home.path()).unwrap_err();
        assert!(error.to_string().contains("was not made by a demo"), "{error}");
        assert!(home.path().join("precious").exists());
    }

    #[test]
    fn running_demo_keeps_its_data() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("demo");
        let _running = fresh_folder(&folder).unwrap();
        fs::write(folder.join("data"), "in use").unwrap();
        let error = fresh_folder(&folder).unwrap_err();
        assert!(error.to_string().starts_with("another demo is running"), "{error}");
        assert!(folder.join("data").exists());
    }
}
