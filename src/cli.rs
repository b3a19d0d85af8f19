//! The command line.

mod keys;
pub mod redact;
mod tokens;

use std::path::PathBuf;

use barograph_query::format::Format;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};

pub use self::keys::{DestroyArguments, KeysArguments, KeysCommand};
pub use self::tokens::{CreateArguments, RevokeArguments, TokensArguments, TokensCommand};
use crate::config::Settings;

/// Audit telemetry of coding agents: which session did that, and who allowed it?
#[derive(Debug, Parser)]
#[command(name = "barograph", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive OTLP from agents, store it, and serve the dashboard
    Serve(ServeArguments),
    /// Serve, and play a made-up fleet of agents into it; its data starts afresh in ./barograph-demo-data
    Demo(DemoArguments),
    /// Answer one SQL query over a data folder; a server may be running on it
    Query(QueryArguments),
    /// Check settings, machine, data folder and server, a line each, with what to do
    Doctor(DoctorArguments),
    /// Try, explain, compare and check redaction policies
    Redact {
        /// What to do.
        #[command(subcommand)]
        command: redact::Redact,
    },
    /// List, rotate and destroy the keys that redaction hashes with
    Keys {
        /// What to do.
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Make, list and revoke the tokens that agents send with
    Tokens {
        /// What to do.
        #[command(subcommand)]
        command: TokensCommand,
    },
}

/// Arguments of `barograph serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Settings given as flags; they win over environment and file.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `barograph demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// How many records the fleet sends, about
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub events: u64,
    /// Which fleet: the same seed plays the same sessions
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// As for `serve`; but without `--data-dir` the demo starts afresh in `./barograph-demo-data`.
    #[command(flatten)]
    pub serve: ServeArguments,
}

/// Arguments of `barograph doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// How to write the report
    #[arg(long, value_enum, default_value_t)]
    pub format: redact::Report,
    /// As for `serve`: what the server is given, or would be.
    #[command(flatten)]
    pub serve: ServeArguments,
}

/// Arguments of `barograph query`.
#[derive(Debug, Args)]
pub struct QueryArguments {
    /// One SELECT (or EXPLAIN, SHOW TABLES, DESCRIBE) over `events`, `spans`, `metric_points`, `decisions`, `sessions`
    #[arg(value_name = "SQL")]
    pub sql: String,
    /// How to write the answer
    #[arg(long, default_value = "table", value_parser = formats())]
    pub format: Format,
    /// Write at most this many rows; what is left off is said on standard error [default: all]
    #[arg(long, value_name = "N")]
    pub max_rows: Option<usize>,
    /// Data folder to read [default: ./barograph-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file with settings; `BAROGRAPH_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

fn formats() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.as_str()))
        .map(|name| Format::parse(&name).unwrap_or(Format::Table))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_takes_the_flags_that_units_and_scripts_rely_on() {
        let cli = Cli::try_parse_from([
            "barograph",
            "serve",
            "--data-dir",
            "/var/lib/barograph",
            "--otlp-grpc",
            "127.0.0.1:0",
            "--otlp-http",
            "127.0.0.1:0",
            "--web",
            "[::1]:4319",
            "--config",
            "/etc/barograph.toml",
        ])
        .unwrap();
        let Command::Serve(arguments) = cli.command else { panic!("not serve") };
        assert_eq!(arguments.settings.data_dir.unwrap(), PathBuf::from("/var/lib/barograph"));
        assert_eq!(arguments.settings.web.unwrap().to_string(), "[::1]:4319");
        assert_eq!(arguments.settings.allow_unauthenticated_bind, None);
        assert_eq!(arguments.config.unwrap(), PathBuf::from("/etc/barograph.toml"));
    }

    #[test]
    fn switch_needs_no_value() {
        let cli = Cli::try_parse_from(["barograph", "serve", "--allow-unauthenticated-bind"]).unwrap();
        let Command::Serve(arguments) = cli.command else { panic!("not serve") };
        assert_eq!(arguments.settings.allow_unauthenticated_bind, Some(true));
        assert_eq!(arguments.settings.allow_plaintext_bind, None);
    }

    #[test]
    fn a_tokens_tenant_and_lifetime_are_checked() {
        let create = |more: &[&str]| Cli::try_parse_from([&["barograph", "tokens", "create"], more].concat());
        assert!(create(&["--tenant", "acme", "--name", "laptops", "--expires", "90d"]).is_ok());
        for (arguments, words) in [
            (&[][..], "--tenant"),
            (&["--tenant", "Acme"], "is no tenant"),
            (&["--tenant", "acme", "--expires", "soon"], "is no lifetime"),
            (&["--tenant", "acme", "--name", "a\nb"], "is no name"),
        ] {
            let error = create(arguments).unwrap_err();
            assert!(error.exit_code() == 2 && error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn wrong_address_says_what_one_looks_like() {
        let error = Cli::try_parse_from(["barograph", "serve", "--web", "localhost"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("an address is an IP and a port, such as 127.0.0.1:4319"), "{error}");
    }

    fn help(path: &[&str]) -> String {
        let mut command = Cli::command().term_width(100);
        command.build();
        let inner = path.iter().fold(&mut command, |command, name| command.find_subcommand_mut(name).unwrap());
        inner.render_help().to_string()
    }

    #[test]
    fn help_of_serve_names_every_flag_and_its_default() {
        insta::assert_snapshot!(help(&["serve"]));
    }

    #[test]
    fn help_of_tokens_names_every_flag_and_its_default() {
        let all = ["create", "list", "revoke"].map(|name| help(&["tokens", name]));
        insta::assert_snapshot!(all.join("\n----\n"));
    }

    #[test]
    fn help_of_redact_names_every_flag_and_its_default() {
        let all = ["test", "explain", "diff", "lint"].map(|name| help(&["redact", name]));
        insta::assert_snapshot!(all.join("\n----\n"));
    }
}
