//! Redaction keys can be rotated beside a running server and destroyed: questions ask with every key that is left, and
//! what a destroyed one hashed can no longer be linked to anything.

use std::path::Path;
use std::process::Output;

use crate::seen::{SECRET, ask, send_command};
use crate::support::server::{Home, Server, barograph, refusal, serve};

fn keys(data: &Path, arguments: &[&str]) -> Output {
    barograph().arg("keys").args(arguments).arg("--data-dir").arg(data).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr }).into_owned()
}

#[tokio::test]
async fn what_was_hashed_is_found_until_its_key_is_destroyed() {
    let home = Home::new();
    let data = home.data();
    let server = Server::start(&home);
    send_command(&server, "old", &format!("deploy --password {SECRET}")).await;
    let rotated = keys(&data, &["rotate"]);
    assert!(rotated.status.success(), "{}", said(&rotated));
    assert!(data.join("keys/redaction-2.key").is_file());
    assert!(server.terminate(std::time::Duration::from_secs(30)).await.success());

    let server = Server::start(&home);
    send_command(&server, "new", &format!("deploy --password {SECRET}")).await;
    let answer = ask(&data, SECRET);
    assert_eq!(answer["records"], 2, "{answer:#}");
    let epochs: Vec<_> = answer["matches"].as_array().unwrap().iter().map(|found| found["epoch"].clone()).collect();
    assert!(epochs.contains(&1.into()) && epochs.contains(&2.into()), "{answer:#}");

    let listed = said(&keys(&data, &["list"]));
    let lines: Vec<_> = listed.lines().collect();
    assert!(lines[0].starts_with("epoch 2  current") && lines[1].starts_with("epoch 1  asked"), "{listed}");

    for (arguments, words) in [
        (&["destroy", "2", "--yes"][..], "epoch 2 is in use"),
        (&["destroy", "7", "--yes"], "there is no key of epoch 7"),
        (&["destroy", "1"], "this cannot be undone"),
    ] {
        let refused = keys(&data, arguments);
        assert!(!refused.status.success() && said(&refused).contains(words), "{}", said(&refused));
    }
    assert!(data.join("keys/redaction-1.key").is_file());
    let destroyed = keys(&data, &["destroy", "1", "--yes"]);
    assert!(destroyed.status.success(), "{}", said(&destroyed));
    assert!(!data.join("keys/redaction-1.key").exists());
    let answer = ask(&data, SECRET);
    assert_eq!((&answer["records"], &answer["searched"]["unasked"]), (&1.into(), &1.into()), "{answer:#}");
    assert_eq!(answer["sessions"][0]["session_id"], "new");
    drop(server);
}

#[tokio::test]
async fn given_keys_leave_no_trace_in_the_data_folder() {
    let home = Home::new();
    let key = "5a".repeat(32);
    let mut command = serve(&home.data());
    command.env("BAROGRAPH_REDACTION_KEY", &key);
    let server = crate::support::server::Starting::spawn(&home, command)
        .ready(std::time::Duration::from_mins(1))
        .expect("the server takes a given key");
    send_command(&server, "given", &format!("deploy --password {SECRET}")).await;
    drop(server);
    let mut names: Vec<_> =
        std::fs::read_dir(home.data().join("keys")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["event-id.key", "token.key"]);

    let rotate = barograph()
        .args(["keys", "rotate", "--data-dir"])
        .arg(home.data())
        .env("BAROGRAPH_REDACTION_KEY", &key)
        .output()
        .unwrap();
    assert!(said(&rotate).contains("given by file or environment"), "{}", said(&rotate));

    let mut wrong = serve(&home.data());
    wrong.env("BAROGRAPH_REDACTION_KEY", "5a5a");
    let said = refusal(wrong).await;
    assert!(said.contains("BAROGRAPH_REDACTION_KEY: key 1 is not 64 hex digits") && !said.contains("5a5a"), "{said}");
}
