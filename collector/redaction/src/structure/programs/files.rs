//! Copying, backup, editing and the shell's own commands.

use super::Part::{AfterName, AfterPercent, IfOpaque, Whole};
use super::{API_KEY, At, PASSWORD, SECRET, Takes, after, flag, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"rclone" => const { &[
            after(&["obscure"], At::Operand(0), Whole, PASSWORD), after(&["create"], At::Named, Whole, SECRET), after(&["update"], At::Named, Whole, SECRET),
            after(&["password"], At::Named, Whole, PASSWORD), password(&["--sftp-pass", "--ftp-pass", "--webdav-pass", "--smb-pass", "--pass"]),
        ] },
        b"restic" | b"borg" | b"borgmatic" | b"duplicity" | b"kopia" | b"duplicati-cli" => const { &[password(&["-p", "--password"])] },
        b"s3cmd" | b"s5cmd" | b"s4cmd" | b"b2" => const { &[
            flag(&["--secret_key", "--access_token"], Whole, SECRET), after(&["authorize-account"], At::Operand(1), Whole, API_KEY),
            after(&["account", "authorize"], At::Operand(1), Whole, API_KEY),
        ] },
        b"smbclient" | b"mount.cifs" | b"smbget" | b"rpcclient" | b"smbmap" | b"crackmapexec" | b"nxc"
        | b"enum4linux" => const { &[
            flag(&["-U", "--user"], AfterPercent, PASSWORD), password(&["--password", "-p"]), after(&[], At::Operand(1), IfOpaque, PASSWORD),
        ] },
        b"jq" | b"gojq" | b"jaq" => const { &[after(&[], At::Bound(&["--arg", "--argjson"]), Whole, SECRET)] },
        b"set" | b"setenv" | b"setx" | b"export" => const { &[after(&[], At::Named, Whole, SECRET)] },
        b"crudini" | b"augtool" | b"defaults" | b"gsettings" | b"dconf" | b"reg" | b"nmcli" | b"uci"
        | b"openstack-config" | b"iwctl" => const { &[
            after(&[], At::Named, Whole, SECRET), password(&["--passphrase"]),
        ] },
        b"networksetup" => const { &[after(&["-setairportnetwork"], At::Operand(2), Whole, PASSWORD)] },
        b"wpa_passphrase" => const { &[after(&[], At::Operand(1), Whole, PASSWORD)] },
        b"k6" | b"newman" | b"artillery" | b"locust" | b"playwright" => const { &[flag(&["-e", "--env", "--env-var"], AfterName, SECRET)] },
        b"systemd-creds" | b"systemd-ask-password" => const { &[after(&["encrypt"], At::Input, Whole, SECRET)] },
        b"dotenv" | b"env-cmd" => const { &[after(&["set"], At::Operands(1), Whole, SECRET)] },
        _ => return None,
    })
}
