//! A redactor for tests.

use std::sync::LazyLock;

use barograph_proto::keyed::RedactionKeys;
use barograph_redaction::policy::Policy;

use super::Redactor;

pub(crate) fn keys() -> RedactionKeys {
    RedactionKeys::new(vec![(1, [7; 32])], [8; 32]).unwrap()
}

/// The policy that ships, with keys that are always the same.
pub(crate) fn redactor() -> &'static Redactor {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(new);
    &REDACTOR
}

/// The same for its own.
pub(crate) fn new() -> Redactor {
    Redactor::new(Policy::shipped_default(), keys())
}
