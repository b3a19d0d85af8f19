//! `barograph doctor` finds what is wrong, says what to do, and finds nothing where all is well.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::support::query;
use crate::support::server::{Home, Server, barograph};

const LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
struct Report {
    verdict: String,
    checks: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    check: String,
    verdict: String,
    found: String,
    #[serde(rename = "do")]
    advice: Option<String>,
}

impl Report {
    /// The findings of one check with a verdict, with what is to be done.
    fn of(&self, check: &str, verdict: &str) -> Vec<String> {
        let found = self.checks.iter().filter(|found| found.check == check && found.verdict == verdict);
        found.map(|found| format!("{}; {}", found.found, found.advice.as_deref().unwrap_or_default())).collect()
    }

    /// The only failed finding's check and words.
    fn only_failure(&self) -> (String, String) {
        let failed: Vec<_> = self.checks.iter().filter(|found| found.verdict == "fail").collect();
        let [failed] = failed.as_slice() else { panic!("not one failure: {self:#?}") };
        (failed.check.clone(), format!("{}; {}", failed.found, failed.advice.as_deref().unwrap_or_default()))
    }
}

/// A command line that looks at a folder, and at ports that the system would pick.
fn doctor(data: &Path) -> Command {
    let mut command = barograph();
    command.arg("doctor").arg("--data-dir").arg(data);
    command
}

fn any_ports(command: &mut Command) -> &mut Command {
    command.args(["--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--web", "127.0.0.1:0"])
}

/// Runs it; the exit code is 1 exactly when something failed.
fn report(command: &mut Command) -> Report {
    let output = command.args(["--format", "json"]).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report: Report = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}\n{errors}"));
    assert_eq!(output.status.code(), Some(i32::from(report.verdict == "fail")), "{report:#?}");
    report
}

#[test]
fn where_nothing_runs_yet_everything_is_proved_and_nothing_is_left() {
    let home = Home::new();
    let report = report(any_ports(&mut doctor(&home.data())));
    assert_ne!(report.verdict, "fail", "{report:#?}");
    for check in ["configuration", "ports", "data folder", "keys", "store", "clock"] {
        assert!(!report.of(check, "ok").is_empty(), "{check}: {report:#?}");
    }
    for check in ["disk", "limits", "policy"] {
        assert!(report.checks.iter().any(|found| found.check == check), "{check}: {report:#?}");
    }
    let [trip] = report.of("round trip", "ok").try_into().unwrap();
    assert!(trip.contains("one started for this acknowledged a record in"), "{trip}");
    assert!(!home.data().exists() && home.path().read_dir().unwrap().count() == 0, "something was left behind");
}

#[tokio::test]
async fn a_running_server_is_recognised_and_gone_through() {
    let home = Home::new();
    let server = Server::start(&home);
    let address = |endpoint: &str| endpoint.strip_prefix("http://").unwrap().to_owned();
    let endpoints = &server.endpoints;
    let mut command = doctor(&home.data());
    command.args(["--otlp-grpc", &address(&endpoints.grpc), "--otlp-http", &address(&endpoints.http)]);
    let seen = report(command.args(["--web", &address(&endpoints.web)]));
    assert_ne!(seen.verdict, "fail", "{seen:#?}");
    let ports = seen.of("ports", "ok");
    assert!(ports.len() == 3 && ports.iter().all(|port| port.contains("held by a running Barograph")), "{ports:?}");
    assert!(seen.of("data folder", "ok").iter().any(|found| found.contains("a server is using it")), "{seen:#?}");
    assert!(seen.of("keys", "ok")[0].contains("epoch 1 is in use"), "{seen:#?}");
    let trip = &seen.of("round trip", "ok")[0];
    assert!(trip.contains("the running server acknowledged a record in"), "{trip}");
    assert_eq!(query::count(&home.data(), "events WHERE service_name = 'barograph-doctor'"), 1);

    // Ports of one server and the folder of none: the record is acknowledged and found nowhere.
    let other = Home::new();
    let mut command = doctor(&other.data());
    command.args(["--otlp-grpc", &address(&endpoints.grpc), "--otlp-http", &address(&endpoints.http)]);
    let (check, said) = report(command.args(["--web", &address(&endpoints.web)])).only_failure();
    assert_eq!(check, "round trip");
    assert!(said.contains("it writes another folder: give its --data-dir"), "{said}");

    // A server does not mind being looked at, and can be started after.
    assert!(server.terminate(LIMIT).await.success());
    let report = report(any_ports(&mut doctor(&home.data())));
    assert_ne!(report.verdict, "fail", "{report:#?}");
    assert!(report.of("data folder", "ok").iter().any(|found| found.contains("no server is using it")), "{report:#?}");
    assert!(report.of("store", "ok")[0].contains("events 2 rows"), "{report:#?}");
    assert!(report.of("clock", "ok")[0].contains("the newest row came in at"), "{report:#?}");
}

#[test]
fn a_port_that_a_stranger_has_is_named_with_the_flag_that_changes_it() {
    let home = Home::new();
    // It takes connections and says nothing.
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = stranger.local_addr().unwrap().to_string();
    for flag in ["--otlp-grpc", "--otlp-http", "--web"] {
        let mut command = doctor(&home.data());
        for other in ["--otlp-grpc", "--otlp-http", "--web"] {
            command.args([other, if other == flag { &taken } else { "127.0.0.1:0" }]);
        }
        let report = report(&mut command);
        let (check, said) = report.only_failure();
        assert_eq!(check, "ports");
        assert!(said.contains(&format!("{taken} is taken by another program")) && said.contains(flag), "{said}");
        // The program itself is proved all the same.
        assert_eq!(report.of("round trip", "ok").len(), 1, "{report:#?}");
    }
}

#[test]
fn a_file_in_place_of_the_folder_is_told() {
    let home = Home::new();
    std::fs::write(home.data(), "no folder").unwrap();
    let report = report(any_ports(&mut doctor(&home.data())));
    assert!(report.of("data folder", "fail")[0].contains("is a file; name a folder with --data-dir"), "{report:#?}");
    assert_eq!(std::fs::read_to_string(home.data()).unwrap(), "no folder");
}

#[test]
fn faults_of_settings_and_policies_are_told_with_their_place() {
    let home = Home::new();
    let policy = home.path().join("policy.toml");
    std::fs::write(&policy, "version = 1\nname = 'p'\ndefault = ['keep']\nsurprise = 1\n").unwrap();
    let mut command = doctor(&home.data());
    let seen = report(any_ports(&mut command).arg("--redaction-policy").arg(&policy));
    let [said] = seen.of("policy", "fail").try_into().unwrap();
    assert!(said.contains("policy.toml:4: ") && said.contains("barograph redact lint"), "{said}");
    assert!(seen.of("round trip", "fail")[0].contains("mend what failed above"), "{seen:#?}");

    let mut command = doctor(&home.data());
    let seen = report(command.env("BAROGRAPH_WEB", "nowhere").env("BAROGRAPH_SURPRISE", "1"));
    let faults = seen.of("configuration", "fail");
    assert!(
        faults.len() == 2 && faults[0].contains("BAROGRAPH_SURPRISE") && faults[1].contains("BAROGRAPH_WEB"),
        "{faults:?}"
    );
}

#[tokio::test]
async fn a_key_that_others_may_read_and_one_that_is_missing_are_told() {
    let home = Home::new();
    assert!(Server::start(&home).terminate(LIMIT).await.success());
    let key = home.data().join("keys/redaction-1.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let seen = report(any_ports(&mut doctor(&home.data())));
    let (check, said) = seen.only_failure();
    assert_eq!(check, "keys");
    assert!(said.contains("(mode 0644); run `chmod 600 ") && said.contains("redaction-1.key"), "{said}");

    std::fs::remove_file(&key).unwrap();
    let seen = report(any_ports(&mut doctor(&home.data())));
    let (check, said) = seen.only_failure();
    assert!(check == "keys" && said.contains("restore keys/ from a backup"), "{said}");
    assert!(!key.exists(), "nothing is made by looking");
}

#[tokio::test]
async fn tables_that_cannot_be_read_are_told() {
    let home = Home::new();
    assert!(Server::start(&home).terminate(LIMIT).await.success());
    let log = home.data().join("tables/events/_delta_log");
    for entry in std::fs::read_dir(&log).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::write(path, "no commit").unwrap();
        }
    }
    let (check, said) = report(any_ports(&mut doctor(&home.data()))).only_failure();
    assert_eq!(check, "store");
    assert!(said.contains("restore the folder from a backup"), "{said}");
}

#[test]
fn in_words_it_is_a_line_for_each_finding() {
    let home = Home::new();
    let output = any_ports(&mut doctor(&home.data())).output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let verdicts = said.lines().map(|line| line.split_whitespace().next().unwrap_or_default());
    assert!(said.lines().count() > 10 && verdicts.clone().all(|verdict| ["ok", "warn"].contains(&verdict)), "{said}");
    println!("{said}");
}
