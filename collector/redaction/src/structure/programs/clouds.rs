//! Clouds and their storage.

use super::Part::{AfterEquals, Whole};
use super::{API_KEY, At, PASSWORD, SECRET, TOKEN, Takes, after, flag, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"aws" | b"awslocal" => const { &[
            after(&["put-parameter"], At::Flag(&["--value"]), Whole, SECRET),
            after(&["secretsmanager"], At::Flag(&["--secret-string", "--secret-binary"]), Whole, SECRET),
            after(&["set"], At::Named, Whole, SECRET),
            flag(&["--token-code", "--session-token"], Whole, SECRET),
            password(&["--master-user-password", "--old-password", "--new-password"]),
        ] },
        b"ansible-vault" => const { &[after(&["encrypt_string"], At::Operand(0), Whole, SECRET)] },
        b"az" => const { &[
            after(&["devops", "login"], At::Input, Whole, TOKEN),
            after(&["keyvault"], At::Flag(&["--value"]), Whole, SECRET),
            after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD),
            after(&["secret"], At::Flag(&["--value", "-v"]), Whole, SECRET),
            password(&["--admin-password", "--docker-registry-server-password", "-P"]),
            flag(&["--secrets"], AfterEquals, SECRET),
        ] },
        b"gcloud" | b"gsutil" => const { &[
            after(&["secrets"], At::InputIf("--data-file=-"), Whole, SECRET), after(&["secrets"], At::InputIf("-"), Whole, SECRET),
            password(&["--password", "--root-password"]),
        ] },
        b"ibmcloud" | b"oci" | b"aliyun" | b"scw" | b"hcloud" | b"linode-cli" | b"vultr" | b"exo" | b"civo"
        | b"yc" => const { &[
            flag(&["--apikey", "--secret-key", "--access-key-secret"], Whole, API_KEY), after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD),
        ] },
        b"doctl" => const { &[flag(&["-t", "--access-token"], Whole, TOKEN)] },
        b"mc" | b"mcli" => const { &[
            after(&["alias", "set"], At::Operand(3), Whole, SECRET), after(&["config", "host", "add"], At::Operand(3), Whole, SECRET),
            after(&["user", "add"], At::Operand(2), Whole, SECRET),
        ] },
        _ => return None,
    })
}
