use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use barograph_proto::keyed::Domain;

use super::*;
use crate::config::Settings;

fn config(data_dir: &Path) -> Config {
    let settings = Settings { data_dir: Some(data_dir.to_owned()), ..Settings::default() };
    Config::load(None, std::iter::empty(), settings).unwrap()
}

fn made(data_dir: &Path) -> Keys {
    load_or_make(&config(data_dir)).unwrap()
}

fn hashes(keys: &Keys) -> (Vec<(u32, String)>, String, [u8; 16]) {
    (
        keys.redaction.hashes("default", Domain::Secret, "x"),
        keys.redaction.token("default", Domain::User, "x"),
        keys.event_id.scope(&[b"a"]).id(b"x"),
    )
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.join("keys").read_dir().unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn keys_are_made_once_and_for_their_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    assert!(load(&config(folder.path())).unwrap().is_none());
    assert!(!folder.path().join("keys").exists(), "who only reads makes nothing");
    let first = made(folder.path());
    assert_eq!(hashes(&first), hashes(&made(folder.path())));
    assert_eq!(hashes(&first), hashes(&load(&config(folder.path())).unwrap().unwrap()));
    let keys = folder.path().join("keys");
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(names(folder.path()), ["event-id.key", "redaction-1.key", "token.key"]);
    for name in names(folder.path()) {
        let path = keys.join(name);
        assert_eq!((mode(&path), path.metadata().unwrap().len()), (0o600, 32));
    }
}

#[test]
fn folders_have_keys_of_their_own() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (hashes(&made(one.path())), hashes(&made(other.path())));
    assert_ne!(one.0, other.0);
    assert_ne!(one.1, other.1);
    assert_ne!(one.2, other.2);
}

#[test]
fn the_one_key_of_older_folders_becomes_the_first_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let before = made(folder.path());
    let keys = folder.path().join("keys");
    std::fs::rename(keys.join("redaction-1.key"), keys.join("redaction.key")).unwrap();
    assert_eq!(
        hashes(&load(&config(folder.path())).unwrap().unwrap()),
        hashes(&before),
        "beside a server that is older"
    );
    assert_eq!(hashes(&made(folder.path())), hashes(&before));
    assert_eq!(names(folder.path()), ["event-id.key", "redaction-1.key", "token.key"]);
    std::fs::copy(keys.join("redaction-1.key"), keys.join("redaction.key")).unwrap();
    assert!(matches!(load_or_make(&config(folder.path())), Err(KeyError::TwoFirst { .. })));
}

#[test]
fn later_epochs_are_used_and_earlier_ones_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (before, tokens, _) = hashes(&made(folder.path()));
    file::make(&folder.path().join("keys/redaction-2.key")).unwrap();
    let keys = made(folder.path());
    assert_eq!(keys.redaction.current_epoch(), 2);
    let (after, same, _) = hashes(&keys);
    assert_eq!(after.get(1..), Some(before.as_slice()));
    assert_eq!(same, tokens);
    let again = file::make(&folder.path().join("keys/redaction-2.key")).unwrap_err();
    assert!(matches!(again, KeyError::Io { doing: "make", .. }), "a key is never replaced: {again}");
    assert_eq!(hashes(&made(folder.path())).0, after);
    file::destroy(&folder.path().join("keys/redaction-1.key")).unwrap();
    assert_eq!(hashes(&made(folder.path())).0.as_slice(), after.get(..1).unwrap());
    assert_eq!(names(folder.path()), ["event-id.key", "redaction-2.key", "token.key"]);
}

#[test]
fn key_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let path = folder.path().join("keys/redaction-1.key");
    for mode in [0o640, 0o604, 0o660] {
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = load_or_make(&config(folder.path())).unwrap_err().to_string();
        assert!(error.contains(&format!("(mode {mode:04o}); run `chmod 600 {}`", path.display())), "{error}");
    }
}

#[test]
fn key_of_another_length_is_refused() {
    for name in ["event-id.key", "redaction-1.key", "token.key"] {
        let folder = tempfile::tempdir().unwrap();
        made(folder.path());
        let path = folder.path().join("keys").join(name);
        for length in [0, 31, 33, 4096] {
            std::fs::write(&path, vec![7; length]).unwrap();
            let error = load_or_make(&config(folder.path())).unwrap_err();
            assert!(matches!(error, KeyError::WrongLength { .. }), "{name} {length}");
        }
    }
}

#[test]
fn a_key_by_another_name_is_not_overlooked() {
    for name in
        ["redaction-0.key", "redaction-01.key", "redaction-two.key", "redaction-4294967296.key", "redaction-.key"]
    {
        let folder = tempfile::tempdir().unwrap();
        made(folder.path());
        std::fs::write(folder.path().join("keys").join(name), [7; 32]).unwrap();
        assert!(matches!(load_or_make(&config(folder.path())), Err(KeyError::Name { .. })), "{name}");
    }
}

#[test]
fn interrupted_making_is_made_good() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(folder.path().join("keys/event-id.key.1.new"), "half").unwrap();
    made(folder.path());
    assert_eq!(folder.path().join("keys/event-id.key").metadata().unwrap().len(), 32);
}

#[test]
fn given_keys_are_used_and_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("given");
    let text = format!("2:{},1:{}", "0b".repeat(32), "0a".repeat(32));
    std::fs::write(&file, &text).unwrap();
    set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let by_file = Config { redaction_key_file: Some(file.clone()), ..config(folder.path()) };
    let by_variable = Config { redaction_keys: GivenKeys::parse(&text).ok(), ..config(folder.path()) };
    let keys = load_or_make(&by_file).unwrap();
    assert_eq!(keys.redaction.current_epoch(), 2);
    assert_eq!(hashes(&keys), hashes(&load_or_make(&by_variable).unwrap()));
    assert_eq!(hashes(&keys), hashes(&load(&by_variable).unwrap().unwrap()));
    assert_eq!(names(folder.path()), ["event-id.key", "token.key"]);

    set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(load_or_make(&by_file), Err(KeyError::Open { .. })));
    std::fs::remove_file(&file).unwrap();
    assert!(load_or_make(&by_file).unwrap_err().to_string().contains("there is no such file"));
}

#[test]
fn keys_that_are_given_and_kept_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let given = Config { redaction_keys: GivenKeys::parse(&"0a".repeat(32)).ok(), ..config(folder.path()) };
    for error in [load_or_make(&given).unwrap_err(), load(&given).unwrap_err()] {
        assert!(error.to_string().contains("redaction-1.key is there too"), "{error}");
    }
}
