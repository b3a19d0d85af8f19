//! What the agents' tools are: kinds, names, and the argument that matters.

use serde_json::{Map, Value};

use super::attributes::Attributes;
use crate::row::Call;
use crate::values::{Outcome, ToolKind};

/// The kind of a built-in tool, by the names that the agents use.
pub(super) fn kind(tool_name: &str) -> ToolKind {
    match tool_name {
        "Bash" | "BashOutput" | "KillShell" | "KillBash" | "PowerShell" | "Monitor" | "exec_command"
        | "write_stdin" | "shell" | "local_shell" | "shell_command" | "unified_exec" | "run_shell_command" | "bash"
        | "powershell" => ToolKind::Shell,
        "Read"
        | "Grep"
        | "Glob"
        | "LS"
        | "NotebookRead"
        | "LSP"
        | "read_file"
        | "read_many_files"
        | "list_directory"
        | "glob"
        | "grep_search"
        | "search_file_content"
        | "view"
        | "view_image"
        | "grep" => ToolKind::Read,
        "Edit" | "MultiEdit" | "Write" | "NotebookEdit" | "apply_patch" | "replace" | "write_file" | "edit"
        | "create" | "str_replace_editor" => ToolKind::Edit,
        "WebFetch" | "WebSearch" | "web_fetch" | "google_web_search" | "web_search" | "fetch" => ToolKind::Web,
        "Agent" | "Task" | "Skill" | "TaskOutput" | "TaskStop" | "Workflow" | "invoke_agent" | "spawn_agent" => {
            ToolKind::Agent
        }
        name if name == "mcp_tool" || name.starts_with("mcp_") => ToolKind::Mcp,
        _ => ToolKind::Other,
    }
}

/// What came of a call by the attribute `success`, which Claude Code and Codex send; empty when it was not sent.
pub(super) fn outcome(attributes: &Attributes) -> String {
    match attributes.flag("success") {
        Some(true) => Outcome::Succeeded.to_string(),
        Some(false) => Outcome::Failed.to_string(),
        None => String::new(),
    }
}

/// Names an MCP tool canonically once server and tool are known.
pub(super) fn name_mcp(call: &mut Call) {
    if !call.mcp_server.is_empty() && !call.mcp_tool.is_empty() {
        call.tool_name = format!("mcp__{}__{}", call.mcp_server, call.mcp_tool);
    }
}

/// Fills in server and tool from a name of the form `mcp__server__tool`.
pub(super) fn split_mcp(call: &mut Call) {
    if let Some((server, tool)) = call.tool_name.strip_prefix("mcp__").and_then(|rest| rest.split_once("__"))
        && call.mcp_server.is_empty()
        && !server.is_empty()
        && !tool.is_empty()
    {
        call.mcp_server = server.to_owned();
        call.mcp_tool = tool.to_owned();
    }
}

/// Fills in the argument that matters from a tool's arguments. An MCP tool's own arguments mean whatever its server
/// says, so none of them is taken for a command or path.
pub(super) fn arguments(call: &mut Call, arguments: &Map<String, Value>) {
    if call.tool_kind == ToolKind::Mcp.as_str() {
        return;
    }
    fill(&mut call.command, arguments, &["full_command", "command", "cmd"]);
    fill(&mut call.file_path, arguments, &["file_path", "notebook_path", "absolute_path", "path", "dir_path"]);
    fill(&mut call.url, arguments, &["url"]);
}

fn fill(column: &mut String, arguments: &Map<String, Value>, names: &[&str]) {
    if !column.is_empty() {
        return;
    }
    for name in names {
        match arguments.get(*name) {
            Some(Value::String(text)) if !text.is_empty() => {
                column.clone_from(text);
                return;
            }
            // Codex's older shell tool sends an argument vector.
            Some(Value::Array(words)) if words.iter().all(Value::is_string) => {
                *column = words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
                return;
            }
            _ => {}
        }
    }
}

/// The same from arguments that the sender cut off (Claude Code does after 4,096 characters): a value that came whole
/// before the cut is still found.
pub(super) fn cut_arguments(call: &mut Call, text: &str) {
    let mut found = Map::new();
    for name in ["file_path", "notebook_path", "url"] {
        let quoted = format!("\"{name}\":");
        let Some((_, rest)) = text.split_once(&quoted) else { continue };
        if let Some(Ok(value @ Value::String(_))) = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next()
        {
            found.insert(name.to_owned(), value);
        }
    }
    arguments(call, &found);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_before_the_cut_is_found() {
        let mut call = Call::default();
        cut_arguments(&mut call, r#"{"file_path":"/src/a \"b\".rs","content":"fn main() {…[truncated]"#);
        assert_eq!(call.file_path, r#"/src/a "b".rs"#);
    }

    #[test]
    fn a_value_that_was_cut_itself_is_not_taken() {
        let mut call = Call::default();
        cut_arguments(&mut call, r#"{"file_path":"/src/a…[truncated]"#);
        assert_eq!(call.file_path, "");
    }

    #[test]
    fn arguments_of_mcp_tools_are_not_commands() {
        let mut call = Call { tool_kind: ToolKind::Mcp.to_string(), ..Call::default() };
        let arguments_sent = serde_json::json!({"command": "x", "path": "y"});
        arguments(&mut call, arguments_sent.as_object().unwrap());
        assert_eq!((call.command.as_str(), call.file_path.as_str()), ("", ""));
    }
}
