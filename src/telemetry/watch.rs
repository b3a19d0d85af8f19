//! Where log lines go: standard error, past a watch that knows texts which must not be logged.

use std::io::{self, Stderr, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use tracing_subscriber::fmt::MakeWriter;

/// Looks through every log line for texts while it is told to. Cheap to clone: all clones are one watch.
#[derive(Clone, Debug, Default)]
pub struct LogWatch(Arc<Watch>);

#[derive(Debug, Default)]
struct Watch {
    /// Read at each line without the lock: mostly nobody watches.
    watching: AtomicBool,
    seen: AtomicBool,
    // A std mutex: held for a search in one line.
    texts: Mutex<Option<AhoCorasick>>,
}

impl LogWatch {
    /// Watches for any of these texts from now on.
    pub(crate) fn begin(&self, texts: &AhoCorasick) {
        *self.0.texts.lock().unwrap_or_else(PoisonError::into_inner) = Some(texts.clone());
        self.0.seen.store(false, Ordering::Release);
        self.0.watching.store(true, Ordering::Release);
    }

    /// Stops watching. Whether one of the texts was logged meanwhile.
    pub(crate) fn end(&self) -> bool {
        self.0.watching.store(false, Ordering::Release);
        *self.0.texts.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.seen.load(Ordering::Acquire)
    }

    fn look(&self, line: &[u8]) {
        if !self.0.watching.load(Ordering::Acquire) {
            return;
        }
        let texts = self.0.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.as_ref().is_some_and(|texts| texts.is_match(line)) {
            self.0.seen.store(true, Ordering::Release);
        }
    }
}

/// Writes one log line.
#[derive(Debug)]
pub struct Line {
    watch: LogWatch,
    out: Stderr,
}

impl<'a> MakeWriter<'a> for LogWatch {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { watch: self.clone(), out: io::stderr() }
    }
}

impl Write for Line {
    /// A line comes in one piece: `tracing_subscriber` writes each from a buffer.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.watch.look(line);
        self.out.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_seen_only_while_watched() {
        let watch = LogWatch::default();
        let texts = AhoCorasick::new(["hunter2"]).unwrap();
        watch.look(b"hunter2");
        watch.begin(&texts);
        watch.look(b"a harmless line");
        assert!(!watch.end());
        watch.begin(&texts);
        watch.look(b"pw=hunter2!");
        assert!(watch.end());
        watch.begin(&texts);
        assert!(!watch.end(), "what was seen before is forgotten");
    }
}
