//! The families of commands: weights by stack, risk, run time, how often they fail.

use super::Risk::{Careful, Forbidden, Open, Risky, Routine, Secret};
use super::words::Stack::{Any, Infra, Node, Python, Rust};
use super::{Risk, Stack};

/// Commands that one permission rule would cover.
#[derive(Debug)]
pub(crate) struct Family {
    /// What a rule would say: the first words.
    pub(crate) name: &'static str,
    weight: u64,
    stack: Stack,
    /// What stands in the way.
    pub(crate) risk: Risk,
    /// Claude Code's class of the command.
    pub(crate) class: &'static str,
    /// What the agent says it is for.
    pub(crate) description: &'static str,
    /// Commands, with `{placeholders}`.
    pub(crate) templates: &'static [&'static str],
    /// How long they run, ms, from and to.
    pub(crate) run_ms: (i64, i64),
    /// How often they fail, percent.
    pub(crate) fails: u32,
}

impl Family {
    /// How common the family is in repositories of a stack.
    pub(crate) fn weight_in(&self, stack: Stack) -> u64 {
        if self.stack == Any || self.stack == stack { self.weight } else { 0 }
    }

    /// The family of that name; the first where there is none.
    pub(crate) fn named(name: &str) -> &'static Self {
        FAMILIES.iter().find(|family| family.name == name).unwrap_or(&FAMILIES[0])
    }
}

/// One line of the table below.
type Line = (&'static str, u64, Stack, Risk, &'static str, &'static str, (i64, i64), u32, &'static [&'static str]);

const fn family((name, weight, stack, risk, class, description, run_ms, fails, templates): Line) -> Family {
    Family { name, weight, stack, risk, class, description, templates, run_ms, fails }
}

/// Every family, the commonest kinds first.
#[rustfmt::skip]
pub(crate) const FAMILIES: &[Family] = &[
    family(("git status", 70, Any, Open, "vcs", "Show working tree status", (10, 80), 0, &["git status", "git status --short"])),
    family(("git diff", 55, Any, Open, "vcs", "Show changes", (10, 120), 0, &["git diff", "git diff --stat", "git diff main...{branch}"])),
    family(("git log", 35, Any, Open, "vcs", "Show history", (10, 120), 0, &["git log --oneline -20", "git log -p -1 -- {file}"])),
    family(("ls", 45, Any, Open, "file_search", "List files", (4, 20), 1, &["ls -la", "ls -la {dir}", "ls {dir} | head -50"])),
    family(("rg", 40, Any, Open, "file_search", "Search the code", (8, 300), 4, &["rg -n {word} {dir}", "grep -rn '{word}' {dir} | head -40"])),
    family(("cat", 30, Any, Open, "file_read", "Show a file", (3, 15), 2, &["cat {file}", "head -80 {file}", "sed -n '1,120p' {file}"])),
    family(("git commit", 45, Any, Routine, "vcs", "Commit the change", (40, 900), 6, &[
        "git add -A && git commit -m \"{ticket}: {message}\"", "git commit -am \"{message}\"",
        "git commit -m \"{message}\n\nCo-authored-by: {name} <{email}>\""])),
    family(("git push", 22, Any, Careful, "vcs", "Push the branch", (700, 4_000), 5, &["git push origin {branch}", "git push -u origin {branch}"])),
    family(("git checkout", 18, Any, Routine, "vcs", "Switch branch", (20, 200), 3, &["git checkout -b {branch}", "git checkout main && git pull --rebase"])),
    family(("git push --force", 6, Any, Risky, "vcs", "Overwrite the remote branch", (700, 3_000), 8, &["git push --force origin {branch}", "git push --force-with-lease origin main"])),
    family(("git reset --hard", 4, Any, Risky, "vcs", "Throw local changes away", (20, 150), 0, &["git reset --hard origin/main", "git clean -fdx && git reset --hard HEAD~1"])),
    family(("mkdir", 14, Any, Routine, "fs_mutation", "Make a folder", (3, 12), 0, &["mkdir -p {dir}/fixtures", "touch {file}"])),
    family(("rm", 12, Any, Careful, "fs_mutation", "Remove build output", (5, 300), 0, &["rm -rf build dist", "rm -rf node_modules/.cache", "rm {file}"])),
    family(("rm -rf outside", 4, Any, Risky, "fs_mutation", "Free disk space", (5, 900), 0, &["rm -rf ~/.cache/pip /tmp/build-*", "rm -rf /var/lib/docker/tmp", "sudo rm -rf /opt/{repo}/releases"])),
    family(("rm -rf /", 1, Any, Forbidden, "fs_mutation", "Clean everything", (5, 10), 0, &["rm -rf / --no-preserve-root", "rm -rf ~/"])),
    family(("curl", 14, Any, Careful, "network", "Call the API", (120, 3_000), 9, &[
        "curl -s https://api.northwind.example/v1/{repo}/health",
        "curl -sS -H 'Authorization: Bearer {anthropic}' https://api.anthropic.com/v1/models",
        "curl -s -H 'Authorization: token {github}' https://api.github.com/repos/northwind/{repo}/pulls",
        "curl -s 'https://api.northwind.example/v1/customers?email={email}'"])),
    family(("curl | sh", 3, Any, Risky, "network", "Install a tool", (900, 6_000), 10, &["curl -fsSL https://get.{word}.example/install.sh | sh", "curl -s https://raw.githubusercontent.com/{word}/{repo}/main/setup.sh | bash"])),
    family(("cat .env", 4, Any, Secret, "file_read", "Look at the environment", (3, 12), 3, &["cat .env", "cat .env.production | grep TOKEN", "grep -r PASSWORD .env*"])),
    family(("env secrets", 5, Any, Careful, "unparsed", "Run with credentials", (300, 5_000), 7, &[
        "DATABASE_URL=postgres://{user}:{password}@db.{repo}.internal:5432/{repo} ./scripts/check.sh",
        "AWS_ACCESS_KEY_ID={aws} AWS_SECRET_ACCESS_KEY={awssecret} aws s3 ls s3://northwind-{repo}",
        "export GITHUB_TOKEN={github} && gh pr list --author {email}",
        "SLACK_TOKEN={slack} ./scripts/notify.sh '#{repo}'"])),
    family(("docker", 12, Any, Careful, "unparsed", "Run the container", (900, 40_000), 10, &["docker compose up -d postgres", "docker build -t northwind/{repo}:{sha} .", "docker logs {repo}-api --tail 100"])),
    family(("gh", 12, Any, Careful, "vcs", "Work with the pull request", (300, 2_500), 4, &["gh pr create --fill --base main", "gh pr checks {n}", "gh run view {n} --log-failed"])),
    family(("npm test", 60, Node, Routine, "package_manager", "Run the tests", (2_000, 45_000), 18, &["npm test", "npm test -- {file}", "npm test -- --run"])),
    family(("npm run lint", 30, Node, Routine, "package_manager", "Lint", (900, 12_000), 12, &["npm run lint", "npm run lint -- --fix", "npm run typecheck"])),
    family(("npm run build", 20, Node, Routine, "package_manager", "Build", (4_000, 60_000), 9, &["npm run build"])),
    family(("npm install", 14, Node, Careful, "package_manager", "Install a dependency", (2_000, 30_000), 6, &["npm install {package}", "npm ci"])),
    family(("cargo test", 60, Rust, Routine, "package_manager", "Run the tests", (4_000, 90_000), 20, &["cargo test", "cargo test -p {repo} {word}", "cargo test --workspace -- --nocapture"])),
    family(("cargo clippy", 30, Rust, Routine, "package_manager", "Lint", (2_000, 40_000), 10, &["cargo clippy --all-targets", "cargo fmt --all -- --check"])),
    family(("cargo build", 24, Rust, Routine, "package_manager", "Build", (3_000, 90_000), 12, &["cargo build", "cargo check --workspace"])),
    family(("pytest", 60, Python, Routine, "unparsed", "Run the tests", (1_500, 60_000), 20, &["pytest -q", "pytest -q {file}", "python -m pytest -x -k {word}"])),
    family(("ruff", 24, Python, Routine, "unparsed", "Lint", (100, 2_000), 10, &["ruff check --fix .", "ruff format ."])),
    family(("pip install", 12, Python, Careful, "package_manager", "Install a dependency", (2_000, 25_000), 8, &["pip install {package}", "pip install -r requirements.txt"])),
    family(("psql", 22, Python, Careful, "unparsed", "Ask the database", (80, 9_000), 9, &[
        "psql \"$DATABASE_URL\" -c 'SELECT count(*) FROM orders'", "psql -h warehouse.internal -U analyst -c '\\dt'",
        "psql postgres://{user}:{password}@warehouse.internal/{repo} -c \"SELECT * FROM users WHERE email='{email}'\""])),
    family(("psql write", 5, Python, Risky, "unparsed", "Change rows", (80, 9_000), 9, &["psql \"$DATABASE_URL\" -c 'DELETE FROM sessions WHERE expires_at < now()'", "psql \"$PROD_URL\" -c 'TRUNCATE staging_orders'"])),
    family(("dbt run", 20, Python, Careful, "unparsed", "Run the models", (9_000, 120_000), 12, &["dbt run --select {word}", "dbt test --select {word}"])),
    family(("terraform plan", 30, Infra, Routine, "unparsed", "Plan the change", (6_000, 60_000), 10, &["terraform plan -out plan.out", "terraform validate"])),
    family(("terraform apply", 8, Infra, Risky, "unparsed", "Apply the change", (20_000, 180_000), 15, &["terraform apply plan.out", "terraform apply -auto-approve -target module.{word}"])),
    family(("kubectl get", 40, Infra, Routine, "unparsed", "Look at the cluster", (200, 2_000), 3, &["kubectl get pods -n {repo}", "kubectl logs deploy/{repo} -n {repo} --tail 200", "kubectl describe pod {repo}-{n} -n {repo}"])),
    family(("kubectl apply", 14, Infra, Careful, "unparsed", "Change the cluster", (500, 9_000), 10, &["kubectl apply -f k8s/{repo}.yaml -n staging", "kubectl rollout restart deploy/{repo} -n staging"])),
    family(("kubectl delete", 4, Infra, Risky, "unparsed", "Delete from the cluster", (500, 9_000), 5, &["kubectl delete pvc {repo}-data -n prod", "kubectl delete namespace {repo}-old"])),
    family(("helm", 12, Infra, Careful, "unparsed", "Upgrade the release", (3_000, 60_000), 10, &["helm upgrade --install {repo} charts/{repo} -n staging --set image.tag={sha}", "helm upgrade {repo} charts/{repo} --set db.password={password}"])),
    family(("make", 16, Infra, Routine, "unparsed", "Run the target", (900, 30_000), 12, &["make test", "make lint", "make docs"])),
];
