//! The policies in force: loaded at the start, read again on SIGHUP, told on the health page.
//!
//! A reload takes everything or nothing: policy, rule files, shadow policy and keys. When one cannot be loaded, what was
//! in force stays in force, and the log, a metric and the health page say so.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use barograph_collector::redact::{InForce, Redactor, Shadow, ShadowMetrics};
use barograph_proto::keyed::RedactionKeys;
use barograph_proto::time::Clock;
use barograph_query::archive::Archive;
use barograph_redaction::policy::{Fault, Policy};
use barograph_web::redaction::{CanaryState, PolicyInForce, Redaction, RedactionState, ReloadRefused, ShadowState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::signal::unix::Signal;
use tokio_util::sync::CancellationToken;

use crate::canary::Canary;
use crate::config::Config;
use crate::keys;
use crate::policies::{PolicyError, PolicySource};

/// Where the policies come from.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    policy: PolicySource,
    shadow: Option<PolicySource>,
    shadow_share: f64,
}

/// The policies, read and not yet in force.
#[derive(Debug)]
pub(super) struct Loaded {
    sources: Sources,
    policy: Policy,
    shadow: Option<Policy>,
}

/// Why policies cannot be loaded: all of it.
#[derive(Debug)]
pub(super) struct LoadError(Vec<PolicyError>);

impl LoadError {
    fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().flat_map(|error| &error.faults.0)
    }
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

impl Sources {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            policy: config.redaction_policy.clone(),
            shadow: config.redaction_shadow_policy.clone(),
            shadow_share: config.redaction_shadow_share,
        }
    }

    /// Reads both policies.
    pub(super) fn load(self) -> Result<Loaded, LoadError> {
        let shadow = self.shadow.as_ref().map(PolicySource::read).transpose();
        match (self.policy.read(), shadow) {
            (Ok(policy), Ok(shadow)) => Ok(Loaded { sources: self, policy, shadow }),
            (policy, shadow) => Err(LoadError(policy.err().into_iter().chain(shadow.err()).collect())),
        }
    }
}

/// The policies in force.
#[derive(Debug)]
pub(super) struct Policies {
    config: Config,
    in_force: InForce,
    archive: Archive,
    clock: Arc<dyn Clock>,
    metrics: PolicyMetrics,
    canary: Option<Arc<Canary>>,
    // A std mutex: held to read or set values, never across a wait.
    told: Mutex<Told>,
}

/// What the health page is told beside the counts.
#[derive(Debug)]
struct Told {
    policy: PolicyInForce,
    shadow: Option<PolicyInForce>,
    refused: Option<ReloadRefused>,
}

/// What is counted of policies.
#[derive(Clone, Debug, Default)]
struct PolicyMetrics {
    info: Family<PolicyLabels, Gauge>,
    failures: Counter,
    shadow: ShadowMetrics,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PolicyLabels {
    /// The hash that rows carry.
    policy: String,
    name: String,
}

impl PolicyMetrics {
    fn register(registry: &mut Registry) -> Self {
        let metrics = Self { shadow: ShadowMetrics::register(registry), ..Self::default() };
        let registry = registry.sub_registry_with_prefix("barograph_redaction");
        registry.register("policy_info", "The redaction policy in force", metrics.info.clone());
        registry.register(
            "policy_reload_failures",
            "Reloads that changed nothing, because something could not be loaded",
            metrics.failures.clone(),
        );
        metrics
    }

    fn in_force(&self, policy: &PolicyInForce) {
        let labels = PolicyLabels { policy: policy.hash.clone(), name: policy.name.clone() };
        self.info.clear();
        self.info.get_or_create(&labels).set(1);
    }
}

impl Loaded {
    /// Puts the policies in force for the first time.
    pub(super) fn into_force(
        self,
        keys: RedactionKeys,
        config: &Config,
        archive: Archive,
        clock: Arc<dyn Clock>,
        canary: Option<Arc<Canary>>,
        registry: &mut Registry,
    ) -> Policies {
        let metrics = PolicyMetrics::register(registry);
        archive.set_redaction_keys(keys.clone());
        let (redactor, shadow, told) = self.made(keys, &metrics, clock.now());
        metrics.in_force(&told.policy);
        tracing::info!(policy = told.policy.name, hash = told.policy.hash, "redaction policy in force");
        Policies {
            config: config.clone(),
            in_force: InForce::new(redactor, shadow),
            archive,
            clock,
            metrics,
            canary,
            told: Mutex::new(told),
        }
    }

    fn made(self, keys: RedactionKeys, metrics: &PolicyMetrics, now: i64) -> (Redactor, Option<Shadow>, Told) {
        let Self { sources, policy, shadow } = self;
        let told = |policy: &Policy, source: &PolicySource| PolicyInForce {
            name: policy.name().to_owned(),
            hash: policy.hash().to_owned(),
            source: source.to_string(),
            since: now,
        };
        let shadow_told = shadow.as_ref().zip(sources.shadow.as_ref()).map(|(policy, source)| told(policy, source));
        let told = Told { policy: told(&policy, &sources.policy), shadow: shadow_told, refused: None };
        let shadow = shadow.map(|policy| {
            Shadow::new(Redactor::new(policy, keys.clone()), sources.shadow_share, metrics.shadow.clone())
        });
        (Redactor::new(policy, keys), shadow, told)
    }
}

impl Policies {
    /// What the receivers redact with.
    pub(super) fn in_force(&self) -> InForce {
        self.in_force.clone()
    }

    /// Reads everything again at each SIGHUP until `stop`.
    pub(super) async fn reload_on(self: Arc<Self>, mut hangup: Signal, stop: CancellationToken) {
        while stop.run_until_cancelled(hangup.recv()).await.flatten().is_some() {
            let policies = Arc::clone(&self);
            // Files are read and rules compiled: work for a thread that may be held up.
            if tokio::task::spawn_blocking(move || policies.reload()).await.is_err() {
                self.refuse("reading the policies has panicked".to_owned(), 0);
            }
        }
    }

    fn reload(&self) {
        let loaded = match Sources::of(&self.config).load() {
            Ok(loaded) => loaded,
            Err(error) => {
                for fault in error.faults() {
                    tracing::error!(%fault, "fault in a redaction policy");
                }
                let first = error.faults().next().map(ToString::to_string).unwrap_or_default();
                return self.refuse(first, error.faults().count().saturating_sub(1));
            }
        };
        let keys = match keys::load(&self.config).context("the keys cannot be read") {
            Ok(Some(keys)) => keys.redaction,
            Ok(None) => return self.refuse("the keys are gone".to_owned(), 0),
            Err(error) => return self.refuse(format!("{error:#}"), 0),
        };
        let epoch = keys.current_epoch();
        // First, so that whatever the new keys hash can be asked for.
        self.archive.set_redaction_keys(keys.clone());
        let (redactor, shadow, told) = loaded.made(keys, &self.metrics, self.clock.now());
        self.in_force.replace(redactor, shadow);
        self.metrics.in_force(&told.policy);
        let (name, hash) = (told.policy.name.clone(), told.policy.hash.clone());
        let mut now = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *now, told).policy.hash;
        tracing::info!(policy = name, hash, old, key_epoch = epoch, "redaction policy read again and in force");
    }

    /// Notes that nothing was changed, and why.
    fn refuse(&self, fault: String, further: usize) {
        self.metrics.failures.inc();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        tracing::error!(
            fault,
            further,
            hash = told.policy.hash,
            "redaction policy not read again: the one in force stays in force"
        );
        told.refused = Some(ReloadRefused { at: self.clock.now(), fault, further });
    }
}

impl Redaction for Policies {
    fn state(&self) -> RedactionState {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let shadow = self.in_force.get().1.zip(told.shadow.clone());
        RedactionState {
            policy: told.policy.clone(),
            refused: told.refused.clone(),
            shadow: shadow.map(|(shadow, policy)| shadow_state(&shadow, policy, self.config.redaction_shadow_share)),
            canary: self.canary.as_ref().map_or(CanaryState::Off, |canary| canary.state()),
        }
    }
}

fn shadow_state(shadow: &Shadow, policy: PolicyInForce, share: f64) -> ShadowState {
    let told = shadow.told();
    ShadowState {
        policy,
        share,
        same: told.same,
        more: told.more,
        less: told.less,
        other: told.other,
        left_out: told.left_out,
        finds: told.finds.into_iter().map(|(kind, (real, shadow))| (kind, real, shadow)).collect(),
    }
}
