//! The two things that attribution asks of a command line. Both are careful readings: a command that is not plainly one
//! or the other is neither.

/// Commands that Claude Code runs unasked because they only read, as observed on the real client (version 2.1.328).
const READERS: &[&str] = &[
    "ls",
    "cat",
    "head",
    "tail",
    "wc",
    "stat",
    "strings",
    "hexdump",
    "od",
    "nl",
    "cut",
    "paste",
    "tr",
    "column",
    "tac",
    "rev",
    "fold",
    "expand",
    "unexpand",
    "fmt",
    "comm",
    "cmp",
    "pr",
    "tsort",
    "numfmt",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "fd",
    "find",
    "tree",
    "diff",
    "sort",
    "file",
    "base64",
    "sha256sum",
    "sha1sum",
    "md5sum",
    "du",
    "df",
    "free",
    "echo",
    "printf",
    "pwd",
    "cd",
    "true",
    "false",
    "sleep",
    "test",
    "[",
    "expr",
    "seq",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "date",
    "cal",
    "uptime",
    "whoami",
    "id",
    "uname",
    "arch",
    "hostname",
    "groups",
    "nproc",
    "locale",
    "ps",
    "pgrep",
    "lsof",
    "netstat",
    "ss",
    "man",
    "help",
    "history",
    "which",
    "type",
    "jq",
    "uniq",
    "sed",
];

/// The same for git, by subcommand.
const GIT_READERS: &[&str] = &[
    "status",
    "log",
    "shortlog",
    "reflog",
    "diff",
    "show",
    "cat-file",
    "ls-files",
    "rev-parse",
    "rev-list",
    "merge-base",
    "describe",
    "for-each-ref",
    "blame",
    "grep",
    "branch",
    "tag",
    "remote",
];

/// Commands that acceptEdits lets pass.
const FILE_CHANGERS: &[&str] = &["mkdir", "touch", "mv", "cp", "rm", "rmdir", "sed"];

/// Whether every part of a command line is one that only reads, and nothing is redirected into a file.
pub(super) fn only_reads(command: &str) -> bool {
    every_part(command, |words| match words {
        ["git", subcommand, ..] => GIT_READERS.contains(subcommand),
        [program, ..] => READERS.contains(program),
        [] => false,
    })
}

/// Whether every part of a command line changes files or only reads.
pub(super) fn changes_files(command: &str) -> bool {
    every_part(command, |words| words.first().is_some_and(|program| FILE_CHANGERS.contains(program)))
        || only_reads(command)
}

fn every_part(command: &str, holds: impl Fn(&[&str]) -> bool) -> bool {
    if command.is_empty() || command.contains(['`', '>', '<']) || command.contains("$(") {
        return false;
    }
    command.split(['|', ';', '&', '\n']).map(str::trim).filter(|part| !part.is_empty()).all(|part| {
        let words: Vec<&str> = part.split_whitespace().collect();
        holds(&words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_told_from_others() {
        for command in ["ls -la && echo hello", "git status --short", "cat a | grep b"] {
            assert!(only_reads(command), "{command}");
        }
        for command in ["npm run lint", "echo x > y", "git push", "ls; rm -rf build", "", "cat $(rm x)"] {
            assert!(!only_reads(command), "{command}");
        }
    }
}
