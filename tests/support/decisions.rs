//! The rows of the `decisions` view, joined to the labels as each agent's ids allow.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::captures::Label;
use super::query;

/// A row of `decisions`. An absent value and an empty one are both none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DecisionRow {
    pub(crate) event_id: String,
    pub(crate) agent: String,
    #[serde(deserialize_with = "told")]
    pub(crate) session_id: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) tool_use_id: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) tool_name: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) mcp_server: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) mcp_tool: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) command: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) file_path: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) url: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) decision: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) source: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) decided_by: Option<String>,
    #[serde(deserialize_with = "told")]
    pub(crate) decided_by_reason: Option<String>,
    pub(crate) sequence: Option<i64>,
    pub(crate) event_us: i64,
    pub(crate) received_us: i64,
}

const COLUMNS: &str = "event_id, agent, session_id, tool_use_id, tool_name, mcp_server, mcp_tool, command, file_path, \
                       url, decision, source, decided_by, decided_by_reason, sequence, \
                       CAST(event_time AS BIGINT) AS event_us, CAST(received_time AS BIGINT) AS received_us";

fn told<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// The decisions of a store, to be joined to labels.
#[derive(Debug)]
pub(crate) struct Decisions {
    by_call: HashMap<(String, String), Vec<DecisionRow>>,
    /// Without a call id, in the order in which they happened, per agent and session.
    by_order: HashMap<(String, String), Vec<DecisionRow>>,
}

impl Decisions {
    /// Reads them all.
    pub(crate) fn read(data_dir: &Path) -> Self {
        let mut by_call: HashMap<_, Vec<DecisionRow>> = HashMap::new();
        let mut by_order: HashMap<_, Vec<DecisionRow>> = HashMap::new();
        for row in query::all_rows::<DecisionRow>(data_dir, COLUMNS, "decisions") {
            match (&row.tool_use_id, &row.session_id) {
                (Some(call), _) => by_call.entry((row.agent.clone(), call.clone())).or_default().push(row),
                (None, Some(session)) => by_order.entry((row.agent.clone(), session.clone())).or_default().push(row),
                (None, None) => {}
            }
        }
        for rows in by_order.values_mut() {
            rows.sort_by_key(|row| (row.event_us, row.sequence, row.received_us));
        }
        Self { by_call, by_order }
    }

    /// The row of each label of a scenario, in the labels' order; or why there is not exactly one.
    pub(crate) fn join(&self, labels: &[Label]) -> Vec<Result<&DecisionRow, String>> {
        let mut taken: HashMap<&str, usize> = HashMap::new();
        let mut joined = Vec::new();
        for label in labels {
            let session = label.session_id.as_deref().unwrap_or_default();
            joined.push(if let Some(call) = &label.tool_use_id {
                self.by_call(&label.agent, call)
            } else {
                let place = taken.entry(session).or_default();
                *place += 1;
                let rows = self.by_order.get(&(label.agent.clone(), session.to_owned()));
                let row = rows.and_then(|rows| rows.get(*place - 1));
                row.ok_or_else(|| format!("session {session} has no call {place}"))
            });
        }
        joined
    }

    fn by_call(&self, agent: &str, call: &str) -> Result<&DecisionRow, String> {
        match self.by_call.get(&(agent.to_owned(), call.to_owned())).map_or(&[][..], Vec::as_slice) {
            [row] => Ok(row),
            rows => Err(format!("{} rows for call {call}", rows.len())),
        }
    }

    /// How many rows without a call id a session has.
    pub(crate) fn without_call(&self, agent: &str, session: &str) -> usize {
        self.by_order.get(&(agent.to_owned(), session.to_owned())).map_or(0, Vec::len)
    }
}
