//! What a policy says about detection.

use std::collections::BTreeSet;
use std::fmt;

use crate::rules::RuleSet;

/// What the steps `detect` and `detect(secrets)` look for.
#[derive(Clone, Debug)]
pub struct Detection {
    /// Which personal data `detect` looks for. `detect(secrets)` looks for none.
    pub personal: BTreeSet<Switch>,
    /// Whether random-looking texts are secrets where their context says so.
    pub entropy: bool,
    /// Our own rules and those of the files that the policy names.
    pub rules: RuleSet,
}

impl Default for Detection {
    /// Everything, with our own rules only.
    fn default() -> Self {
        Self { personal: Switch::ALL.into(), entropy: true, rules: RuleSet::own() }
    }
}

/// Personal data that can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Switch {
    /// E-mail addresses.
    Email,
    /// Card numbers with a right check digit.
    Card,
    /// Bank account numbers with right check digits.
    Iban,
    /// The user's segment of a path below a home folder.
    Home,
}

impl Switch {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Email, Self::Card, Self::Iban, Self::Home];

    /// Its word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Home => "home",
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
