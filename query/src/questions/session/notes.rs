//! What a session's events other than calls and prompts say, in a few words each.

use super::Note;
use crate::rows::Row;

/// Longest text taken over from an attribute, characters.
const MAX_TEXT: usize = 200;

/// Attributes by key, sorted.
#[derive(Debug)]
pub(super) struct Attributes(pub(super) Vec<(String, String)>);

impl Attributes {
    /// The value; empty when there is none.
    pub(super) fn get(&self, key: &str) -> &str {
        let index = self.0.binary_search_by(|(name, _)| name.as_str().cmp(key));
        index.ok().and_then(|index| self.0.get(index)).map_or("", |(_, value)| value)
    }

    /// The value, not too long, after a text; nothing when there is none.
    fn after(&self, text: &str, key: &str) -> String {
        let value = self.get(key);
        if value.is_empty() { String::new() } else { format!("{text}{}", short(value)) }
    }

    fn number(&self, key: &str) -> f64 {
        self.get(key).parse().unwrap_or_default()
    }
}

/// A line about an event; none for an event that is not worth one.
pub(super) fn note(row: Row<'_>, kind: &str, attributes: &Attributes) -> Option<Note> {
    let text = match kind {
        "mode_change" => mode_change(row, attributes),
        "mcp_connection" => mcp_connection(row, attributes),
        "hook" => blocking_hook(row, attributes)?,
        "error" => error(row, attributes),
        "subagent" => subagent(attributes),
        "compaction" => compaction(attributes),
        _ => return None,
    };
    Some(Note {
        event_id: row.text("event_id"),
        event_time: row.time("event_time").unwrap_or_default(),
        kind: kind.to_owned(),
        event_name: row.text("event_name"),
        text,
    })
}

fn mode_change(row: Row<'_>, attributes: &Attributes) -> String {
    let to = row.text("permission_mode");
    let to = if to.is_empty() { attributes.get("to_mode").to_owned() } else { to };
    let by = attributes.after(", by ", "trigger");
    match attributes.get("from_mode") {
        "" => format!("{to}{by}"),
        from => format!("{from} → {to}{by}"),
    }
}

fn mcp_connection(row: Row<'_>, attributes: &Attributes) -> String {
    let server = row.text("mcp_server");
    let server = if server.is_empty() { attributes.get("server_name").to_owned() } else { server };
    let server = if server.is_empty() { "MCP server".to_owned() } else { server };
    let status = attributes.after(" ", "status");
    let over = attributes.after(" over ", "transport_type");
    let error = attributes.after(": ", "error_code");
    format!("{server}{status}{over}{error}")
}

/// A hook that blocked nothing is no news.
fn blocking_hook(row: Row<'_>, attributes: &Attributes) -> Option<String> {
    if attributes.number("num_blocking") < 1.0 {
        return None;
    }
    let name = attributes.get("hook_name");
    let name = if name.is_empty() { row.text("hook_event") } else { short(name) };
    let of = attributes.after(" of ", "num_hooks");
    Some(format!("{name}: {}{of} blocked", attributes.get("num_blocking")))
}

fn error(row: Row<'_>, attributes: &Attributes) -> String {
    let status = attributes.after("status ", "status_code");
    let attempts = attributes.after("attempt ", "attempt");
    let message = [attributes.get("error"), attributes.get("error.message"), attributes.get("error_name")];
    let message = message.into_iter().find(|text| !text.is_empty()).map(short).unwrap_or_default();
    let parts = [row.text("error_type"), status, message, attempts];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn subagent(attributes: &Attributes) -> String {
    let name = attributes.get("agent_type");
    let name = if name.is_empty() { "subagent".to_owned() } else { short(name) };
    let uses = match attributes.get("total_tool_uses") {
        "" => String::new(),
        uses => format!(", {uses} tool calls"),
    };
    format!("{name} finished{uses}")
}

fn compaction(attributes: &Attributes) -> String {
    let trigger = match attributes.get("trigger") {
        "" => "compacted".to_owned(),
        trigger => format!("compacted, {}", short(trigger)),
    };
    match (attributes.get("pre_tokens"), attributes.get("post_tokens")) {
        ("", _) | (_, "") => trigger,
        (before, after) => format!("{trigger}: {before} → {after} tokens"),
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
