//! Clouds, platforms, secret stores and deployment.

use super::Part::{AfterColon, AfterEquals, IfOpaque, Whole};
use super::{API_KEY, At, PASSWORD, SECRET, TOKEN, Takes, after, flag, input, password};

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
        b"az" => const { &[
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
        b"vault" | b"bao" => const { &[
            after(&["login"], At::Operand(0), IfOpaque, TOKEN), after(&["unseal"], At::Operand(0), Whole, SECRET),
            after(&["unwrap"], At::Operand(0), Whole, TOKEN), after(&["put"], At::Operands(1), AfterEquals, SECRET),
            after(&["write"], At::Named, Whole, SECRET), after(&["token"], At::Operand(1), IfOpaque, TOKEN),
        ] },
        b"gh" => const { &[
            after(&["secret"], At::Flag(&["-b", "--body"]), Whole, SECRET), after(&["secret", "set"], At::Input, Whole, SECRET),
            after(&["auth"], At::InputIf("--with-token"), Whole, TOKEN), after(&["variable"], At::Named, Whole, SECRET),
        ] },
        b"glab" => const { &[
            after(&["login"], At::Flag(&["-t"]), Whole, TOKEN), after(&["variable"], At::Flag(&["-v", "--value"]), Whole, SECRET),
            after(&["auth"], At::InputIf("--stdin"), Whole, TOKEN), after(&["variable", "set"], At::Operand(1), Whole, SECRET),
        ] },
        b"heroku" => const { &[after(&["config:set"], At::Operands(0), AfterEquals, SECRET), after(&["auth:token"], At::Operand(0), Whole, TOKEN)] },
        b"vercel" | b"vc" | b"now" => const { &[
            flag(&["-t", "--token"], Whole, TOKEN), after(&["env", "add"], At::Input, Whole, SECRET), after(&["secrets", "add"], At::Operand(1), Whole, SECRET),
        ] },
        b"netlify" | b"ntl" => const { &[after(&["env:set"], At::Named, Whole, SECRET), flag(&["--auth"], Whole, TOKEN)] },
        b"fly" | b"flyctl" => const { &[
            flag(&["-t", "--access-token"], Whole, TOKEN), after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET),
            after(&["secrets", "import"], At::Input, Whole, SECRET),
        ] },
        b"wrangler" => const { &[after(&["secret", "put"], At::Input, Whole, SECRET), after(&["secret:put"], At::Input, Whole, SECRET)] },
        b"supabase" => const { &[after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET), flag(&["--token"], Whole, TOKEN), password(&["-p"])] },
        b"convex" | b"eas" | b"expo" | b"amplify" | b"sst" | b"copilot" => const { &[after(&[], At::Named, Whole, SECRET), flag(&["--value"], IfOpaque, SECRET)] },
        b"doppler" => const { &[
            after(&["secrets", "set"], At::Named, Whole, SECRET), after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET),
            after(&["token"], At::InputIf("--token-stdin"), Whole, TOKEN), after(&["secrets", "set"], At::Input, Whole, SECRET),
        ] },
        b"infisical" | b"chamber" | b"dotenvx" | b"envchain" | b"teller" | b"berglas" | b"confidant" | b"phase"
        | b"akeyless" | b"conjur" => const { &[
            after(&["set"], At::Named, Whole, SECRET), after(&["write"], At::Named, Whole, SECRET), after(&["set"], At::Operands(0), AfterEquals, SECRET),
            after(&["write"], At::Operand(2), Whole, SECRET), after(&["write"], At::Input, Whole, SECRET),
        ] },
        b"op" | b"bw" | b"bws" | b"lpass" | b"pass" | b"gopass" | b"rbw" | b"secret-tool" | b"keyctl" => const { &[
            after(&["unlock"], At::Operand(0), Whole, PASSWORD), after(&["login"], At::Operand(1), Whole, PASSWORD),
            after(&["insert"], At::Input, Whole, SECRET), after(&["store"], At::Input, Whole, SECRET),
            after(&["padd"], At::Input, Whole, SECRET), after(&["create", "secret"], At::Operand(1), Whole, SECRET),
        ] },
        b"pulumi" => const { &[after(&["set"], At::Named, Whole, SECRET), after(&["set"], At::InputIf("--secret"), Whole, SECRET)] },
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
        b"railway" => const { &[flag(&["--token"], Whole, TOKEN), after(&["variables"], At::Flag(&["--set", "-s"]), AfterEquals, SECRET)] },
        b"firebase" | b"appwrite" | b"nhost" | b"hasura" | b"render" | b"koyeb" | b"northflank" => const { &[
            flag(&["--token", "--admin-secret"], Whole, TOKEN), after(&["functions:secrets:set"], At::Input, Whole, SECRET),
        ] },
        b"snyk" => const { &[after(&["auth"], At::Operand(0), IfOpaque, TOKEN)] },
        b"wandb" | b"comet" | b"neptune" | b"mlflow" | b"replicate" => const { &[after(&["login"], At::Operand(0), IfOpaque, API_KEY), input(&["auth", "login"])] },
        b"sentry-cli" | b"sonar-scanner" | b"codecov" | b"codecovcli" | b"coveralls" => const { &[flag(&["-t", "--auth-token"], Whole, TOKEN)] },
        b"circleci" | b"travis" | b"buildkite-agent" | b"drone" | b"woodpecker-cli" | b"concourse" | b"fly-ci" => const { &[
            flag(&["--token"], Whole, TOKEN), after(&["encrypt"], At::Operand(0), AfterEquals, SECRET),
            after(&["setup"], At::Operand(0), IfOpaque, TOKEN), after(&["env", "set"], At::Operand(1), Whole, SECRET),
        ] },
        b"cloudflared" | b"tailscale" | b"zerotier-cli" | b"netbird" => const { &[
            flag(&["--token", "--authkey", "--auth-key", "--setup-key"], Whole, TOKEN), after(&["install"], At::Operand(0), IfOpaque, TOKEN),
        ] },
        b"claude" | b"codex" | b"gemini" | b"aider" | b"llm" | b"opencode" => const { &[after(&["keys", "set"], At::Input, Whole, API_KEY)] },
        b"stripe" => const { &[flag(&["--api-key"], Whole, API_KEY)] },
        b"mc" | b"mcli" => const { &[
            after(&["alias", "set"], At::Operand(3), Whole, SECRET), after(&["config", "host", "add"], At::Operand(3), Whole, SECRET),
            after(&["user", "add"], At::Operand(2), Whole, SECRET),
        ] },
        _ => return None,
    })
}
