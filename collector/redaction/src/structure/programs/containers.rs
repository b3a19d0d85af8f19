//! Containers and clusters.

use super::Part::{AfterColon, AfterEquals, Whole};
use super::{At, PASSWORD, SECRET, TOKEN, Takes, after, flag, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"docker" | b"podman" | b"nerdctl" | b"buildah" | b"skopeo" | b"oras" | b"crane" | b"regctl" | b"cosign" => const { &[
            after(&["login"], At::Flag(&["-p", "--password"]), Whole, PASSWORD), after(&["login"], At::InputIf("--password-stdin"), Whole, PASSWORD),
            flag(&["--creds", "--src-creds", "--dest-creds"], AfterColon, PASSWORD), after(&["secret", "create"], At::Input, Whole, SECRET),
            after(&["join"], At::Flag(&["--token"]), Whole, TOKEN),
        ] },
        b"helm" | b"helmfile" => const { &[
            after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD), after(&["login"], At::InputIf("--password-stdin"), Whole, PASSWORD),
        ] },
        b"kubectl" | b"oc" | b"k" | b"k3s" | b"microk8s" | b"kubeadm" | b"k9s" | b"kubeseal" => const { &[
            flag(&["--from-literal"], AfterEquals, SECRET), password(&["--docker-password"]), after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD),
            flag(&["--certificate-key"], Whole, SECRET), after(&["config", "set"], At::Named, Whole, SECRET),
            after(&["set-credentials"], At::Flag(&["--password", "--token"]), Whole, SECRET),
        ] },
        b"argocd" | b"cf" | b"rancher" | b"tkn" | b"waypoint" | b"nomad" => const { &[
            after(&["login"], At::Flag(&["-p", "--password"]), Whole, PASSWORD), after(&["var", "put"], At::Operands(1), AfterEquals, SECRET),
        ] },
        _ => return None,
    })
}
