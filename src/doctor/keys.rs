//! The keys: there, for their owner's eyes only, and which epoch is in use.

use super::report::Finding;
use crate::config::Config;
use crate::keys;

const CHECK: &str = "keys";

pub(super) fn check(config: &Config) -> Finding {
    match keys::load(config) {
        Ok(Some(keys)) => {
            let found =
                format!("epoch {} is in use, and only their owner can read them", keys.redaction.current_epoch());
            Finding::ok(CHECK, found)
        }
        Ok(None) if config.data_dir.join("tables").is_dir() => Finding::fail(
            CHECK,
            "some are missing beside tables that were written with them",
            "restore keys/ from a backup; a start without them makes new ones, and old hashes no longer match",
        ),
        Ok(None) => Finding::ok(CHECK, "there are none yet; the first start makes them"),
        Err(error) => Finding::error(CHECK, error),
    }
}
