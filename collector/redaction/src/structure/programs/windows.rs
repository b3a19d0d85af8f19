//! Windows: command processor and PowerShell.

use super::Part::{IfOpaque, Whole};
use super::{At, PASSWORD, SECRET, Takes, after, joined, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"net" => const { &[
            after(&["user"], At::Operand(1), Whole, PASSWORD), after(&["use"], At::Operand(2), Whole, PASSWORD), joined(&["/password:"]),
        ] },
        b"cmdkey" | b"runas" | b"vaultcmd" => const { &[joined(&["/pass:", "/password:", "/pass="])] },
        b"psexec" | b"psexec64" | b"psinfo" | b"pskill" | b"pslist" | b"psservice" => const { &[password(&["-p"])] },
        b"wmic" | b"schtasks" | b"sc" | b"taskkill" | b"tasklist" | b"at" => const { &[
            password(&["/rp", "/p", "/P", "/RP"]), after(&[], At::Joined(&["/password:", "/PASSWORD:"]), Whole, PASSWORD), password(&["password="]),
        ] },
        b"ConvertTo-SecureString" => const { &[after(&[], At::Operand(0), Whole, PASSWORD), password(&["-String", "-Key"])] },
        b"dsadd" | b"dsmod" => const { &[password(&["-pwd"])] },
        b"certutil" | b"makecert" | b"pvk2pfx" => const { &[password(&["-p", "-po", "-pi"])] },
        b"Set-Item" | b"New-Item" | b"Set-ItemProperty" => const { &[after(&[], At::Named, IfOpaque, SECRET)] },
        b"winrs" | b"wbadmin" => const { &[joined(&["-p:", "/p:", "-password:"])] },
        _ => return None,
    })
}
