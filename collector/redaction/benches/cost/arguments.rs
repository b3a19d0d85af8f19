//! Texts like the demo fleet's: the same commands, files and tool inputs, in about the same shares.

/// Chance that repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }

    fn letters(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).filter_map(|_| alphabet.get(self.below(alphabet.len())).copied()).collect()
    }

    fn hex(&mut self, length: usize) -> String {
        self.letters("0123456789abcdef", length)
    }

    fn word(&mut self, length: usize) -> String {
        self.letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
    }
}

/// Commands of the demo's families; those that hold credentials are as rare as there.
const COMMANDS: &[&str] = &[
    "git status --short",
    "git diff main...{branch}",
    "git log -p -1 -- {file}",
    "ls {dir} | head -50",
    "rg -n {word} {dir}",
    "grep -rn '{word}' {dir} | head -40",
    "sed -n '1,120p' {file}",
    "git add -A && git commit -m \"PAY-{n}: {message}\"",
    "git commit -m \"{message}\n\nCo-authored-by: Ana Ruiz <ana.ruiz@mail.example>\"",
    "git push -u origin {branch}",
    "git checkout main && git pull --rebase",
    "mkdir -p {dir}/fixtures",
    "rm -rf node_modules/.cache",
    "curl -s https://api.northwind.example/v1/{repo}/health",
    "docker build -t northwind/{repo}:{sha} .",
    "docker logs {repo}-api --tail 100",
    "gh run view {n} --log-failed",
    "npm test -- {file}",
    "npm run lint -- --fix",
    "npm install @tanstack/react-query",
    "cargo test -p {repo} {word}",
    "cargo clippy --all-targets",
    "cargo test --workspace -- --nocapture",
    "pytest -q {file}",
    "python -m pytest -x -k {word}",
    "pip install requests==2.32.3",
    "psql \"$DATABASE_URL\" -c 'SELECT count(*) FROM orders'",
    "dbt run --select {word}",
    "terraform plan -out plan.out",
    "kubectl logs deploy/{repo} -n {repo} --tail 200",
    "kubectl describe pod {repo}-{n} -n {repo}",
    "helm upgrade --install {repo} charts/{repo} -n staging --set image.tag={sha}",
    "make test",
];

const WITH_CREDENTIALS: &[&str] = &[
    "curl -sS -H 'Authorization: Bearer {token}' https://api.anthropic.com/v1/models",
    "DATABASE_URL=postgres://svc_orders:{password}@db.{repo}.internal:5432/{repo} ./scripts/check.sh",
    "AWS_SECRET_ACCESS_KEY={token} aws s3 ls s3://northwind-{repo}",
    "helm upgrade {repo} charts/{repo} --set db.password={password}",
    "psql postgres://analyst:{password}@warehouse.internal/{repo} -c \"SELECT * FROM users LIMIT 5\"",
];

const LINES: &[&str] = &[
    "const total = items.reduce((sum, item) => sum + item.price, 0);",
    "return retry(() => client.get(url), { times: 3 });",
    "if (!session) throw new Unauthorized();",
    "let total: u64 = entries.iter().map(|entry| entry.amount).sum();",
    "self.segments.retain(|segment| !segment.is_empty());",
    "return Err(ParseError::UnclosedQuote { at });",
    "orders = orders.filter(pl.col('created_at') >= since)",
    "assert result.height == expected",
    "for batch in loader.batches(size=5_000):",
    "replicas: 3",
    "  cidr_block = var.cidr",
    "  deletion_protection = true",
    "terminationGracePeriodSeconds: 30",
];

const FILES: &[&str] = &[
    "src/app.ts",
    "src/cart/total.test.ts",
    "package.json",
    "src/components/Checkout.tsx",
    "src/index/merge.rs",
    "Cargo.toml",
    "pipelines/daily.py",
    "models/orders.sql",
    "pyproject.toml",
    "envs/staging/main.tf",
    "k8s/deployment.yaml",
    "Makefile",
];

fn fill(template: &str, dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        match name {
            "repo" => text.push_str(dice.pick(&["webshop", "ledger", "search", "infra", "pipelines"])),
            "file" => text.push_str(dice.pick(FILES)),
            "dir" => text.push_str(dice.pick(&["src", "tests", "scripts", "docs"])),
            "branch" => {
                text.push_str(dice.pick(&["fix/timeout-", "feat/retry-budget-", "chore/deps-", "hotfix/rounding-"]));
                text.push_str(&dice.below(90).to_string());
            }
            "word" => text.push_str(dice.pick(&["retry", "merge", "total", "session", "orders", "checkout", "wallet"])),
            "message" => {
                text.push_str(dice.pick(&["Round totals once, at the end", "Retry with a budget", "Name the timeout"]));
            }
            "n" => text.push_str(&(100 + dice.below(99_000)).to_string()),
            "sha" => text.push_str(&dice.hex(12)),
            "password" => {
                text.push_str(dice.pick(&["retry-", "merge-", "wallet-"]));
                text.push_str(&dice.word(10));
            }
            "token" => text.push_str(&dice.word(40)),
            // A brace of the source itself.
            _ => {
                text.push('{');
                text.push_str(name);
                text.push('}');
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

fn object(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{key:?}:{}", serde_json::Value::from(*value))).collect();
    format!("{{{}}}", fields.join(","))
}

fn command(dice: &mut Dice) -> String {
    // One command in about forty holds a credential in the demo.
    let template = if dice.below(40) == 0 { dice.pick(WITH_CREDENTIALS) } else { dice.pick(COMMANDS) };
    fill(template, dice)
}

fn lines(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| dice.pick(LINES)).collect::<Vec<_>>().join("\n")
}

fn path(dice: &mut Dice) -> String {
    fill("/home/dev/{repo}/{file}", dice)
}

fn argument(dice: &mut Dice) -> String {
    match dice.below(100) {
        0..45 => command(dice),
        45..65 => path(dice),
        65..77 => {
            let (path, old, new) = (path(dice), lines(dice, 1), lines(dice, 2));
            object(&[("file_path", &path), ("old_string", &old), ("new_string", &new)])
        }
        77..81 => {
            let (path, content) = (path(dice), lines(dice, 4));
            object(&[("file_path", &path), ("content", &content)])
        }
        81..91 => dice
            .pick(&["**/*.ts", "TODO", "fn handle_", "class .*Error", "api[_-]?key", "charts/**/values.yaml"])
            .to_owned(),
        91..94 => dice
            .pick(&[
                "https://docs.rs/tokio/latest/tokio/sync/index.html",
                "https://react.dev/reference/react/useEffect",
            ])
            .to_owned(),
        _ => object(&[("sql", "SELECT count(*) FROM orders WHERE created_at > now() - interval '1 day'")]),
    }
}

/// Arguments as they come.
pub(crate) fn sent(count: usize) -> Vec<String> {
    let mut dice = Dice(1);
    (0..count).map(|_| argument(&mut dice)).collect()
}

/// Arguments of 170 to 230 bytes: inputs of tools as JSON, commands in a row, edits.
pub(crate) fn of_200_bytes(count: usize) -> Vec<String> {
    let mut dice = Dice(2);
    let mut texts = Vec::with_capacity(count);
    while texts.len() < count {
        let text = match dice.below(4) {
            0 => {
                let (first, second) = (command(&mut dice), command(&mut dice));
                let both = format!("{first} && {second}");
                object(&[
                    ("command", &both),
                    ("description", "Run the tests and show what changed"),
                    ("timeout", "120000"),
                ])
            }
            1 => (0..5).map(|_| command(&mut dice)).collect::<Vec<_>>().join(" && "),
            2 => {
                let count = 4 + dice.below(3);
                lines(&mut dice, count)
            }
            _ => argument(&mut dice),
        };
        if (170..=230).contains(&text.len()) {
            texts.push(text);
        }
    }
    texts
}

/// Long texts of several kinds, 64 KiB at least.
pub(crate) fn long() -> Vec<(&'static str, String)> {
    let mut dice = Dice(3);
    let mut grow = |line: &mut dyn FnMut(&mut Dice) -> String| {
        let mut text = String::new();
        while text.len() < 64 * 1024 {
            text.push_str(&line(&mut dice));
        }
        text
    };
    vec![
        ("source", grow(&mut |dice| lines(dice, 1) + "\n")),
        ("shell script", grow(&mut |dice| command(dice) + "\n")),
        ("JSON lines", grow(&mut |dice| argument(dice) + "\n")),
        ("prose", grow(&mut |dice| fill("The {word} of {repo} is slow when {message}. ", dice))),
        ("YAML", grow(&mut |dice| fill("- name: {repo}\n  image: northwind/{repo}:{sha}\n  token_ttl: {n}\n", dice))),
        ("lock file", grow(&mut |dice| format!("checksum = \"{}\"\n", dice.hex(64)))),
        ("base64", grow(&mut |dice| dice.word(76) + "\n")),
        ("one base64 line", grow(&mut |dice| dice.word(76))),
        ("environment with secrets", grow(&mut |dice| format!("API_TOKEN_{}={}\n", dice.below(99), dice.word(32)))),
        ("percent signs", grow(&mut |_| "a%20b%3D".to_owned())),
        // What fuzzing found to grow faster than its length, once.
        ("settings on one line", grow(&mut |_| "use.st:62sw#rn=%&_token=z".to_owned())),
        (
            "commands in quotes",
            grow(&mut |_| "ssh web1 'cd /srv && A=x ./run' <<EOF\na: b\nEO' && bash -lc \"x <<EOF\"".to_owned()),
        ),
        ("joined literals", grow(&mut |_| "\"KjowPwpHSVRMQUJfVE9LRU49Z2xwYXQtQWIzZEVmNmhJago=\"".to_owned())),
        ("quotes and backslashes", grow(&mut |_| "\"a\\\"b\\\\\": \\\"".to_owned())),
    ]
}
