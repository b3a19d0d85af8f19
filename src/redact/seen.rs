//! `barograph redact seen`: was this leaked credential ever seen? The value comes by standard input only: what stands on
//! a command line, other users can read.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _, Write as _};

use anyhow::Context as _;
use barograph_proto::time::rfc3339;
use barograph_query::archive::Archive;
use barograph_query::questions::seen::{LONGEST, Seen, SeenRecord, SeenSession, Window, seen};
use serde_json::{Value, json};

use crate::cli::redact::{Report, SeenArguments};
use crate::config::{Config, Settings};
use crate::{ask, keys, telemetry};

/// Reads the value, asks, and writes the answer.
pub(super) async fn run(arguments: SeenArguments) -> anyhow::Result<()> {
    let settings = Settings { data_dir: arguments.data_dir, ..Settings::default() };
    let config = Config::load(arguments.config.as_deref(), std::env::vars_os(), settings)?;
    telemetry::start(&config.log, config.log_format)?;
    let folder = config.data_dir.display();
    anyhow::ensure!(
        config.data_dir.is_dir(),
        "there is no data folder {folder}; name one that `barograph serve` writes with --data-dir"
    );
    let keys = keys::load(&config)?.with_context(|| format!("{folder} has no keys to ask with yet"))?;
    let value = read_value()?;
    let archive = Archive::open(ask::archive_config(&config)?).await?;
    archive.set_redaction_keys(keys.redaction);
    let window = Window { offset: arguments.offset, limit: arguments.limit };
    let answer = seen(&archive, &value, window).await?;
    let text = match arguments.format {
        Report::Text => table(&answer),
        Report::Json => format!("{:#}\n", as_json(&answer)),
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever read the answer, `head` for one, has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write the answer"),
    }
}

/// The value, without the line end that `echo` and the return key put after it.
fn read_value() -> anyhow::Result<String> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let hint =
            "Type or paste the value (it is shown as you type), then Enter and Ctrl-D. Better: give it by a pipe.";
        writeln!(io::stderr(), "{hint}").context("cannot write to standard error")?;
    }
    let mut value = String::new();
    // More than the longest is read, so that too long a value is refused and not cut.
    let most = LONGEST as u64 + 2;
    stdin.lock().take(most).read_to_string(&mut value).context("cannot read the value from standard input")?;
    let ended = value.strip_suffix('\n').map(|value| value.strip_suffix('\r').unwrap_or(value));
    Ok(ended.map(str::to_owned).unwrap_or(value))
}

fn table(seen: &Seen) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let done = if seen.records == 0 { not_seen(seen, &mut text) } else { was_seen(seen, &mut text) };
    debug_assert!(done.is_ok());
    text
}

fn not_seen(seen: &Seen, text: &mut String) -> std::fmt::Result {
    let searched = &seen.searched;
    let since = searched.since.map_or_else(|| "the beginning".to_owned(), rfc3339);
    writeln!(text, "Not seen: none of the {} records since {since} holds it.", searched.records)?;
    writeln!(text, "Tried: {}.", searched.spellings.join("; "))?;
    if searched.unasked > 0 {
        writeln!(text, "{} records could not be asked: the key of their epoch is gone.", searched.unasked)?;
    }
    for (policy, records) in &searched.policies {
        let policy = if policy.is_empty() { "unknown" } else { policy };
        writeln!(text, "Policy {policy}: {records} records.")?;
    }
    writeln!(text, "A value that policy dropped unread, or that was sent in part, is not found. Rotate it anyway.")
}

fn was_seen(seen: &Seen, text: &mut String) -> std::fmt::Result {
    let moment = |time: Option<i64>| time.map_or_else(|| "unknown".to_owned(), rfc3339);
    writeln!(
        text,
        "Seen: in {} records of {} sessions, first {}, last {}.",
        seen.records,
        seen.sessions_counted,
        moment(seen.first),
        moment(seen.last)
    )?;
    for found in &seen.matches {
        let what = if found.secret { "secret" } else { "value hashed whole" };
        writeln!(
            text,
            "  {} records: {what}, {}, epoch {}, hash {}",
            found.records, found.spelling, found.epoch, found.hash
        )?;
    }
    if seen.searched.unasked > 0 {
        writeln!(text, "{} more records could not be asked: the key of their epoch is gone.", seen.searched.unasked)?;
    }
    writeln!(text, "\nSessions, latest first:")?;
    for session in &seen.sessions {
        let SeenSession { session_id, agent, user, host, records, first, last } = session;
        let (first, last) = (rfc3339(*first), rfc3339(*last));
        let row = [session_id.as_str(), agent, user, host].map(shown).join("  ");
        writeln!(text, "  {row}  {records} records  {first}  {last}")?;
    }
    writeln!(text, "\nRecords, newest first:")?;
    for record in &seen.rows {
        let row = [&record.table, &record.event_id, &record.agent, &record.tool_name, &record.session_id];
        writeln!(text, "  {}  {}", rfc3339(record.event_time), row.map(|cell| shown(cell)).join("  "))?;
    }
    writeln!(text, "\nRotate it, then look at the sessions: who held it, and what they did with it.")
}

/// A stored text on a terminal: control characters by their escapes, and something for nothing.
fn shown(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.chars().map(escaped).collect() }
}

fn escaped(letter: char) -> String {
    if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() }
}

fn as_json(seen: &Seen) -> Value {
    let searched = &seen.searched;
    json!({
        "seen": seen.records > 0,
        "records": seen.records,
        "sessions_counted": seen.sessions_counted,
        "first": seen.first.map(rfc3339),
        "last": seen.last.map(rfc3339),
        "matches": seen.matches.iter().map(|found| json!({
            "spelling": found.spelling,
            "found_as": if found.secret { "secret" } else { "value" },
            "epoch": found.epoch,
            "hash": found.hash,
            "records": found.records,
        })).collect::<Vec<_>>(),
        "sessions": seen.sessions.iter().map(|session| json!({
            "session_id": session.session_id,
            "agent": session.agent,
            "user": session.user,
            "host": session.host,
            "records": session.records,
            "first": rfc3339(session.first),
            "last": rfc3339(session.last),
        })).collect::<Vec<_>>(),
        "events": seen.rows.iter().map(event_json).collect::<Vec<_>>(),
        "searched": {
            "records": searched.records,
            "since": searched.since.map(rfc3339),
            "spellings": searched.spellings,
            "epochs": searched.epochs,
            "unasked": searched.unasked,
            "policies": searched.policies.iter().map(|(hash, records)| json!({ "policy": hash, "records": records })).collect::<Vec<_>>(),
        },
    })
}

fn event_json(record: &SeenRecord) -> Value {
    json!({
        "table": record.table,
        "event_id": record.event_id,
        "event_time": rfc3339(record.event_time),
        "session_id": record.session_id,
        "agent": record.agent,
        "user": record.user,
        "host": record.host,
        "tool_name": record.tool_name,
        "hash": record.hash,
    })
}
