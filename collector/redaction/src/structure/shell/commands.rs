//! A text as command lines. Tolerant: what agents send is cut, quoted once too often, or no shell at all, and its words
//! are read all the same.

use std::ops::Range;

use super::words::{self, Word};
use crate::detect::Text;
use crate::structure::value::line_end;

/// How deep strings within strings are read as commands.
const DEEPEST: usize = 4;

/// How many here-documents of a text are looked for: each search may read to the end.
const MOST_DOCUMENTS: usize = 16;

/// How long a process substitution is at most, bytes: one that never closes must not be searched for to the end again and
/// again.
const LONGEST_SUBSTITUTION: usize = 4096;

/// What a command reads or writes.
#[derive(Clone, Debug)]
pub(crate) enum Redirect<'a> {
    /// `> file`, `>> file`.
    To(Word<'a>),
    /// `< file`.
    From,
    /// `<<< word`.
    HereString(Word<'a>),
    /// The lines of a here-document.
    Document(Range<usize>),
    /// `<(commands)`, and the number of the word before it.
    Process {
        /// Which word.
        after: usize,
        /// What stands between the brackets.
        commands: Range<usize>,
    },
}

/// A simple command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Command<'a> {
    /// Assignments, program, flags and operands, in order.
    pub(crate) words: Vec<Word<'a>>,
    /// Its redirects, in order.
    pub(crate) redirects: Vec<Redirect<'a>>,
}

/// Calls `each` with every command and the command that is piped into it.
pub(super) fn each<'a>(text: Text<'a>, each: &mut dyn FnMut(&Command<'a>, Option<&Command<'a>>)) {
    let mut lines = Lines { text, documents: 0, each };
    lines.read(0..text.text.len(), 0);
}

/// The same for a stretch of a text.
pub(super) fn within<'a>(
    text: Text<'a>,
    range: Range<usize>,
    each: &mut dyn FnMut(&Command<'a>, Option<&Command<'a>>),
) {
    let mut lines = Lines { text, documents: 0, each };
    lines.read(range, 1);
}

struct Lines<'a, 'e> {
    text: Text<'a>,
    documents: usize,
    each: &'e mut dyn FnMut(&Command<'a>, Option<&Command<'a>>),
}

impl<'a> Lines<'a, '_> {
    fn read(&mut self, range: Range<usize>, depth: usize) {
        let bytes = self.text.bytes();
        let to = range.end;
        let mut at = range.start;
        let mut command = Command::default();
        let mut piped: Option<Command<'a>> = None;
        while at < to {
            let Some(byte) = bytes.get(at).copied() else { break };
            match byte {
                b'[' if self.text.marks.at(bytes, at).is_some() => {
                    let length = self.text.marks.at(bytes, at).unwrap_or(1);
                    let end = at
                        + length
                        + bytes
                            .get(at + length..to)
                            .map_or(0, |rest| rest.iter().take_while(|byte| !words::ends(**byte)).count());
                    command.words.push(Word::plain(bytes, at..end));
                    at = end;
                }
                // Blanks, and the signs of other languages' lists.
                b' ' | b'\t' | b'\r' | b',' | b'[' | b']' | b'{' | b'}' => at += 1,
                // Between a name and its text.
                b':' if bytes.get(at + 1).is_none_or(|next| words::ends(*next) || b"\"'\\".contains(next)) => at += 1,
                b'\\' if matches!(bytes.get(at + 1), Some(b'\n')) => at += 2,
                b'\\' if matches!(bytes.get(at + 1..at + 3), Some(b"\r\n")) => at += 3,
                b'\n' | b';' | b'(' | b')' | b'&' => {
                    if byte == b'&' && bytes.get(at + 1) == Some(&b'>') {
                        at += 1;
                        continue;
                    }
                    self.end(&mut command, piped.take().as_ref());
                    at += 1;
                }
                b'|' => {
                    let is_pipe = bytes.get(at + 1) != Some(&b'|');
                    self.end(&mut command, piped.take().as_ref());
                    piped = is_pipe.then(|| std::mem::take(&mut command));
                    at += if is_pipe { 1 } else { 2 };
                }
                b'<' | b'>' => at = self.redirect(at, to, depth, &mut command),
                _ => at = self.word(at, to, depth, &mut command),
            }
            if matches!(byte, b'\n' | b';' | b'(' | b')' | b'&') || (byte == b'|' && piped.is_none()) {
                command = Command::default();
            }
        }
        self.end(&mut command, piped.as_ref());
    }

    fn end(&mut self, command: &mut Command<'a>, piped: Option<&Command<'a>>) {
        if !command.words.is_empty() {
            (self.each)(command, piped);
        }
    }

    fn word(&mut self, at: usize, to: usize, depth: usize, command: &mut Command<'a>) -> usize {
        let bytes = self.text.bytes();
        let (word, end) = words::read(bytes, at, to, depth > 0);
        self.within(&word, depth);
        command.words.push(word);
        end.max(at + 1)
    }

    /// Reads what may be a command within a word: a string with blanks, a substitution.
    fn within(&mut self, word: &Word<'a>, depth: usize) {
        if depth >= DEEPEST {
            return;
        }
        let bytes = self.text.bytes();
        if let Some(string) = &word.string {
            let inner = bytes.get(string.clone()).unwrap_or_default();
            if inner.iter().any(|byte| matches!(byte, b' ' | b'\n')) {
                self.read(string.clone(), depth + 1);
            }
        }
        if !word.is_string
            && let Some(open) =
                bytes.get(word.span.clone()).and_then(|word| word.windows(2).position(|two| two == b"$("))
        {
            let start = word.span.start + open + 2;
            self.read(start..word.span.end, depth + 1);
        }
    }

    fn redirect(&mut self, at: usize, to: usize, depth: usize, command: &mut Command<'a>) -> usize {
        let bytes = self.text.bytes();
        let is = |sign: &[u8]| bytes.get(at..to).is_some_and(|rest| rest.starts_with(sign));
        let length = match () {
            () if is(b"<<<") => 3,
            () if is(b"<<-") => 3,
            () if is(b"<<") || is(b">>") || is(b">&") || is(b"<&") || is(b">|") => 2,
            () => 1,
        };
        let blanks = bytes
            .get(at + length..to)
            .map_or(0, |rest| rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count());
        let start = at + length + blanks;
        if bytes.get(at + 1) == Some(&b'(')
            && let Some(after) = command.words.len().checked_sub(1)
            && let Some(end) = words::substitution(bytes, at + 1, to.min(at + LONGEST_SUBSTITUTION))
        {
            command.redirects.push(Redirect::Process { after, commands: at + 2..end - 1 });
            if depth < DEEPEST {
                self.read(at + 2..end - 1, depth + 1);
            }
            return end;
        }
        if start >= to || bytes.get(start).is_none_or(|byte| words::ends(*byte)) {
            return at + length;
        }
        let (word, end) = words::read(bytes, start, to, depth > 0);
        if is(b"<<<") {
            self.within(&word, depth);
            command.redirects.push(Redirect::HereString(word));
        } else if is(b"<<") {
            if let Some(body) = self.document(end, to, &word.value) {
                command.redirects.push(Redirect::Document(body));
            }
        } else if is(b">") {
            command.redirects.push(Redirect::To(word));
        } else {
            command.redirects.push(Redirect::From);
        }
        end.max(start + 1)
    }

    /// The lines between the next one and the one that is the delimiter.
    fn document(&mut self, at: usize, to: usize, delimiter: &[u8]) -> Option<Range<usize>> {
        if delimiter.is_empty() || self.documents >= MOST_DOCUMENTS {
            return None;
        }
        self.documents += 1;
        let bytes = self.text.bytes();
        let start = line_end(bytes, at) + 1;
        let mut line = start;
        while line < to {
            let end = line_end(bytes, line).min(to);
            if bytes.get(line..end).is_some_and(|text| text.trim_ascii() == delimiter) {
                return Some(start..line);
            }
            line = end + 1;
        }
        (start < to).then_some(start..to)
    }
}
