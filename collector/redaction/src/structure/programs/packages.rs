//! Package managers and registries.

use super::Part::{AfterColon, IfOpaque, Whole};
use super::{API_KEY, At, PASSWORD, TOKEN, Takes, after, flag, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"npm" | b"pnpm" | b"yarn" | b"bun" => const { &[after(&["set"], At::Named, Whole, TOKEN), flag(&["--otp"], Whole, TOKEN)] },
        b"pip" | b"pip3" | b"uv" | b"pipx" | b"twine" | b"flit" | b"hatch" => const { &[password(&["-p"])] },
        b"poetry" => const { &[
            after(&["config"], At::Named, Whole, PASSWORD), after(&["config"], At::Operand(2), Whole, PASSWORD), password(&["-p"]),
        ] },
        b"cargo" => const { &[after(&["login"], At::Operand(0), Whole, TOKEN), after(&["login"], At::Input, Whole, TOKEN)] },
        b"gem" | b"bundle" | b"bundler" => const { &[
            flag(&["-k", "--key"], IfOpaque, API_KEY), after(&["config"], At::Operand(1), AfterColon, PASSWORD),
            after(&["config", "set"], At::Operand(1), AfterColon, PASSWORD),
        ] },
        b"nuget" | b"dotnet" | b"choco" | b"paket" => const { &[
            flag(&["-k", "-ApiKey", "--api-key", "-apikey"], Whole, API_KEY), after(&["setapikey"], At::Operand(0), Whole, API_KEY),
            after(&["setApiKey"], At::Operand(0), Whole, API_KEY), after(&["source"], At::Flag(&["-p", "-Password"]), Whole, PASSWORD),
            after(&["user-secrets", "set"], At::Operand(1), Whole, API_KEY),
        ] },
        b"mvn" | b"mvnw" | b"gradle" | b"gradlew" | b"sbt" | b"ant" | b"lein" => const { &[
            password(&["-emp", "--encrypt-master-password", "-ep", "--encrypt-password"]),
        ] },
        b"composer" => const { &[after(&["config"], At::Operand(1), IfOpaque, TOKEN), after(&["config"], At::Operand(2), IfOpaque, PASSWORD)] },
        b"conda" | b"mamba" | b"anaconda" | b"conan" | b"cpan" | b"luarocks" | b"hex" | b"mix" => const { &[
            after(&["login"], At::Flag(&["-p"]), Whole, PASSWORD), password(&["-p", "--api-key"]),
        ] },
        b"jf" | b"jfrog" => const { &[flag(&["--apikey", "--access-token"], Whole, API_KEY)] },
        b"huggingface-cli" | b"hf" | b"kaggle" => const { &[flag(&["--token"], Whole, TOKEN)] },
        b"vsce" | b"ovsx" => const { &[flag(&["-p", "--pat"], Whole, TOKEN)] },
        b"git" => const { &[after(&["config"], At::Named, Whole, TOKEN), after(&["credential"], At::Input, AfterColon, PASSWORD)] },
        _ => return None,
    })
}
