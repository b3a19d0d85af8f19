//! What a power cut leaves of a few calls.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Disk, Node};
use crate::trace::Trace;

fn disk(lines: &[&str]) -> Disk {
    let mut disk = Disk::new(Path::new("/d"));
    disk.follow(&Trace::read(lines.join("\n").as_bytes()));
    disk
}

/// What survives if nothing does that need not.
fn worst(mut disk: Disk) -> BTreeMap<String, Vec<u8>> {
    disk.cut_all();
    let mut found = BTreeMap::new();
    disk.visit(0, Path::new("/d"), &mut |path, node| {
        if let Node::File { now, .. } = node {
            found.insert(path.display().to_string(), now.clone());
        }
    });
    found
}

const MADE: &str = r#"1 openat(AT_FDCWD</>, "/d/a", O_RDWR|O_CREAT|O_EXCL, 0666) = 5</d/a>"#;
const NAMED: &str = "1 fsync(6</d>) = 0";
const WRITTEN: &str = r#"1 pwrite64(5</d/a>, "one", 3, 0) = 3"#;
const SYNCED: &str = "1 fdatasync(5</d/a>) = 0";

#[test]
fn only_what_was_synced_must_survive() {
    assert_eq!(worst(disk(&[MADE, WRITTEN, SYNCED])), [].into(), "a name that no sync covers");
    assert_eq!(worst(disk(&[MADE, NAMED, WRITTEN])), [("/d/a".to_owned(), Vec::new())].into());
    let failed = "1 fdatasync(5</d/a>) = -1 EIO (Input/output error)";
    assert_eq!(worst(disk(&[MADE, NAMED, WRITTEN, failed])), [("/d/a".to_owned(), Vec::new())].into());
    let more = r#"1 pwrite64(5</d/a>, "two", 3, 3) = 3"#;
    assert_eq!(worst(disk(&[MADE, WRITTEN, SYNCED, NAMED, more])), [("/d/a".to_owned(), b"one".to_vec())].into());
    let removed = r#"1 unlink("/d/a") = 0"#;
    let kept = worst(disk(&[MADE, WRITTEN, SYNCED, NAMED, removed]));
    assert_eq!(kept, [("/d/a".to_owned(), b"one".to_vec())].into(), "a removal that no sync covers");
    assert_eq!(worst(disk(&[MADE, WRITTEN, SYNCED, NAMED, removed, NAMED])), [].into());
}

#[test]
fn links_and_renames_need_the_folder_too() {
    let made = r#"1 mkdir("/d/t", 0777) = 0"#;
    let linked = r#"1 linkat(AT_FDCWD</>, "/d/a", AT_FDCWD</>, "/d/t/b", 0) = 0"#;
    let into = "1 fsync(7</d/t>) = 0";
    assert_eq!(worst(disk(&[made, NAMED, MADE, WRITTEN, SYNCED, linked])), [].into());
    let all = worst(disk(&[made, NAMED, MADE, WRITTEN, SYNCED, linked, into]));
    assert_eq!(all, [("/d/t/b".to_owned(), b"one".to_vec())].into());
    let renamed = r#"1 rename("/d/a", "/d/c") = 0"#;
    let before = worst(disk(&[MADE, WRITTEN, SYNCED, NAMED, renamed]));
    assert_eq!(before, [("/d/a".to_owned(), b"one".to_vec())].into());
    let after = worst(disk(&[MADE, WRITTEN, SYNCED, NAMED, renamed, NAMED]));
    assert_eq!(after, [("/d/c".to_owned(), b"one".to_vec())].into());
    assert_eq!(worst(disk(&[MADE, WRITTEN, SYNCED, made, linked, into])), [].into(), "the folder is no name yet");
}

#[test]
fn what_was_written_over_is_as_it_was_until_it_is_synced() {
    let made = r#"1 openat(AT_FDCWD</>, "/d/a.journal", O_RDWR|O_CREAT|O_EXCL, 0666) = 5</d/a.journal>"#;
    let first = r#"1 pwrite64(5</d/a.journal>, "first", 5, 0) = 5"#;
    let second = r#"1 pwrite64(5</d/a.journal>, "2nd", 3, 0) = 3"#;
    let synced = "1 fdatasync(5</d/a.journal>) = 0";
    let left = |lines: &[&str]| worst(disk(lines)).remove("/d/a.journal").unwrap();
    assert_eq!(left(&[made, NAMED, first, synced, second]), b"first");
    assert_eq!(left(&[made, NAMED, first, synced, second, synced]), b"2ndst");
    // By chance it survives, in whole sectors, and nothing else does.
    let disk = disk(&[made, NAMED, first, synced, second]);
    let mut random = fastrand::Rng::with_seed(7);
    let mut seen = BTreeMap::new();
    for _ in 0..200 {
        let mut cut = disk.clone();
        cut.cut(&mut random);
        *seen.entry(worst(cut).remove("/d/a.journal").unwrap()).or_insert(0) += 1;
    }
    assert_eq!(seen.keys().collect::<Vec<_>>(), [b"2ndst", b"first"]);
}
