//! Other hosts and users: log-ins, directories, networks.

use super::Part::{AfterColon, Whole};
use super::{At, PASSWORD, SECRET, Takes, after, flag, input, joined, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["sshpass"], &[password(&["-p"])]),
    (&["sudo", "doas"], &[after(&[], At::InputIf("-S"), Whole, PASSWORD), after(&[], At::InputIf("-kS"), Whole, PASSWORD), after(&[], At::InputIf("-Sk"), Whole, PASSWORD)]),
    (&["su", "passwd", "smbpasswd", "pdbedit", "kinit", "kpasswd", "vncpasswd"], &[after(&[], At::Input, Whole, PASSWORD)]),
    (&["chpasswd"], &[after(&[], At::Input, AfterColon, PASSWORD)]),
    (&["useradd", "usermod"], &[password(&["-p", "--password"])]),
    (&["adduser", "dscl", "sysadminctl"], &[password(&["-password", "-adminPassword"]), after(&["-passwd"], At::Operand(1), Whole, PASSWORD)]),
    (&["kadmin", "kadmin.local"], &[password(&["-pw", "-w"])]),
    (&["snmpwalk", "snmpget", "snmpset", "snmpbulkwalk", "snmpbulkget", "snmptrap", "snmpgetnext", "snmptable"], &[password(&["-A", "-X", "-c"])]),
    (&["radtest"], &[after(&[], At::Operand(1), Whole, PASSWORD), after(&[], At::Operand(4), Whole, SECRET)]),
    (&["ipmitool", "ipmi-config", "racadm"], &[password(&["-P", "-p"])]),
    (&["xfreerdp", "xfreerdp3", "wlfreerdp", "mstsc"], &[joined(&["/p:", "/gp:"])]),
    (&["rdesktop", "vncviewer", "x11vnc", "tightvncserver"], &[password(&["-p", "-passwd"])]),
    (&["openconnect", "openfortivpn", "vpnc", "nordvpn", "expressvpn"], &[
        after(&[], At::InputIf("--passwd-on-stdin"), Whole, PASSWORD), password(&["-p"]),
    ]),
    (&["l2tp", "pppd", "wvdial"], &[after(&["password"], At::Operand(0), Whole, PASSWORD)]),
    (&["realm", "adcli"], &[after(&[], At::InputIf("--stdin-password"), Whole, PASSWORD)]),
    (&["impacket-psexec", "psexec.py", "wmiexec.py", "secretsdump.py", "evil-winrm"], &[
        password(&["-p"]), flag(&["-hashes", "-H"], Whole, SECRET), after(&[], At::Operand(0), AfterColon, PASSWORD),
    ]),
    (&["virsh", "vmrun", "govc", "esxcli", "VBoxManage"], &[after(&[], At::Joined(&["-gp"]), Whole, PASSWORD), password(&["-gp", "-vp"])]),
    (&["jenkins-cli", "jenkins"], &[flag(&["-auth"], AfterColon, SECRET)]),
    (&["svn", "hg", "p4", "cvs"], &[password(&["-P"]), input(&["login"])]),
    (&["salt", "salt-api", "knife", "puppet", "chef", "bolt"], &[password(&["-P", "--ssh-password"])]),
    (&["iscsiadm", "multipath"], &[after(&[], At::Named, Whole, SECRET)]),
    (&["wpa_cli"], &[after(&["psk"], At::Operand(0), Whole, PASSWORD)]),
];
