//! The app: built (ports bound, store open, nothing served), then run until it is told to stop.

mod custody;
mod doors;
pub(crate) mod front;
mod losses;
mod open_files;
mod policies;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use barograph_collector::intake::Intake;
use barograph_collector::metrics::Metrics;
use barograph_collector::receive::{self, Terms};
use barograph_collector::store::{Bucket, Store, StoreConfig};
use barograph_proto::time::{Clock, SystemClock};
use barograph_query::archive::Archive;
use barograph_web::Site;
use barograph_web::redaction::CanaryState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

pub use self::doors::Addresses;

use self::custody::{Custody, Desk};
use self::doors::Doors;
use self::front::{Front, Loaded};
use self::policies::{Policies, Sources};
use crate::canary::send::Way;
use crate::canary::{Canary, CanaryMetrics};
use crate::config::Config;
use crate::telemetry::LogWatch;
use crate::{ask, keys, retention, telemetry};

/// How long requests in flight may take once their door closes. Agents give up after 10 s themselves.
const DRAIN: Duration = Duration::from_secs(10);

/// Everything that serves, ready to.
#[derive(Debug)]
pub struct App {
    doors: Doors,
    addresses: Addresses,
    intake: Intake,
    terms: Terms,
    front: Arc<Front>,
    custody: Arc<Custody>,
    policies: Arc<Policies>,
    canary: Option<Arc<Canary>>,
    hangups: [Signal; 2],
    /// The retention file, and what tells to read it again.
    retention: Option<(PathBuf, Signal)>,
    site: Site,
}

impl App {
    /// Reads the redaction policies and the senders' credentials, binds the ports, then opens the data folder: when this returns, agents may connect
    /// and nothing can be lost. `log` sees what is logged.
    ///
    /// # Errors
    /// When a policy has faults, a credential or TLS file cannot be used, strangers could come in, a port is taken, or the
    /// folder or its keys cannot be used.
    pub async fn build(config: &Config, log: LogWatch) -> anyhow::Result<Self> {
        // From now on SIGHUP does not end the process.
        let hangup = || signal(SignalKind::hangup()).context("cannot listen for SIGHUP");
        let hangups = [hangup()?, hangup()?];
        let retention = config.retention.clone().map(|file| anyhow::Ok((file, hangup()?))).transpose()?;
        let connections = open_files::connections(config.max_connections);
        let loaded = Sources::of(config).load()?;
        let senders = Loaded::read(config)?;
        let doors = Doors::bind(config)?;
        let addresses = doors.addresses(senders.has_tls())?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut registry = telemetry::registry();
        let metrics = Arc::new(Metrics::register(&mut registry));
        let store_config = StoreConfig {
            bucket: config.tables.as_ref().map(bucket).transpose()?,
            journal_limit: config.journal_limit as u64,
            time_travel: config.time_travel,
            retention: retention::read(config.retention.as_deref())?,
            accept_journal_loss: config.accept_journal_loss,
            ..StoreConfig::new(config.data_dir.clone())
        };
        let store = Store::open(store_config, Arc::clone(&clock), Arc::clone(&metrics)).await?;
        // Only now, since the open store keeps other processes out of the folder.
        let front = Arc::new(senders.into_force(config, Arc::clone(&clock), &mut registry)?);
        let keys = keys::load_or_make(config)?;
        let archive = Archive::open(ask::archive_config(config)?).await?;
        archive.register_metrics(&mut registry);
        let canary = config.redaction_canary.then(|| {
            Arc::new(Canary {
                way: front.own_way(&addresses.otlp_http),
                data_dir: config.data_dir.clone(),
                archive: archive.clone(),
                log,
                clock: Arc::clone(&clock),
                metrics: CanaryMetrics::register(&mut registry),
                state: Mutex::new(CanaryState::Awaited),
            })
        });
        let policies = loaded.into_force(
            keys.redaction,
            config,
            archive.clone(),
            Arc::clone(&clock),
            canary.clone(),
            &mut registry,
        );
        let policies = Arc::new(policies);
        let intake = Intake {
            event_id_key: keys.event_id,
            redactor: policies.in_force(),
            journal: store.journal(),
            clock: Arc::clone(&clock),
            metrics,
        };
        losses::record(store.losses(), &intake, clock.as_ref()).await?;
        let custody = Arc::new(Custody::of(store));
        let site = Site {
            archive,
            clock,
            registry: Arc::new(registry),
            readiness: Arc::new(Desk { custody: Arc::clone(&custody), front: Arc::clone(&front) }),
            redaction: Arc::clone(&policies) as _,
            otlp_grpc_endpoint: addresses.otlp_grpc.clone(),
            otlp_http_endpoint: addresses.otlp_http.clone(),
        };
        let terms = front.terms(connections);
        Ok(Self { doors, addresses, intake, terms, front, custody, policies, canary, hangups, retention, site })
    }

    /// Where it can be reached, with the real ports.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// How our own requests come in.
    pub(crate) fn own_way(&self) -> Way {
        self.front.own_way(&self.addresses.otlp_http)
    }

    /// Whether senders need a credential.
    pub fn needs_credentials(&self) -> bool {
        self.front.is_closed()
    }

    /// Serves until `stop` is cancelled. Then the receivers answer what is in flight, the store commits what the
    /// journal holds, and last the dashboard ends.
    ///
    /// # Errors
    /// When a door fails; the others are closed in the same order first.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { doors, intake, terms, front, custody, policies, canary, hangups, retention, site, .. } = self;
        let tasks = TaskTracker::new();
        // Cancelled from outside, or by a door that ends on its own.
        let stop = stop.child_token();
        let (receiving, serving) = (CancellationToken::new(), CancellationToken::new());
        let grpc = {
            let (intake, terms, receiving) = (intake.clone(), terms.clone(), receiving.clone());
            async move { receive::serve_grpc(doors.otlp_grpc, intake, &terms, receiving).await }
        };
        let grpc = tasks.spawn(door("OTLP/gRPC", grpc, stop.clone()));
        let http = {
            let receiving = receiving.clone();
            async move { receive::serve_http(doors.otlp_http, intake, &terms, receiving).await }
        };
        let http = tasks.spawn(door("OTLP/HTTP", http, stop.clone()));
        let web = barograph_web::serve(doors.web, site, serving.clone().cancelled_owned());
        let web = tasks.spawn(door("dashboard", web, stop.clone()));

        let [hangup, front_hangup] = hangups;
        tasks.spawn(policies.reload_on(hangup, stop.clone()));
        tasks.spawn(Arc::clone(&front).watch(front_hangup, stop.clone()));
        if let Some((file, hangup)) = retention {
            tasks.spawn(Arc::clone(&custody).reload_on(hangup, file, stop.clone()));
        }
        if let Some(canary) = canary {
            let stop = stop.clone();
            tasks.spawn(async move { canary.run(stop).await });
        }

        stop.cancelled().await;
        receiving.cancel();
        let (grpc, http) = tokio::join!(drain("OTLP/gRPC", grpc), drain("OTLP/HTTP", http));
        tracing::info!("receivers closed; committing what the journal holds");
        // While the folder is still ours.
        front.keep_uses();
        if let Some(store) = custody.release() {
            store.close().await;
        }
        serving.cancel();
        let web = drain("dashboard", web).await;
        tasks.close();
        tasks.wait().await;
        tracing::info!("stopped");
        grpc.and(http).and(web)
    }
}

fn bucket(url: &Url) -> anyhow::Result<Bucket> {
    Ok(Bucket { url: url.clone(), store: crate::bucket::open(url)? })
}

/// Serves one door. Whatever ends it, a panic included, asks the others to stop.
async fn door(
    name: &'static str,
    serve: impl Future<Output = std::io::Result<()>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let _stop_all = stop.drop_guard();
    serve.await.with_context(|| format!("{name} can no longer be served"))
}

/// Waits for a door that was told to close, but not for ever.
async fn drain(name: &'static str, mut door: JoinHandle<anyhow::Result<()>>) -> anyhow::Result<()> {
    if let Ok(ended) = tokio::time::timeout(DRAIN, &mut door).await {
        // The panic's message is dropped: it may quote what a request held.
        return ended.unwrap_or_else(|_| Err(anyhow::anyhow!("{name} crashed")));
    }
    tracing::warn!(door = name, seconds = DRAIN.as_secs(), "connections were cut off after waiting");
    door.abort();
    Ok(())
}
