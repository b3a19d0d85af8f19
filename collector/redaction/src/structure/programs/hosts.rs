//! Other hosts and users: log-ins, directories, networks.

use super::Part::{AfterColon, Whole};
use super::{At, PASSWORD, SECRET, Takes, after, flag, input, joined, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"sshpass" => const { &[password(&["-p"])] },
        b"sudo" | b"doas" => const { &[after(&[], At::InputIf("-S"), Whole, PASSWORD), after(&[], At::InputIf("-kS"), Whole, PASSWORD), after(&[], At::InputIf("-Sk"), Whole, PASSWORD)] },
        b"su" | b"passwd" | b"smbpasswd" | b"pdbedit" | b"kinit" | b"kpasswd" | b"vncpasswd" => const { &[after(&[], At::Input, Whole, PASSWORD)] },
        b"chpasswd" => const { &[after(&[], At::Input, AfterColon, PASSWORD)] },
        b"useradd" | b"usermod" => const { &[password(&["-p", "--password"])] },
        b"adduser" | b"dscl" | b"sysadminctl" => const { &[password(&["-password", "-adminPassword"]), after(&["-passwd"], At::Operand(1), Whole, PASSWORD)] },
        b"kadmin" | b"kadmin.local" => const { &[password(&["-pw", "-w"])] },
        b"snmpwalk" | b"snmpget" | b"snmpset" | b"snmpbulkwalk" | b"snmpbulkget" | b"snmptrap" | b"snmpgetnext"
        | b"snmptable" => const { &[password(&["-A", "-X", "-c"])] },
        b"radtest" => const { &[after(&[], At::Operand(1), Whole, PASSWORD), after(&[], At::Operand(4), Whole, SECRET)] },
        b"ipmitool" | b"ipmi-config" | b"racadm" => const { &[password(&["-P", "-p"])] },
        b"xfreerdp" | b"xfreerdp3" | b"wlfreerdp" | b"mstsc" => const { &[joined(&["/p:", "/gp:"])] },
        b"rdesktop" | b"vncviewer" | b"x11vnc" | b"tightvncserver" => const { &[password(&["-p", "-passwd"])] },
        b"openconnect" | b"openfortivpn" | b"vpnc" | b"nordvpn" | b"expressvpn" => const { &[
            after(&[], At::InputIf("--passwd-on-stdin"), Whole, PASSWORD), password(&["-p"]),
        ] },
        b"l2tp" | b"pppd" | b"wvdial" => const { &[after(&["password"], At::Operand(0), Whole, PASSWORD)] },
        b"realm" | b"adcli" => const { &[after(&[], At::InputIf("--stdin-password"), Whole, PASSWORD)] },
        b"impacket-psexec" | b"psexec.py" | b"wmiexec.py" | b"secretsdump.py" | b"evil-winrm" => const { &[
            password(&["-p"]), flag(&["-hashes", "-H"], Whole, SECRET), after(&[], At::Operand(0), AfterColon, PASSWORD),
        ] },
        b"virsh" | b"vmrun" | b"govc" | b"esxcli" | b"VBoxManage" => const { &[after(&[], At::Joined(&["-gp"]), Whole, PASSWORD), password(&["-gp", "-vp"])] },
        b"jenkins-cli" | b"jenkins" => const { &[flag(&["-auth"], AfterColon, SECRET)] },
        b"svn" | b"hg" | b"p4" | b"cvs" => const { &[password(&["-P"]), input(&["login"])] },
        b"salt" | b"salt-api" | b"knife" | b"puppet" | b"chef" | b"bolt" => const { &[password(&["-P", "--ssh-password"])] },
        b"iscsiadm" | b"multipath" => const { &[after(&[], At::Named, Whole, SECRET)] },
        b"wpa_cli" => const { &[after(&["psk"], At::Operand(0), Whole, PASSWORD)] },
        _ => return None,
    })
}
