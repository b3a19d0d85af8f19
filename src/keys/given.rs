//! Redaction keys that are kept elsewhere, in a vault for one, and given at the start.

use std::collections::BTreeMap;
use std::fmt;

use super::{KEY_BYTES, KeyError, Secret, file};
use crate::config::Config;

/// The longest file that is read: a thousand epochs.
const LONGEST: u64 = 100_000;

/// Redaction keys as text: 64 hex digits each, separated by commas or line ends. One alone is epoch 1; more have their
/// number before them, `2:…`, and the key of the tokens may stand among them as `token:…`. `Debug` shows numbers only.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenKeys {
    epochs: BTreeMap<u32, Secret>,
    token: Option<Secret>,
}

impl GivenKeys {
    /// Reads the text.
    ///
    /// # Errors
    /// When it is no such list. The message names what is wrong by its place in the list, never by its text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut given = Self { epochs: BTreeMap::new(), token: None };
        let entries = text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        for (place, entry) in (1..).zip(entries) {
            let (name, digits) = entry.split_once(':').unwrap_or(("1", entry));
            let key = hex(digits.trim())
                .ok_or_else(|| format!("key {place} is not {} hex digits (32 random bytes)", 2 * KEY_BYTES))?;
            let is_new = match (name.trim(), name.trim().parse::<u32>()) {
                ("token", _) => given.token.replace(key).is_none(),
                (_, Ok(number)) if number > 0 => given.epochs.insert(number, key).is_none(),
                _ => {
                    return Err(format!(
                        "key {place} has neither an epoch (a number from 1) nor `token` before its colon"
                    ));
                }
            };
            if !is_new {
                return Err(format!("key {place} has a name that another one has; write epochs as 1:…, 2:…"));
            }
        }
        if given.epochs.is_empty() { Err("there is no redaction key in it".to_owned()) } else { Ok(given) }
    }

    /// The key of the tokens, if it was given too.
    pub(super) fn token(&self) -> Option<Secret> {
        self.token
    }

    pub(super) fn into_epochs(self) -> Vec<(u32, Secret)> {
        self.epochs.into_iter().collect()
    }

    /// The numbers, oldest first.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.epochs.keys().copied().collect()
    }
}

impl fmt::Debug for GivenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenKeys").field("epochs", &self.numbers()).field("token", &self.token.is_some()).finish()
    }
}

/// The keys that the configuration gives; its file is read each time, so that a reload sees what has changed in it.
pub(super) fn read(config: &Config) -> Result<Option<GivenKeys>, KeyError> {
    let Some(path) = &config.redaction_key_file else { return Ok(config.redaction_keys.clone()) };
    let fault = |problem: String| KeyError::Given { place: path.display().to_string(), problem };
    let bytes = file::contents(path, LONGEST)?.ok_or_else(|| fault("there is no such file".to_owned()))?;
    let text =
        String::from_utf8(bytes).map_err(|_| fault("is not UTF-8: keys are written in hex digits".to_owned()))?;
    GivenKeys::parse(&text).map(Some).map_err(fault)
}

fn hex(digits: &str) -> Option<Secret> {
    let mut key = [0; KEY_BYTES];
    if digits.len() != 2 * KEY_BYTES || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_with_and_without_their_epoch() {
        let (one, two) = ("0a".repeat(32), "0B".repeat(32));
        for (text, epochs, token) in [
            (one.clone(), vec![(1, [10; 32])], None),
            (format!("{one}\n"), vec![(1, [10; 32])], None),
            (format!("3:{one}"), vec![(3, [10; 32])], None),
            (format!("2:{two}, 1:{one}"), vec![(1, [10; 32]), (2, [11; 32])], None),
            (format!("1:{one}\ntoken:{two}\n"), vec![(1, [10; 32])], Some([11; 32])),
        ] {
            let given = GivenKeys::parse(&text).unwrap();
            assert_eq!((given.token(), given.into_epochs()), (token, epochs), "{text}");
        }
    }

    #[test]
    fn faults_say_which_key_and_never_show_it() {
        let key = "0a".repeat(32);
        for (text, problem) in [
            (String::new(), "no redaction key"),
            (" ,\n".to_owned(), "no redaction key"),
            (format!("token:{key}"), "no redaction key"),
            ("0a".repeat(31), "key 1 is not 64 hex digits"),
            (format!("{key}0"), "key 1 is not 64 hex digits"),
            (format!("1:{key},2:{}", "+a".repeat(32)), "key 2 is not 64 hex digits"),
            (format!("1:{key},2:{}", "é".repeat(32)), "key 2 is not 64 hex digits"),
            (format!("0:{key}"), "key 1 has neither an epoch"),
            (format!("first:{key}"), "key 1 has neither an epoch"),
            (format!("{key},{key}"), "key 2 has a name that another one has"),
            (format!("2:{key},2:{key}"), "key 2 has a name that another one has"),
        ] {
            let told = GivenKeys::parse(&text).unwrap_err();
            assert!(told.contains(problem) && !told.contains("0a0a"), "{told}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let given = GivenKeys::parse(&format!("4:{}", "0a".repeat(32))).unwrap();
        assert_eq!(format!("{given:?}"), "GivenKeys { epochs: [4], token: false }");
    }
}
