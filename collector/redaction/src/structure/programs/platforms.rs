//! Platforms that host, build and watch: what deploys to them, and logs in.

use super::Part::{AfterEquals, AfterName, IfOpaque, Whole};
use super::{API_KEY, At, SECRET, TOKEN, Takes, after, flag, input, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"gh" => const { &[
            after(&["secret"], At::Flag(&["-b", "--body"]), Whole, SECRET), after(&["secret", "set"], At::Input, Whole, SECRET),
            after(&["auth"], At::InputIf("--with-token"), Whole, TOKEN), after(&["variable"], At::Named, Whole, SECRET),
        ] },
        b"glab" => const { &[
            after(&["login"], At::Flag(&["-t"]), Whole, TOKEN), after(&["variable"], At::Flag(&["-v", "--value"]), Whole, SECRET),
            after(&["auth"], At::InputIf("--stdin"), Whole, TOKEN), after(&["variable", "set"], At::Operand(1), Whole, SECRET),
        ] },
        b"heroku" => const { &[after(&["config:set"], At::Operands(0), AfterName, SECRET), after(&["auth:token"], At::Operand(0), Whole, TOKEN)] },
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
        b"railway" => const { &[flag(&["--token"], Whole, TOKEN), after(&["variables"], At::Flag(&["--set", "-s"]), AfterName, SECRET)] },
        b"firebase" | b"appwrite" | b"nhost" | b"hasura" | b"render" | b"koyeb" | b"northflank" => const { &[
            flag(&["--token", "--admin-secret"], Whole, TOKEN), after(&["functions:secrets:set"], At::Input, Whole, SECRET),
        ] },
        b"snyk" => const { &[after(&["auth"], At::Operand(0), IfOpaque, TOKEN)] },
        b"wandb" | b"comet" | b"neptune" | b"mlflow" | b"replicate" => const { &[after(&["login"], At::Operand(0), IfOpaque, API_KEY), input(&["auth", "login"])] },
        b"sentry-cli" | b"sonar-scanner" | b"codecov" | b"codecovcli" | b"coveralls" => const { &[flag(&["-t", "--auth-token"], Whole, TOKEN)] },
        b"circleci" | b"travis" | b"buildkite-agent" | b"drone" | b"woodpecker-cli" | b"concourse" => const { &[
            flag(&["--token"], Whole, TOKEN), after(&["encrypt"], At::Operand(0), AfterEquals, SECRET),
            after(&["setup"], At::Operand(0), IfOpaque, TOKEN), after(&["env", "set"], At::Operand(1), Whole, SECRET),
        ] },
        b"cloudflared" | b"tailscale" | b"zerotier-cli" | b"netbird" => const { &[
            flag(&["--token", "--authkey", "--auth-key", "--setup-key"], Whole, TOKEN), after(&["install"], At::Operand(0), IfOpaque, TOKEN),
        ] },
        b"claude" | b"codex" | b"gemini" | b"aider" | b"llm" | b"opencode" => const { &[after(&["keys", "set"], At::Input, Whole, API_KEY)] },
        b"stripe" => const { &[flag(&["--api-key"], Whole, API_KEY)] },
        _ => return None,
    })
}
