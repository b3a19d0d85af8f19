//! Servers whose system calls are recorded, and of which some are made to fail, to wait, or to be the last.
//!
//! strace runs beside the server (`-D`), so that the server is the test's own child.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::until;

/// How long strace may take to write down the end of a process.
const WRITTEN: Duration = Duration::from_secs(30);

/// Lets calls that are not followed run at full speed.
const SECCOMP: &str = "--seccomp-bpf";

/// Where the end is looked for, bytes: every thread's has a line there.
const TAIL: usize = 64 * 1024;

/// What changes files and names, and what makes either durable.
pub(crate) const FILE_CALLS: &str = "openat,write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,\
     rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir";

/// What takes requests from sockets and puts answers into them.
pub(crate) const SOCKET_CALLS: &str = "read,readv,recvfrom,recvmsg,sendto,sendmsg";

/// A way to start a server under strace.
#[derive(Clone, Debug)]
pub(crate) struct Strace {
    output: PathBuf,
    options: Vec<OsString>,
}

impl Strace {
    /// Records these calls into a file.
    pub(crate) fn recording(output: &Path, calls: &str) -> Self {
        // Whole buffers; paths beside descriptors.
        let options = [SECCOMP, "-y", "-s", "33554432", "-e", &format!("trace={calls}")].map(OsString::from).into();
        Self { output: output.to_owned(), options }
    }

    /// Tampers with these calls, and records them too: `error=EIO:when=3`. Each thread counts its own.
    pub(crate) fn tampering(mut self, calls: &str, how: &str) -> Self {
        self.options.extend(["-e", &format!("inject={calls}:{how}")].map(OsString::from));
        self
    }

    /// Kills the server when a thread begins its so-and-so-many-th of these calls.
    pub(crate) fn killing(mut self, calls: &str, when: u32) -> Self {
        // strace 6.1 delivers the signal to the first calls only where calls are chosen by seccomp.
        self.options.retain(|option| option != SECCOMP);
        self.tampering(calls, &format!("signal=KILL:when={when}"))
    }

    /// Sees only calls on this path.
    pub(crate) fn on(mut self, path: &Path) -> Self {
        self.options.extend(["-P".into(), path.as_os_str().to_owned()]);
        self
    }

    /// The wrapper for a server.
    pub(crate) fn wrapper(&self) -> Vec<OsString> {
        let fixed = ["strace", "-D", "-f", "-o"].map(OsString::from);
        [fixed.as_slice(), &[self.output.clone().into_os_string()], &self.options].concat()
    }

    /// Waits until the end of a process is written down, and gives all that was.
    pub(crate) async fn ended(&self, process: u32) -> Vec<u8> {
        let process = process.to_string();
        let is_last = |line: &str| {
            line.split_once(' ').is_some_and(|(of, what)| of == process && what.trim_start().starts_with("+++ "))
        };
        let mut found = Vec::new();
        until("strace writes down the end of the server", WRITTEN, || {
            found = self.so_far();
            let tail = found.get(found.len().saturating_sub(TAIL)..).unwrap_or_default();
            String::from_utf8_lossy(tail).lines().any(is_last).then_some(())
        })
        .await;
        found
    }

    /// What is written down so far.
    pub(crate) fn so_far(&self) -> Vec<u8> {
        std::fs::read(&self.output).unwrap_or_default()
    }

    /// Removes what was written down.
    pub(crate) fn forget(&self) {
        std::fs::remove_file(&self.output).unwrap();
    }
}
