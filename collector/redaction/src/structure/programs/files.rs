//! Copying, backup, editing and the shell's own commands.

use super::Part::{AfterName, AfterPercent, IfOpaque, Whole};
use super::{API_KEY, At, PASSWORD, SECRET, Takes, after, flag, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["rclone"], &[
        after(&["obscure"], At::Operand(0), Whole, PASSWORD), after(&["create"], At::Named, Whole, SECRET), after(&["update"], At::Named, Whole, SECRET),
        after(&["password"], At::Named, Whole, PASSWORD), password(&["--sftp-pass", "--ftp-pass", "--webdav-pass", "--smb-pass", "--pass"]),
    ]),
    (&["restic", "borg", "borgmatic", "duplicity", "kopia", "duplicati-cli"], &[password(&["-p", "--password"])]),
    (&["s3cmd", "s5cmd", "s4cmd", "b2"], &[
        flag(&["--secret_key", "--access_token"], Whole, SECRET), after(&["authorize-account"], At::Operand(1), Whole, API_KEY),
        after(&["account", "authorize"], At::Operand(1), Whole, API_KEY),
    ]),
    (&["smbclient", "mount.cifs", "smbget", "rpcclient", "smbmap", "crackmapexec", "nxc", "enum4linux"], &[
        flag(&["-U", "--user"], AfterPercent, PASSWORD), password(&["--password", "-p"]), after(&[], At::Operand(1), IfOpaque, PASSWORD),
    ]),
    (&["jq", "gojq", "jaq"], &[after(&[], At::Bound(&["--arg", "--argjson"]), Whole, SECRET)]),
    (&["set", "setenv", "setx", "export"], &[after(&[], At::Named, Whole, SECRET)]),
    (&["crudini", "augtool", "defaults", "gsettings", "dconf", "reg", "nmcli", "uci", "openstack-config", "iwctl"], &[
        after(&[], At::Named, Whole, SECRET), password(&["--passphrase"]),
    ]),
    (&["networksetup"], &[after(&["-setairportnetwork"], At::Operand(2), Whole, PASSWORD)]),
    (&["wpa_passphrase"], &[after(&[], At::Operand(1), Whole, PASSWORD)]),
    (&["k6", "newman", "artillery", "locust", "playwright"], &[flag(&["-e", "--env", "--env-var"], AfterName, SECRET)]),
    (&["systemd-creds", "systemd-ask-password"], &[after(&["encrypt"], At::Input, Whole, SECRET)]),
    (&["dotenv", "env-cmd"], &[after(&["set"], At::Operands(1), Whole, SECRET)]),
];
