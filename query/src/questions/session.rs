//! One session's story: who, where, when, in which modes, then prompts with their calls in order.

mod notes;
mod telling;

use super::calls::{self, CallRow};
use super::conditions::text;
use crate::archive::{Archive, AskError};
use telling::Telling;

/// A session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// Session id.
    pub session_id: String,
    /// Agent.
    pub agent: String,
    /// Agent versions seen in it.
    pub agent_versions: Vec<String>,
    /// Claimed e-mail addresses.
    pub user_emails: Vec<String>,
    /// Claimed user ids.
    pub user_ids: Vec<String>,
    /// Claimed organizations.
    pub organizations: Vec<String>,
    /// Claimed teams.
    pub teams: Vec<String>,
    /// Claimed repositories.
    pub repos: Vec<String>,
    /// Claimed hosts.
    pub hosts: Vec<String>,
    /// First event, µs since the epoch.
    pub first: i64,
    /// Last event, µs since the epoch.
    pub last: i64,
    /// Events in all.
    pub events: u64,
    /// Permission modes in order, with the time since when each was seen.
    pub modes: Vec<ModeSpan>,
    /// Whether a person sat at the agent's own prompt; none when it cannot be told.
    pub interactive: Option<bool>,
    /// Holes in the sender's counter: (after, before) sequence numbers around each.
    pub gaps: Vec<(i64, i64)>,
    /// Cost, US dollars, where told.
    pub cost_usd: Option<f64>,
    /// Tokens sent and received, where told.
    pub tokens: Option<(i64, i64)>,
    /// The session in order.
    pub chapters: Vec<Chapter>,
}

/// A mode and since when it was in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModeSpan {
    /// Since when (first seen), µs since the epoch.
    pub since: i64,
    /// Mode, by the agent's own name.
    pub permission_mode: String,
    /// How it was changed, where told (`shift_tab`).
    pub trigger: String,
}

/// A prompt and what followed; the first chapter may have none (what was sent before any prompt).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chapter {
    /// Prompt id; empty for none.
    pub prompt_id: String,
    /// When, µs since the epoch.
    pub event_time: i64,
    /// The prompt as the policy left it (usually a chip with length and hash).
    pub prompt: String,
    /// Length of the prompt, characters, where told.
    pub prompt_length: Option<i64>,
    /// Its calls and other moments, in order.
    pub moments: Vec<Moment>,
}

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Moment {
    /// A tool call.
    Call(Box<CallRow>),
    /// Another event worth a line: mode change, MCP connection, hook that blocked, error, subagent, compaction.
    Note(Note),
}

/// One line about an event that is not a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Event id.
    pub event_id: String,
    /// When, µs since the epoch.
    pub event_time: i64,
    /// Canonical kind.
    pub kind: String,
    /// Event name as sent.
    pub event_name: String,
    /// What happened, in a few words (`default → auto, by shift_tab`).
    pub text: String,
}

const EVENTS: &str = "
SELECT event_id, event_time, sequence, kind, event_name, agent, agent_version, prompt_id, user_email, user_id,
  organization_id, team, repo, host, permission_mode, interactive, mcp_server, error_type, hook_event, cost_usd,
  input_tokens, output_tokens, attributes
FROM events WHERE session_id = $1 ORDER BY event_time, sequence, event_id";

/// For agents that send spans and no log records.
const SPANS: &str = "
SELECT agent, agent_version, user_email, user_id, organization_id, team, repo, host,
  min(event_time) AS first, max(event_time) AS last
FROM spans WHERE session_id = $1
GROUP BY agent, agent_version, user_email, user_id, organization_id, team, repo, host
ORDER BY first";

const CALLS: &str = "
SELECT {columns}, interactive, organization_id FROM decisions WHERE session_id = $1
ORDER BY event_time, sequence, event_id";

/// The story of a session; none when the archive does not know it.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn session(archive: &Archive, session_id: &str) -> Result<Option<Story>, AskError> {
    let reading = archive.begin().await?;
    let (events, spans, calls) = tokio::try_join!(
        reading.rows(EVENTS, vec![text(session_id)]),
        reading.rows(SPANS, vec![text(session_id)]),
        reading.rows(CALLS.replace("{columns}", calls::COLUMNS), vec![text(session_id)]),
    )?;
    let mut telling = Telling::new(session_id);
    for row in spans.iter() {
        telling.sender(row);
        telling.at(row.time("first"));
        telling.at(row.time("last"));
    }
    for row in events.iter() {
        telling.event(row);
    }
    for row in calls.iter() {
        telling.call(row);
    }
    Ok(telling.end())
}
