//! "Was this leaked credential ever seen?" is answered by a command and by a page, from hashes alone: the value is in no
//! file, no log line, no address and no answer.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use prost::Message as _;
use serde_json::Value;

use crate::support::otlp::{LOGS_METHOD, decision, logs};
use crate::support::server::{Home, Server, barograph};
use crate::support::{files, query, send, until};

/// A secret of our own making.
pub(crate) const SECRET: &str = "tr0ub4dor-and-3-horses";

/// Sends a call of a session with this command, and waits until it can be asked for.
pub(crate) async fn send_command(server: &Server, session: &str, command: &str) {
    let before = stored(server).await;
    let message = logs("claude-code", vec![decision(session, 1, command)]).encode_to_vec();
    let reply = send::grpc(send::channel(&server.endpoints.grpc), LOGS_METHOD, &[], false, message.into()).await;
    send::takes_all(&reply.unwrap()).unwrap();
    for _ in 0..600 {
        if stored(server).await > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the call is not in the tables");
}

/// How many calls the search counts, by its own words.
async fn stored(server: &Server) -> u64 {
    let page = send::http_client().get(format!("{}/search", server.endpoints.web)).send().await.unwrap();
    let page = page.text().await.unwrap();
    let facts = page.split_once("<p class=\"facts\"><b>").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    facts.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Asks by the command, and reads the answer as JSON.
pub(crate) fn ask(data: &Path, value: &str) -> Value {
    let (status, stdout, stderr) = run(data, &["--format", "json"], value);
    assert!(status, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn run(data: &Path, arguments: &[&str], value: &str) -> (bool, String, String) {
    let mut command = barograph();
    command.args(["redact", "seen", "--data-dir"]).arg(data).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have refused before it reads.
    drop(child.stdin.take().unwrap().write_all(value.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

async fn post(server: &Server, value: &str, origin: &str) -> (u16, String) {
    let url = format!("{}/seen", server.endpoints.web);
    let request = send::http_client().post(url).header("origin", origin).form(&[("value", value)]);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_leaked_credential_is_found_in_every_spelling_and_stored_in_none() {
    let home = Home::new();
    let data = home.data();
    let server = Server::start_logging(&home, "trace");
    send_command(&server, "s1", &format!("mysql --password={SECRET} shop")).await;
    send_command(&server, "s2", &format!("export DB_PASSWORD='{SECRET}' && ./migrate")).await;
    send_command(&server, "s3", "git status").await;

    for spelling in [
        SECRET.to_owned(),
        format!("{SECRET}\n"),
        format!("\"{SECRET}\""),
        format!("PASSWORD={SECRET}"),
        format!("postgres://shop:{SECRET}@db/shop"),
    ] {
        let answer = ask(&data, &spelling);
        assert_eq!((&answer["seen"], &answer["records"]), (&true.into(), &2.into()), "{spelling}: {answer:#}");
        assert!(!answer.to_string().contains(SECRET), "{answer:#}");
    }
    let (done, table, _) = run(&data, &[], SECRET);
    assert!(done && table.starts_with("Seen: in 2 records of 2 sessions"), "{table}");
    let (done, table, _) = run(&data, &[], "never-used-anywhere-1");
    assert!(done && table.starts_with("Not seen: none of the 3 records"), "{table}");
    let (done, _, refused) = run(&data, &[], " \n");
    assert!(!done && refused.contains("there is nothing to look for"), "{refused}");

    let (status, page) = post(&server, SECRET, &server.endpoints.web).await;
    assert_eq!(status, 200);
    assert!(page.contains("Yes, it was seen") && !page.contains(SECRET), "{page}");
    for link in ["/sessions/s1", "/sessions/s2", "/events/", "/search?text="] {
        assert!(page.contains(&format!("href=\"{link}")), "{link}: {page}");
    }
    let (status, page) = post(&server, "never-used-anywhere-1", &server.endpoints.web).await;
    assert!(status == 200 && page.contains("No, it was not seen") && !page.contains("never-used"), "{page}");
    let (status, page) = post(&server, SECRET, "http://elsewhere.example").await;
    assert!(status == 403 && !page.contains(SECRET), "{page}");

    // The hash alone finds the calls as well.
    let hash = ask(&data, SECRET)["matches"][0]["hash"].as_str().unwrap().to_owned();
    let url = format!("{}/search?text={hash}", server.endpoints.web);
    let found = send::http_client().get(url).send().await.unwrap().text().await.unwrap();
    assert!(found.contains("<b>2 calls</b>"), "{found}");

    assert!(server.terminate(Duration::from_secs(30)).await.success());
    let files = files::below(home.path());
    for (path, content) in &files {
        for text in [SECRET, "never-used-anywhere-1"] {
            assert!(!files::holds(content, text), "{}", path.display());
        }
    }
    assert!(files.len() > 5, "{} files prove nothing", files.len());
    assert!(home.logged().contains("TRACE"), "the log is not at trace level, which proves nothing");
}

#[tokio::test]
async fn a_path_finds_what_is_below_it() {
    let home = Home::new();
    let server = Server::start(&home);
    send_command(&server, "below", "cat /home/ada/src/payments/x.rs").await;
    send_command(&server, "beside", "cat /home/ada/srcs/x.rs").await;
    let found = |query: &str| {
        let url = format!("{}/search?{query}", server.endpoints.web);
        async move { send::http_client().get(url).send().await.unwrap().text().await.unwrap() }
    };
    let page = found("path=%2Fhome%2Fada%2Fsrc").await;
    assert!(page.contains("<b>1 call</b>") && page.contains("Touches a path under: /home/ada/src"), "{page}");
    let data = home.data();
    let limit = Duration::from_secs(20);
    until("both are there", limit, || (query::count(&data, "decisions") == 2).then_some(())).await;
}
