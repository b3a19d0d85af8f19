//! The data folder: there, ours, writable, with room; and whether a server uses it.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;
use rustix::process::geteuid;

use super::report::Finding;

const CHECK: &str = "data folder";

/// Below this much room, bytes, a busy day may fill the disk.
const LITTLE: u64 = 5 << 30;

/// Below this, the journal alone may: it grows while tables cannot be written.
const TOO_LITTLE: u64 = 512 << 20;

/// Permission to write for group and others.
const WRITE_FOR_OTHERS: u32 = 0o022;

pub(super) fn check(data_dir: &Path) -> Vec<Finding> {
    let shown = data_dir.display();
    let mut findings = Vec::new();
    match data_dir.metadata() {
        Ok(found) if !found.is_dir() => {
            let advice = "name a folder with --data-dir, or move the file away";
            return vec![Finding::fail(CHECK, format!("{shown} is a file"), advice)];
        }
        Ok(found) => {
            findings.push(owned(data_dir, found.uid(), found.mode()));
            findings.push(in_use(data_dir));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            findings.push(Finding::ok(CHECK, format!("{shown} is not there yet; the first start makes it")));
        }
        Err(error) => {
            let advice = "give this user access, or name another folder with --data-dir";
            return vec![Finding::fail(CHECK, format!("{shown} cannot be looked at: {error}"), advice)];
        }
    }
    let existing = existing(data_dir);
    findings.push(writable(&existing));
    findings.push(room(&existing));
    findings
}

fn owned(folder: &Path, owner: u32, mode: u32) -> Finding {
    let (shown, user) = (folder.display(), geteuid().as_raw());
    if owner != user {
        let advice = "run this, and the server, as the user who owns it";
        return Finding::warn(CHECK, format!("{shown} belongs to user {owner}, and this is user {user}"), advice);
    }
    if mode & WRITE_FOR_OTHERS != 0 {
        let found = format!("other users may write to {shown} (mode {:04o})", mode & 0o7777);
        return Finding::warn(CHECK, found, format!("run `chmod go-w {shown}`"));
    }
    Finding::ok(CHECK, format!("{shown} belongs to this user, mode {:04o}", mode & 0o7777))
}

/// A server holds the lock as long as it runs. Looking takes it, shared, for a moment.
fn in_use(folder: &Path) -> Finding {
    match File::open(folder.join("lock")).map(|file| file.try_lock_shared()) {
        Ok(Err(TryLockError::WouldBlock)) => Finding::ok(CHECK, "a server is using it"),
        Ok(Ok(())) => Finding::ok(CHECK, "no server is using it"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::ok(CHECK, "no server has used it yet"),
        Ok(Err(TryLockError::Error(error))) | Err(error) => {
            let advice = "see who owns it, and whether the file system knows locks";
            Finding::warn(CHECK, format!("its lock cannot be looked at: {error}"), advice)
        }
    }
}

fn writable(folder: &Path) -> Finding {
    let probe = probe(folder);
    match File::create_new(&probe) {
        Ok(_) => {
            // What cannot be removed is found by whoever looks into the folder.
            drop(std::fs::remove_file(&probe));
            Finding::ok(CHECK, "this user may write there")
        }
        Err(error) => Finding::fail(
            CHECK,
            format!("nothing can be written to {}: {error}", folder.display()),
            "give this user the right to write, or name another folder with --data-dir",
        ),
    }
}

fn room(folder: &Path) -> Finding {
    let free = match statvfs(folder) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => return Finding::warn(CHECK, format!("its free room cannot be told: {error}"), "see `df`"),
    };
    let found = format!("{} MiB are free on its disk", free >> 20);
    let advice = "make room: what cannot be stored is refused, and most agents send once";
    match free {
        ..TOO_LITTLE => Finding::fail(CHECK, found, advice),
        TOO_LITTLE..LITTLE => Finding::warn(CHECK, found, advice),
        LITTLE.. => Finding::ok(CHECK, found),
    }
}

/// The folder, or the nearest above it that is there.
pub(super) fn existing(folder: &Path) -> PathBuf {
    let is_there = |folder: &&Path| folder.is_dir();
    match folder.ancestors().find(is_there) {
        Some(found) => found.to_owned(),
        // A relative path ends in nothing, which is where this runs.
        None => PathBuf::from("."),
    }
}

/// A file of this process that nobody else has.
pub(super) fn probe(folder: &Path) -> PathBuf {
    folder.join(format!(".barograph-doctor-{}", std::process::id()))
}
