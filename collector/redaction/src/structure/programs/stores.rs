//! Secret stores and password managers.

use super::Part::{AfterEquals, IfOpaque, Whole};
use super::{At, PASSWORD, SECRET, TOKEN, Takes, after};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["vault", "bao"], &[
        after(&["login"], At::Operand(0), IfOpaque, TOKEN), after(&["unseal"], At::Operand(0), Whole, SECRET),
        after(&["unwrap"], At::Operand(0), Whole, TOKEN), after(&["put"], At::Operands(1), AfterEquals, SECRET),
        after(&["write"], At::Named, Whole, SECRET), after(&["token"], At::Operand(1), IfOpaque, TOKEN),
    ]),
    (&["doppler"], &[
        after(&["secrets", "set"], At::Named, Whole, SECRET), after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET),
        after(&["token"], At::InputIf("--token-stdin"), Whole, TOKEN), after(&["secrets", "set"], At::Input, Whole, SECRET),
    ]),
    (&["infisical", "chamber", "dotenvx", "envchain", "teller", "berglas", "confidant", "phase", "akeyless", "conjur"], &[
        after(&["set"], At::Named, Whole, SECRET), after(&["write"], At::Named, Whole, SECRET), after(&["set"], At::Operands(0), AfterEquals, SECRET),
        after(&["write"], At::Operand(2), Whole, SECRET), after(&["write"], At::Input, Whole, SECRET),
    ]),
    (&["op", "bw", "bws", "lpass", "pass", "gopass", "rbw", "secret-tool", "keyctl"], &[
        after(&["unlock"], At::Operand(0), Whole, PASSWORD), after(&["login"], At::Operand(1), Whole, PASSWORD),
        after(&["insert"], At::Input, Whole, SECRET), after(&["store"], At::Input, Whole, SECRET),
        after(&["padd"], At::Input, Whole, SECRET), after(&["create", "secret"], At::Operand(1), Whole, SECRET),
    ]),
    (&["pulumi"], &[after(&["set"], At::Named, Whole, SECRET), after(&["set"], At::InputIf("--secret"), Whole, SECRET)]),
];
