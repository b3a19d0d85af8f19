use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn entry(number: u8, expires: Option<i64>, revoked: Option<i64>) -> Entry {
    let hash = Token::new(&[number; 32]).hash();
    let tenant = Tenant::parse("acme").unwrap();
    let name = "Ada's \"laptop\"".to_owned();
    Entry { id: format!("0000000{number}"), tenant, name, hash, created: 1_000_000, expires, revoked }
}

#[test]
fn what_is_written_is_read_again_and_shows_no_token() {
    let folder = tempfile::tempdir().unwrap();
    assert!(file::read(folder.path()).unwrap().is_none());
    file::write(folder.path(), &[entry(1, None, None), entry(2, Some(5_000_000), Some(4_000_000))]).unwrap();
    let read = file::read(folder.path()).unwrap().unwrap();
    assert_eq!(
        format!("{read:?}"),
        format!("{:?}", [entry(1, None, None), entry(2, Some(5_000_000), Some(4_000_000))])
    );
    assert_eq!(read[1].hash.to_hex(), entry(2, None, None).hash.to_hex());
    let path = file::path(folder.path());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(!text.contains("bg_"), "{text}");
}

#[test]
fn a_damaged_file_is_told_and_its_hashes_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = file::path(folder.path());
    file::write(folder.path(), &[entry(1, None, None), entry(2, None, None)]).unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let hash = entry(1, None, None).hash.to_hex();
    let cut_between = whole.rsplit_once("[[token]]").unwrap().0.to_owned();
    for (text, fault) in [
        (String::new(), "line 1 is not as we write it"),
        (cut_between, "it has 1 tokens and should have 2"),
        (whole.get(..whole.len() - 30).unwrap().to_owned(), "is not as we write it"),
        (whole.replace("version = 1", "version = 2"), "it has the form 2"),
        (whole.replace("00000002", "00000001"), "its token 2 has another one's id"),
        (whole.replace(&hash, hash.get(..62).unwrap()), "its token 1 is not as we write it"),
        (whole.replace("acme", "Acme"), "its token 1 is not as we write it"),
        (format!("{whole}surprise = 1\n"), "is not as we write it"),
        ("\u{0}\u{1}".repeat(100), "line 1 is not as we write it"),
    ] {
        std::fs::write(&path, text).unwrap();
        let told = file::read(folder.path()).unwrap_err().to_string();
        assert!(
            told.contains(fault) && told.contains("is damaged") && !told.contains(hash.get(..8).unwrap()),
            "{told}"
        );
    }
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(file::read(folder.path()).unwrap_err().to_string().contains("it is not UTF-8"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&path, &whole).unwrap();
    let told = file::read(folder.path()).unwrap_err().to_string();
    assert!(told.contains("mode 0644") && told.contains("chmod 600"), "{told}");
}

#[test]
fn uses_are_kept_and_nothing_depends_on_them() {
    let folder = tempfile::tempdir().unwrap();
    assert!(uses::read(folder.path()).unwrap().is_empty());
    let used = std::collections::BTreeMap::from([("00000001".to_owned(), 60_000_000)]);
    uses::write(folder.path(), &used).unwrap();
    assert_eq!(uses::read(folder.path()).unwrap(), used);
    std::fs::write(folder.path().join("tokens-used.toml"), "a = 1").unwrap();
    assert!(uses::read(folder.path()).unwrap_err().to_string().contains("is damaged"));
}

#[test]
fn a_token_is_good_until_it_is_revoked_or_expires() {
    assert_eq!(entry(1, None, None).state(i64::MAX), "good");
    assert_eq!(entry(1, Some(10), None).state(9), "good");
    assert_eq!(entry(1, Some(10), None).state(10), "expired");
    assert_eq!(entry(1, Some(10), Some(5)).state(20), "revoked");
}
