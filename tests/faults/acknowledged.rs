//! Judges a trace: did every acknowledgement leave only after what it acknowledges was durable?
//!
//! A record is durable when the journal file that holds it was synced after the write returned, and the journal's
//! folder after the file was made. Records are told by their `tool_use_id`, which a request and a row hold alike.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::trace::{Call, Moment, Trace};

/// How every record's id starts. In requests and in rows one byte in front of it tells its length.
const ID: &[u8] = b"toolu_";

/// What a trace shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Replies that acknowledged records.
    pub(crate) acknowledgements: usize,
    /// Syncs of journal files.
    pub(crate) syncs: usize,
    /// Journal files that were made.
    pub(crate) segments: usize,
    /// What was acknowledged.
    pub(crate) acknowledged: BTreeSet<String>,
    /// What was acknowledged before it was durable.
    pub(crate) early: Vec<String>,
}

/// One journal file.
#[derive(Debug, Default)]
struct Segment {
    /// Written, not synced.
    written: Vec<String>,
    synced: HashSet<String>,
    /// Whether its name is durable.
    named: bool,
}

/// What is known at a moment of the trace.
#[derive(Debug, Default)]
struct Judge {
    verdict: Verdict,
    segments: HashMap<String, Segment>,
    /// What each sync that has begun will make durable when it returns: records of a file, or files of the folder.
    begun: HashMap<usize, Vec<String>>,
    /// What was read from each socket since its last acknowledgement.
    read: HashMap<String, Vec<u8>>,
}

/// Judges a trace of a server that started on a new folder.
pub(crate) fn judge(trace: &Trace) -> Verdict {
    judge_to(trace, trace.moments.len())
}

/// Judges its first so many moments.
pub(crate) fn judge_to(trace: &Trace, moments: usize) -> Verdict {
    let mut judge = Judge::default();
    for moment in &trace.moments[..moments] {
        match *moment {
            Moment::Begins(at) => judge.begins(at, &trace.calls[at]),
            Moment::Returned(at) => judge.returned(at, &trace.calls[at]),
        }
    }
    judge.verdict
}

impl Judge {
    fn begins(&mut self, at: usize, call: &Call) {
        let on = call.descriptor();
        match call.name.as_str() {
            "fsync" | "fdatasync" if on.ends_with(".journal") => {
                let written = self.segments.get_mut(on).map(|segment| std::mem::take(&mut segment.written));
                self.begun.insert(at, written.unwrap_or_default());
            }
            "fsync" | "fdatasync" if on.ends_with("/journal") => {
                self.begun.insert(at, self.segments.keys().cloned().collect());
            }
            "write" | "writev" | "sendto" | "sendmsg" if on.starts_with("socket:") => self.answered(call),
            _ => {}
        }
    }

    fn returned(&mut self, at: usize, call: &Call) {
        if !call.succeeded() {
            // What a failed sync should have made durable never counts as such, whatever is synced later.
            self.begun.remove(&at);
            return;
        }
        let on = call.descriptor();
        match call.name.as_str() {
            "openat" if call.arguments.contains("O_CREAT") => self.made(call.paths().swap_remove(0)),
            // One that is written over.
            "rename" | "renameat" | "renameat2" => self.made(call.paths().swap_remove(1)),
            "write" | "pwrite64" | "writev" | "pwritev" if on.ends_with(".journal") => {
                self.segments.entry(on.to_owned()).or_default().written.extend(ids(&call.bytes()));
            }
            "fsync" | "fdatasync" if on.ends_with(".journal") => {
                self.verdict.syncs += 1;
                let synced = self.begun.remove(&at).unwrap_or_default();
                self.segments.entry(on.to_owned()).or_default().synced.extend(synced);
            }
            "fsync" | "fdatasync" if on.ends_with("/journal") => {
                for path in self.begun.remove(&at).unwrap_or_default() {
                    self.segments.entry(path).or_default().named = true;
                }
            }
            "read" | "readv" | "recvfrom" | "recvmsg" if on.starts_with("socket:") => {
                self.read.entry(on.to_owned()).or_default().extend(call.bytes());
            }
            _ => {}
        }
    }

    fn made(&mut self, path: String) {
        if path.ends_with(".journal") {
            self.verdict.segments += 1;
            self.segments.insert(path, Segment::default());
        }
    }

    /// Something is about to leave on a socket.
    fn answered(&mut self, call: &Call) {
        let mut bytes = call.clone();
        bytes.result = None;
        if !acknowledges(&bytes.bytes()) {
            return;
        }
        let asked = ids(&self.read.remove(call.descriptor()).unwrap_or_default());
        if asked.is_empty() {
            // The dashboard's port.
            return;
        }
        self.verdict.acknowledgements += 1;
        let durable = |id: &String| self.segments.values().any(|segment| segment.named && segment.synced.contains(id));
        self.verdict.early.extend(asked.iter().filter(|id| !durable(id)).cloned());
        self.verdict.acknowledged.extend(asked);
    }
}

/// The ids in bytes, each once.
fn ids(bytes: &[u8]) -> HashSet<String> {
    let starts = bytes.windows(ID.len()).enumerate().filter(|(_, window)| *window == ID).map(|(start, _)| start);
    starts
        .filter_map(|start| {
            let len = usize::from(*bytes.get(start.checked_sub(1)?)?);
            String::from_utf8(bytes.get(start..start + len)?.to_vec()).ok()
        })
        .collect()
}

/// Whether bytes of a server hold a yes: HTTP's status line, or over gRPC a DATA frame with an empty message.
pub(crate) fn acknowledges(bytes: &[u8]) -> bool {
    let empty_message = |frame: &[u8]| frame[..4] == [0, 0, 5, 0] && frame[9..] == [0; 5];
    bytes.starts_with(b"HTTP/1.1 200 ") || bytes.windows(14).any(empty_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: &str =
        r#"1 openat(AT_FDCWD</>, "/d/journal/1.journal", O_RDWR|O_CREAT|O_EXCL, 0666) = 5</d/journal/1.journal>"#;
    const NAMED: &str = "1 fsync(6</d/journal>) = 0";
    const ASKED: &str = r#"2 recvfrom(7<socket:[9]>, "POST \10toolu_s1", 8192, 0, NULL, NULL) = 14"#;
    const WRITTEN: &str = r#"1 pwrite64(5</d/journal/1.journal>, "BGJF\10toolu_s1", 13, 24) = 13"#;
    const SYNCED: &str = "1 fdatasync(5</d/journal/1.journal>) = 0";
    const YES: &str = r#"2 sendto(7<socket:[9]>, "HTTP/1.1 200 OK\r\n", 17, MSG_NOSIGNAL, NULL, 0) = 17"#;

    fn verdict(lines: &[&str]) -> Verdict {
        judge(&Trace::read(lines.join("\n").as_bytes()))
    }

    #[test]
    fn a_right_order_is_found_right() {
        let verdict = verdict(&[MADE, NAMED, ASKED, WRITTEN, SYNCED, YES]);
        let acknowledged = ["toolu_s1".to_owned()].into();
        let right = Verdict { acknowledgements: 1, acknowledged, syncs: 1, segments: 1, early: Vec::new() };
        assert_eq!(verdict, right);
    }

    #[test]
    fn every_wrong_order_is_found_wrong() {
        let begins = "1 fdatasync(5</d/journal/1.journal> <unfinished ...>";
        let returns = "1 <... fdatasync resumed>) = 0";
        let fails = "1 fdatasync(5</d/journal/1.journal>) = -1 EIO (Input/output error)";
        let folder_fails = "1 fsync(6</d/journal>) = -1 EIO (Input/output error)";
        let elsewhere = "1 fdatasync(8</d/tables/x>) = 0";
        let grpc = r#"2 writev(7<socket:[9]>, [{iov_base="\0\0\5\0\0\0\0\0\1\0\0\0\0\0", iov_len=14}], 1) = 14"#;
        for wrong in [
            vec![MADE, NAMED, ASKED, WRITTEN, YES, SYNCED],
            vec![MADE, NAMED, ASKED, WRITTEN, grpc, SYNCED],
            vec![MADE, NAMED, ASKED, WRITTEN, begins, YES, returns],
            vec![MADE, NAMED, ASKED, SYNCED, WRITTEN, YES],
            vec![MADE, NAMED, ASKED, begins, WRITTEN, returns, YES],
            vec![MADE, NAMED, ASKED, WRITTEN, fails, YES],
            vec![MADE, NAMED, ASKED, WRITTEN, fails, SYNCED, YES],
            vec![MADE, NAMED, ASKED, WRITTEN, elsewhere, YES],
            vec![MADE, NAMED, ASKED, YES],
            vec![MADE, ASKED, WRITTEN, SYNCED, YES],
            vec![MADE, ASKED, WRITTEN, SYNCED, folder_fails, YES],
            vec![NAMED, MADE, ASKED, WRITTEN, SYNCED, YES],
        ] {
            assert_eq!(verdict(&wrong).early, ["toolu_s1"], "{wrong:#?}");
        }
    }
}
