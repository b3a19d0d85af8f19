//! Containers and clusters.

use super::Part::{AfterColon, AfterEquals, Whole};
use super::{At, PASSWORD, SECRET, TOKEN, Takes, after, flag, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "crane", "regctl", "cosign"], &[
        after(&["login"], At::Flag(&["-p", "--password"]), Whole, PASSWORD), after(&["login"], At::InputIf("--password-stdin"), Whole, PASSWORD),
        flag(&["--creds", "--src-creds", "--dest-creds"], AfterColon, PASSWORD), after(&["secret", "create"], At::Input, Whole, SECRET),
        after(&["join"], At::Flag(&["--token"]), Whole, TOKEN),
    ]),
    (&["helm", "helmfile"], &[
        after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD), after(&["login"], At::InputIf("--password-stdin"), Whole, PASSWORD),
    ]),
    (&["kubectl", "oc", "k", "k3s", "microk8s", "kubeadm", "k9s", "kubeseal"], &[
        flag(&["--from-literal"], AfterEquals, SECRET), password(&["--docker-password"]), after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD),
        flag(&["--certificate-key"], Whole, SECRET), after(&["config", "set"], At::Named, Whole, SECRET),
        after(&["set-credentials"], At::Flag(&["--password", "--token"]), Whole, SECRET),
    ]),
    (&["argocd", "cf", "rancher", "tkn", "waypoint", "nomad"], &[
        after(&["login"], At::Flag(&["-p", "--password"]), Whole, PASSWORD), after(&["var", "put"], At::Operands(1), AfterEquals, SECRET),
    ]),
];
