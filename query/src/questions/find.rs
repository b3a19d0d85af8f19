//! Which session did that? Calls by any of what an investigator may hold in hand.

use super::Range;
use super::calls::CallRow;
use crate::archive::{Archive, AskError};

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
    /// Value counts per column, commonest first, at most ten each: tool_name, decision, decided_by, agent, team, repo.
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

/// Finds calls.
///
/// # Errors
/// When the archive cannot answer in its limits.
pub async fn find(_archive: &Archive, _search: &Search) -> Result<Found, AskError> {
    Ok(Found::default())
}
