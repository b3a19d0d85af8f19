//! One text for everything: part of what a call says, a path however it was written, or the hash of a secret.

use std::collections::BTreeSet;

use barograph_proto::keyed::{HASH_DIGITS, RedactionKeys};
use barograph_proto::paths::is_absolute;

use super::paths;
use crate::archive::AskError;
use crate::matching::Matching;
use crate::questions::conditions::{Conditions, size, text};
use crate::run::Reading;

/// Records in which the secret of this hash was found, newest first.
const HELD: &str = "
SELECT event_id, tool_use_id FROM (
  SELECT event_id, tool_use_id, event_time FROM events WHERE array_has(map_keys(redaction_secrets), $1)
  UNION ALL
  SELECT event_id, tool_use_id, event_time FROM spans WHERE array_has(map_keys(redaction_secrets), $1)
)
ORDER BY event_time DESC LIMIT $2";

/// How many of them are looked up in a search; the page about leaks counts all.
const MOST_HELD: usize = 2_000;

/// The text is part of a column; or it is a path that a column names in the way that redaction wrote it; or it is the
/// hash of a secret that was found in the call's records.
pub(super) fn condition(conditions: &mut Conditions, keys: Option<&RedactionKeys>, held: &Held, asked: &str) {
    let mut clauses = vec![
        "contain_text(command, file_path, url, tool_name, session_id, prompt_id, tool_use_id, user_email, user_id, team, \
         repo, host)"
            .to_owned(),
    ];
    conditions.function(Matching::containing("contain_text", asked));
    if let Some(under) = paths::under("name_asked_path", keys, asked).filter(|_| is_absolute(asked)) {
        clauses.push("name_asked_path(file_path, command, url)".to_owned());
        conditions.function(Some(under));
    }
    for (column, ids) in [("event_id", &held.event_ids), ("tool_use_id", &held.tool_use_ids)] {
        let ids: Vec<String> = ids.iter().map(|id| conditions.bind(text(id))).collect();
        if !ids.is_empty() {
            clauses.push(format!("{column} IN ({})", ids.join(", ")));
        }
    }
    conditions.and_any(&clauses);
}

/// The records that a secret was found in.
#[derive(Debug, Default)]
pub(super) struct Held {
    event_ids: BTreeSet<String>,
    tool_use_ids: BTreeSet<String>,
}

impl Held {
    /// Looks for the hash that a text is; nothing for a text that is none.
    pub(super) async fn find(reading: &Reading, asked: &str) -> Result<Self, AskError> {
        if !is_hash(asked) {
            return Ok(Self::default());
        }
        let rows = reading.rows(HELD, vec![text(&asked.to_ascii_lowercase()), size(MOST_HELD)]).await?;
        let ids =
            |column: &'static str| rows.iter().map(move |row| row.text(column)).filter(|id| !id.is_empty()).collect();
        Ok(Self { event_ids: ids("event_id"), tool_use_ids: ids("tool_use_id") })
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_DIGITS && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}
