//! `command_head(…)`: the family of a call, by which pressure is counted: `git push`, a folder, a host, an MCP server.

use std::sync::Arc;

use arrow::array::{Array, StringViewArray, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::cast::as_string_view_array;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// Programs whose first operand names what they do.
const WITH_SUBCOMMAND: &[&str] = &[
    "apt",
    "apt-get",
    "aws",
    "az",
    "brew",
    "bun",
    "bundle",
    "cargo",
    "composer",
    "deno",
    "docker",
    "dotnet",
    "flyctl",
    "gcloud",
    "gh",
    "git",
    "glab",
    "go",
    "gradle",
    "helm",
    "just",
    "kubectl",
    "make",
    "mvn",
    "npm",
    "npx",
    "pip",
    "pip3",
    "pnpm",
    "podman",
    "poetry",
    "rustup",
    "systemctl",
    "task",
    "terraform",
    "uv",
    "yarn",
];

/// Words that stand before the command that matters.
const WRAPPERS: &[&str] = &["sudo", "env", "time", "timeout", "nohup", "nice", "exec", "command"];

/// Options before the subcommand that take the next word as their value.
const WITH_VALUE: &[&str] = &[
    "-C",
    "-c",
    "--git-dir",
    "--work-tree",
    "--context",
    "-n",
    "--namespace",
    "--kubeconfig",
    "-f",
    "--file",
    "-H",
    "--host",
    "--project",
    "--profile",
    "--region",
    "--prefix",
    "-w",
    "--workspace",
    "--cwd",
    "--dir",
    "--manifest-path",
];

/// The function: kind of tool, command, path, URL, MCP server.
pub(crate) fn function() -> ScalarUDF {
    create_udf(
        "command_head",
        vec![DataType::Utf8View; 5],
        DataType::Utf8View,
        Volatility::Immutable,
        Arc::new(evaluate),
    )
}

fn evaluate(arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let [kind, command, path, url, server] = arrays.as_slice() else {
        return Err(datafusion::error::DataFusionError::Internal("command_head takes 5 arguments".to_owned()));
    };
    let kind = as_string_view_array(kind)?;
    let (command, path) = (as_string_view_array(command)?, as_string_view_array(path)?);
    let (url, server) = (as_string_view_array(url)?, as_string_view_array(server)?);
    let mut heads = StringViewBuilder::with_capacity(kind.len());
    for row in 0..kind.len() {
        let head = if text(kind, row) == "mcp" {
            text(server, row).to_owned()
        } else if !text(command, row).is_empty() {
            of_command(text(command, row))
        } else if !text(path, row).is_empty() {
            of_path(text(path, row)).to_owned()
        } else {
            of_url(text(url, row))
        };
        heads.append_option((!head.is_empty()).then_some(head));
    }
    Ok(ColumnarValue::Array(Arc::new(heads.finish())))
}

fn text(array: &StringViewArray, row: usize) -> &str {
    if array.is_null(row) { "" } else { array.value(row) }
}

/// The program of a command line, with its subcommand where it has one. `cd somewhere &&` and assignments do not count.
fn of_command(command: &str) -> String {
    let mut parts = command.split("&&").map(str::trim);
    let part = parts.find(|part| !part.starts_with("cd ") && !part.is_empty()).unwrap_or(command);
    let mut words = part.split_whitespace().skip_while(|word| {
        WRAPPERS.contains(word) || word.split_once('=').is_some_and(|(name, _)| is_variable(name)) || is_number(word)
    });
    let Some(program) = words.next() else { return String::new() };
    let program = program.trim_end_matches([';', ')']);
    let program = program.rsplit('/').next().unwrap_or(program);
    if !WITH_SUBCOMMAND.contains(&program) {
        return program.to_owned();
    }
    let mut subcommand = words.next();
    while let Some(option) = subcommand.filter(|word| word.starts_with('-')) {
        if WITH_VALUE.contains(&option) {
            words.next();
        }
        subcommand = words.next();
    }
    match subcommand {
        Some(subcommand) if subcommand.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte)) => {
            format!("{program} {subcommand}")
        }
        _ => program.to_owned(),
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The folder of a path.
fn of_path(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => path,
    }
}

/// The host of a URL.
fn of_url(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_name_the_family() {
        for (command, head) in [
            ("git push --force origin main", "git push"),
            ("git -C . push", "git push"),
            ("cd /src && npm test -- --run", "npm test"),
            ("sudo rm -rf /", "rm"),
            ("FOO=1 BAR=2 cargo build", "cargo build"),
            ("timeout 10 ./run.sh x", "run.sh"),
            ("ls; rm x", "ls"),
            ("", ""),
            ("kubectl --context prod delete pod x", "kubectl delete"),
        ] {
            assert_eq!(of_command(command), head, "{command}");
        }
        assert_eq!(of_path("/etc/passwd"), "/etc");
        assert_eq!(of_path("/x"), "/");
        assert_eq!(of_url("https://example.com/a?b"), "example.com");
    }
}
