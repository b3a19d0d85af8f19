//! Where agents press against their permissions: calls that were asked about or refused, by tool, command head and team.

use super::Range;
use super::conditions::{Conditions, int, size, time};
use super::slots::Slots;
use crate::archive::{Archive, AskError};
use crate::rows::Row;
use crate::run::Reading;

/// Which calls to rank.
#[derive(Clone, Debug, PartialEq)]
pub struct PressureOf {
    /// When.
    pub range: Range,
    /// Only this team; all when empty.
    pub team: String,
    /// Only this agent; all when empty.
    pub agent: String,
    /// How many rows to give.
    pub limit: usize,
}

/// One place of pressure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hotspot {
    /// Canonical tool name.
    pub tool_name: String,
    /// First words of the command (`git push`), the folder of the path, the host of the URL, or the MCP server; may be
    /// empty.
    pub command_head: String,
    /// Claimed team; may be empty.
    pub team: String,
    /// Calls in all.
    pub calls: u64,
    /// Calls that somebody was asked about.
    pub asked: u64,
    /// Calls refused.
    pub denied: u64,
    /// Calls that were asked about or refused, each once: what the ranking counts.
    pub pressed: u64,
    /// How long people were waited for, ms.
    pub waited_ms: f64,
    /// Distinct people whose agents did it.
    pub people: u64,
    /// Distinct sessions.
    pub sessions: u64,
    /// Asked or refused in the range before, of equal length.
    pub pressed_before: u64,
    /// Asked or refused over the range, 24 equal slots.
    pub trace: Vec<u64>,
}

/// Slots of a trace.
const TRACE: usize = 24;

/// One scan over the range and the one before it. A wait counts where somebody was asked: agents report one of some ms
/// for every call.
const HOTSPOTS: &str = "
SELECT tool_name, command_head, team,
  count(*) FILTER (WHERE now) AS calls, count(*) FILTER (WHERE now AND asked) AS asked,
  count(*) FILTER (WHERE now AND decision = 'deny') AS denied, count(*) FILTER (WHERE now AND is_pressed) AS pressed,
  sum(wait_ms) FILTER (WHERE now AND asked) AS waited_ms,
  count(DISTINCT person) FILTER (WHERE now) AS people, count(DISTINCT session_id) FILTER (WHERE now) AS sessions,
  count(*) FILTER (WHERE NOT now AND is_pressed) AS pressed_before{trace}
FROM (
  SELECT tool_name, command_head, team, session_id, coalesce(user_email, user_id) AS person, decision, asked, wait_ms,
    coalesce(asked, false) OR coalesce(decision = 'deny', false) AS is_pressed, event_time >= {start} AS now,
    (CAST(event_time AS BIGINT) - {after}) / {length} AS slot
  FROM decisions WHERE {conditions}
)
GROUP BY tool_name, command_head, team
HAVING count(*) FILTER (WHERE now AND is_pressed) > 0
ORDER BY pressed DESC, calls DESC, tool_name, command_head, team
LIMIT {limit}";

/// Ranks the places of pressure, hardest first.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn pressure(archive: &Archive, of: &PressureOf) -> Result<Vec<Hotspot>, AskError> {
    hotspots(&archive.begin().await?, of).await
}

/// [`pressure`] within a question.
pub(crate) async fn hotspots(reading: &Reading, of: &PressureOf) -> Result<Vec<Hotspot>, AskError> {
    let range = of.range;
    let Some(slots) = i64::try_from(TRACE).ok().and_then(|trace| Slots::new(range, trace)) else {
        return Ok(Vec::new());
    };
    let before = range.after.saturating_sub(range.before - range.after);
    let mut conditions = Conditions::default();
    conditions.and_in(Range { after: before, before: range.before });
    conditions.and_text("team = ?", &of.team);
    conditions.and_text("agent = ?", &of.agent);
    let trace: Vec<_> = (0..TRACE)
        .map(|slot| format!(",\n  count(*) FILTER (WHERE now AND is_pressed AND slot = {slot}) AS t{slot}"))
        .collect();
    let sql = HOTSPOTS
        .replace("{conditions}", &conditions.sql())
        .replace("{trace}", &trace.concat())
        .replace("{start}", &conditions.bind(time(range.after)))
        .replace("{after}", &conditions.bind(int(slots.after)))
        .replace("{length}", &conditions.bind(int(slots.length)))
        .replace("{limit}", &conditions.bind(size(of.limit)));
    let rows = reading.rows(sql, conditions.bindings()).await?;
    Ok(rows.iter().map(read).collect())
}

fn read(row: Row<'_>) -> Hotspot {
    Hotspot {
        tool_name: row.text("tool_name"),
        command_head: row.text("command_head"),
        team: row.text("team"),
        calls: row.count("calls"),
        asked: row.count("asked"),
        denied: row.count("denied"),
        pressed: row.count("pressed"),
        waited_ms: row.float("waited_ms").unwrap_or_default(),
        people: row.count("people"),
        sessions: row.count("sessions"),
        pressed_before: row.count("pressed_before"),
        trace: (0..TRACE).map(|slot| row.count(&format!("t{slot}"))).collect(),
    }
}
