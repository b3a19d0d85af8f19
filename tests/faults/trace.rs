//! Reads what `strace -f -y -o` writes: which calls were made, and in which order they began and returned.
//!
//! A line is written when a call returns, unless another thread's call comes between; then its beginning and its return
//! are lines of their own. So lines tell the order, which times would not.

use std::collections::HashMap;

/// A system call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// As they are written.
    pub(crate) arguments: String,
    /// Its result; none while it has not returned, which a killed process's last calls never do.
    pub(crate) result: Option<i64>,
}

/// A moment of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A call begins; the index leads to it.
    Begins(usize),
    /// A call has returned.
    Returned(usize),
}

/// A trace in order.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) calls: Vec<Call>,
    pub(crate) moments: Vec<Moment>,
}

impl Trace {
    /// Reads a trace; lines that tell of signals and ends are left out.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut trace = Self::default();
        let mut open: HashMap<&str, usize> = HashMap::new();
        let text = std::str::from_utf8(bytes).expect("strace writes ASCII");
        for line in text.lines() {
            let Some((thread, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            if rest.starts_with("+++") || rest.starts_with("---") {
                continue;
            }
            if let Some(resumed) = rest.strip_prefix("<... ") {
                let Some((_, rest)) = resumed.split_once(" resumed>") else { continue };
                let call = open.remove(thread).expect("what is resumed was begun");
                let (arguments, result) = split_result(rest);
                trace.calls[call].arguments.push_str(arguments);
                trace.returned(call, result);
                continue;
            }
            let Some((name, rest)) = rest.split_once('(') else { continue };
            let call = trace.calls.len();
            trace.moments.push(Moment::Begins(call));
            trace.calls.push(Call { name: name.to_owned(), ..Call::default() });
            if let Some(arguments) = rest.strip_suffix("<unfinished ...>") {
                arguments.clone_into(&mut trace.calls[call].arguments);
                open.insert(thread, call);
            } else {
                let (arguments, result) = split_result(rest);
                arguments.clone_into(&mut trace.calls[call].arguments);
                trace.returned(call, result);
            }
        }
        trace
    }

    /// Forgets everything from the beginning of a call on, as if the process had been killed there.
    pub(crate) fn end_before(&mut self, call: usize) {
        let end = self.moments.iter().position(|moment| *moment == Moment::Begins(call)).expect("the call begins");
        self.moments.truncate(end);
    }

    fn returned(&mut self, call: usize, result: Option<i64>) {
        self.calls[call].result = result;
        if result.is_some() {
            self.moments.push(Moment::Returned(call));
        }
    }
}

/// `3</a>, "x", 1)  = 1` is the arguments and 1; a call that never returned has `?`.
fn split_result(rest: &str) -> (&str, Option<i64>) {
    let Some((arguments, result)) = rest.rsplit_once(" = ") else { return (rest, None) };
    let arguments = arguments.trim_end();
    let end = result.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(result.len());
    (arguments.strip_suffix(')').unwrap_or(arguments), result.get(..end).and_then(|number| number.parse().ok()))
}

impl Call {
    /// Whether it returned, and without an error.
    pub(crate) fn succeeded(&self) -> bool {
        self.result.is_some_and(|result| result >= 0)
    }

    /// What its first argument, a descriptor, stands for: the path of a file, `socket:[123]`.
    pub(crate) fn descriptor(&self) -> &str {
        let first = self.arguments.split_once(", ").map_or(self.arguments.as_str(), |(first, _)| first);
        let path = first.trim_end().split_once('<').and_then(|(_, path)| path.strip_suffix('>')).unwrap_or_default();
        path.strip_suffix(" (deleted)").unwrap_or(path)
    }

    /// Its quoted arguments, as text: paths.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.quoted().into_iter().map(|bytes| String::from_utf8(bytes).expect("a path is text")).collect()
    }

    /// Its quoted arguments that are text.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.quoted().into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
    }

    /// The bytes that it wrote or read: all its quoted arguments, joined.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.quoted().concat();
        // Of a write whose data strace shows whole, only so much was taken.
        if let Some(taken) = self.result.and_then(|taken| usize::try_from(taken).ok()) {
            bytes.truncate(taken);
        }
        bytes
    }

    /// A number among its arguments, counted from the end.
    pub(crate) fn number_from_end(&self, place: usize) -> Option<u64> {
        let text = self.arguments.rsplit(", ").nth(place)?.trim_end();
        text.strip_prefix('0')
            .filter(|octal| !octal.is_empty())
            .map_or_else(|| text.parse().ok(), |octal| u64::from_str_radix(octal, 8).ok())
    }

    fn quoted(&self) -> Vec<Vec<u8>> {
        let (mut all, mut bytes) = (Vec::new(), self.arguments.bytes().peekable());
        while let Some(byte) = bytes.next() {
            if byte != b'"' {
                continue;
            }
            let mut text = Vec::new();
            while let Some(byte) = bytes.next() {
                match byte {
                    b'"' => break,
                    b'\\' => text.push(unescaped(&mut bytes)),
                    byte => text.push(byte),
                }
            }
            all.push(text);
        }
        all
    }
}

/// What stands behind a backslash: a letter as in C, or one to three octal digits.
fn unescaped(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> u8 {
    let first = bytes.next().expect("something stands behind a backslash");
    match first {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'0'..=b'7' => {
            let mut value = u32::from(first - b'0');
            for _ in 0..2 {
                let Some(digit) = bytes.next_if(|byte| (b'0'..=b'7').contains(byte)) else { break };
                value = value * 8 + u32::from(digit - b'0');
            }
            u8::try_from(value).expect("an octal escape is a byte")
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::Moment::{Begins, Returned};
    use super::*;

    #[test]
    fn calls_are_read_in_order_whatever_stands_in_their_data() {
        let trace = Trace::read(
            br#"7 openat(AT_FDCWD</tmp>, "/d/a b", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 14</d/a b>
8 pwrite64(14</d/a b>, "\0BG\n\"x = 1) <unfinished ...>\3771", 25, 24 <unfinished ...>
7 fdatasync(14</d/a b>) = -1 EIO (Input/output error) (INJECTED)
8 <... pwrite64 resumed>) = 25
9 recvfrom(9<socket:[55]>,  <unfinished ...>
8 --- SIGTERM {si_signo=SIGTERM} ---
9 <... recvfrom resumed>"ab\\", 8192, 0, NULL, NULL) = 3
7 fsync(3</d>)                            = ?
7 +++ killed by SIGKILL +++
"#,
        );
        let [open, write, sync, read, killed] = trace.calls.as_slice() else { panic!("{:?}", trace.calls) };
        assert_eq!((open.paths(), open.number_from_end(0)), (vec!["/d/a b".to_owned()], Some(0o600)));
        assert_eq!(write.bytes(), b"\0BG\n\"x = 1) <unfinished ...>\xff1"[..25]);
        assert_eq!((write.descriptor(), write.number_from_end(0)), ("/d/a b", Some(24)));
        assert!(!sync.succeeded() && sync.descriptor() == "/d/a b");
        assert_eq!((read.descriptor(), read.bytes().as_slice()), ("socket:[55]", &b"ab\\"[..]));
        assert_eq!(killed.result, None);
        let order =
            [Begins(0), Returned(0), Begins(1), Begins(2), Returned(2), Returned(1), Begins(3), Returned(3), Begins(4)];
        assert_eq!(trace.moments, order);
    }
}
