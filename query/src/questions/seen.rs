//! Was this leaked credential ever seen? What is asked is hashed with every key there is, in every spelling it may have,
//! and the hashes are looked for: among those of the secrets that redaction found, and in the forms it left for whole
//! values. The value itself goes no further than this function.

mod spellings;

use arrow::datatypes::DataType;
use barograph_proto::keyed::{Domain, RedactionKeys};
use barograph_proto::row::DEFAULT_TENANT;
use barograph_proto::tables::Table;

use self::spellings::spellings;
use super::conditions::size;
use crate::archive::{Archive, AskError};
use crate::finding::Finding;
use crate::run::Bindings;

/// The longest value that can be asked for, bytes.
pub const LONGEST: usize = 64 * 1024;

/// How much of the answer is named; all is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many records to leave out, newest first.
    pub offset: usize,
    /// How many records, and how many sessions, to give.
    pub limit: usize,
}

/// What the tables know about a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Records that hold it, in `events` and `spans`.
    pub records: u64,
    /// Distinct sessions among them.
    pub sessions_counted: u64,
    /// First of them, µs since the epoch.
    pub first: Option<i64>,
    /// Last of them, µs since the epoch.
    pub last: Option<i64>,
    /// By which spelling, most records first; a record counts for one.
    pub matches: Vec<Match>,
    /// The sessions, latest first, at most the window's limit.
    pub sessions: Vec<SeenSession>,
    /// The records in the window, newest first.
    pub rows: Vec<SeenRecord>,
    /// What was looked through.
    pub searched: Searched,
}

/// A spelling that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// `as given`, `without quotes` …
    pub spelling: String,
    /// Whether the hash is that of a secret found inside a value (true) or of a value hashed whole.
    pub secret: bool,
    /// The epoch of the key.
    pub epoch: u32,
    /// The hash, 16 hex digits; the search finds calls by it.
    pub hash: String,
    /// Records that hold it.
    pub records: u64,
}

/// A session in which the value was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenSession {
    /// Its id; empty for records without one.
    pub session_id: String,
    /// The agent.
    pub agent: String,
    /// Claimed e-mail, else user id.
    pub user: String,
    /// Claimed host.
    pub host: String,
    /// Records in it that hold the value.
    pub records: u64,
    /// First of them, µs since the epoch.
    pub first: i64,
    /// Last of them, µs since the epoch.
    pub last: i64,
}

/// A record that holds the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenRecord {
    /// `events` or `spans`.
    pub table: String,
    /// Its id, citable as `/events/{event_id}`.
    pub event_id: String,
    /// When, by the sender's clock, µs since the epoch.
    pub event_time: i64,
    /// Its session.
    pub session_id: String,
    /// The agent.
    pub agent: String,
    /// Claimed e-mail, else user id.
    pub user: String,
    /// Claimed host.
    pub host: String,
    /// Canonical tool name.
    pub tool_name: String,
    /// The hash that matched.
    pub hash: String,
}

/// What an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Records looked through.
    pub records: u64,
    /// Since when there are any, µs since the epoch.
    pub since: Option<i64>,
    /// The spellings that were tried.
    pub spellings: Vec<String>,
    /// The epochs whose keys are there.
    pub epochs: Vec<u32>,
    /// Records whose hashes no key is left for, or that say nothing of their key: they could not be asked.
    pub unasked: u64,
    /// The policies by which the records were redacted, commonest first: hash and records.
    pub policies: Vec<(String, u64)>,
}

/// A hash to look for, and what it stands for.
struct Looked {
    hash: String,
    epoch: u32,
    secret: bool,
    spelling: String,
}

const BY_HASH: &str = "
SELECT hash, count(*) AS records, min(event_time) AS first, max(event_time) AS last
FROM ({found}) WHERE hash IS NOT NULL GROUP BY hash";

const BY_SESSION: &str = "
SELECT coalesce(session_id, '') AS session_id, agent, max(person) AS person, max(host) AS host, count(*) AS records,
  min(event_time) AS first, max(event_time) AS last, count(*) OVER () AS sessions
FROM ({found}) WHERE hash IS NOT NULL GROUP BY coalesce(session_id, ''), agent ORDER BY last DESC, session_id LIMIT {limit}";

const ROWS: &str = "
SELECT * FROM ({found}) WHERE hash IS NOT NULL ORDER BY event_time DESC, event_id LIMIT {limit} OFFSET {offset}";

const SEARCHED: &str = "
SELECT redaction_policy, redaction_key_epoch AS epoch, count(*) AS records, min(event_time) AS since
FROM (
  SELECT redaction_policy, redaction_key_epoch, event_time FROM events
  UNION ALL SELECT redaction_policy, redaction_key_epoch, event_time FROM spans
)
GROUP BY redaction_policy, redaction_key_epoch";

/// Answers for one value.
///
/// # Errors
/// [`AskError::Refused`] for a value that is empty or too long, and when the archive has no keys; else when it cannot
/// answer in its limits.
pub async fn seen(archive: &Archive, value: &str, window: Window) -> Result<Seen, AskError> {
    let refused = |message: &str| AskError::Refused { message: message.to_owned() };
    if value.trim().is_empty() {
        return Err(refused("there is nothing to look for; give the credential itself"));
    }
    if value.len() > LONGEST {
        return Err(refused(
            "this is longer than any credential; give the credential itself, without what is around it",
        ));
    }
    let keys = archive.redaction_keys().ok_or_else(|| {
        refused("there are no redaction keys to ask with; they are made when the server first starts")
    })?;
    let (looked, tried) = looked(&keys, value);
    let hashes: Vec<String> = looked.iter().map(|looked| looked.hash.clone()).collect();
    let Some(finding) = Finding::of("find_hash", &hashes) else { return Err(refused("there is nothing to look for")) };

    let reading = archive.begin().await?;
    let ask = |sql: &str| {
        let sql = sql.replace("{found}", &found()).replace("{limit}", "$1").replace("{offset}", "$2");
        let values = [window.limit, window.offset].into_iter().map(size);
        let values = values.take(sql.matches('$').count().min(2)).collect();
        reading.rows(sql, Bindings { values, functions: vec![finding.function()] })
    };
    let (by_hash, by_session, rows, searched) =
        tokio::try_join!(ask(BY_HASH), ask(BY_SESSION), ask(ROWS), reading.rows(SEARCHED, Vec::new()))?;

    let mut answer = Seen { searched: Searched { spellings: tried, ..Searched::default() }, ..Seen::default() };
    for row in by_hash.iter() {
        let hash = row.text("hash");
        let Some(looked) = looked.iter().find(|looked| looked.hash == hash) else { continue };
        let records = row.count("records");
        answer.records += records;
        answer.first = answer.first.into_iter().chain(row.time("first")).min();
        answer.last = answer.last.into_iter().chain(row.time("last")).max();
        let (spelling, secret, epoch) = (looked.spelling.clone(), looked.secret, looked.epoch);
        answer.matches.push(Match { spelling, secret, epoch, hash, records });
    }
    answer.matches.sort_by(|one, other| other.records.cmp(&one.records).then_with(|| one.hash.cmp(&other.hash)));
    for row in by_session.iter() {
        answer.sessions_counted = row.count("sessions");
        answer.sessions.push(SeenSession {
            session_id: row.text("session_id"),
            agent: row.text("agent"),
            user: row.text("person"),
            host: row.text("host"),
            records: row.count("records"),
            first: row.time("first").unwrap_or_default(),
            last: row.time("last").unwrap_or_default(),
        });
    }
    answer.rows = rows.iter().map(record).collect();
    count(&mut answer.searched, &keys, &searched);
    Ok(answer)
}

/// The hashes to look for, and the spellings they are of.
fn looked(keys: &RedactionKeys, value: &str) -> (Vec<Looked>, Vec<String>) {
    let (mut looked, mut tried) = (Vec::new(), Vec::new());
    for spelling in spellings(value) {
        for domain in [Domain::Secret, Domain::Value] {
            let hashes = keys.hashes(DEFAULT_TENANT, domain, &spelling.text).into_iter();
            looked.extend(hashes.map(|(epoch, hash)| Looked {
                hash,
                epoch,
                secret: domain == Domain::Secret,
                spelling: spelling.words.clone(),
            }));
        }
        tried.push(spelling.words);
    }
    (looked, tried)
}

/// Every row of `events` and `spans` from which something was taken, with the hash that it holds.
fn found() -> String {
    let of = |table: Table| {
        let schema = table.schema();
        let texts = schema.fields().iter().filter(|field| {
            let is_text = matches!(field.data_type(), DataType::Utf8);
            is_text
                && !field.name().starts_with("redaction_")
                && !["event_id", "tenant"].contains(&field.name().as_str())
        });
        let columns: Vec<&str> = texts.map(|field| field.name().as_str()).collect();
        format!(
            "SELECT '{table}' AS stored_in, event_id, event_time, session_id, agent, coalesce(user_email, user_id) AS person, \
             host, tool_name, find_hash(array_to_string(map_keys(redaction_secrets), ' '), \
             array_to_string(map_values(attributes), ' '), array_to_string(map_values(resource_attributes), ' '), \
             {columns}) AS hash FROM {table} WHERE redaction_outcome IS DISTINCT FROM 'kept'",
            table = table.name(),
            columns = columns.join(", ")
        )
    };
    format!("{} UNION ALL {}", of(Table::Events), of(Table::Spans))
}

fn record(row: crate::rows::Row<'_>) -> SeenRecord {
    SeenRecord {
        table: row.text("stored_in"),
        event_id: row.text("event_id"),
        event_time: row.time("event_time").unwrap_or_default(),
        session_id: row.text("session_id"),
        agent: row.text("agent"),
        user: row.text("person"),
        host: row.text("host"),
        tool_name: row.text("tool_name"),
        hash: row.text("hash"),
    }
}

/// Sums up what was looked through.
fn count(searched: &mut Searched, keys: &RedactionKeys, rows: &crate::rows::Rows) {
    searched.epochs = keys.hashes("", Domain::Value, "").into_iter().map(|(epoch, _)| epoch).collect();
    for row in rows.iter() {
        let records = row.count("records");
        searched.records += records;
        searched.since = searched.since.into_iter().chain(row.time("since")).min();
        let is_asked =
            row.int("epoch").is_some_and(|epoch| searched.epochs.iter().any(|live| i64::from(*live) == epoch));
        if !is_asked {
            searched.unasked += records;
        }
        let policy = row.text("redaction_policy");
        match searched.policies.iter_mut().find(|(known, _)| *known == policy) {
            Some((_, known)) => *known += records,
            None => searched.policies.push((policy, records)),
        }
    }
    super::find::commonest_first(&mut searched.policies);
}
