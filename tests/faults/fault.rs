//! A fault's turn: it runs alone, says what it is and how long it should take, or why it is skipped.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::mount;

/// Faults measure time and fill machines: one after the other.
static TURN: Mutex<()> = Mutex::const_new(());

/// Set to 1 where a fault that cannot be made is a failure.
const REQUIRED: &str = "BAROGRAPH_FAULTS_REQUIRED";

/// What a fault needs of the machine.
#[derive(Clone, Debug)]
pub(crate) enum Need {
    /// To mount a file system of its own.
    Mounts,
    /// To follow a process of its own with strace.
    Strace,
    /// A program in the PATH.
    Program(&'static str),
    /// A file that one of these paths leads to.
    File(&'static [&'static str]),
    /// An environment variable with the path of a program.
    Variable(&'static str),
    /// So many open files in a process.
    Descriptors(u64),
}

impl Need {
    /// What is missing, in words; none when nothing is.
    fn missing(&self) -> Option<String> {
        match self {
            Self::Mounts => mount::hindrance()
                .map(|why| format!("it cannot mount, for which it has to be root or to have sudo: {why}")),
            Self::Strace => {
                let arguments = ["-D", "-f", "--seccomp-bpf", "-e", "trace=fsync", "-o", "/dev/null", "true"];
                fails("strace", &arguments).map(|why| format!("it cannot use strace: {why}"))
            }
            Self::Program(name) => {
                let paths = std::env::var_os("PATH").unwrap_or_default();
                let mut folders = std::env::split_paths(&paths).chain(["/usr/sbin".into(), "/sbin".into()]);
                (!folders.any(|folder: PathBuf| folder.join(name).is_file())).then(|| format!("there is no {name}"))
            }
            Self::File(paths) => first(paths).is_none().then(|| format!("there is none of {paths:?}")),
            Self::Variable(name) => std::env::var_os(name).is_none().then(|| format!("{name} is not set")),
            Self::Descriptors(files) => {
                let limit = raise_descriptors();
                (limit < *files).then(|| format!("a process may open {limit} files, and it needs {files}"))
            }
        }
    }
}

/// What a command says when it fails.
fn fails(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// The first of some paths that leads to a file.
pub(crate) fn first(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// Lets this process, and those that it starts, open as many files as the system allows; tells how many.
fn raise_descriptors() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum.unwrap_or(u64::MAX),
        Err(_) => current.unwrap_or(u64::MAX),
    }
}

/// A fault that is being made.
#[derive(Debug)]
pub(crate) struct Fault {
    name: &'static str,
    started: Instant,
    _turn: MutexGuard<'static, ()>,
}

impl Fault {
    /// Waits for its turn and says how long it should take; none, said loudly, where the machine lacks what it needs.
    pub(crate) async fn begin(name: &'static str, seconds: u64, needs: &[Need]) -> Option<Self> {
        let turn = TURN.lock().await;
        let missing: Vec<String> = needs.iter().filter_map(Need::missing).collect();
        if missing.is_empty() {
            println!("\n=== {name}: about {seconds} s");
            return Some(Self { name, started: Instant::now(), _turn: turn });
        }
        let why = missing.join(", ");
        // Past the capture of a test that passes.
        drop(writeln!(std::io::stderr(), "\n!!! SKIPPED: {name}: {why}"));
        assert!(std::env::var(REQUIRED).as_deref() != Ok("1"), "{name} was skipped, and {REQUIRED} is 1: {why}");
        None
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        println!("=== {}: took {} s", self.name, self.started.elapsed().as_secs());
    }
}

/// What chance is drawn from, printed so that a run can be repeated.
pub(crate) fn chance() -> fastrand::Rng {
    let seed = super::support::kills::setting("BAROGRAPH_FAULTS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("BAROGRAPH_FAULTS_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
