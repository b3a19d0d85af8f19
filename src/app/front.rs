//! The front: by what the OTLP doors judge senders, and what they speak TLS with. Read at the start, and again when the
//! files change or SIGHUP comes.
//!
//! Two parts are read apart, so that a fault in one does not hold up the other: the credentials (tokens, and whose client
//! certificates are), and the TLS files. Of a part all takes effect, or nothing: with a fault in it, what was in force
//! stays, and the log, a metric and the health page say so. No reload opens a door: that takes a start.

mod metrics;
pub(crate) mod read;
mod watched;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use barograph_collector::authenticate::{Credentials, Gate, Token};
use barograph_collector::receive::{ConnectionLimit, Identity, Terms, Tls};
use barograph_proto::time::{Clock, DAY, SECOND, rfc3339};
use prometheus_client::registry::Registry;
use tokio::signal::unix::Signal;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::metrics::{FrontMetrics, Part};
use self::watched::Watched;
use crate::canary::send::Way;
use crate::config::Config;
use crate::tokens::{self, uses};

/// How often the files are looked at. Two looks must agree, so a change takes effect after twice this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often last uses are written, and how exact they are.
const KEEP_USES_EVERY: Duration = Duration::from_mins(1);
const MINUTE: i64 = 60 * SECOND;

/// How long before our certificate expires the health page says so.
const EXPIRES_SOON: i64 = 14 * DAY;

/// What was read at the start, not yet in force.
#[derive(Debug)]
pub(super) struct Loaded {
    credentials: Credentials,
    identity: Option<Identity>,
    watched: BTreeMap<Part, Watched>,
}

/// By what senders are judged.
#[derive(Debug)]
pub(super) struct Front {
    config: Config,
    clock: Arc<dyn Clock>,
    gate: Gate,
    own: Token,
    tls: Option<Tls>,
    metrics: FrontMetrics,
    // Std mutexes: held by one thread at a time anyway, and never across a wait.
    watched: Mutex<BTreeMap<Part, Watched>>,
    told: Mutex<Told>,
    kept_uses: Mutex<BTreeMap<String, i64>>,
}

/// What the health page is told.
#[derive(Debug, Default)]
struct Told {
    /// Parts that were not taken, in words.
    refused: BTreeMap<Part, String>,
    /// When our certificate expires, µs since the epoch.
    expires: Option<i64>,
}

impl Loaded {
    /// Reads everything, and refuses to let strangers in.
    pub(super) fn read(config: &Config) -> anyhow::Result<Self> {
        // Before the files are read, so that what changes meanwhile is read again.
        let watched = Part::ALL.map(|part| (part, Watched::new(read::files(part, config)))).into();
        let credentials = read::credentials(config)?.unwrap_or_default();
        let identity = config.tls.as_ref().map(read::identity).transpose()?;
        if !config.allow_unauthenticated_bind && !credentials.are_required() {
            let open = config.reachable_otlp_doors().next();
            ensure!(
                open.is_none(),
                "{}: other machines can reach it, and nobody is asked who they are; make a token with `barograph tokens \
                 create --tenant NAME --data-dir {}`, or ask for client certificates (tls_client_ca, \
                 tls_client_tenants); on a private network such as a pod's, allow it with --allow-unauthenticated-bind",
                open.map(|(name, address)| format!("{name} is {address}")).unwrap_or_default(),
                config.data_dir.display()
            );
        }
        Ok(Self { credentials, identity, watched })
    }

    /// Whether TLS is spoken.
    pub(super) fn has_tls(&self) -> bool {
        self.identity.is_some()
    }

    /// Puts all of it in force for the first time.
    pub(super) fn into_force(
        self,
        config: &Config,
        clock: Arc<dyn Clock>,
        registry: &mut Registry,
    ) -> anyhow::Result<Front> {
        let Self { credentials, identity, watched } = self;
        let own = tokens::random()?;
        let expires = identity.as_ref().map(Identity::expires);
        let front = Front {
            config: config.clone(),
            gate: Gate::new(credentials, &own, Arc::clone(&clock)),
            own,
            clock,
            tls: identity.map(Tls::new),
            metrics: FrontMetrics::register(registry),
            watched: Mutex::new(watched),
            told: Mutex::default(),
            kept_uses: Mutex::default(),
        };
        front.tell_expiry(expires);
        front.metrics.accepted_tokens(front.gate.accepted_tokens());
        match uses::read(&config.data_dir) {
            Ok(uses) => front.gate.note_uses(uses.iter().map(|(id, at)| (id.as_str(), *at))),
            Err(error) => tracing::warn!(%error, "when tokens were last used before this start is not known"),
        }
        tracing::info!(
            credentials_needed = front.gate.is_closed(),
            tokens = front.gate.accepted_tokens(),
            tls = front.tls.is_some(),
            "senders are judged"
        );
        Ok(front)
    }
}

impl Front {
    /// On what terms the OTLP doors take senders.
    pub(super) fn terms(&self, connections: ConnectionLimit) -> Terms {
        Terms::new(self.gate.clone(), self.tls.clone(), self.config.ingest_memory_limit, connections)
    }

    /// How our own requests come in at a door: with a credential that nobody else has.
    pub(super) fn own_way(&self, endpoint: &str) -> Way {
        Way { endpoint: endpoint.to_owned(), token: Some(self.own.clone()), tls: self.tls.clone() }
    }

    /// Whether senders need a credential.
    pub(super) fn is_closed(&self) -> bool {
        self.gate.is_closed()
    }

    /// Takes what changes, and writes last uses now and then, until `stop`.
    pub(super) async fn watch(self: Arc<Self>, mut hangup: Signal, stop: CancellationToken) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut keep = tokio::time::interval(KEEP_USES_EVERY);
        keep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let work: fn(&Self) = tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => |front| front.look(false),
                _ = hangup.recv() => |front| front.look(true),
                _ = keep.tick() => Self::keep_uses,
            };
            let front = Arc::clone(&self);
            // Files are read and written: work for a thread that may be held up.
            if tokio::task::spawn_blocking(move || work(&front)).await.is_err() {
                tracing::error!("looking at the credentials has panicked; it is tried again");
            }
        }
    }

    /// Writes when tokens were last used, to the minute, if that has changed.
    pub(super) fn keep_uses(&self) {
        let uses: BTreeMap<_, _> = self.gate.uses().into_iter().map(|(id, at)| (id, at - at % MINUTE)).collect();
        let mut kept = self.kept_uses.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept == uses {
            return;
        }
        match uses::write(&self.config.data_dir, &uses) {
            Ok(()) => *kept = uses,
            Err(error) => tracing::warn!(%error, "when tokens were last used cannot be written"),
        }
    }

    /// What an operator should know although telemetry is taken in, a sentence each.
    pub(super) fn notices(&self) -> Vec<String> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let expiry = told.expires.filter(|expires| *expires < now + EXPIRES_SOON).map(|expires| {
            let verb = if expires <= now { "expired" } else { "expires" };
            format!("The TLS certificate of the OTLP ports {verb} on {}.", rfc3339(expires))
        });
        told.refused.values().cloned().chain(expiry).collect()
    }

    /// Reads the parts again whose files have changed, or all.
    fn look(&self, all: bool) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        for (part, files) in watched.iter_mut() {
            // Looked at in any case, so that what is read now is not read again.
            if files.have_changed() || all {
                self.told(*part, self.reload(*part));
            }
        }
        self.metrics.accepted_tokens(self.gate.accepted_tokens());
    }

    fn reload(&self, part: Part) -> anyhow::Result<()> {
        match (part, &self.config.tls, &self.tls) {
            (Part::Credentials, ..) => {
                let credentials = read::credentials(&self.config)?;
                if credentials.is_none() && self.gate.has_tokens() {
                    let path = tokens::file::path(&self.config.data_dir);
                    return Err(tokens::TokenError::Gone { path }.into());
                }
                let credentials = credentials.unwrap_or_default();
                ensure!(
                    credentials.are_required() || !self.gate.is_closed(),
                    "there is no credential left, which would open the OTLP ports; restart Barograph if that is meant"
                );
                self.gate.replace(credentials);
            }
            (Part::Tls, Some(files), Some(tls)) => {
                let identity = read::identity(files)?;
                self.tell_expiry(Some(identity.expires()));
                tls.replace(identity);
            }
            (Part::Tls, ..) => {}
        }
        Ok(())
    }

    /// Notes what came of reading a part again.
    fn told(&self, part: Part, outcome: anyhow::Result<()>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => {
                told.refused.remove(&part);
                tracing::info!(part = part.name(), tokens = self.gate.accepted_tokens(), "files of the front taken");
            }
            Err(error) => {
                let fault = format!("{error:#}");
                self.metrics.refused(part);
                tracing::error!(part = part.name(), fault, "files of the front not taken: what is in force stays");
                let at = rfc3339(self.clock.now());
                let words = format!(
                    "On {at} the {} were to be read again and were not taken: {fault}. Those from before stay in force.",
                    part.words()
                );
                told.refused.insert(part, words);
            }
        }
    }

    /// Notes when our certificate expires, seconds since the epoch.
    fn tell_expiry(&self, expires: Option<i64>) {
        self.metrics.expires(expires.unwrap_or_default());
        let expires = expires.map(|seconds| seconds.saturating_mul(SECOND));
        if let Some(at) = expires.filter(|expires| *expires <= self.clock.now()) {
            tracing::warn!(expired = rfc3339(at), "the TLS certificate has expired; clients will refuse it");
        }
        self.told.lock().unwrap_or_else(PoisonError::into_inner).expires = expires;
    }
}
