//! Mounts below a temporary folder, gone when dropped, also after a panic.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fault::first;

/// A mounted file system. Whoever uses it has to be gone before it is dropped: declare it first.
#[derive(Debug)]
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// A file system in memory of that many MiB, on a new folder.
    pub(crate) fn tmpfs(folder: &Path, mib: u32) -> Self {
        std::fs::create_dir(folder).unwrap();
        mount(["-t", "tmpfs", "-o", &format!("size={mib}m"), "barograph-faults"].map(OsStr::new), folder);
        Self(folder.to_owned())
    }

    /// An ext4 image of that many MiB, not mounted yet.
    pub(crate) fn image(path: &Path, mib: u64) {
        std::fs::File::create_new(path).and_then(|file| file.set_len(mib << 20)).unwrap();
        let owner = format!("root_owner={}:{}", rustix::process::getuid(), rustix::process::getgid());
        let program = first(&["/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4"]).unwrap_or_else(|| "mkfs.ext4".into());
        run(Command::new(program).args(["-q", "-F", "-E", &owner]).arg(path));
    }

    /// Mounts an image through a loop device of its own, on a folder that is made where it is missing.
    pub(crate) fn ext4(image: &Path, folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        mount([OsStr::new("-o"), OsStr::new("loop,errors=remount-ro"), image.as_os_str()], folder);
        Self(folder.to_owned())
    }

    /// Mounts it again with other options, as it is.
    pub(crate) fn remount(&self, options: &str) {
        mount(["-o", &format!("remount,{options}")].map(OsStr::new), &self.0);
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let unmounted = |options: &[&str]| {
            privileged("umount").args(options).arg(&self.0).status().is_ok_and(|status| status.success())
        };
        // Lazily where a process still has a file open: the mount goes with it.
        if !unmounted(&[]) {
            unmounted(&["--lazy"]);
        }
    }
}

fn mount<'a>(arguments: impl IntoIterator<Item = &'a OsStr>, folder: &Path) {
    run(privileged("mount").args(arguments).arg(folder));
}

/// A command as root: by sudo, without being asked, where this process is not.
fn privileged(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}

/// Why nothing can be mounted here; none where it can.
pub(crate) fn hindrance() -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let tried = privileged("mount").args(["-t", "tmpfs", "barograph-faults"]).arg(folder.path()).output();
    match tried {
        Ok(output) if output.status.success() => {
            drop(Mount(folder.path().to_owned()));
            None
        }
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
