//! Package managers and registries.

use super::Part::{AfterColon, IfOpaque, Whole};
use super::{API_KEY, At, PASSWORD, TOKEN, Takes, after, flag, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["npm", "pnpm", "yarn", "bun"], &[after(&["set"], At::Named, Whole, TOKEN), flag(&["--otp"], Whole, TOKEN)]),
    (&["pip", "pip3", "uv", "pipx", "twine", "flit", "hatch"], &[password(&["-p"])]),
    (&["poetry"], &[
        after(&["config"], At::Named, Whole, PASSWORD), after(&["config"], At::Operand(2), Whole, PASSWORD), password(&["-p"]),
    ]),
    (&["cargo"], &[after(&["login"], At::Operand(0), Whole, TOKEN), after(&["login"], At::Input, Whole, TOKEN)]),
    (&["gem", "bundle", "bundler"], &[
        flag(&["-k", "--key"], IfOpaque, API_KEY), after(&["config"], At::Operand(1), AfterColon, PASSWORD),
        after(&["config", "set"], At::Operand(1), AfterColon, PASSWORD),
    ]),
    (&["nuget", "dotnet", "choco", "paket"], &[
        flag(&["-k", "-ApiKey", "--api-key", "-apikey"], Whole, API_KEY), after(&["setapikey"], At::Operand(0), Whole, API_KEY),
        after(&["setApiKey"], At::Operand(0), Whole, API_KEY), after(&["source"], At::Flag(&["-p", "-Password"]), Whole, PASSWORD),
        after(&["user-secrets", "set"], At::Operand(1), Whole, API_KEY),
    ]),
    (&["mvn", "mvnw", "gradle", "gradlew", "sbt", "ant", "lein"], &[
        password(&["-emp", "--encrypt-master-password", "-ep", "--encrypt-password"]),
    ]),
    (&["composer"], &[after(&["config"], At::Operand(1), IfOpaque, TOKEN), after(&["config"], At::Operand(2), IfOpaque, PASSWORD)]),
    (&["conda", "mamba", "anaconda", "conan", "cpan", "luarocks", "hex", "mix"], &[
        after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD), password(&["-p", "--api-key"]),
    ]),
    (&["jf", "jfrog"], &[flag(&["--apikey", "--access-token"], Whole, API_KEY)]),
    (&["huggingface-cli", "hf", "kaggle"], &[flag(&["--token"], Whole, TOKEN)]),
    (&["vsce", "ovsx"], &[flag(&["-p", "--pat"], Whole, TOKEN)]),
    (&["git"], &[after(&["config"], At::Named, Whole, TOKEN), after(&["credential"], At::Input, AfterColon, PASSWORD)]),
];
