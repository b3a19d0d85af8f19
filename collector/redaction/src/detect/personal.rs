//! Personal data that has a shape. Each kind has its switch: what a company may store of people is its own decision.

mod address;
mod card;
mod email;
mod home;
mod iban;
mod phone;
mod social_security;

use std::fmt;

use super::present::Present;
use super::{Hits, Kind, Text};

/// A kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Switch {
    /// E-mail addresses.
    Email,
    /// Numbers of payment cards.
    Card,
    /// Numbers of bank accounts.
    Iban,
    /// Whose home folder a path is in.
    Home,
    /// Telephone numbers with their country.
    Phone,
    /// Public IP addresses.
    Ip,
    /// Social security numbers of the United States.
    Ssn,
}

impl Switch {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Email, Self::Card, Self::Iban, Self::Home, Self::Phone, Self::Ip, Self::Ssn];

    /// Its name in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Home => "home",
            Self::Phone => "phone",
            Self::Ip => "ip",
            Self::Ssn => "ssn",
        }
    }

    /// The switch of a name in a policy.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|switch| switch.name() == name)
    }

    /// What its finds are called: the switch's own name, but for [`Self::Home`], which finds a `user`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Home => home::NAME,
            other => other.name(),
        }
    }
}

/// Which switches are on. By default e-mail addresses, cards, bank accounts and home folders.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Switches(u8);

impl Switches {
    /// None.
    pub const NONE: Self = Self(0);

    /// All.
    pub fn all() -> Self {
        Self::of(Switch::ALL)
    }

    /// These.
    pub fn of(switches: impl IntoIterator<Item = Switch>) -> Self {
        Self(switches.into_iter().fold(0, |on, switch| on | 1 << switch as u8))
    }

    /// Whether one is on.
    pub fn has(self, switch: Switch) -> bool {
        self.0 & 1 << switch as u8 != 0
    }
}

impl fmt::Debug for Switches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Switch::ALL.iter().filter(|switch| self.has(**switch))).finish()
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self::of([Switch::Email, Switch::Card, Switch::Iban, Switch::Home])
    }
}

/// Whether a find of this kind is personal data rather than a secret.
pub fn is_personal(kind: &Kind) -> bool {
    Switch::ALL.iter().any(|switch| switch.kind() == kind.as_str())
}

type Scan = fn(Text<'_>, &mut Hits);

/// Finds the personal data of the switches that are on.
pub(super) fn scan(text: Text<'_>, present: Present, switches: Switches, hits: &mut Hits) {
    let scans: [(Switch, u8, Scan); 7] = [
        (Switch::Email, Present::AT, email::scan),
        (Switch::Card, Present::DIGIT, card::scan),
        (Switch::Iban, Present::DIGIT, iban::scan),
        (Switch::Home, Present::SLASH, home::scan),
        (Switch::Phone, Present::PLUS, phone::scan),
        (Switch::Ip, Present::DIGIT, address::scan),
        (Switch::Ssn, Present::DIGIT, social_security::scan),
    ];
    for (switch, from, scan) in scans {
        if switches.has(switch) && present.has(from) {
            scan(text, hits);
        }
    }
}

/// Whether a byte before or after a number makes it a part of something else.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}
