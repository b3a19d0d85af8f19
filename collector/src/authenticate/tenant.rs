//! Whose data a request is.

use std::fmt;
use std::sync::Arc;

use barograph_proto::row::DEFAULT_TENANT;

/// The longest name, characters.
const LONGEST: usize = 64;

/// Whose data a request is. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// Reads a tenant's name: lower-case letters, digits, `-`, `_` and `.`, a letter or digit first. It stands in every
    /// row and in file names, so there is one spelling of it.
    ///
    /// # Errors
    /// When it is none: what one looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_name = text.len() <= LONGEST
            && text.starts_with(plain)
            && text.chars().all(|c| plain(c) || matches!(c, '-' | '_' | '.'));
        if is_name {
            Ok(Self(text.into()))
        } else {
            Err(format!(
                "`{}` is no tenant: a tenant has 1 to {LONGEST} lower-case letters, digits, `-`, `_` and `.`, a letter or \
                 digit first, such as acme",
                text.escape_debug()
            ))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    /// Whose data is what comes without a credential, and what we send ourselves.
    fn default() -> Self {
        Self(DEFAULT_TENANT.into())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_spelling_of_a_tenant() {
        for text in ["acme", "default", "7", "team-a.eu_1", &"a".repeat(64)] {
            assert_eq!(Tenant::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "Acme", ".hidden", "-x", "a/b", "../x", "a b", "ä", "a\n", &"a".repeat(65)] {
            assert!(Tenant::parse(text).unwrap_err().contains("such as acme"), "{text:?}");
        }
    }
}
