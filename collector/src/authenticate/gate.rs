//! The one place that decides whether a request may come in, and whose data it is.

use std::sync::{Arc, PoisonError, RwLock};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use barograph_proto::time::Clock;

use super::{CertificateNames, Credentials, Tenant, Token, TokenHash};

/// Why a request may not come in. What it says to the sender does not depend on which tokens there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// It brings none, and senders need one.
    #[error("the request has no credential; send the header `authorization: Bearer bg_…` with an ingest token")]
    NoCredential,
    /// It brings a token that is not accepted: unknown, expired, revoked, or no token at all.
    #[error(
        "the credential is not accepted; ask for a new ingest token and send it as `authorization: Bearer bg_…`, once"
    )]
    BadToken,
    /// The connection's certificate is good, but nobody has said whose it is.
    #[error("the client certificate belongs to no tenant; ask for its name to be added, or for another certificate")]
    UnknownCertificate,
    /// What it brings belongs to different tenants.
    #[error("the credentials belong to different tenants; send one, or two of the same tenant")]
    TwoTenants,
}

impl Denial {
    /// The reason as a metric label: a small closed set.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NoCredential => "no_credential",
            Self::BadToken => "bad_token",
            Self::UnknownCertificate => "unknown_certificate",
            Self::TwoTenants => "two_tenants",
        }
    }
}

/// Judges requests by the credentials that are configured now. Clones share them.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // A std lock, since it is held for a look and never across an await.
    credentials: RwLock<Arc<Credentials>>,
    /// The token of our own requests, which is in memory only.
    own: TokenHash,
    clock: Arc<dyn Clock>,
}

impl Gate {
    /// Judges by these credentials; `own` opens the doors to us, as the default tenant.
    pub fn new(credentials: Credentials, own: &Token, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { credentials: RwLock::new(Arc::new(credentials)), own: own.hash(), clock }))
    }

    /// Judges by other credentials from now on. Last uses are kept.
    pub fn replace(&self, credentials: Credentials) {
        let old = self.credentials();
        credentials.note_uses(old.uses());
        *self.0.credentials.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(credentials);
        // Whoever looked at the old ones meanwhile has noted a use there.
        self.credentials().note_uses(old.uses());
    }

    /// Whether senders need a credential.
    pub fn is_closed(&self) -> bool {
        self.credentials().are_required()
    }

    /// Whether there are tokens, accepted or not.
    pub fn has_tokens(&self) -> bool {
        !self.credentials().tokens.is_empty()
    }

    /// How many tokens are accepted now.
    pub fn accepted_tokens(&self) -> usize {
        let now = self.0.clock.now();
        self.credentials().tokens.iter().filter(|token| token.is_accepted(now)).count()
    }

    /// When each token was last used: id and µs since the epoch.
    pub fn uses(&self) -> Vec<(String, i64)> {
        self.credentials().uses().map(|(id, at)| (id.to_owned(), at)).collect()
    }

    /// Takes over when tokens were last used, from an earlier run.
    pub fn note_uses<'a>(&self, uses: impl Iterator<Item = (&'a str, i64)>) {
        self.credentials().note_uses(uses);
    }

    /// Whose data a request is: by its `authorization` header, else by the connection's certificate.
    ///
    /// A token that is presented must be right, whatever else would let the request in, and even where no credential is
    /// needed: who sends one means to be somebody. Another header, such as a password for a proxy, counts as a wrong
    /// token where there are tokens, and is not looked at where there are none.
    pub(crate) fn admit(&self, headers: &HeaderMap, certificate: Option<&CertificateNames>) -> Result<Tenant, Denial> {
        let credentials = self.credentials();
        let by_certificate =
            credentials.clients.as_ref().zip(certificate).map(|(clients, names)| clients.tenant(names));
        match Presented::in_headers(headers) {
            Presented::Token(token) => {
                let tenant = self.tenant(&credentials, &token)?;
                match by_certificate {
                    Some(Ok(other)) if other != tenant => Err(Denial::TwoTenants),
                    _ => Ok(tenant),
                }
            }
            Presented::Other if !credentials.tokens.is_empty() => Err(Denial::BadToken),
            Presented::Other | Presented::Nothing if !credentials.are_required() => Ok(Tenant::default()),
            Presented::Other | Presented::Nothing => by_certificate.unwrap_or(Err(Denial::NoCredential)),
        }
    }

    fn tenant(&self, credentials: &Credentials, token: &Token) -> Result<Tenant, Denial> {
        if self.0.own.is(&token.hash()) {
            return Ok(Tenant::default());
        }
        credentials.tenant(token, self.0.clock.now()).cloned().ok_or(Denial::BadToken)
    }

    fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&self.0.credentials.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a request presents.
enum Presented {
    Nothing,
    Token(Token),
    /// Something that is no token.
    Other,
}

impl Presented {
    /// Reads `authorization: Bearer bg_…`: the only place, once, with the scheme in any case (RFC 9110, 11.1).
    fn in_headers(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Nothing,
            (Some(value), None) => {
                let token = value.to_str().ok().and_then(|text| text.split_once(' ')).and_then(|(scheme, rest)| {
                    let token = Token::parse(rest.trim_start_matches(' '))?;
                    scheme.eq_ignore_ascii_case("bearer").then_some(token)
                });
                token.map_or(Self::Other, Self::Token)
            }
            (Some(_), Some(_)) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests;
