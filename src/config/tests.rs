use super::*;

fn variables(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect::<Vec<_>>().into_iter()
}

/// A folder with a `barograph.toml` in it.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("barograph.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn load(text: &str, environment: &[(&str, &str)], flags: Settings) -> Result<Config, Faults> {
    let (_folder, path) = file(text);
    Config::load(Some(&path), variables(environment), flags)
}

#[test]
fn defaults_listen_on_loopback_only() {
    let config = Config::load(None, variables(&[("HOME", "/root")]), Settings::default()).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("./barograph-data"));
    assert_eq!(
        config.doors().map(|(_, address)| address.to_string()),
        ["127.0.0.1:4317", "127.0.0.1:4318", "127.0.0.1:4319"]
    );
    assert!(!config.allow_unauthenticated_bind);
}

#[test]
fn flags_win_over_environment_and_environment_over_file() {
    let text = "web = '127.0.0.1:1'\notlp_grpc = '127.0.0.1:2'\notlp_http = '127.0.0.1:3'\nquery_time_limit = '5s'";
    let environment = [("BAROGRAPH_WEB", "127.0.0.1:11"), ("BAROGRAPH_OTLP_GRPC", "127.0.0.1:12")];
    let flags = Settings { web: Some("127.0.0.1:21".parse().unwrap()), ..Settings::default() };
    let config = load(text, &environment, flags).unwrap();
    assert_eq!(config.web.port(), 21);
    assert_eq!(config.otlp_grpc.port(), 12);
    assert_eq!(config.otlp_http.port(), 3);
    assert_eq!(config.query_time_limit, Duration::from_secs(5));
}

#[test]
fn file_may_be_named_by_the_environment() {
    let (_folder, path) = file("log_format = 'json'");
    let environment = [("BAROGRAPH_CONFIG", path.to_str().unwrap())];
    let config = Config::load(None, variables(&environment), Settings::default()).unwrap();
    assert_eq!(config.log_format, LogFormat::Json);
}

#[test]
fn every_name_means_the_same_in_file_and_environment() {
    let values = [
        "d",
        "s3://audit/barograph",
        "16GiB",
        "2d",
        "retention.toml",
        "127.0.0.1:1",
        "127.0.0.1:2",
        "127.0.0.1:3",
        "info",
        "json",
        "1GiB",
        "1min",
        "keys.txt",
        "p.toml",
        "detect-all",
        "0.5",
        "false",
        "certificate.pem",
        "key.pem",
        "ca.pem",
        "clients.toml",
        "500",
        "64MiB",
    ];
    let quote = |name: &str| if Settings::BARE.contains(&name) { "" } else { "'" };
    let lines: Vec<_> = Settings::NAMES
        .iter()
        .zip(values)
        .map(|(name, value)| format!("{name} = {0}{value}{0}", quote(name)))
        .collect();
    let text = lines.join("\n");
    let from_file = load(&text, &[], Settings::default()).unwrap();
    let environment: Vec<_> = Settings::NAMES
        .iter()
        .zip(values)
        .map(|(name, value)| (format!("BAROGRAPH_{}", name.to_ascii_uppercase()), value))
        .collect();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let from_environment = load("", &environment, Settings::default()).unwrap();
    assert_eq!(from_file, from_environment);
    assert_eq!(from_file.query_memory_limit, 1 << 30);
    assert_eq!(from_file.redaction_policy, PolicySource::File("p.toml".into()));
    assert_eq!(from_file.redaction_shadow_policy, Some(PolicySource::DetectAll));
    assert!(!from_file.redaction_canary);
    let clients = ClientFiles { authority: "ca.pem".into(), tenants: "clients.toml".into() };
    let tls = TlsFiles { certificate: "certificate.pem".into(), key: "key.pem".into(), clients: Some(clients) };
    assert_eq!(from_file.tls, Some(tls));
    assert_eq!((from_file.max_connections, from_file.ingest_memory_limit), (500, 64 << 20));
}

#[test]
fn numbers_and_flags_stand_without_quotes_and_texts_within() {
    for (line, told) in [
        ("redaction_canary = 'true'", "redaction_canary is written without quotes"),
        ("redaction_canary = 1", "redaction_canary: `1` is neither true nor false"),
        ("redaction_shadow_share = 1.5", "such as 0.25"),
        ("redaction_shadow_share = [1]", "redaction_shadow_share takes a single value"),
        ("redaction_policy = true", "redaction_policy takes a text in quotes"),
        ("redaction_policy = ''", "redaction_policy: is empty"),
        ("max_connections = '5'", "max_connections is written without quotes"),
        ("max_connections = 0", "max_connections: `0` is no number of things"),
        ("ingest_memory_limit = '63MiB'", "ingest_memory_limit: is below 64 MiB"),
    ] {
        let faults = load(line, &[], Settings::default()).unwrap_err();
        assert!(faults.to_string().contains(told), "{faults}");
    }
    assert!(
        (load("redaction_shadow_share = 0", &[], Settings::default()).unwrap().redaction_shadow_share).abs() < 1e-9
    );
}

#[test]
fn all_faults_are_told_at_once_each_with_its_place() {
    let text = "# ours\nweb = 4319\notlp_grcp = '127.0.0.1:4317'\n\nquery_time_limit = 'soon'\n[tls]\ncert = 'x'\n\
                allow_unauthenticated_bind = 'yes'";
    let environment = [("BAROGRAPH_DATADIR", "/x"), ("BAROGRAPH_WEB", "localhost:4319"), ("BAROGRAPH_LOG", "=,=")];
    let flags = Settings { otlp_http: Some("0.0.0.0:4318".parse().unwrap()), ..Settings::default() };
    let faults = load(text, &environment, flags).unwrap_err();
    let told: Vec<String> = faults
        .0
        .iter()
        .map(|fault| format!("{}: {}", fault.place.rsplit('/').next().unwrap(), fault.message))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(faults.to_string().starts_with(&format!("{} faults in the configuration\n", told.len())));
}

#[test]
fn switches_take_only_true_or_false() {
    for switch in Settings::SWITCHES {
        let faults = load(&format!("{switch} = 'yes'"), &[], Settings::default()).unwrap_err();
        assert!(faults.to_string().ends_with(&format!("barograph.toml:1: {switch} is either true or false")));
    }
}

#[test]
fn tls_files_come_together() {
    let tls = |names: &[&str]| {
        let lines: Vec<_> = names.iter().map(|name| format!("{name} = 'x'")).collect();
        load(&lines.join("\n"), &[], Settings::default())
    };
    for (names, told) in [
        (&["tls_certificate"][..], "tls_certificate: is set, and tls_key is not"),
        (&["tls_key"], "tls_key: is set, and tls_certificate is not"),
        (&["tls_certificate", "tls_key", "tls_client_ca"], "tls_client_ca: is set, and tls_client_tenants is not"),
        (&["tls_certificate", "tls_key", "tls_client_tenants"], "tls_client_tenants: is set, and tls_client_ca is not"),
        (&["tls_client_ca", "tls_client_tenants"], "tls_client_ca: is set, and tls_certificate and tls_key are not"),
    ] {
        let faults = tls(names).unwrap_err();
        assert!(faults.to_string().starts_with(told), "{faults}");
    }
    assert!(tls(&["tls_certificate", "tls_key"]).unwrap().tls.unwrap().clients.is_none());
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let faults = load("web = '127.0.0.1:1'\nlog = = 'x'\n", &[], Settings::default()).unwrap_err();
    assert_eq!(faults.0.len(), 1);
    assert!(faults.0[0].place.ends_with("barograph.toml:2"), "{faults}");
}

#[test]
fn missing_file_is_told() {
    let faults = Config::load(Some(Path::new("/nowhere/b.toml")), variables(&[]), Settings::default()).unwrap_err();
    assert!(faults.to_string().starts_with("/nowhere/b.toml: cannot read the configuration file"), "{faults}");
}

#[test]
fn doors_that_other_machines_reach_need_tls_or_a_switch() {
    for address in ["0.0.0.0:4317", "[::]:4317", "192.168.1.7:4317", "[::ffff:10.0.0.1]:4317"] {
        let address: SocketAddr = address.parse().unwrap();
        let otlp = Settings { otlp_grpc: Some(address), ..Settings::default() };
        let faults = load("", &[], otlp.clone()).unwrap_err().to_string();
        assert!(faults.contains("give tls_certificate and tls_key") && faults.contains("plain text"), "{faults}");
        for allowed in
            ["tls_certificate = 'c'\ntls_key = 'k'", "allow_plaintext_bind = true", "allow_unauthenticated_bind = true"]
        {
            assert!(load(allowed, &[], otlp.clone()).is_ok(), "{allowed}");
        }
        // The dashboard has no sign-in, so TLS makes no difference there.
        let web = Settings { web: Some(address), ..Settings::default() };
        for refused in ["", "tls_certificate = 'c'\ntls_key = 'k'", "allow_plaintext_bind = true"] {
            let faults = load(refused, &[], web.clone()).unwrap_err().to_string();
            assert!(faults.contains("authenticating proxy in front of 127.0.0.1:4317"), "{faults}");
        }
        assert!(load("allow_unauthenticated_bind = true", &[], web).is_ok());
    }
}

#[test]
fn switches_are_not_taken_from_the_environment() {
    for switch in Settings::SWITCHES {
        let variable = format!("BAROGRAPH_{}", switch.to_ascii_uppercase());
        let faults = load("", &[(&variable, "true")], Settings::default()).unwrap_err();
        assert!(faults.to_string().starts_with(&format!("{variable}: unknown variable")), "{faults}");
    }
}

#[test]
fn doors_need_ports_of_their_own_unless_any_will_do() {
    let same = |port| Settings {
        web: Some(SocketAddr::from(([127, 0, 0, 1], port))),
        otlp_http: Some(SocketAddr::from(([127, 0, 0, 1], port))),
        ..Settings::default()
    };
    let faults = load("", &[], same(5000)).unwrap_err();
    assert_eq!(faults.to_string(), "web: is 127.0.0.1:5000, as is otlp_http; each needs a port of its own");
    assert!(load("", &[], same(0)).is_ok());
}

#[test]
fn example_file_shows_the_defaults() {
    let example = include_str!("../../deploy/barograph.toml");
    let settings = load(example, &[], Settings::default()).unwrap();
    assert_eq!(settings, load("", &[], Settings::default()).unwrap());
    for name in Settings::NAMES.into_iter().chain(Settings::SWITCHES) {
        // What is off by default stands there as a comment.
        let is_there = ["", "# "].iter().any(|mark| example.contains(&format!("\n{mark}{name} = ")));
        assert!(is_there, "{name} is missing");
    }
}

#[test]
fn redaction_keys_are_given_once_and_never_shown() {
    let key = "0a".repeat(32);
    let config = load("", &[("BAROGRAPH_REDACTION_KEY", &key)], Settings::default()).unwrap();
    assert!(config.redaction_keys.is_some());
    assert!(!format!("{config:?}").contains("10, 10"), "{config:?}");
    let faults = load("redaction_key_file = 'keys.txt'", &[("BAROGRAPH_REDACTION_KEY", &key)], Settings::default());
    assert_eq!(
        faults.unwrap_err().to_string(),
        "BAROGRAPH_REDACTION_KEY: is set, and so is redaction_key_file; give the keys by one of them"
    );
    let faults = load("", &[("BAROGRAPH_REDACTION_KEY", "hunter2")], Settings::default()).unwrap_err().to_string();
    assert_eq!(faults, "BAROGRAPH_REDACTION_KEY: key 1 is not 64 hex digits (32 random bytes)");
}
