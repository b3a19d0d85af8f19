//! What structure gives away, and that the secret found is the one meant, however it is written.

use proptest::prelude::*;

use crate::detect::{Hits, Marks, Text};

/// The secrets that are found in a text, in the order of their places; of overlapping finds the first.
fn secrets(text: &str) -> Vec<String> {
    let marks = Marks::default();
    let mut hits = Hits::default();
    super::scan(Text { text, marks: &marks }, &mut hits);
    let mut found: Vec<_> = hits.0.into_iter().enumerate().collect();
    found.sort_by_key(|(rank, hit)| (hit.span.start, *rank));
    let mut told: Vec<(usize, String)> = Vec::new();
    for (_, hit) in found {
        if told.last().is_none_or(|(end, _)| hit.span.start >= *end) {
            let said = text.get(hit.span.clone()).unwrap_or_default();
            told.push((hit.span.end, hit.secret.map_or_else(|| said.to_owned(), String::from)));
        }
    }
    told.into_iter().map(|(_, secret)| secret).collect()
}

fn assert_found(cases: &[(&str, &[&str])]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, told)| (text, secrets(text), told))
        .filter(|(_, found, told)| found != *told)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn command_lines_give_their_secrets() {
    assert_found(&[
        ("curl -su me:hunter2 https://x.io", &["hunter2"]),
        ("app --password 'it'\\''s me'", &["it's me"]),
        ("app --password \"a\"'b'c", &["abc"]),
        ("app --password $'a\\x41\\'b'", &["aA'b"]),
        ("app --password a\\ b", &["a b"]),
        ("app --password \\\n  hunter2 --verbose", &["hunter2"]),
        ("bash -c 'mysql -phunter2 app'", &["hunter2"]),
        ("ssh host \"sshpass -p hunter2 ssh other\"", &["hunter2"]),
        ("docker exec -it db mysql -uroot -phunter2", &["hunter2"]),
        ("kubectl exec pod -- redis-cli -a hunter2 ping", &["hunter2"]),
        ("smbclient //h/s -U me%hunter2 -c ls", &["hunter2"]),
        ("lftp -u me,hunter2 sftp://h", &["hunter2"]),
        ("sqlplus scott/hunter2@//h:1521/X", &["hunter2"]),
        ("openssl enc -pass pass:hunter2 -in a", &["hunter2"]),
        ("openssl enc -pass env:PASS -in a", &[]),
        ("cargo login abcdef123", &["abcdef123"]),
        ("net user bob hunter2 /add", &["hunter2"]),
        ("xfreerdp /v:h /u:me /p:hunter2", &["hunter2"]),
        ("netlify env:set API_TOKEN hunter2 --context production", &["hunter2"]),
        ("fly secrets set ANY=hunter2 OTHER=hunter3 -a app", &["hunter2", "hunter3"]),
        ("mc alias set acme https://h minioadmin hunter2", &["hunter2"]),
        ("jq --arg k hunter2 '.dbPassword = $k' a.json", &["hunter2"]),
        ("echo hunter2 | docker login -u me --password-stdin", &["hunter2"]),
        ("printf '%s\\n' 'hunter2' | gh secret set X", &["hunter2"]),
        ("passwd bob <<E\nhunter2\nhunter2\nE", &["hunter2", "hunter2"]),
        ("chpasswd <<< bob:hunter2", &["hunter2"]),
        ("ansible-vault view x --vault-password-file <(echo 'hunter2')", &["hunter2"]),
        ("echo 'hunter2' > secrets/db.txt", &["hunter2"]),
        ("docker run -p 8080:80 -u 1000:1000 img", &[]),
        ("mkdir -p a/b && git push -u origin main", &[]),
        ("gcloud secrets versions access latest --secret=api-key", &[]),
        ("pulumi config set --secret apiKey hunter2", &["hunter2"]),
    ]);
}

#[test]
fn headers_and_cookies_give_their_values() {
    assert_found(&[
        ("Authorization: Digest username=\"bob\", realm=\"x\", response=\"hunter2\"", &["hunter2"]),
        ("Authorization: Credential=a/b, SignedHeaders=host, Signature=abc1", &["abc1"]),
        ("Authorization: SSWS hunter2", &["hunter2"]),
        ("Cookie: theme=dark; sid=hunter2; lang=de", &["hunter2"]),
        ("Set-Cookie: session=hunter2; Path=/; HttpOnly", &["hunter2"]),
        ("headers.set(\"X-Api-Key\", \"hunter2\")", &["hunter2"]),
        (".header(\"Authorization\", \"Bearer hunter2\")", &["hunter2"]),
        ("headers['Authorization'] = `Bearer ${token}`;", &[]),
    ]);
}

#[test]
fn sources_and_documents_give_their_values() {
    assert_found(&[
        ("const apiKey: string = \"hunter2\";", &["hunter2"]),
        ("pub const API_KEY: &str = \"hunter2\";", &["hunter2"]),
        ("define('DB_PASSWORD', 'hunter2');", &["hunter2"]),
        ("x = os.getenv(\"DB_PASSWORD\", \"hunter2\")", &["hunter2"]),
        ("const t = process.env.TOKEN || 'hunter2';", &["hunter2"]),
        ("connect(\"db\", password=\"hunter2\")", &["hunter2"]),
        ("client.login(\"bob\", \"hunter2\")", &["hunter2"]),
        ("env:\n  - name: API_TOKEN\n    value: 'hunter2'\n", &["hunter2"]),
        ("variable \"db_password\" {\n  type = string\n  default = \"hunter2\"\n}", &["hunter2"]),
        ("password: |\n  hunter2\n  hunter3\nuser: x\n", &["hunter2\n  hunter3"]),
        ("password: hunter2  # old\n", &["hunter2"]),
        ("<password>hunter2</password>", &["hunter2"]),
        ("<add key=\"ApiKey\" value=\"hunter2\" />", &["hunter2"]),
        ("<key>Token</key>\n<string>hunter2</string>", &["hunter2"]),
        ("{\"kty\":\"EC\",\"x\":\"AAAAAAAAAAAAAAAA1\",\"d\":\"BBBBBBBBBBBBBBBB1\"}", &["BBBBBBBBBBBBBBBB1"]),
        ("export X=\"${DB_PASSWORD:-hunter2}\"", &["hunter2"]),
        ("INSERT INTO u (name, password) VALUES ('a', 'hunter2'), ('b', 'hunter3')", &["hunter2", "hunter3"]),
        ("SET PASSWORD FOR 'a'@'%' = PASSWORD('hunter2')", &["hunter2"]),
        ("CREATE USER a IDENTIFIED WITH sha256_password BY 'hunter2'", &["hunter2"]),
        ("machine h\n  login me\n  password hunter2\n", &["hunter2"]),
        ("db.x.io:5432:*:me:hunter2", &["hunter2"]),
        ("Driver=x;UID=me;PWD=hunter2;", &["hunter2"]),
        ("expect \"*assword:\"\nsend \"hunter2\\r\"", &["hunter2"]),
    ]);
}

#[test]
fn sentences_give_what_looks_like_a_secret() {
    assert_found(&[
        ("The db password is `hunter-2`. Use it.", &["hunter-2"]),
        ("Set API_TOKEN to Ab12Cd34Ef56Gh78 now", &["Ab12Cd34Ef56Gh78"]),
        ("Passwords must have twelve characters, and the token expires.", &[]),
        ("see commit 9b972a4e about the token", &[]),
    ]);
}

#[test]
fn what_only_speaks_of_secrets_is_left() {
    for text in [
        "const token = await getToken();",
        "self.token = token",
        "password := os.Getenv(\"DB_PASSWORD\")",
        "accessToken: string;\n",
        "\"login.password\": \"Passwort\"",
        "password: your-password-here",
        "string password = 2;",
        "src/token.rs:88:14",
        "read -s -p 'Password: ' PASSWORD",
        "--token <TOKEN>  API token",
        "token: !Ref ApiToken",
        "if token == 'a' { }",
        "('password', 'username')",
    ] {
        assert_eq!(secrets(text), [""; 0], "{text}");
    }
}

/// A value as somebody may write it in a shell.
fn quoted(style: usize, value: &str) -> String {
    let single = || format!("'{}'", value.replace('\'', "'\\''"));
    match style {
        0 => single(),
        1 => {
            format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`"))
        }
        2 => value.chars().flat_map(|letter| ['\\', letter]).collect(),
        _ => {
            let letters: Vec<_> = value.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
            format!("$'{}'", letters.concat())
        }
    }
}

proptest! {
    /// The secret is what the program would be given.
    #[test]
    fn quotes_hide_no_secret(value in "[a-zA-Z0-9][ -~]{6,20}[a-z][0-9]", style in 0_usize..4) {
        let text = format!("sudo app --password {} --verbose", quoted(style, &value));
        let found = secrets(&text);
        prop_assert_eq!(found.first().map(String::as_str), Some(value.as_str()), "{}", text);
    }

    /// Any text is read to its end, and finds lie within it.
    #[test]
    fn any_text_is_read(text in "[a-c$'\"`(){}\\[\\]<>|&;:=\\\\ \n,#@%/*!?é-]{0,80}") {
        let marks = Marks::default();
        let mut hits = Hits::default();
        super::scan(Text { text: &format!("password {text} curl -u {text}"), marks: &marks }, &mut hits);
        for hit in hits.0 {
            prop_assert!(hit.span.start <= hit.span.end && hit.span.end <= 2 * text.len() + 32);
        }
    }
}
