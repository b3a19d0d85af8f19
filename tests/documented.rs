//! The worked example of the documentation is worked here: its files are written as the page has them, its commands are
//! run, and they print what the page says, but for hashes and tokens, which every key makes anew.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

const PAGE: &str = include_str!("../docs/redaction.md");

/// The section with the example.
fn example() -> &'static str {
    let (_, rest) = PAGE.split_once("## A policy for a new tool, in five minutes").unwrap();
    rest.split_once("\n## ").unwrap().0
}

/// A command and what it prints, as the page shows them.
struct Shown {
    command: String,
    output: Vec<String>,
}

fn shown() -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut in_block = false;
    for line in example().lines() {
        match line.strip_prefix("    ") {
            Some(line) => {
                in_block = true;
                match line.strip_prefix("$ ") {
                    Some(command) => all.push(Shown { command: command.to_owned(), output: Vec::new() }),
                    None => all.last_mut().unwrap().output.push(line.to_owned()),
                }
            }
            None if line.is_empty() && in_block => all.last_mut().unwrap().output.push(String::new()),
            None => in_block = false,
        }
    }
    all.retain(|shown| shown.output.iter().any(|line| !line.is_empty()));
    all
}

/// Lines without what differs from run to run and from key to key.
fn lasting(lines: &str) -> Vec<String> {
    static HASH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{16}\b|#[0-9a-f]{10}\b").unwrap());
    let lines = lines.lines().map(|line| HASH.replace_all(line.trim_end(), "HASH").into_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

/// Writes the example's files.
fn write_files(folder: &Path) {
    let example = example();
    let (_, policy) = example.split_once("```toml\n").unwrap();
    let policy = policy.split_once("```").unwrap().0;
    std::fs::write(folder.join("acme.toml"), policy).unwrap();
    std::fs::write(folder.join("bad.toml"), policy.replace("\"project\",", "\"project\", \"project\",")).unwrap();
    let (_, title) = example.split_once("`title.txt` holds `").unwrap();
    std::fs::write(folder.join("title.txt"), title.split_once('`').unwrap().0).unwrap();
}

#[test]
fn the_worked_example_prints_what_the_page_says() {
    let folder = TempDir::new().unwrap();
    write_files(folder.path());
    let program = Path::new(env!("CARGO_BIN_EXE_barograph")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let shown = shown();
    assert!(shown.len() >= 6, "the page has its example");
    for Shown { command, output } in shown {
        let run =
            Command::new("sh").args(["-c", &command]).current_dir(folder.path()).env("PATH", &path).output().unwrap();
        let printed = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
        assert_eq!(lasting(&printed), lasting(&output.join("\n")), "$ {command}");
    }
}
