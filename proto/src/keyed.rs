//! Keyed hashes that collector and query must compute alike: event ids, and the hashes of what redaction takes out.
//!
//! Pure: keys come from the root. HMAC-SHA-256 throughout, so that nobody without the key can test a guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

type HmacSha256 = Hmac<Sha256>;

/// The keys of a store. `Debug` does not show them.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Makes event ids. Created once per store and never rotated.
    pub event_id: EventIdKey,
    /// Hash what is taken out.
    pub redaction: RedactionKeys,
}

/// A content-derived event id: the same record from the same sender always has the same one.
pub type EventId = [u8; 16];

/// Makes event ids.
#[derive(Clone)]
pub struct EventIdKey(HmacSha256);

impl EventIdKey {
    /// Takes a 32-byte secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret))
    }

    /// The hash state after everything that the records of one scope share. Each part is length-prefixed, so parts
    /// cannot run into each other.
    #[must_use]
    pub fn scope(&self, parts: &[&[u8]]) -> EventIdScope {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        EventIdScope(mac)
    }
}

impl std::fmt::Debug for EventIdKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventIdKey(..)")
    }
}

/// An [`EventIdKey`] that has taken in tenant, resource and scope.
#[derive(Clone, Debug)]
pub struct EventIdScope(HmacSha256);

impl EventIdScope {
    /// The id of one record, given its bytes as sent (protobuf, re-encoded in field order).
    pub fn id(&self, record: &[u8]) -> EventId {
        let mut mac = self.0.clone();
        mac.update(record);
        truncate(mac)
    }
}

/// The length of a redaction hash.
pub const HASH_DIGITS: usize = 16;

/// The length of a token.
pub const TOKEN_DIGITS: usize = 10;

/// What a value is. Part of the hash's input, so that a hash of one kind says nothing about the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// A whole value that a policy hashes.
    Value,
    /// A secret found in a text.
    Secret,
    /// A folder or file, in its normalised spelling ([`crate::paths::normalised`]).
    Path,
    /// A user's name, as it stands in a path or an address.
    User,
}

impl Domain {
    fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Secret => "secret",
            Self::Path => "path",
            Self::User => "user",
        }
    }
}

/// The keys that hash what is taken out, so that equal values can be recognised and asked for without being stored.
///
/// An epoch is the time one key is used for. What is stored gets the hash of the current epoch; a question asks with
/// every epoch whose key still lives. Tokens have a key of their own that does not rotate, so that a token stays the
/// same over epochs. `Debug` shows numbers, never keys.
#[derive(Clone)]
pub struct RedactionKeys {
    current: Epoch,
    /// The other live epochs, newest first.
    older: Vec<Epoch>,
    token: HmacSha256,
}

#[derive(Clone)]
struct Epoch {
    number: u32,
    key: HmacSha256,
}

impl RedactionKeys {
    /// Takes the live epochs, in any order, and the token key; secrets of 32 bytes each. The highest epoch is the
    /// current one. None without an epoch, or when a number stands twice.
    pub fn new(epochs: Vec<(u32, [u8; 32])>, token: [u8; 32]) -> Option<Self> {
        let mut older: Vec<Epoch> =
            epochs.into_iter().map(|(number, secret)| Epoch { number, key: keyed(&secret) }).collect();
        older.sort_by_key(|epoch| epoch.number);
        let is_unique = older.is_sorted_by(|one, next| one.number < next.number);
        let current = older.pop().filter(|_| is_unique)?;
        older.reverse();
        Some(Self { current, older, token: keyed(&token) })
    }

    /// The number of the epoch whose key hashes what is stored now.
    pub fn current_epoch(&self) -> u32 {
        self.current.number
    }

    /// The hash of a value within a tenant by the current key, 16 hex digits. Tenants cannot compare theirs.
    pub fn hash(&self, tenant: &str, domain: Domain, value: &str) -> String {
        tagged(&self.current.key, tenant, domain, value, HASH_DIGITS)
    }

    /// The hashes of a value by every live key, with the epoch of each, newest first: what a question looks for.
    pub fn hashes(&self, tenant: &str, domain: Domain, value: &str) -> Vec<(u32, String)> {
        let epochs = std::iter::once(&self.current).chain(&self.older);
        epochs.map(|epoch| (epoch.number, tagged(&epoch.key, tenant, domain, value, HASH_DIGITS))).collect()
    }

    /// The token of a value within a tenant, 10 hex digits. It outlives every epoch.
    pub fn token(&self, tenant: &str, domain: Domain, value: &str) -> String {
        tagged(&self.token, tenant, domain, value, TOKEN_DIGITS)
    }
}

impl std::fmt::Debug for RedactionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let older: Vec<u32> = self.older.iter().map(|epoch| epoch.number).collect();
        f.debug_struct("RedactionKeys")
            .field("current", &self.current.number)
            .field("older", &older)
            .finish_non_exhaustive()
    }
}

/// The first hex digits of a value's keyed hash. Domain and tenant go before it, length-prefixed, so that they
/// cannot run into each other.
fn tagged(key: &HmacSha256, tenant: &str, domain: Domain, value: &str, digits: usize) -> String {
    let mut mac = key.clone();
    for part in [domain.as_str(), tenant] {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.update(value.as_bytes());
    let mut hash = hex::encode(mac.finalize().into_bytes());
    hash.truncate(digits);
    hash
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(secret: &[u8; 32]) -> HmacSha256 {
    HmacSha256::new_from_slice(secret).expect("HMAC takes keys of any length")
}

fn truncate(mac: HmacSha256) -> [u8; 16] {
    let digest = mac.finalize().into_bytes();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        let key = EventIdKey::new(&[7; 32]);
        assert_ne!(key.scope(&[b"ab", b"c"]).id(b"x"), key.scope(&[b"a", b"bc"]).id(b"x"));
    }

    fn keys(epochs: &[u32]) -> RedactionKeys {
        let secret = |number: u32| [u8::try_from(number).unwrap(); 32];
        RedactionKeys::new(epochs.iter().map(|number| (*number, secret(*number))).collect(), [99; 32]).unwrap()
    }

    #[test]
    fn newest_epoch_hashes_and_every_live_one_is_asked() {
        let (old, both) = (keys(&[1]), keys(&[2, 1]));
        assert_eq!((old.current_epoch(), both.current_epoch()), (1, 2));
        let asked = both.hashes("default", Domain::Secret, "hunter2");
        assert_eq!(asked.first(), Some(&(2, both.hash("default", Domain::Secret, "hunter2"))));
        assert_eq!(asked.last(), Some(&(1, old.hash("default", Domain::Secret, "hunter2"))));
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn hashes_change_with_the_epoch_and_tokens_do_not() {
        let (old, new) = (keys(&[1]), keys(&[1, 2]));
        assert_ne!(old.hash("default", Domain::User, "ada"), new.hash("default", Domain::User, "ada"));
        assert_eq!(old.token("default", Domain::User, "ada"), new.token("default", Domain::User, "ada"));
    }

    #[test]
    fn tenants_and_domains_cannot_compare() {
        let keys = keys(&[1]);
        let (mut hashes, mut tokens) = (Vec::new(), Vec::new());
        for tenant in ["", "a", "b"] {
            for domain in [Domain::Value, Domain::Secret, Domain::Path, Domain::User] {
                hashes.push(keys.hash(tenant, domain, "x"));
                tokens.push(keys.token(tenant, domain, "x"));
            }
        }
        // The tenant's end is part of the input.
        hashes.push(keys.hash("ax", Domain::Value, ""));
        for (made, digits) in [(hashes, 16), (tokens, 10)] {
            assert!(made.iter().all(|text| text.len() == digits), "{made:?}");
            let distinct: std::collections::BTreeSet<_> = made.iter().collect();
            assert_eq!(distinct.len(), made.len());
        }
    }

    #[test]
    fn hashes_are_what_they_were() {
        // Stored hashes must stay askable by later versions. Computed with another implementation of HMAC-SHA-256.
        let keys = keys(&[1]);
        assert_eq!(keys.hash("default", Domain::Secret, "hunter2"), "1ac5a4daf41ecb29");
        assert_eq!(keys.token("default", Domain::User, "ada"), "24c231b901");
    }

    #[test]
    fn keys_without_an_epoch_or_with_one_twice_are_none() {
        assert!(RedactionKeys::new(Vec::new(), [0; 32]).is_none());
        assert!(RedactionKeys::new(vec![(1, [1; 32]), (2, [3; 32]), (1, [2; 32])], [0; 32]).is_none());
    }

    #[test]
    fn debug_shows_numbers_only() {
        assert_eq!(format!("{:?}", keys(&[1, 3])), "RedactionKeys { current: 3, older: [1], .. }");
    }
}
