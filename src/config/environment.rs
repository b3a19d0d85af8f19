//! The environment: every variable that begins with `BAROGRAPH_` must be one of ours.

use std::ffi::OsString;
use std::path::PathBuf;

use super::Fault;
use super::settings::{Given, Settings};
use crate::keys::GivenKeys;

const PREFIX: &str = "BAROGRAPH_";

/// Names the configuration file.
const CONFIG: &str = "BAROGRAPH_CONFIG";

/// Gives the redaction keys. Not a setting: no secret belongs on a command line or in a file that others read.
pub(super) const REDACTION_KEY: &str = "BAROGRAPH_REDACTION_KEY";

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) config_file: Option<PathBuf>,
    pub(super) redaction_keys: Option<GivenKeys>,
    pub(super) settings: Settings,
}

/// Reads the settings and notes faults, in the order of the variables' names.
pub(super) fn read(variables: impl Iterator<Item = (OsString, OsString)>, faults: &mut Vec<Fault>) -> Environment {
    let mut environment = Environment::default();
    let mut ours: Vec<(String, OsString)> = variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    ours.sort();
    for (place, value) in ours {
        if place == CONFIG {
            environment.config_file = Some(value.into());
            continue;
        }
        let Some(text) = value.to_str() else {
            faults.push(Fault { place, message: "is not UTF-8".to_owned() });
            continue;
        };
        if place == REDACTION_KEY {
            match GivenKeys::parse(text) {
                Ok(keys) => environment.redaction_keys = Some(keys),
                Err(message) => faults.push(Fault { place, message }),
            }
            continue;
        }
        // `BAROGRAPH_data_dir` would be a second spelling; there is one.
        let name = place.strip_prefix(PREFIX).filter(|name| !name.contains(|c: char| c.is_ascii_lowercase()));
        let message = match environment.settings.give(&name.unwrap_or_default().to_ascii_lowercase(), text) {
            Given::Taken => continue,
            Given::Unknown => unknown(),
            Given::Wrong(message) => message,
        };
        faults.push(Fault { place, message });
    }
    environment
}

/// The switches are left out on purpose: a variable is inherited unseen, and these open doors.
fn unknown() -> String {
    let names = Settings::NAMES.map(|name| format!("{PREFIX}{}", name.to_ascii_uppercase())).join(", ");
    format!("unknown variable; Barograph reads {CONFIG}, {REDACTION_KEY}, {names}")
}
