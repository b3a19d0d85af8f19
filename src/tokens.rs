//! The ingest tokens of a data folder, in `tokens.toml`: hashes, never tokens. The commands write the file, beside a
//! running server, and the server reads it; when tokens were last used stands in `tokens-used.toml`, which the server
//! writes and the commands read. So no file has two writers that do not know of each other.

pub(crate) mod command;
mod error;
pub(crate) mod file;
mod folder;
pub(crate) mod uses;

use barograph_collector::authenticate::{IngestToken, Tenant, Token, TokenHash};

pub use self::error::TokenError;

/// Bytes of randomness in a token.
const SECRET_BYTES: usize = 32;

/// A token as it stands in the file. Times are µs since the epoch.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What people call it by, made at random.
    pub id: String,
    /// Whose data is what it sends.
    pub tenant: Tenant,
    /// What its owner called it; may be empty.
    pub name: String,
    /// What is kept of it.
    pub hash: TokenHash,
    /// When it was made.
    pub created: i64,
    /// From when on it is no longer good.
    pub expires: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

impl Entry {
    /// How it is at a time, in a word.
    pub fn state(&self, now: i64) -> &'static str {
        match (self.revoked, self.expires) {
            (Some(_), _) => "revoked",
            (None, Some(expires)) if expires <= now => "expired",
            (None, _) => "good",
        }
    }

    /// What requests are judged by.
    pub(crate) fn ingest_token(&self) -> IngestToken {
        let Self { id, tenant, hash, expires, revoked, .. } = self;
        IngestToken::new(id.clone(), hash.clone(), tenant.clone(), *expires, revoked.is_some())
    }
}

/// A token that nobody has had before.
///
/// # Errors
/// When the system has no randomness.
pub(crate) fn random() -> Result<Token, TokenError> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|_| TokenError::NoRandomness)?;
    Ok(Token::new(&secret))
}

#[cfg(test)]
mod tests;
