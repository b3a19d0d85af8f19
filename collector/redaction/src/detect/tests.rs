//! What is found, what is not, and that finding it is repeatable and linear.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

mod personal;
mod values;
mod views;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::default);

/// What is stored instead of a text.
fn masked(text: &str) -> String {
    let detector = &*DETECTOR;
    let masked = detector.mask(text, Personal::Mask).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let masked = masked.text.into_owned();
    let again = detector.mask(&masked, Personal::Mask).expect("comes to rest").text.into_owned();
    assert_eq!(again, masked, "not repeatable: {text:?}");
    masked
}

fn assert_masked(cases: &[(&str, &str)]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, expected)| (masked(text), *expected))
        .filter(|(masked, expected)| masked != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn headers_lose_their_secret() {
    assert_masked(&[
        (
            "curl -H 'Authorization: Bearer sk-ant-test-secret-0123456789' https://x.io",
            "curl -H 'Authorization: Bearer [anthropic-key]' https://x.io",
        ),
        (
            "curl -H 'Authorization: Bearer hunter2' https://x.io",
            "curl -H 'Authorization: Bearer [bearer-token]' https://x.io",
        ),
        (
            "curl -H \"authorization: basic c3ZjOldpbnRlcjIwMTch\" x",
            "curl -H \"authorization: basic [basic-credentials]\" x",
        ),
        ("curl -H \"Authorization: Digest a b c\" x", "curl -H \"Authorization: Digest [secret]\" x"),
        ("curl -H Authorization:hunter2 x", "curl -H Authorization:[secret]"),
        ("http GET x.io Authorization:'Bearer hunter2'", "http GET x.io Authorization:'Bearer [bearer-token]'"),
        ("curl -H 'X-Api-Key: abc def' x", "curl -H 'X-Api-Key: [api-key] def' x"),
        ("curl --header='PRIVATE-TOKEN: hunter2' x", "curl --header='PRIVATE-TOKEN: [token]' x"),
        ("curl -H 'Cookie: sid=b1; c=d' x", "curl -H 'Cookie: sid=[cookie]; c=d' x"),
        (
            "headers={'Authorization': 'token hunter2', 'Accept': '*'}",
            "headers={'Authorization': 'token [bearer-token]', 'Accept': '*'}",
        ),
        (
            r#"{\"Authorization\": \"Bearer hunter2\", \"a\": 1}"#,
            r#"{\"Authorization\": \"Bearer [bearer-token]\", \"a\": 1}"#,
        ),
        ("fetch with Bearer abcdefgh12345678 please", "fetch with Bearer [bearer-token] please"),
    ]);
}

#[test]
fn flags_lose_their_secret() {
    assert_masked(&[
        ("echo 'hunter2' | sudo -S systemctl restart x", "echo '[password]' | sudo -S systemctl restart x"),
        ("app --password hunter2 --verbose", "app --password [password] --verbose"),
        ("app --password 'hunter 2' --verbose", "app --password '[password]' --verbose"),
        ("app --password=hunter2 --verbose", "app --password=[password] --verbose"),
        ("app --token=x1", "app --token=[token]"),
        ("app -password hunter2", "app -password [password]"),
        ("app --api-key \"a b\"", "app --api-key \"[api-key]\""),
        ("curl -u user:hunter2 https://x.io", "curl -u user:[password] https://x.io"),
        ("curl -uuser:hunter2 https://x.io", "curl -uuser:[password] https://x.io"),
        ("curl --user 'user:hunter 2' https://x.io", "curl --user 'user:[password]' https://x.io"),
        ("curl --user=user:hunter2 https://x.io", "curl --user=user:[password] https://x.io"),
        ("bash -lc \"curl -u user:hunter2 https://x.io\"", "bash -lc \"curl -u user:[password] https://x.io\""),
        ("curl -b 'sid=9knhe6i4; a=b' https://x.io", "curl -b 'sid=[cookie]; a=b' https://x.io"),
        ("mysql -h db -u root -phunter2 app -e 'show x'", "mysql -h db -u root -p[password] app -e 'show x'"),
        ("sshpass -p 'hunt!er2' ssh root@localhost", "sshpass -p '[password]' ssh root@localhost"),
        ("sudo sshpass -phunter2 ssh h", "sudo sshpass -p[password] ssh h"),
        ("zip -P hunter2 -r a.zip b", "zip -P [password] -r a.zip b"),
        ("7z x -phunter2 a.7z", "7z x -p[password] a.7z"),
        ("redis-cli -h x -a hunter2 ping", "redis-cli -h x -a [password] ping"),
        ("docker login -u me -p hunter2 registry.io", "docker login -u me -p [password] registry.io"),
        ("echo hunter2 | docker login -u me --password-stdin", "echo [password] | docker login -u me --password-stdin"),
        ("gpg --batch --passphrase hunter2 -d a", "gpg --batch --passphrase [password] -d a"),
        ("oathtool --totp -b MPWRIFD3KK5GXGHOCNO3OSVXIF2UE2UU", "oathtool --totp -b [secret]"),
        ("gh secret set DEPLOY --body \"hunter2\"", "gh secret set DEPLOY --body \"[secret]\""),
        (
            "aws ssm put-parameter --name /a/b --type SecureString --value hunter2",
            "aws ssm put-parameter --name /a/b --type SecureString --value [secret]",
        ),
        ("vercel env add API_TOKEN production <<< \"hunter2\"", "vercel env add API_TOKEN production <<< \"[secret]\""),
        ("aws configure set aws_secret_access_key hunter2", "aws configure set aws_secret_access_key [secret]"),
        ("psql -c \"ALTER USER etl WITH PASSWORD 'hunter2'\"", "psql -c \"ALTER USER etl WITH PASSWORD '[password]'\""),
        ("mysql -e \"CREATE USER a IDENTIFIED BY 'hunter2'\"", "mysql -e \"CREATE USER a IDENTIFIED BY '[password]'\""),
        ("run(['curl', '-u', 'user:hunter2', 'x'])", "run(['curl', '-u', 'user:[password]', 'x'])"),
    ]);
}

#[test]
fn assignments_lose_their_secret() {
    assert_masked(&[
        ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=[password] psql -h db"),
        ("export DB_PASSWORD='hunter 2' && make", "export DB_PASSWORD='[password]' && make"),
        ("env TOKEN=\"a b\" make", "env TOKEN=\"[token]\" make"),
        ("docker run -e API_KEY=abc img", "docker run -e API_KEY=[api-key] img"),
        ("echo 'TOKEN=abc' >> .env", "echo 'TOKEN=[token]' >> .env"),
        ("PASSWORD='it'\\''s' make", "PASSWORD=[password] make"),
        ("sed -i 's|TOKEN=.*|TOKEN=abc|' .env", "sed -i 's|TOKEN=.*|TOKEN=[token]|' .env"),
        (r#"curl -d '{"api_key":"abc","a":1}' x"#, r#"curl -d '{"api_key":"[api-key]","a":1}' x"#),
        (r#"{"api_key": "a\"bc", "a": 1}"#, r#"{"api_key": "[api-key]", "a": 1}"#),
        (r#"{\"password\":\"abc\"}"#, r#"{\"password\":\"[password]\"}"#),
        ("spec:\n  password: my secret phrase\n  user: x\n", "spec:\n  password: [password]\n  user: x\n"),
        ("--set db.password=abc", "--set db.password=[password]"),
        ("password := \"abc\"", "password := \"[password]\""),
        ("config[\"password\"] = \"abc\"", "config[\"password\"] = \"[password]\""),
        ("Server=db;Password=abc;Port=1", "Server=db;Password=[password];Port=1"),
        (
            "kubectl create secret generic x --from-literal=app-token=abc",
            "kubectl create secret generic x --from-literal=app-token=[token]",
        ),
        ("ENCRYPTION_KEY=abc FOO_KEY=1afbc8ba1e98aa1762c0 make", "ENCRYPTION_KEY=[api-key] FOO_KEY=[api-key] make"),
        ("password=[password]hunter2", "password=[password]"),
        ("token=abc", "token=[token]"),
    ]);
}

#[test]
fn urls_lose_their_secrets() {
    assert_masked(&[
        (
            "https://proxy.io/f?header=Authorization%3A%20Bearer%20ae1f8998e8ab2490",
            "https://proxy.io/f?header=Authorization%3A%20Bearer%20[bearer-token]",
        ),
        ("http://127.0.0.1:8099/page?token=abc", "http://127.0.0.1:8099/page?token=[query-value]"),
        (
            "https://x.io/a?b=1&api_key=abc&c=2#access_token=def",
            "https://x.io/a?b=1&api_key=[query-value]&c=2#access_token=[query-value]",
        ),
        ("/login?code=abc", "/login?code=[query-value]"),
        ("https://x.io/?X-Amz-Signature=abc&X-Amz-Date=1", "https://x.io/?X-Amz-Signature=[query-value]&X-Amz-Date=1"),
        ("https://x.io/?tok%65n=abc", "https://x.io/?tok%65n=[query-value]"),
        (
            "git clone https://me:hunter2@github.com/a/b.git",
            "git clone https://me:[url-credentials]@github.com/a/b.git",
        ),
        ("git clone https://hunter2@github.com/a/b.git", "git clone https://[url-credentials]@github.com/a/b.git"),
        ("psql postgres://app:p@ss/w0rd@db:5432/main", "psql postgres://app:[url-credentials]@db:5432/main"),
        ("psql 'postgres://app:s3cret@db/main' -c x", "psql 'postgres://app:[url-credentials]@db/main' -c x"),
    ]);
}

#[test]
fn formats_of_providers_are_known() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
    for (secret, mark) in [
        ("sk-ant-api03-abcdefgh", "[anthropic-key]"),
        ("sk-proj-abcdefghijklmnop", "[openai-key]"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[github-pat]"),
        ("github_pat_11ABCDEFG0abcdefghij", "[github-pat]"),
        ("glpat-abcdefghij0123456789", "[gitlab-token]"),
        ("xoxb-123456789012-abcdefghij", "[slack-token]"),
        (concat!("AK", "IAIOSFODNN7QWERTYU"), "[aws-access-key]"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[google-key]"),
        ("ya29.a0AfH6SMBabcdef", "[google-key]"),
        (jwt, "[jwt]"),
        ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "[npm-token]"),
        ("pypi-AgEIcHlwaS5vcmcabcdefgh", "[pypi-token]"),
        ("hf_abcdefghijklmnop0123456789", "[huggingface-token]"),
        ("SG.abcdefghijklmnopqrstuv.0123456789abcdefghijklmnop", "[sendgrid-key]"),
        ("sk_live_abcdefgh", "[stripe-key]"),
        ("AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", "[age-key]"),
        ("hooks.slack.com/services/T000/B000/abcdefgh", "[webhook]"),
    ] {
        assert_eq!(masked(&format!("tool --x {secret} y")), format!("tool --x {mark} y"));
        assert_eq!(masked(secret), mark);
    }
}

#[test]
fn private_keys_go_whole() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\ndef\n-----END RSA PRIVATE KEY-----";
    assert_eq!(masked(&format!("cat <<E > k\n{key}\nE")), "cat <<E > k\n[private-key]\nE");
    assert_eq!(masked("echo '-----BEGIN PRIVATE KEY-----\\nMIIabc"), "echo '[private-key]");
    let public = "-----BEGIN PUBLIC KEY-----\nMIIabc\n-----END PUBLIC KEY-----";
    assert_eq!(masked(public), public);
}

#[test]
fn personal_data_goes() {
    assert_masked(&[
        ("git config user.email jane.doe@example.com", "git config user.email [email]"),
        ("mail jane.doe%40example.com now", "mail [email] now"),
        ("<jane@mail.example.co.uk>,x", "<[email]>,x"),
        ("pay 4111 1111 1111 1111 now", "pay [card] now"),
        ("pay 4111-1111-1111-1111, now", "pay [card], now"),
        ("pay 378282246310005", "pay [card]"),
    ]);
    assert_eq!(DETECTOR.mask("jane.doe@example.com", Personal::Keep).unwrap().text, "jane.doe@example.com");
    assert_eq!(
        DETECTOR.mask("https://a:b@example.com/r", Personal::Keep).unwrap().text,
        "https://a:[url-credentials]@example.com/r"
    );
}

#[test]
fn ordinary_texts_stay_as_they_are() {
    for text in [
        "",
        "ls -la && echo hello",
        "rm -rf build",
        "npm run lint",
        "git status --short",
        "git clone git@github.com:acme/x.git",
        "cargo test --workspace --lib redact 2>&1 | tail -20",
        "docker run -u 1000:1000 -p 8080:80 img:1.2.3",
        "curl -sS https://example.com/a/b?page=2&q=rust#top",
        "ssh -p 22 host uptime",
        "mkdir -p a/b && cp -u a b",
        "psql -h db -U app -c 'select count(*) from tokens'",
        "PASSWORD=$PASSWORD TOKEN=\"${TOKEN}\" ./run.sh",
        "curl -H \"Authorization: Bearer $TOKEN\" https://x.io",
        "docker login -u me --password-stdin < file",
        "kubectl get secret orders-tls -o jsonpath='{.metadata.name}'",
        "export PATH=$PATH:/usr/local/bin PWD=/home/dev",
        "grep -rn password 'src/' --include='*.rs'",
        "git checkout 9b972a4e51bafd0a6e68 -- src/token.rs",
        "/home/dev/exporter/notes.txt",
        "Bash(npm run:*)",
        "WebFetch(domain:example.com)",
        "mcp__crm__lookup_customer",
        "2026-11-20T09:44:07.668Z",
        "toolu_b668fd34727a4c58ab383e1d",
        "11111111-2222-4333-8444-555555555555",
        "4111111111111112",
        "npm i left-pad@1.2.3 @scope/pkg@2",
        "task-force-something-long-9",
        "std::token::parse(x)",
        "max_tokens=4096",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "prüfe die Lösung: 日本語 🔑",
        "[email] [password]",
        "echo \"$(cat token.txt)\"",
        "the bearer of this letter",
        "http://localhost:8080/users/@me",
        "\\",
        "'",
        "\"",
        "a=",
        "=b",
        ":",
        "://@",
    ] {
        let kept = DETECTOR.mask(text, Personal::Mask);
        assert!(
            matches!(&kept, Ok(Masked { text: Cow::Borrowed(kept), .. }) if *kept == text),
            "{text:?} became {kept:?}"
        );
    }
}

#[test]
fn vectors_are_read_as_commands() {
    let mut words = ["curl", "-u", "user:hunter2", "--password", "x", "-H", "a"].map(str::to_owned);
    let mut found = Vec::new();
    DETECTOR.mask_vector(&mut words, &mut found);
    assert_eq!(found.iter().map(|found| &*found.secret).collect::<Vec<_>>(), ["hunter2", "x"]);
    assert_eq!(words, ["curl", "-u", "user:[password]", "--password", "[password]", "-H", "a"]);
    let mut words = ["mysql", "-phunter2"].map(str::to_owned);
    DETECTOR.mask_vector(&mut words, &mut Vec::new());
    assert_eq!(words, ["mysql", "-p[password]"]);
}

/// What a text may repeat.
const HOSTILE: &[&str] = &[
    "a@",
    "@",
    "token=",
    "token='a'\"b ",
    "token=\\\"",
    "sk-",
    "npm_",
    "eyJ-",
    "://",
    "a://b:@",
    "?a",
    "?token=",
    "-u a:",
    "--password '",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "4111 ",
    "\"",
    "'",
    "`",
    "\\",
    "[",
    "[password]",
    "password: |",
    "Authorization: ",
    "Cookie: ",
    "Bearer ",
    "<<< ",
    "secret set <<< ",
    "echo a | secret set ",
    "curl -u ",
    "%40",
    "é@é.é",
    "a.b-c_",
    ":\"",
    "::",
    "token:'",
    "\\'",
    "user password '",
    "--token \"",
    "https://a:b/c",
    "\\u0067",
    "\\xff",
    "%67",
    "%25",
    "Z2hwX2Fi",
    "Z2hwX2FiY2RlZmdo ",
    "67686f5f",
    "67 ",
    "0x67, ",
    "'a'+",
    "a''",
    "'a' \n",
    "'\\''",
    "&#103;",
    "['a','b'].join('')",
    "\"\\\"",
    "\\\n",
    "/home/",
    "+1 ",
    "DE89 ",
    "token A1b2C3d4E5f6G7h8I9j0 ",
    "<",
    "<password>",
    "<a name='",
    "<<E\n",
    "$(",
    "\"$(",
    "${",
    "{",
    "(",
    "`a",
    "$'\\x",
    "'a b'\\''",
    "\"\\\"a ",
    "curl -b a=b; ",
    "curl -u \"a ",
    "INSERT (password,",
    "insert (",
    "values (",
    "user by '",
    "crypt(",
    "\"password\",\"",
    "login(\"a\",",
    "|| 'a",
    "password is ",
    "key: ",
    "token: |\n ",
    "password: [\"a1\",",
    "name: token\n",
    "default=",
    "variable \"",
    "a:1:b:c:d ",
    "a\tb\t",
    "$6$a$",
    "login password ",
    "send \"",
    "jdbc:oracle:a/",
    "Authorization: a=b,",
    "Cookie: a=b;",
    "Cookie: a\r\n ",
    "jq --arg a b ",
    "TOKEN=.*/",
    "password\\s*=",
    "${TOKEN:-",
    "echo a > token ",
    "passwd <<E\na\n",
    "sudo mysql -p ",
];

#[test]
fn hostile_texts_take_linear_time() {
    for part in HOSTILE {
        let text = part.repeat(200_000 / part.len());
        let began = Instant::now();
        let _settled = DETECTOR.mask(&text, Personal::Mask);
        // Quadratic would be minutes; an unoptimised build on a busy machine still takes far less than this.
        assert!(began.elapsed() < Duration::from_secs(20), "{part:?} took {:?}", began.elapsed());
    }
}

/// Secrets as providers make them, and passwords as people do.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "sk-ant-api03-[A-Za-z0-9]{24}",
        "ghp_[A-Za-z0-9]{36}",
        "glpat-[A-Za-z0-9]{20}",
        "xoxb-[0-9]{12}-[A-Za-z0-9]{24}",
        "AKIA[A-Z0-9]{16}",
        "eyJ[A-Za-z0-9]{20}\\.eyJ[A-Za-z0-9]{20}\\.[A-Za-z0-9_-]{30}",
        "[A-Za-z0-9]{7,20}[0-9]",
    ]
}

fn quoted(style: usize, value: &str) -> String {
    match style {
        0 => value.to_owned(),
        1 => format!("'{value}'"),
        _ => format!("\"{value}\""),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_planted_secret_survives(
        secret in secret(), style in 0_usize..3, place in 0_usize..14, nested in any::<bool>(),
        before in "(sudo |cd /srv && |make -j2; |A=b |)", after in "( --dry-run 2>&1 \\| tail -3| && ls -la|; exit 0|)",
    ) {
        let value = quoted(style, &secret);
        let command = match place {
            0 => format!("app --password {value}"),
            1 => format!("app --token={value}"),
            2 => format!("curl -H 'Authorization: Bearer {secret}' https://x.io"),
            3 => format!("curl -H \"X-Api-Key: {secret}\" https://x.io"),
            4 => format!("curl -u {}", quoted(style, &format!("me:{secret}"))),
            5 => format!("PGPASSWORD={value} psql"),
            6 => format!("export API_SECRET={value}"),
            7 => format!("curl -d '{{\"api_key\":\"{secret}\",\"n\":1}}' x.io"),
            8 => format!("git clone https://me:{secret}@github.com/a/b"),
            9 => format!("curl {}", quoted(style, &format!("https://x.io/a?b=1&token={secret}"))),
            10 => format!("sshpass -p {value} ssh host"),
            11 => format!("mysql -u root -p{value} app"),
            12 => format!("cat > c.yaml <<E\nuser: me\npassword: {secret}\nE\nls"),
            _ => format!("env DB_PASSWORD={value} CI=1 ./deploy"),
        };
        let command = format!("{before}{command}{after}");
        let command = if nested { format!("bash -lc {}", serde_json::to_string(&command).unwrap()) } else { command };
        let masked = masked(&command);
        prop_assert!(!masked.contains(&secret), "{command:?} became {masked:?}");
    }

    #[test]
    fn any_text_comes_to_rest(text in "[a-z:=@'\"\\\\ \\n\\-?&#/;|<\\[\\]{}$0-9.]{0,80}", words in prop::collection::vec(
        prop::sample::select(vec!["password", "token=", "--password ", "Authorization: ", "Bearer ", "curl -u ", "[password]", "[email]",
            "://", "a@b.co", "\\\"", "'", "<<< ", "echo x | ", "-----BEGIN PRIVATE KEY-----", "mysql -p", "?sig="]), 0..6)) {
        let text = words.into_iter().fold(text, |text, word| format!("{word}{text}{word}"));
            if let Ok(once) = DETECTOR.mask(&text, Personal::Mask) {
            let twice = DETECTOR.mask(&once.text, Personal::Mask).unwrap();
            prop_assert_eq!(&twice.text, &once.text);
            prop_assert!(twice.found.is_empty());
        }
    }

    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _settled = DETECTOR.mask(&text, Personal::Mask);
    }
}
