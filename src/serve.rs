//! `barograph serve`: configuration, telemetry, app, addresses, then serve until a signal.

use std::io;

use anyhow::Context as _;

use crate::app::App;
use crate::cli::ServeArguments;
use crate::config::Config;
use crate::{announce, shutdown, telemetry};

/// Serves until a signal.
pub(crate) async fn serve(arguments: ServeArguments) -> anyhow::Result<()> {
    let config = Config::load(arguments.config.as_deref(), std::env::vars_os(), arguments.settings)?;
    shutdown::until_stopped(async |stop| start(&config).await?.run(stop).await).await
}

/// Builds the app and tells where it is.
pub(crate) async fn start(config: &Config) -> anyhow::Result<App> {
    let log = telemetry::start(&config.log, config.log_format)?;
    let app = Box::pin(App::build(config, log)).await?;
    warn_of_strangers(config, &app);
    announce::write(app.addresses(), app.needs_credentials(), &mut io::stdout().lock())
        .context("cannot write to standard output")?;
    Ok(app)
}

/// Says at each start what the operator has allowed.
fn warn_of_strangers(config: &Config, app: &App) {
    for (door, address) in config.reachable_otlp_doors() {
        if !app.needs_credentials() {
            tracing::warn!(door, %address, "other machines can reach this port, and nobody is asked who they are");
        } else if config.tls.is_none() {
            tracing::warn!(door, %address, "other machines can reach this port, and it does not speak TLS");
        }
    }
    if config.is_web_reachable() {
        let address = config.web;
        tracing::warn!(door = "web", %address, "other machines can reach this port, and nobody is asked who they are");
    }
}
