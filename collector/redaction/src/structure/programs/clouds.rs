//! Clouds and their storage.

use super::Part::{AfterEquals, Whole};
use super::{API_KEY, At, PASSWORD, SECRET, TOKEN, Takes, after, flag, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["aws", "awslocal"], &[
        after(&["put-parameter"], At::Flag(&["--value"]), Whole, SECRET),
        after(&["secretsmanager"], At::Flag(&["--secret-string", "--secret-binary"]), Whole, SECRET),
        after(&["set"], At::Named, Whole, SECRET),
        flag(&["--token-code", "--session-token"], Whole, SECRET),
        password(&["--master-user-password", "--old-password", "--new-password"]),
    ]),
    (&["ansible-vault"], &[after(&["encrypt_string"], At::Operand(0), Whole, SECRET)]),
    (&["az"], &[
        after(&["devops", "login"], At::Input, Whole, TOKEN),
        after(&["keyvault"], At::Flag(&["--value"]), Whole, SECRET),
        after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD),
        after(&["secret"], At::Flag(&["--value", "-v"]), Whole, SECRET),
        password(&["--admin-password", "--docker-registry-server-password", "-P"]),
        flag(&["--secrets"], AfterEquals, SECRET),
    ]),
    (&["gcloud", "gsutil"], &[
        after(&["secrets"], At::InputIf("--data-file=-"), Whole, SECRET), after(&["secrets"], At::InputIf("-"), Whole, SECRET),
        password(&["--password", "--root-password"]),
    ]),
    (&["ibmcloud", "oci", "aliyun", "scw", "hcloud", "linode-cli", "vultr", "exo", "civo", "yc"], &[
        flag(&["--apikey", "--secret-key", "--access-key-secret"], Whole, API_KEY), after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD),
    ]),
    (&["doctl"], &[flag(&["-t", "--access-token"], Whole, TOKEN)]),
    (&["mc", "mcli"], &[
        after(&["alias", "set"], At::Operand(3), Whole, SECRET), after(&["config", "host", "add"], At::Operand(3), Whole, SECRET),
        after(&["user", "add"], At::Operand(2), Whole, SECRET),
    ]),
];
