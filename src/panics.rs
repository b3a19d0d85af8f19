//! What the process says when a part of it panics: where, and never the panic's message, which may quote a text that an
//! agent sent.

use std::io::Write as _;
use std::panic::{self, Location};

/// From now on a panic is told by its place alone: as a log line once logging has started, else on standard error. The
/// payload is dropped unread.
pub fn hide_payloads() {
    panic::set_hook(Box::new(|panic| tell(panic.location())));
}

fn tell(place: Option<&Location<'_>>) {
    let place = place.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    if tracing::enabled!(tracing::Level::ERROR) {
        tracing::error!(place, "a part of the program has panicked; please report this place");
    } else {
        // Nothing is left to be done when standard error is gone as well.
        drop(writeln!(
            std::io::stderr(),
            "barograph: a part of the program has panicked at {place}; please report this place"
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Run by the test below in a process of its own, since a hook is for the whole process.
    #[test]
    #[ignore = "panics on purpose"]
    fn panicking_child() {
        hide_payloads();
        let sent = String::from("hunter2");
        panic!("cannot read {sent}");
    }

    #[test]
    fn a_panic_is_told_by_its_place_and_not_by_its_message() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "panics::tests::panicking_child", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        assert!(!child.status.success());
        let told = String::from_utf8_lossy(&child.stderr).into_owned() + &String::from_utf8_lossy(&child.stdout);
        assert!(told.contains("a part of the program has panicked at src/panics.rs:"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}
