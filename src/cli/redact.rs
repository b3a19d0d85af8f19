//! `barograph redact`: what people do with redaction policies.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::policies::PolicySource;

/// What to do with a policy.
#[derive(Debug, Subcommand)]
pub enum Redact {
    /// Show what a policy leaves of a text, and why
    Test(TestArguments),
    /// Tell why a value is kept or withheld, without showing it
    Explain(ExplainArguments),
    /// Compare two policies over what is recorded: counts, never values
    Diff(DiffArguments),
    /// Check policy files
    Lint(LintArguments),
    /// Was this leaked credential ever seen? The value is read from standard input, since arguments are visible
    Seen(SeenArguments),
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Report {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
}

/// Which policy to apply, and with which keys.
#[derive(Debug, Args)]
pub struct Applied {
    /// `default`, `detect-all` or a TOML file [default: what `serve` would use]
    #[arg(long, value_name = "POLICY", value_parser = PolicySource::parse)]
    pub policy: Option<PolicySource>,
    /// Data folder with the keys that hash; without one a throw-away key does [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `barograph redact test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// File with the text [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read JSON lines {"id","tool","arg","text"} (and "agent" if told) and write {"id","redacted"}: null where the value
    /// is withheld
    #[arg(long, conflicts_with_all = ["agent", "tool", "argument"])]
    pub jsonl: bool,
    /// The agent that sends it
    #[arg(long, value_name = "AGENT", default_value = "claude-code")]
    pub agent: String,
    /// The tool that is called with it
    #[arg(long, value_name = "TOOL", default_value = "Bash")]
    pub tool: String,
    /// The tool's argument that it is: its name, or the keys from the top joined by dots
    #[arg(long, value_name = "NAME", default_value = "command")]
    pub argument: String,
    /// Policy and keys.
    #[command(flatten)]
    pub applied: Applied,
}

/// Arguments of `barograph redact explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// Where the value stands.
    #[command(flatten)]
    pub target: Target,
    /// The tool that is called
    #[arg(long, value_name = "TOOL", default_value = "")]
    pub tool: String,
    /// The agent that sends it
    #[arg(long, value_name = "AGENT", default_value = "claude-code")]
    pub agent: String,
    /// File with the value, to be judged as well [default: standard input, unless that is a terminal]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// How to write the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Report,
    /// Policy and keys.
    #[command(flatten)]
    pub applied: Applied,
}

/// Where a value stands: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Target {
    /// An argument of the tool: its name, or the keys from the top joined by dots
    #[arg(long, value_name = "NAME", requires = "tool")]
    pub argument: Option<String>,
    /// An attribute of a record
    #[arg(long, value_name = "KEY")]
    pub attribute: Option<String>,
    /// A column of a table
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
}

/// Arguments of `barograph redact diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The policy as it is: `default`, `detect-all` or a TOML file
    #[arg(value_name = "OLD", value_parser = PolicySource::parse)]
    pub old: PolicySource,
    /// The policy as it would be
    #[arg(value_name = "NEW", value_parser = PolicySource::parse)]
    pub new: PolicySource,
    /// Look at this many records of each table, the newest
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub max_rows: usize,
    /// How to write the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Report,
    /// Data folder to read [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `barograph redact lint`.
#[derive(Debug, Args)]
pub struct LintArguments {
    /// `default`, `detect-all` or TOML files
    #[arg(value_name = "POLICY", required = true, value_parser = PolicySource::parse)]
    pub policies: Vec<PolicySource>,
    /// Fail on findings too, not only on faults
    #[arg(long)]
    pub strict: bool,
    /// How to write the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Report,
}

/// Arguments of `barograph redact seen`.
#[derive(Debug, Args)]
pub struct SeenArguments {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    pub format: Report,
    /// Name at most this many events and sessions, newest first; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Leave out this many of the newest events
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Data folder to read [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
