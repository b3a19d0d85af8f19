//! Which session did that? Calls by any of what an investigator may hold in hand.

mod paths;
mod text;

use barograph_proto::keyed::RedactionKeys;
use datafusion::common::ScalarValue;

use self::text::Held;
use super::Range;
use super::calls::{self, CallRow};
use super::conditions::{Conditions, int, size, text};
use super::slots::Slots;
use crate::archive::{Archive, AskError};
use crate::matching::Matching;
use crate::run::Reading;

/// What to look for. Every field that is set must match; an empty text matches everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Part of a command, path, URL, tool, session id, prompt id, tool call id, person, team, repository or host;
    /// letters of either case.
    pub text: String,
    /// Canonical tool name, whole.
    pub tool_name: String,
    /// MCP server, whole.
    pub mcp_server: String,
    /// allow, ask or deny.
    pub decision: String,
    /// One of [`barograph_proto::values::DecidedBy`].
    pub decided_by: String,
    /// Person: e-mail or user id, whole.
    pub user: String,
    /// Team, whole.
    pub team: String,
    /// Repository, whole.
    pub repo: String,
    /// Agent, whole.
    pub agent: String,
    /// Host of the machine or of the URL, whole.
    pub host: String,
    /// Permission mode, whole.
    pub permission_mode: String,
    /// Session id, whole.
    pub session_id: String,
    /// A folder or file: calls that touch a path below it or the path itself, whole names, however redaction wrote it.
    pub path: String,
    /// First words of the command (`git push`), as hotspots name families.
    pub command_head: String,
    /// Only calls that somebody was asked about (true) or nobody was (false).
    pub asked: Option<bool>,
    /// When; all time when none.
    pub range: Option<Range>,
    /// How many rows to leave out, newest first.
    pub offset: usize,
    /// How many rows to give.
    pub limit: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            text: String::new(),
            tool_name: String::new(),
            mcp_server: String::new(),
            decision: String::new(),
            decided_by: String::new(),
            user: String::new(),
            team: String::new(),
            repo: String::new(),
            agent: String::new(),
            host: String::new(),
            permission_mode: String::new(),
            session_id: String::new(),
            path: String::new(),
            command_head: String::new(),
            asked: None,
            range: None,
            offset: 0,
            limit: 100,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Matching calls, all of them, counted.
    pub calls: u64,
    /// Distinct sessions among them.
    pub sessions: u64,
    /// Distinct people (e-mail, else user id) among them.
    pub people: u64,
    /// First of them, µs since the epoch.
    pub first: Option<i64>,
    /// Last of them, µs since the epoch.
    pub last: Option<i64>,
    /// Value counts per column, commonest first, at most ten each: `tool_name`, `decision`, `decided_by`,
    /// `agent`, `team`, `repo`.
    pub facets: Vec<Facet>,
    /// Calls over time: equal slots from the first to the last call (or over the range asked for).
    pub histogram: Vec<Slot>,
    /// The rows from `offset`, newest first, at most `limit`.
    pub rows: Vec<CallRow>,
}

/// How often each value of a column occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facet {
    /// Column name, which is also the URL parameter's.
    pub column: &'static str,
    /// Value and count, commonest first.
    pub values: Vec<(String, u64)>,
}

/// A slot of time with its counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Its first moment, µs since the epoch.
    pub start: i64,
    /// Its length, µs.
    pub length: i64,
    /// Calls allowed.
    pub allow: u64,
    /// Calls refused.
    pub deny: u64,
    /// Calls with any other or no decision.
    pub other: u64,
    /// Calls that somebody was asked about (a part of the three above).
    pub asked: u64,
}

/// Columns whose values are counted.
const FACETS: [&str; 6] = ["tool_name", "decision", "decided_by", "agent", "team", "repo"];

/// Values given per facet.
const FACET_VALUES: usize = 10;

/// Slots of the histogram.
const SLOTS: i64 = 60;

const TOTALS: &str = "
SELECT count(*) AS calls, count(DISTINCT session_id) AS sessions,
  count(DISTINCT coalesce(user_email, user_id)) AS people, min(event_time) AS first, max(event_time) AS last
FROM decisions WHERE ";

/// Facets and histogram in one scan: each row of the answer has one of the grouping columns, and `slot` is one of them.
const COUNTS: &str = "
SELECT tool_name, decision, decided_by, agent, team, repo, slot, count(*) AS calls,
  count(*) FILTER (WHERE answer = 'allow') AS allow, count(*) FILTER (WHERE answer = 'deny') AS deny,
  count(*) FILTER (WHERE asked) AS asked
FROM (
  SELECT tool_name, decision, decision AS answer, decided_by, agent, team, repo, asked,
    (CAST(event_time AS BIGINT) - {after}) / {length} AS slot
  FROM decisions WHERE {conditions}
)
GROUP BY GROUPING SETS ((tool_name), (decision), (decided_by), (agent), (team), (repo), (slot))";

const ROWS: &str = "
SELECT {columns} FROM decisions WHERE {conditions}
ORDER BY event_time DESC, sequence DESC NULLS LAST, event_id LIMIT {limit} OFFSET {offset}";

/// Finds calls.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn find(archive: &Archive, search: &Search) -> Result<Found, AskError> {
    if search.range.is_some_and(|range| range.after >= range.before) {
        return Ok(Found::default());
    }
    let reading = archive.begin().await?;
    let held = Held::find(&reading, &search.text).await?;
    let conditions = conditions(search, archive.redaction_keys().as_ref(), &held);
    let counted = async {
        let totals = totals(&reading, &conditions).await?;
        let range = search.range.or(match (totals.first, totals.last) {
            (Some(first), Some(last)) => Some(Range { after: first, before: last.saturating_add(1) }),
            _ => None,
        });
        let slots = range.and_then(|range| Slots::new(range, SLOTS));
        match slots {
            Some(slots) => counts(&reading, &conditions, slots, totals).await,
            None => Ok(totals),
        }
    };
    let (found, rows) = tokio::try_join!(counted, rows(&reading, &conditions, search.limit, search.offset))?;
    Ok(Found { rows, ..found })
}

fn conditions(search: &Search, keys: Option<&RedactionKeys>, held: &Held) -> Conditions {
    let mut conditions = Conditions::default();
    if let Some(range) = search.range {
        conditions.and_in(range);
    }
    conditions.and_text("session_id = ?", &search.session_id);
    conditions.and_text("tool_name = ?", &search.tool_name);
    conditions.and_text("mcp_server = ?", &search.mcp_server);
    conditions.and_text("decision = ?", &search.decision);
    conditions.and_text("decided_by = ?", &search.decided_by);
    conditions.and_text("(user_email = ? OR user_id = ?)", &search.user);
    conditions.and_text("team = ?", &search.team);
    conditions.and_text("repo = ?", &search.repo);
    conditions.and_text("agent = ?", &search.agent);
    conditions.and_text("permission_mode = ?", &search.permission_mode);
    conditions.and_text("command_head = ?", &search.command_head);
    if let Some(asked) = search.asked {
        conditions.and("asked = ?", ScalarValue::Boolean(Some(asked)));
    }
    if !search.host.is_empty() {
        let host = conditions.bind(text(&search.host));
        let url = Matching::url_at("url_at_host", &search.host);
        conditions.and_matching(format!("(host = {host} OR url_at_host(url))"), url);
    }
    if !search.path.is_empty() {
        let under = paths::under("name_path", keys, &search.path);
        conditions.and_matching("name_path(file_path, command, url)", under);
    }
    if !search.text.is_empty() {
        text::condition(&mut conditions, keys, held, &search.text);
    }
    conditions
}

async fn totals(reading: &Reading, conditions: &Conditions) -> Result<Found, AskError> {
    let rows = reading.rows(format!("{TOTALS}{}", conditions.sql()), conditions.bindings()).await?;
    Ok(rows.first().map_or_else(Found::default, |row| Found {
        calls: row.count("calls"),
        sessions: row.count("sessions"),
        people: row.count("people"),
        first: row.time("first"),
        last: row.time("last"),
        ..Found::default()
    }))
}

async fn counts(reading: &Reading, conditions: &Conditions, slots: Slots, totals: Found) -> Result<Found, AskError> {
    let mut conditions = conditions.clone();
    let sql = COUNTS
        .replace("{conditions}", &conditions.sql())
        .replace("{after}", &conditions.bind(int(slots.after)))
        .replace("{length}", &conditions.bind(int(slots.length)));
    let rows = reading.rows(sql, conditions.bindings()).await?;
    let mut histogram = slots.empty();
    let mut facets = FACETS.map(|column| Facet { column, values: Vec::new() });
    for row in rows.iter() {
        if let Some(slot) = row.int("slot") {
            if let Some(slot) = usize::try_from(slot).ok().and_then(|slot| histogram.get_mut(slot)) {
                (slot.allow, slot.deny, slot.asked) = (row.count("allow"), row.count("deny"), row.count("asked"));
                slot.other = row.count("calls").saturating_sub(slot.allow + slot.deny);
            }
            continue;
        }
        for facet in &mut facets {
            let value = row.text(facet.column);
            if !value.is_empty() {
                facet.values.push((value, row.count("calls")));
            }
        }
    }
    for facet in &mut facets {
        commonest_first(&mut facet.values);
        facet.values.truncate(FACET_VALUES);
    }
    Ok(Found { facets: facets.into(), histogram, ..totals })
}

/// Sorts counted values: commonest first, equally common ones by name.
pub(crate) fn commonest_first(values: &mut [(String, u64)]) {
    values.sort_by(|(left, more), (right, less)| less.cmp(more).then_with(|| left.cmp(right)));
}

/// The calls that meet the conditions, newest first.
pub(crate) async fn rows(
    reading: &Reading,
    conditions: &Conditions,
    limit: usize,
    offset: usize,
) -> Result<Vec<CallRow>, AskError> {
    let mut conditions = conditions.clone();
    let sql = ROWS
        .replace("{columns}", calls::COLUMNS)
        .replace("{conditions}", &conditions.sql())
        .replace("{limit}", &conditions.bind(size(limit)))
        .replace("{offset}", &conditions.bind(size(offset)));
    let rows = reading.rows(sql, conditions.bindings()).await?;
    Ok(rows.iter().map(CallRow::read).collect())
}
