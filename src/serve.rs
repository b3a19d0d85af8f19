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
    for (door, address) in config.doors() {
        if !address.ip().to_canonical().is_loopback() {
            tracing::warn!(door, %address, "other machines can reach this port, and nobody is asked who they are");
        }
    }
    let app = App::build(config, log).await?;
    announce::write(app.addresses(), &mut io::stdout().lock()).context("cannot write to standard output")?;
    Ok(app)
}
