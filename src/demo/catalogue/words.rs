//! Words to fill the catalogue's templates with: paths, branches, people, and credentials that look real and are not.

use crate::demo::dice::Dice;

/// What a repository is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    /// Any of them (of families).
    Any,
    /// JavaScript and TypeScript.
    Node,
    /// Rust.
    Rust,
    /// Python and SQL.
    Python,
    /// Terraform, Kubernetes.
    Infra,
}

impl Stack {
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Any => &["README.md"],
            Self::Node => &[
                "src/app.ts",
                "src/cart/total.ts",
                "src/cart/total.test.ts",
                "src/api/client.ts",
                "package.json",
                "src/components/Checkout.tsx",
                "src/hooks/useSession.ts",
                "vite.config.ts",
            ],
            Self::Rust => &[
                "src/main.rs",
                "src/index/merge.rs",
                "src/query/parse.rs",
                "Cargo.toml",
                "src/rank/score.rs",
                "tests/search.rs",
                "src/ledger/entry.rs",
                "benches/merge.rs",
            ],
            Self::Python => &[
                "pipelines/daily.py",
                "models/orders.sql",
                "tests/test_daily.py",
                "pyproject.toml",
                "features/churn.py",
                "notebooks/explore.py",
                "loaders/s3.py",
                "models/schema.yml",
            ],
            Self::Infra => &[
                "modules/vpc/main.tf",
                "envs/staging/main.tf",
                "k8s/deployment.yaml",
                "charts/values.yaml",
                "Makefile",
                "scripts/rotate.sh",
                "policies/deny.rego",
                "docs/runbook.md",
            ],
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["zod", "date-fns", "@tanstack/react-query", "left-pad"],
            Self::Python => &["pandas", "requests==2.32.3", "great-expectations", "polars"],
            Self::Any | Self::Rust | Self::Infra => &["serde", "anyhow"],
        }
    }

    fn lines(self) -> &'static [&'static str] {
        match self {
            Self::Node => &[
                "const total = items.reduce((sum, item) => sum + item.price, 0);",
                "return retry(() => client.get(url), { times: 3 });",
                "if (!session) throw new Unauthorized();",
            ],
            Self::Rust => &[
                "let total: u64 = entries.iter().map(|entry| entry.amount).sum();",
                "self.segments.retain(|segment| !segment.is_empty());",
                "return Err(ParseError::UnclosedQuote { at });",
            ],
            Self::Python => &[
                "orders = orders.filter(pl.col('created_at') >= since)",
                "assert result.height == expected",
                "for batch in loader.batches(size=5_000):",
            ],
            Self::Any | Self::Infra => &[
                "replicas: 3",
                "  cidr_block = var.cidr",
                "  deletion_protection = true",
                "terminationGracePeriodSeconds: 30",
            ],
        }
    }
}

const BRANCHES: &[&str] = &[
    "fix/timeout",
    "feat/retry-budget",
    "chore/deps",
    "feat/cart-total",
    "fix/flaky-merge",
    "refactor/client",
    "hotfix/rounding",
];
const WORDS: &[&str] =
    &["retry", "merge", "total", "session", "orders", "checkout", "segment", "ingest", "ranking", "wallet", "quota"];
const MESSAGES: &[&str] = &[
    "Round totals once, at the end",
    "Retry with a budget",
    "Drop the unused client",
    "Make the merge deterministic",
    "Close the pool on shutdown",
    "Name the timeout",
];
const CUSTOMERS: &[(&str, &str)] = &[
    ("Ana Ruiz", "ana.ruiz"),
    ("Tom Becker", "t.becker"),
    ("Mei Lin", "mei.lin"),
    ("Olu Ade", "olu.ade"),
    ("Kim Larsen", "kim.larsen"),
];
const USERS: &[&str] = &["app", "svc_orders", "analyst", "migrator"];

const PROMPTS: &[&str] = &[
    "The {word} test is flaky on CI, find out why and fix it",
    "Add a retry budget to the {repo} client and cover it with tests",
    "Why does {file} allocate so much? Measure, then fix the worst",
    "{ticket}: totals are off by one cent for customers like {email}",
    "Bump {package} and fix what breaks",
    "Review my branch {branch} before I open the pull request",
    "Write the migration for {ticket} and run it against staging",
    "go on",
    "yes, and update the docs",
    "Look at the failing pipeline and tell me what changed since yesterday",
    "Refactor {file} so that parsing and validation are apart",
    "Deploy {repo} to staging and check the logs",
];

/// What somebody asks an agent for.
pub(crate) fn prompt(dice: &mut Dice, repo: &str, stack: Stack) -> String {
    let template = dice.pick(PROMPTS);
    fill(dice, template, repo, stack)
}

/// The folder that a repository is checked out in.
pub(crate) fn home(repo: &str) -> String {
    format!("/home/dev/{repo}")
}

/// A file of the repository.
pub(crate) fn path(dice: &mut Dice, repo: &str, stack: Stack) -> String {
    format!("{}/{}", home(repo), dice.pick(stack.files()))
}

/// Replaces the `{placeholders}` of a template; unknown ones stay.
pub(crate) fn fill(dice: &mut Dice, template: &str, repo: &str, stack: Stack) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        rest = after;
        let filled = after.split_once('}').and_then(|(name, after)| Some((word(dice, name, repo, stack)?, after)));
        if let Some((word, after)) = filled {
            text.push_str(&word);
            rest = after;
        } else {
            text.push('{');
        }
    }
    text + rest
}

fn word(dice: &mut Dice, name: &str, repo: &str, stack: Stack) -> Option<String> {
    Some(match name {
        "repo" => repo.to_owned(),
        "file" => dice.pick(stack.files()).to_owned(),
        "dir" => dice.pick(&["src", "tests", "scripts", "docs"]).to_owned(),
        "package" => dice.pick(stack.packages()).to_owned(),
        "line" => dice.pick(stack.lines()).to_owned(),
        "branch" => format!("{}-{}", dice.pick(BRANCHES), dice.between((10, 99))),
        "word" => dice.pick(WORDS).to_owned(),
        "message" => dice.pick(MESSAGES).to_owned(),
        "ticket" => format!("{}-{}", dice.pick(&["PAY", "OPS", "SRCH", "DATA"]), dice.between((100, 4_999))),
        "n" => dice.between((100, 99_999)).to_string(),
        "sha" => dice.hex::<6>(),
        "name" => CUSTOMERS[dice.weighted(CUSTOMERS.iter().map(|_| 1))].0.to_owned(),
        "email" => format!("{}@mail.example", CUSTOMERS[dice.weighted(CUSTOMERS.iter().map(|_| 1))].1),
        "user" => dice.pick(USERS).to_owned(),
        // Credentials have the shape that scanners know and random contents: none has ever opened anything.
        "password" => format!("{}-{}", dice.pick(WORDS), dice.alphanumeric(10)),
        "token" => dice.hex::<16>(),
        "anthropic" => format!("sk-ant-api03-{}AA", dice.alphanumeric(93)),
        "github" => format!("ghp_{}", dice.alphanumeric(36)),
        "slack" => format!(
            "xoxb-{}-{}-{}",
            dice.between((10_i64.pow(11), 10_i64.pow(12))),
            dice.between((10_i64.pow(11), 10_i64.pow(12))),
            dice.alphanumeric(24)
        ),
        "aws" => format!("AKIA{}", dice.hex::<8>().to_uppercase().replace(['0', '1', '8', '9'], "Z")),
        "awssecret" => dice.alphanumeric(40),
        _ => return None,
    })
}
