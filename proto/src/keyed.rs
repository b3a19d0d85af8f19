//! Keyed hashes that collector and query must compute alike: event ids and the hashes of withheld values.
//!
//! Pure: keys come from the root. HMAC-SHA-256 throughout, so that nobody without the key can test a guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

type HmacSha256 = Hmac<Sha256>;

/// The two keys of a store, each 32 bytes. `Debug` does not show them.
#[derive(Clone)]
pub struct Keys {
    /// Makes event ids. Created once per store and never rotated.
    pub event_id: EventIdKey,
    /// Hashes withheld values.
    pub redaction: ValueKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
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

/// Hashes withheld values, so that equal values can be recognised and asked for without being stored.
#[derive(Clone)]
pub struct ValueKey(HmacSha256);

impl ValueKey {
    /// Takes a 32-byte secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret))
    }

    /// The hash of a value within a tenant, 16 hex digits. Tenants cannot compare theirs.
    pub fn hash(&self, tenant: &str, value: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(&(tenant.len() as u64).to_le_bytes());
        mac.update(tenant.as_bytes());
        mac.update(value.as_bytes());
        let digest: [u8; 16] = truncate(mac);
        hex::encode(&digest[..8])
    }
}

impl std::fmt::Debug for ValueKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValueKey(..)")
    }
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

    #[test]
    fn tenants_cannot_compare_hashes() {
        let key = ValueKey::new(&[7; 32]);
        assert_eq!(key.hash("a", "secret"), key.hash("a", "secret"));
        assert_ne!(key.hash("a", "secret"), key.hash("b", "secret"));
    }
}
