//! What happened in a stretch of time: volume, decisions, refusals, who was asked.

use std::collections::BTreeMap;

use barograph_proto::time::SECOND;

use super::Range;
use super::calls::CallRow;
use super::conditions::{Conditions, int, text, time};
use super::find::{self, Slot};
use super::pressure::{self, Hotspot, PressureOf};
use super::slots::Slots;
use crate::archive::{Archive, AskError};
use crate::run::Reading;

/// The overview's figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Whether the archive holds anything at all, of any time.
    pub any_events: bool,
    /// Rows of `events` in the range.
    pub events: u64,
    /// Calls with a decision record in the range.
    pub calls: u64,
    /// Calls that somebody was asked about.
    pub asked: u64,
    /// Calls of which it cannot be told whether somebody was asked.
    pub asked_unknown: u64,
    /// Calls refused.
    pub denied: u64,
    /// Calls decided in mode bypassPermissions, yolo or the like.
    pub bypassed: u64,
    /// How long people were waited for in all, ms.
    pub waited_ms: f64,
    /// Distinct sessions.
    pub sessions: u64,
    /// Distinct people (e-mail, else user id).
    pub people: u64,
    /// Calls over time, about 168 equal slots.
    pub slots: Vec<Slot>,
    /// Calls per `decided_by`, commonest first.
    pub decided_by: Vec<(String, u64)>,
    /// Where agents press most, at most five.
    pub hotspots: Vec<Hotspot>,
    /// Latest refusals, newest first, at most ten.
    pub refusals: Vec<CallRow>,
    /// Agents and versions seen, newest first.
    pub agents: Vec<AgentSeen>,
}

/// One version of one agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentSeen {
    /// Agent.
    pub agent: String,
    /// Version.
    pub agent_version: String,
    /// Sessions in the range.
    pub sessions: u64,
    /// Events in the range.
    pub events: u64,
    /// First event in the range, µs since the epoch.
    pub first: i64,
    /// Last event in the range, µs since the epoch.
    pub last: i64,
}

/// Slots of the overview: the hours of a week.
const SLOTS: i64 = 168;

/// Hotspots shown.
const HOTSPOTS: usize = 5;

/// Refusals shown.
const REFUSALS: usize = 10;

/// All that adds up, per slot and decider. `bypassed` counts the modes in which the agent asks nobody and refuses
/// nothing by itself: Claude Code's, Gemini CLI's and Codex's names. A wait counts where somebody was asked: agents
/// report one of some ms for every call.
const FIGURES: &str = "
SELECT slot, decided_by, count(*) AS calls,
  count(*) FILTER (WHERE decision = 'allow') AS allow, count(*) FILTER (WHERE decision = 'deny') AS deny,
  count(*) FILTER (WHERE asked) AS asked, count(*) FILTER (WHERE asked IS NULL) AS asked_unknown,
  count(*) FILTER (WHERE permission_mode IN ('bypassPermissions', 'yolo', 'danger-full-access')) AS bypassed,
  sum(wait_ms) FILTER (WHERE asked) AS waited_ms
FROM (
  SELECT decided_by, decision, asked, permission_mode, wait_ms,
    (CAST(event_time AS BIGINT) - {after}) / {length} AS slot
  FROM decisions WHERE {conditions}
)
GROUP BY slot, decided_by";

const DISTINCT: &str = "
SELECT count(DISTINCT session_id) AS sessions, count(DISTINCT coalesce(user_email, user_id)) AS people
FROM decisions WHERE ";

const AGENTS: &str = "
SELECT agent, agent_version, count(DISTINCT session_id) AS sessions, count(*) AS events,
  min(event_time) AS first, max(event_time) AS last
FROM events WHERE {conditions}
GROUP BY agent, agent_version
ORDER BY last DESC, agent, agent_version";

/// A clock that runs ahead of the collector's by more than a day is wrong, and must not move the pages into the future.
const NEWEST: &str = "
SELECT max(event_time) AS newest FROM events WHERE event_time <= received_time + INTERVAL '1 day' AND ";

/// The time of the newest event in the archive, µs since the epoch: pages that are given no range end there or now,
/// whichever is later. None for an empty archive. Events dated more than a day after their receipt do not count.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn newest(archive: &Archive) -> Result<Option<i64>, AskError> {
    let reading = archive.begin().await?;
    if !reading.any_events() {
        return Ok(None);
    }
    // The log bounds the newest event from above, so it is in a file that reaches there: most others stay shut.
    if let Some(latest) = reading.latest_event() {
        let newest = newest_since(&reading, latest.saturating_sub(SECOND)).await?;
        if newest.is_some() {
            return Ok(newest);
        }
    }
    newest_since(&reading, i64::MIN).await
}

async fn newest_since(reading: &Reading, after: i64) -> Result<Option<i64>, AskError> {
    let mut conditions = Conditions::default();
    conditions.and("event_time >= ?", time(after));
    let rows = reading.rows(format!("{NEWEST}{}", conditions.sql()), conditions.bindings()).await?;
    Ok(rows.first().and_then(|row| row.time("newest")))
}

/// The overview of a range. Sessions and people are those of the calls in it.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn overview(archive: &Archive, range: Range) -> Result<Overview, AskError> {
    let reading = archive.begin().await?;
    let any_events = reading.any_events();
    let Some(slots) = Slots::new(range, SLOTS).filter(|_| any_events) else {
        return Ok(Overview { any_events, ..Overview::default() });
    };
    let mut conditions = Conditions::default();
    conditions.and_in(range);
    let mut refused = conditions.clone();
    refused.and("decision = ?", text("deny"));
    let of = PressureOf { range, team: String::new(), agent: String::new(), limit: HOTSPOTS };
    let (figures, (sessions, people), agents, hotspots, refusals) = tokio::try_join!(
        figures(&reading, &conditions, slots),
        distinct(&reading, &conditions),
        agents(&reading, &conditions),
        pressure::hotspots(&reading, &of),
        find::rows(&reading, &refused, REFUSALS, 0),
    )?;
    let events = agents.iter().map(|agent| agent.events).sum();
    Ok(Overview { any_events, events, sessions, people, hotspots, refusals, agents, ..figures })
}

async fn figures(reading: &Reading, conditions: &Conditions, slots: Slots) -> Result<Overview, AskError> {
    let mut conditions = conditions.clone();
    let sql = FIGURES
        .replace("{conditions}", &conditions.sql())
        .replace("{after}", &conditions.bind(int(slots.after)))
        .replace("{length}", &conditions.bind(int(slots.length)));
    let rows = reading.rows(sql, conditions.bindings()).await?;
    let mut overview = Overview { slots: slots.empty(), ..Overview::default() };
    let mut decided_by = BTreeMap::<String, u64>::new();
    for row in rows.iter() {
        let [calls, allow, deny, asked] = ["calls", "allow", "deny", "asked"].map(|column| row.count(column));
        overview.calls += calls;
        overview.denied += deny;
        overview.asked += asked;
        overview.asked_unknown += row.count("asked_unknown");
        overview.bypassed += row.count("bypassed");
        overview.waited_ms += row.float("waited_ms").unwrap_or_default();
        let slot = row.int("slot").and_then(|slot| usize::try_from(slot).ok());
        if let Some(slot) = slot.and_then(|slot| overview.slots.get_mut(slot)) {
            slot.allow += allow;
            slot.deny += deny;
            slot.asked += asked;
            slot.other += calls.saturating_sub(allow + deny);
        }
        *decided_by.entry(row.text("decided_by")).or_default() += calls;
    }
    decided_by.remove("");
    overview.decided_by = decided_by.into_iter().collect();
    find::commonest_first(&mut overview.decided_by);
    Ok(overview)
}

async fn distinct(reading: &Reading, conditions: &Conditions) -> Result<(u64, u64), AskError> {
    let rows = reading.rows(format!("{DISTINCT}{}", conditions.sql()), conditions.bindings()).await?;
    Ok(rows.first().map_or((0, 0), |row| (row.count("sessions"), row.count("people"))))
}

async fn agents(reading: &Reading, conditions: &Conditions) -> Result<Vec<AgentSeen>, AskError> {
    let sql = AGENTS.replace("{conditions}", &conditions.sql());
    let rows = reading.rows(sql, conditions.bindings()).await?;
    Ok(rows
        .iter()
        .map(|row| AgentSeen {
            agent: row.text("agent"),
            agent_version: row.text("agent_version"),
            sessions: row.count("sessions"),
            events: row.count("events"),
            first: row.time("first").unwrap_or_default(),
            last: row.time("last").unwrap_or_default(),
        })
        .collect())
}
