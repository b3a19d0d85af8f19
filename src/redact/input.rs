//! What is given to the commands: a text from a file or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use anyhow::Context as _;

/// Something given to a command that cannot be read. The program ends with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}:{line}: {what}")]
pub struct BadInput {
    /// The file, or `standard input`.
    pub place: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong. Never what was given: it may be a secret.
    pub what: String,
}

/// What is read from.
pub(super) struct Input {
    /// As errors call it.
    pub(super) place: String,
    pub(super) reader: Box<dyn BufRead>,
}

impl Input {
    /// Opens a file; without one, standard input.
    pub(super) fn open(file: Option<&Path>) -> anyhow::Result<Self> {
        Ok(match file {
            Some(path) => {
                let place = path.display().to_string();
                let file = File::open(path).with_context(|| format!("cannot open {place}"))?;
                Self { place, reader: Box::new(BufReader::new(file)) }
            }
            None => Self { place: "standard input".to_owned(), reader: Box::new(io::stdin().lock()) },
        })
    }

    /// All of it as one text, without the line break at its end.
    pub(super) fn text(mut self) -> anyhow::Result<String> {
        let mut bytes = Vec::new();
        self.reader.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", self.place))?;
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            BadInput { place: self.place, line, what: "is not UTF-8".to_owned() }
        })?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bytes: &'static [u8]) -> Input {
        Input { place: "x".to_owned(), reader: Box::new(bytes) }
    }

    #[test]
    fn a_text_is_all_but_its_last_line_break() {
        for (bytes, text) in [(&b"a\nb\n"[..], "a\nb"), (b"a\r\n", "a"), (b"", ""), (b"a\n\n", "a\n")] {
            assert_eq!(input(bytes).text().unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_told_with_its_line_and_never_quoted() {
        let error = input(b"hunter2\nhunter2\xff").text().unwrap_err();
        assert_eq!(error.to_string(), "x:2: is not UTF-8");
        assert!(error.is::<BadInput>());
    }
}
