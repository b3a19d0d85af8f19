//! Platforms that host, build and watch: what deploys to them, and logs in.

use super::Part::{AfterEquals, AfterName, IfOpaque, Whole};
use super::{API_KEY, At, SECRET, TOKEN, Takes, after, flag, input, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["gh"], &[
        after(&["secret"], At::Flag(&["-b", "--body"]), Whole, SECRET), after(&["secret", "set"], At::Input, Whole, SECRET),
        after(&["auth"], At::InputIf("--with-token"), Whole, TOKEN), after(&["variable"], At::Named, Whole, SECRET),
    ]),
    (&["glab"], &[
        after(&["login"], At::Flag(&["-t"]), Whole, TOKEN), after(&["variable"], At::Flag(&["-v", "--value"]), Whole, SECRET),
        after(&["auth"], At::InputIf("--stdin"), Whole, TOKEN), after(&["variable", "set"], At::Operand(1), Whole, SECRET),
    ]),
    (&["heroku"], &[after(&["config:set"], At::Operands(0), AfterName, SECRET), after(&["auth:token"], At::Operand(0), Whole, TOKEN)]),
    (&["vercel", "vc", "now"], &[
        flag(&["-t", "--token"], Whole, TOKEN), after(&["env", "add"], At::Input, Whole, SECRET), after(&["secrets", "add"], At::Operand(1), Whole, SECRET),
    ]),
    (&["netlify", "ntl"], &[after(&["env:set"], At::Named, Whole, SECRET), flag(&["--auth"], Whole, TOKEN)]),
    (&["fly", "flyctl"], &[
        flag(&["-t", "--access-token"], Whole, TOKEN), after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET),
        after(&["secrets", "import"], At::Input, Whole, SECRET),
    ]),
    (&["wrangler"], &[after(&["secret", "put"], At::Input, Whole, SECRET), after(&["secret:put"], At::Input, Whole, SECRET)]),
    (&["supabase"], &[after(&["secrets", "set"], At::Operands(0), AfterEquals, SECRET), flag(&["--token"], Whole, TOKEN), password(&["-p"])]),
    (&["convex", "eas", "expo", "amplify", "sst", "copilot"], &[after(&[], At::Named, Whole, SECRET), flag(&["--value"], IfOpaque, SECRET)]),
    (&["railway"], &[flag(&["--token"], Whole, TOKEN), after(&["variables"], At::Flag(&["--set", "-s"]), AfterName, SECRET)]),
    (&["firebase", "appwrite", "nhost", "hasura", "render", "koyeb", "northflank"], &[
        flag(&["--token", "--admin-secret"], Whole, TOKEN), after(&["functions:secrets:set"], At::Input, Whole, SECRET),
    ]),
    (&["snyk"], &[after(&["auth"], At::Operand(0), IfOpaque, TOKEN)]),
    (&["wandb", "comet", "neptune", "mlflow", "replicate"], &[after(&["login"], At::Operand(0), IfOpaque, API_KEY), input(&["auth", "login"])]),
    (&["sentry-cli", "sonar-scanner", "codecov", "codecovcli", "coveralls"], &[flag(&["-t", "--auth-token"], Whole, TOKEN)]),
    (&["circleci", "travis", "buildkite-agent", "drone", "woodpecker-cli", "concourse"], &[
        flag(&["--token"], Whole, TOKEN), after(&["encrypt"], At::Operand(0), AfterEquals, SECRET),
        after(&["setup"], At::Operand(0), IfOpaque, TOKEN), after(&["env", "set"], At::Operand(1), Whole, SECRET),
    ]),
    (&["cloudflared", "tailscale", "zerotier-cli", "netbird"], &[
        flag(&["--token", "--authkey", "--auth-key", "--setup-key"], Whole, TOKEN), after(&["install"], At::Operand(0), IfOpaque, TOKEN),
    ]),
    (&["claude", "codex", "gemini", "aider", "llm", "opencode"], &[after(&["keys", "set"], At::Input, Whole, API_KEY)]),
    (&["stripe"], &[flag(&["--api-key"], Whole, API_KEY)]),
];
