//! The keys of a data folder, in `keys/`: `event-id.key`, which never changes; `redaction-<epoch>.key`, of which the
//! highest is in use and the others live on for questions; `token.key`, which outlives every epoch.
//!
//! Whoever holds them can test guesses against the hashes in the tables, so only the owner may read them. Whoever loses
//! one can no longer ask for what it hashed, which is also how hashes are unlinked on purpose. The redaction keys can be
//! given from outside instead ([`GivenKeys`]); then they are never written here.

pub(crate) mod command;
mod error;
mod file;
mod folder;
mod given;

use barograph_proto::keyed::{EventIdKey, Keys, RedactionKeys};

pub use self::error::KeyError;
pub use self::given::GivenKeys;

use self::folder::Folder;
use crate::config::Config;

/// Length of a key, bytes.
const KEY_BYTES: usize = 32;

/// A secret that is no key yet.
type Secret = [u8; KEY_BYTES];

const EVENT_ID: &str = "event-id.key";
const TOKEN: &str = "token.key";

/// Reads the keys of a data folder, and makes those that are missing. To be called by the one process that holds the
/// folder.
///
/// # Errors
/// When a key cannot be read or made, is open to other users, or is no key; when keys are given and stand in the folder
/// too.
pub fn load_or_make(config: &Config) -> Result<Keys, KeyError> {
    let folder = Folder::make(&config.data_dir)?;
    folder.rename_first()?;
    let event_id = folder.read_or_make(EVENT_ID)?;
    let given = given::read(config)?;
    let token = match given.as_ref().and_then(GivenKeys::token) {
        Some(token) => token,
        None => folder.read_or_make(TOKEN)?,
    };
    let epochs = match given {
        Some(given) => only_given(&folder, given)?,
        None => match folder.epochs()? {
            epochs if epochs.is_empty() => vec![(1, folder.read_or_make(&folder::name(1))?)],
            epochs => epochs,
        },
    };
    keys(event_id, epochs, token)
}

/// Reads the keys of a data folder and makes nothing: for whoever asks beside a server, and for a server that is told to
/// look again. None when the folder has no keys yet.
///
/// # Errors
/// As [`load_or_make`].
pub fn load(config: &Config) -> Result<Option<Keys>, KeyError> {
    let folder = Folder::of(&config.data_dir);
    let given = given::read(config)?;
    let token = match given.as_ref().and_then(GivenKeys::token) {
        Some(token) => Some(token),
        None => folder.read(TOKEN)?,
    };
    let epochs = match given {
        Some(given) => only_given(&folder, given)?,
        None => folder.epochs()?,
    };
    match (folder.read(EVENT_ID)?, token) {
        (Some(event_id), Some(token)) if !epochs.is_empty() => keys(event_id, epochs, token).map(Some),
        _ => Ok(None),
    }
}

/// The given epochs, when the folder has none of its own: else one number would stand for two keys.
fn only_given(folder: &Folder, given: GivenKeys) -> Result<Vec<(u32, Secret)>, KeyError> {
    match folder.numbers()?.first() {
        Some(number) => Err(KeyError::GivenAndKept { path: folder.path(&folder::name(*number)) }),
        None => Ok(given.into_epochs()),
    }
}

fn keys(event_id: Secret, epochs: Vec<(u32, Secret)>, token: Secret) -> Result<Keys, KeyError> {
    let redaction = RedactionKeys::new(epochs, token).ok_or(KeyError::NoEpoch)?;
    Ok(Keys { event_id: EventIdKey::new(&event_id), redaction })
}

#[cfg(test)]
mod tests;
