//! What a command reads from its input, or writes to a file whose name says secret.

use super::commands::{self, Command, Redirect};
use super::judge::{begins, is_flag};
use super::part::{give, secret_part};
use super::push;
use super::words::Word;
use crate::detect::{Hits, Kind, Text};
use crate::structure::names::{self, Said};
use crate::structure::programs::{At, Part, Takes};
use crate::structure::value;

/// Finds the secrets that a command reads from its input, or writes to a file whose name says secret.
pub(super) fn inputs(
    text: Text<'_>,
    command: &Command<'_>,
    programs: &[(usize, &'static [Takes])],
    piped: Option<&Command<'_>>,
    hits: &mut Hits,
) {
    let mut known = false;
    for (at, program) in programs {
        for takes in *program {
            let asks = match takes.at {
                At::Input => true,
                At::InputIf(word) => command.words.iter().any(|known| known.value.starts_with(word.as_bytes())),
                _ => false,
            };
            if asks && begins(command, *at, takes.after).is_some() {
                known = true;
                given(text, command, piped, takes.part, &Kind::own(takes.kind), hits);
            }
        }
    }
    let asks = |word: &Word<'_>| {
        matches!(&*word.value, b"--password-stdin" | b"--with-token" | b"--token-stdin" | b"-pass-stdin")
    };
    if !known && command.words.iter().any(asks) {
        given(text, command, piped, Part::Whole, &Kind::own("secret"), hits);
    } else if !known
        && command.redirects.iter().any(|redirect| matches!(redirect, Redirect::HereString(_)))
        && names_secret(command)
    {
        given(text, command, None, Part::Whole, &Kind::own("secret"), hits);
    }
    for redirect in &command.redirects {
        // `--password-file <(echo x)`
        if let Redirect::Process { after, commands } = redirect
            && command.words.get(*after).is_some_and(|word| names_file(&word.value))
        {
            commands::within(text, commands.clone(), &mut |inner, _| {
                print(text, inner, Part::Whole, &Kind::own("secret"), hits);
            });
        }
    }
    let part = command.redirects.iter().find_map(|redirect| match redirect {
        Redirect::To(file) => secret_file(&file.value),
        _ => None,
    });
    if let Some(part) = part {
        print(text, command, part, &Kind::own("secret"), hits);
    }
}

/// Whether a command names a secret that it may read.
fn names_secret(command: &Command<'_>) -> bool {
    command.words.iter().any(|word| {
        let tail = word.value.rsplit(|byte| matches!(byte, b'/' | b':')).next().unwrap_or_default();
        matches!(names::said(tail), Some(Said::Secret(_)))
    })
}

/// Whether a flag or word names a secret, or the file that it is in.
fn names_file(word: &[u8]) -> bool {
    let word = word.strip_suffix(b"=").unwrap_or(word);
    let name = word.strip_suffix(b"-file").or_else(|| word.strip_suffix(b"-fd")).unwrap_or(word);
    names::said(name).is_some()
}

/// What is secret of a file's lines, if it is named for the one secret in it: `secrets/stripe_key.txt`, `token`.
fn secret_file(path: &[u8]) -> Option<Part> {
    let name = path.rsplit(|byte| *byte == b'/').next()?;
    // `.pgpass` and its like have fields.
    if name.first().is_none_or(|byte| *byte == b'.') {
        return None;
    }
    let stem = match name.iter().rposition(|byte| *byte == b'.') {
        Some(dot) if name.len() - dot <= 5 => name.get(..dot)?,
        _ => name,
    };
    // `master.key` is one whose stem alone says nothing.
    match names::said(stem).or_else(|| names::said(name)) {
        Some(Said::Secret(_)) => Some(Part::Whole),
        Some(_) => Some(Part::IfOpaque),
        None => path.windows(8).any(|part| part == b"secrets/").then_some(Part::Whole),
    }
}

/// Marks what a command is given: by the command before, by a here-string, by a here-document.
fn given(text: Text<'_>, command: &Command<'_>, piped: Option<&Command<'_>>, part: Part, kind: &Kind, hits: &mut Hits) {
    if let Some(piped) = piped {
        print(text, piped, part, kind, hits);
    }
    for redirect in &command.redirects {
        match redirect {
            Redirect::HereString(word) => lines(text, word, part, kind, hits),
            Redirect::Document(body) => {
                let bytes = text.bytes();
                let mut at = body.start;
                while at < body.end {
                    let end = value::line_end(bytes, at).min(body.end);
                    let line = Word::plain(bytes, at..end);
                    give(&line, 0, part, kind, &mut |word, part, kind| push(text, word, &part, kind, hits));
                    at = end + 1;
                }
            }
            Redirect::To(_) | Redirect::From | Redirect::Process { .. } => {}
        }
    }
}

/// Marks what an `echo` or `printf` prints.
fn print(text: Text<'_>, command: &Command<'_>, part: Part, kind: &Kind, hits: &mut Hits) {
    let Some(program) =
        command.words.iter().position(|word| matches!(&*word.value, b"echo" | b"printf" | b"Write-Output"))
    else {
        return;
    };
    let is_format = command.words.get(program).is_some_and(|word| *word.value == *b"printf");
    let mut operands: Vec<_> = command.words.iter().skip(program + 1).filter(|word| !is_flag(&word.value)).collect();
    if is_format && operands.len() > 1 && operands.first().is_some_and(|format| format.value.contains(&b'%')) {
        operands.remove(0);
    }
    for word in operands {
        lines(text, word, part, kind, hits);
    }
}

/// Marks each line of a word, whether its ends are there or still written `\n`.
fn lines(text: Text<'_>, word: &Word<'_>, part: Part, kind: &Kind, hits: &mut Hits) {
    let value = &*word.value;
    let mut start = 0;
    while start < value.len() {
        let rest = value.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .enumerate()
            .position(|(at, byte)| *byte == b'\n' || (*byte == b'\\' && rest.get(at + 1) == Some(&b'n')))
            .unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        if let Some(found) = secret_part(line, part) {
            push(text, word, &(found.start + start..found.end + start), kind, hits);
        }
        start += length + if rest.get(length) == Some(&b'\n') { 1 } else { 2 };
    }
}
