//! Windows: command processor and PowerShell.

use super::Part::{IfOpaque, Whole};
use super::{At, PASSWORD, SECRET, Takes, after, joined, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["net"], &[
        after(&["user"], At::Operand(1), Whole, PASSWORD), after(&["use"], At::Operand(2), Whole, PASSWORD), joined(&["/password:"]),
    ]),
    (&["cmdkey", "runas", "vaultcmd"], &[joined(&["/pass:", "/password:", "/pass="])]),
    (&["psexec", "psexec64", "psinfo", "pskill", "pslist", "psservice"], &[password(&["-p"])]),
    (&["wmic", "schtasks", "sc", "taskkill", "tasklist", "at"], &[
        password(&["/rp", "/p", "/P", "/RP"]), after(&[], At::Joined(&["/password:", "/PASSWORD:"]), Whole, PASSWORD), password(&["password="]),
    ]),
    (&["ConvertTo-SecureString"], &[after(&[], At::Operand(0), Whole, PASSWORD), password(&["-String", "-Key"])]),
    (&["dsadd", "dsmod"], &[password(&["-pwd"])]),
    (&["certutil", "makecert", "pvk2pfx"], &[password(&["-p", "-po", "-pi"])]),
    (&["Set-Item", "New-Item", "Set-ItemProperty"], &[after(&[], At::Named, IfOpaque, SECRET)]),
    (&["winrs", "wbadmin"], &[joined(&["-p:", "/p:", "-password:"])]),
];
