//! `barograph tokens`: a new one, what there are, the end of one. A server may be running on the folder: it looks at the
//! file every second and takes what has changed.

use std::io::{self, Write};

use anyhow::Context as _;
use barograph_proto::time::{Clock as _, SystemClock, rfc3339};

use super::{Entry, file, folder, random, uses};
use crate::cli::{CreateArguments, RevokeArguments, TokensArguments, TokensCommand};
use crate::config::{Config, Settings};

/// Bytes of an id; its hex digits are typed by hand.
const ID_BYTES: usize = 4;

/// Does what was asked. The token itself is all that `create` writes to standard output, for scripts.
pub(crate) fn run(command: TokensCommand) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let (printed, said) = match command {
        TokensCommand::Create(arguments) => create(arguments, now)?,
        TokensCommand::List(arguments) => (list(&config(arguments)?, now)?, String::new()),
        TokensCommand::Revoke(RevokeArguments { id, tokens }) => (revoke(&config(tokens)?, &id, now)?, String::new()),
    };
    io::stdout().lock().write_all(printed.as_bytes()).context("cannot write to standard output")?;
    io::stderr().lock().write_all(said.as_bytes()).context("cannot write to standard error")
}

fn config(arguments: TokensArguments) -> anyhow::Result<Config> {
    let settings = Settings { data_dir: arguments.data_dir, ..Settings::default() };
    Ok(Config::load(arguments.config.as_deref(), std::env::vars_os(), settings)?)
}

fn create(arguments: CreateArguments, now: i64) -> anyhow::Result<(String, String)> {
    let CreateArguments { tenant, name, expires, tokens } = arguments;
    let data_dir = config(tokens)?.data_dir;
    folder::make(&data_dir)?;
    let _lock = folder::lock(&data_dir)?;
    let mut entries = file::read(&data_dir)?.unwrap_or_default();
    let lifetime = expires.map(|expires| i64::try_from(expires.as_micros())).transpose();
    let expires = lifetime.context("it would expire too late")?.map(|lifetime| now.saturating_add(lifetime));
    let token = random()?;
    let id = new_id(&entries)?;
    let is_first = entries.is_empty();
    let until = expires.map_or_else(|| "until it is revoked".to_owned(), |at| format!("until {}", rfc3339(at)));
    let mut said = format!(
        "Token {id} of tenant {tenant}, good {until}, for the data folder {}. It is shown this once; only its hash is kept. \
         A running server takes it within seconds.\n",
        data_dir.display()
    );
    if is_first {
        said.push_str(
            "It is the first one: from now on everybody who sends to the OTLP ports needs a credential, on this machine \
             too.\n",
        );
    }
    entries.push(Entry { id, tenant, name, hash: token.hash(), created: now, expires, revoked: None });
    file::write(&data_dir, &entries)?;
    Ok((format!("{}\n", token.reveal()), said))
}

/// An id that no token has.
fn new_id(entries: &[Entry]) -> anyhow::Result<String> {
    loop {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes).ok().context("the system has no randomness to make an id of")?;
        let id = format!("{:08x}", u32::from_be_bytes(bytes));
        if entries.iter().all(|entry| entry.id != id) {
            return Ok(id);
        }
    }
}

fn entries(config: &Config) -> anyhow::Result<Vec<Entry>> {
    let entries = file::read(&config.data_dir)?;
    entries.filter(|entries| !entries.is_empty()).with_context(|| {
        format!("no tokens have been made in {} yet; `barograph tokens create` makes one", config.data_dir.display())
    })
}

fn list(config: &Config, now: i64) -> anyhow::Result<String> {
    let mut rows = vec![["id", "tenant", "name", "state", "made", "expires", "last used"].map(str::to_owned)];
    let uses = uses::read(&config.data_dir)?;
    for entry in entries(config)? {
        let state = entry.state(now).to_owned();
        let expires = entry.expires.map_or_else(|| "never".to_owned(), minute);
        let last = uses.get(&entry.id).map_or_else(|| "never".to_owned(), |at| minute(*at));
        rows.push([entry.id, entry.tenant.to_string(), entry.name, state, minute(entry.created), expires, last]);
    }
    Ok(table(&rows))
}

/// A time to the minute, as `2026-11-21 17:00`.
fn minute(at: i64) -> String {
    rfc3339(at).replacen('T', " ", 1).chars().take(16).collect()
}

/// Lines whose columns stand under one another.
fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn revoke(config: &Config, id: &str, now: i64) -> anyhow::Result<String> {
    // A wrong folder is not made here.
    entries(config)?;
    let _lock = folder::lock(&config.data_dir)?;
    let mut entries = entries(config)?;
    let entry = entries.iter_mut().find(|entry| entry.id == id);
    let entry = entry
        .with_context(|| format!("there is no token {}; `barograph tokens list` shows them", id.escape_debug()))?;
    if let Some(revoked) = entry.revoked {
        return Ok(format!("Token {id} was revoked at {} already.\n", minute(revoked)));
    }
    entry.revoked = Some(now);
    let tenant = entry.tenant.clone();
    file::write(&config.data_dir, &entries)?;
    Ok(format!("Revoked token {id} of tenant {tenant}; a running server refuses it within seconds.\n"))
}
