//! A policy made ready as the server would: with the keys of the data folder, if there is one.

use barograph_collector::redact::Redactor;
use barograph_proto::keyed::RedactionKeys;
use barograph_redaction::engine::{Recall, Tally};
use barograph_redaction::policy::{Caller, Target};

use crate::cli::redact::Applied;
use crate::config::{Config, Settings};
use crate::keys;
use crate::policies::PolicySource;

/// The tenant of the receivers.
pub(super) const TENANT: &str = "default";

/// A redactor, and where its policy comes from.
pub(super) struct Ready {
    pub(super) source: PolicySource,
    pub(super) redactor: Redactor,
}

/// Reads policy and keys. Makes nothing in the data folder.
pub(super) fn ready(applied: Applied) -> anyhow::Result<Ready> {
    let settings = Settings { data_dir: applied.data_dir, redaction_policy: applied.policy, ..Settings::default() };
    let config = Config::load(applied.config.as_deref(), std::env::vars_os(), settings)?;
    let policy = config.redaction_policy.read()?;
    let keys = match keys::load(&config)? {
        Some(keys) => keys.redaction,
        None => throw_away()?,
    };
    Ok(Ready { source: config.redaction_policy, redactor: Redactor::new(policy, keys) })
}

/// What the policy finds in a value and does to it, without the record around it.
pub(super) fn tally(redactor: &Redactor, caller: Caller<'_>, target: Target<'_>, text: &str) -> Tally {
    let mut recall = Recall::default();
    let mut judge = redactor.engine().judge(TENANT, caller, &mut recall);
    judge.text(target, &mut text.to_owned());
    judge.tally()
}

/// Keys for one run: their hashes mean nothing afterwards.
fn throw_away() -> anyhow::Result<RedactionKeys> {
    let random = || {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map(|()| key).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))
    };
    RedactionKeys::new(vec![(1, random()?)], random()?).ok_or_else(|| anyhow::anyhow!("no keys can be made"))
}
