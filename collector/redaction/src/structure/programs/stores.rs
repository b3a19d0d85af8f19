//! Secret stores and password managers.

use super::Part::{AfterEquals, IfOpaque, Whole};
use super::{At, PASSWORD, SECRET, TOKEN, Takes, after};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"vault" | b"bao" => const { &[
            after(&["login"], At::Operand(0), IfOpaque, TOKEN), after(&["unseal"], At::Operand(0), Whole, SECRET),
            after(&["unwrap"], At::Operand(0), Whole, TOKEN), after(&["put"], At::Operands(1), AfterEquals, SECRET),
            after(&["write"], At::Named, Whole, SECRET), after(&["token"], At::Operand(1), IfOpaque, TOKEN),
        ] },
        b"doppler" => const { &[
            after(&["secrets", "set"], At::Named, Whole, SECRET), after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET),
            after(&["token"], At::InputIf("--token-stdin"), Whole, TOKEN), after(&["secrets", "set"], At::Input, Whole, SECRET),
        ] },
        b"infisical" | b"chamber" | b"dotenvx" | b"envchain" | b"teller" | b"berglas" | b"confidant" | b"phase"
        | b"akeyless" | b"conjur" => const { &[
            after(&["set"], At::Named, Whole, SECRET), after(&["write"], At::Named, Whole, SECRET), after(&["set"], At::Operands(0), AfterEquals, SECRET),
            after(&["write"], At::Operand(2), Whole, SECRET), after(&["write"], At::Input, Whole, SECRET),
        ] },
        b"op" | b"bw" | b"bws" | b"lpass" | b"pass" | b"gopass" | b"rbw" | b"secret-tool" | b"keyctl" => const { &[
            after(&["unlock"], At::Operand(0), Whole, PASSWORD), after(&["login"], At::Operand(1), Whole, PASSWORD),
            after(&["insert"], At::Input, Whole, SECRET), after(&["store"], At::Input, Whole, SECRET),
            after(&["padd"], At::Input, Whole, SECRET), after(&["create", "secret"], At::Operand(1), Whole, SECRET),
        ] },
        b"pulumi" => const { &[after(&["set"], At::Named, Whole, SECRET), after(&["set"], At::InputIf("--secret"), Whole, SECRET)] },
        _ => return None,
    })
}
