//! The credentials that are configured: the tokens' hashes, and which certificate's name is whose.

use std::sync::atomic::{AtomicI64, Ordering};

use super::{ClientTenants, Tenant, Token, TokenHash};

/// One ingest token, as far as we know it.
#[derive(Debug)]
pub struct IngestToken {
    /// What people call it by; says nothing of the token.
    pub id: String,
    /// What is kept of it.
    pub hash: TokenHash,
    /// Whose data is what it sends.
    pub tenant: Tenant,
    /// From when on it is no longer accepted, µs since the epoch.
    pub expires: Option<i64>,
    /// Whether it was revoked.
    pub is_revoked: bool,
    /// When it was last accepted, µs since the epoch; 0 for never.
    last_use: AtomicI64,
}

impl IngestToken {
    /// A token that nobody has used yet.
    pub fn new(id: String, hash: TokenHash, tenant: Tenant, expires: Option<i64>, is_revoked: bool) -> Self {
        Self { id, hash, tenant, expires, is_revoked, last_use: AtomicI64::new(0) }
    }

    /// Whether it is accepted at a time, µs since the epoch.
    pub fn is_accepted(&self, now: i64) -> bool {
        !self.is_revoked && self.expires.is_none_or(|expires| now < expires)
    }
}

/// All credentials that are configured.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The tokens, those that are no longer accepted among them: while there is any, senders need one.
    pub tokens: Vec<IngestToken>,
    /// Whose certificates are, if clients' certificates are asked for.
    pub clients: Option<ClientTenants>,
}

impl Credentials {
    /// Whether senders need one. A token that was revoked or has expired still counts: that the last one is gone must
    /// not open the doors.
    pub fn are_required(&self) -> bool {
        !self.tokens.is_empty() || self.clients.is_some()
    }

    /// The tenant of a token that is accepted at a time, and notes its use. Looks at all hashes, so that the time it
    /// takes does not tell which one it was.
    pub(super) fn tenant(&self, token: &Token, now: i64) -> Option<&Tenant> {
        let hash = token.hash();
        let known =
            self.tokens.iter().fold(None, |known, token| if token.hash.is(&hash) { Some(token) } else { known });
        let token = known.filter(|token| token.is_accepted(now))?;
        token.last_use.fetch_max(now, Ordering::Relaxed);
        Some(&token.tenant)
    }

    /// When each token was last used, by id, µs since the epoch; those that were never used are left out.
    pub(super) fn uses(&self) -> impl Iterator<Item = (&str, i64)> {
        let uses = self.tokens.iter().map(|token| (token.id.as_str(), token.last_use.load(Ordering::Relaxed)));
        uses.filter(|(_, at)| *at > 0)
    }

    /// Takes over what is known of uses.
    pub(super) fn note_uses<'a>(&self, uses: impl Iterator<Item = (&'a str, i64)>) {
        for (id, at) in uses {
            if let Some(token) = self.tokens.iter().find(|token| token.id == id) {
                token.last_use.fetch_max(at, Ordering::Relaxed);
            }
        }
    }
}
