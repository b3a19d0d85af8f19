//! `barograph keys`: what epochs there are, a new one, the end of an old one. A server may be running on the folder: files
//! are made and removed whole, and it looks at them again when it is told to (SIGHUP).

use std::io::{self, Write};
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use barograph_proto::time::rfc3339;

use super::folder::Folder;
use super::{GivenKeys, file, given};
use crate::cli::{DestroyArguments, KeysArguments, KeysCommand};
use crate::config::{Config, Settings};

/// Does what was asked, and says what it means.
pub(crate) fn run(command: KeysCommand) -> anyhow::Result<()> {
    let said = match command {
        KeysCommand::List(arguments) => list(&config(arguments)?)?,
        KeysCommand::Rotate(arguments) => rotate(&config(arguments)?)?,
        KeysCommand::Destroy(DestroyArguments { epoch, yes, keys }) => destroy(&config(keys)?, epoch, yes)?,
    };
    io::stdout().lock().write_all(said.as_bytes()).context("cannot write to standard output")
}

fn config(arguments: KeysArguments) -> anyhow::Result<Config> {
    let settings = Settings { data_dir: arguments.data_dir, ..Settings::default() };
    let config = Config::load(arguments.config.as_deref(), std::env::vars_os(), settings)?;
    anyhow::ensure!(
        config.data_dir.is_dir(),
        "there is no data folder {}; name one that `barograph serve` writes with --data-dir",
        config.data_dir.display()
    );
    Ok(config)
}

fn list(config: &Config) -> anyhow::Result<String> {
    if let Some(given) = given::read(config)? {
        let numbers = given.numbers().into_iter().rev().enumerate();
        let lines: Vec<_> = numbers.map(|(at, epoch)| format!("epoch {epoch}  {}  given\n", state(at))).collect();
        return Ok(lines.concat());
    }
    let folder = Folder::of(&config.data_dir);
    let mut said = Vec::new();
    for (at, epoch) in folder.numbers()?.into_iter().rev().enumerate() {
        let path = folder.file(epoch);
        let made = path.metadata().and_then(|metadata| metadata.modified()).ok();
        let made = made.and_then(|made| i64::try_from(made.duration_since(UNIX_EPOCH).ok()?.as_micros()).ok());
        let made = made.map_or_else(|| "unknown".to_owned(), rfc3339);
        said.push(format!("epoch {epoch}  {}  made {made}  {}\n", state(at), path.display()));
    }
    anyhow::ensure!(!said.is_empty(), "no keys have been made in {} yet", config.data_dir.display());
    Ok(said.concat())
}

/// What the epoch at this place, newest first, is for.
fn state(at: usize) -> &'static str {
    if at == 0 { "current " } else { "asked   " }
}

fn rotate(config: &Config) -> anyhow::Result<String> {
    only_kept(given::read(config)?.as_ref(), "give the key of the next epoch there as well")?;
    let folder = Folder::of(&config.data_dir);
    let Some(current) = folder.numbers()?.last().copied() else {
        anyhow::bail!("there is no key to follow in {}; start `barograph serve` first", config.data_dir.display());
    };
    let next = current.checked_add(1).context("there is no higher epoch")?;
    let path = folder.path(&super::folder::name(next));
    file::make(&path)?;
    Ok(format!(
        "Made {}: back it up with the tables.\n\
         A running server stores with epoch {next} after `kill -HUP` or a restart; until then it goes on with {current}.\n\
         Questions ask with every epoch, so nothing is lost to searches while the key of {current} is there.\n",
        path.display()
    ))
}

fn destroy(config: &Config, epoch: u32, yes: bool) -> anyhow::Result<String> {
    only_kept(given::read(config)?.as_ref(), "remove the key there")?;
    let folder = Folder::of(&config.data_dir);
    let numbers = folder.numbers()?;
    anyhow::ensure!(
        numbers.contains(&epoch),
        "there is no key of epoch {epoch}; `barograph keys list` names those there are"
    );
    anyhow::ensure!(
        numbers.last() != Some(&epoch),
        "epoch {epoch} is in use; make the next one first, with `barograph keys rotate`"
    );
    let lost = format!(
        "Hashes that epoch {epoch} made stay in the tables as they are, but say nothing any more: \"was this credential \
         seen\" and searches by hashed path or value no longer find rows of that epoch, and equal values of that time are \
         no longer matched with later ones. Tokens stay as they are. Copies in backups are for you to \
         destroy, and a solid-state disk or a file system that copies on write may keep old blocks for a while.\n"
    );
    anyhow::ensure!(yes, "this cannot be undone. {}Say --yes to do it", lost.replace('\n', " "));
    let path = folder.file(epoch);
    file::destroy(&path)?;
    Ok(format!(
        "Overwrote and removed {}.\n{lost}A running server forgets the key after `kill -HUP` or a restart.\n",
        path.display()
    ))
}

/// Refuses to change keys that are kept elsewhere.
fn only_kept(given: Option<&GivenKeys>, instead: &str) -> anyhow::Result<()> {
    anyhow::ensure!(given.is_none(), "the redaction keys are given by file or environment, not kept here; {instead}");
    Ok(())
}
