//! Secrets on command lines: `--password x`, `curl -u user:x`, `mysql -px`, `echo x | docker login --password-stdin`.
//!
//! Every line is read as if it were a command line, and every string with blanks in it too (`bash -c '…'`, a workflow's
//! `run:`, an argument vector of another language); what is known of programs (`programs`) says which words are secrets.

mod commands;
mod words;

use std::ops::Range;

use self::commands::{Command, Redirect};
use self::words::Word;
use super::headers;
use super::names::{self, Said};
use super::placeholder;
use super::programs::{self, At, Part, Takes};
use super::value;
use crate::detect::{Hits, Kind, Marks, Text};

/// Finds secrets on command lines.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    commands::each(text, &mut |command, piped| {
        let mut found = |word: &Word<'_>, part: Range<usize>, kind: &Kind| push(text, word, &part, kind, hits);
        judge(command, &mut found);
        inputs(text, command, piped, hits);
    });
}

/// Masks the secrets in an argument vector: what a shell would have been given as words. `found` is told each.
pub(crate) fn mask_vector(marks: &Marks, vector: &mut [String], found: &mut dyn FnMut(&Kind, &str)) {
    let mut masks: Vec<(usize, Range<usize>, Kind)> = Vec::new();
    {
        let words = vector.iter().enumerate().map(|(at, word)| {
            let mut read = Word::plain(word.as_bytes(), 0..word.len());
            // The place in the vector stands in for the place in a source.
            read.span = at..at;
            read
        });
        let command = Command { words: words.collect(), redirects: Vec::new() };
        judge(&command, &mut |word, part, kind| masks.push((word.span.start, part, kind.clone())));
    }
    masks.sort_by_key(|(at, part, _)| (*at, std::cmp::Reverse(part.start)));
    let mut last = None;
    for (at, part, kind) in masks {
        let Some(word) = vector.get_mut(at) else { continue };
        let Some(secret) = word.get(part.clone()).filter(|text| last != Some(at) && !marks.is_mark(text)) else {
            continue;
        };
        last = Some(at);
        found(&kind, secret);
        word.replace_range(part, &format!("[{kind}]"));
    }
}

fn push(text: Text<'_>, word: &Word<'_>, part: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    let span = word.source(part);
    let secret = word.value.get(part.clone()).unwrap_or_default();
    match text.bytes().get(span.clone()) {
        Some(stretch) if stretch == secret => hits.push(span.start, span.end, kind),
        _ => hits.push_spelt(span, kind, &String::from_utf8_lossy(secret)),
    }
}

/// Programs of which so many run in one command at most: `sudo docker exec db mysql`.
const MOST_PROGRAMS: usize = 4;

/// Words before a program that are no program's operands.
#[rustfmt::skip] // One word a line hides the list.
const WRAPPERS: &[&[u8]] = &[
    b"!", b"--", b"-c", b"builtin", b"bunx", b"command", b"do", b"dlx", b"doas", b"else", b"env", b"exec", b"if", b"ionice", b"nice",
    b"nohup", b"npx", b"run", b"setsid", b"stdbuf", b"sudo", b"then", b"time", b"until", b"watch", b"while", b"winpty", b"xargs", b"{",
];

/// The programs that a command runs, and where their names stand.
fn running(command: &Command<'_>) -> impl Iterator<Item = (usize, &'static [Takes])> {
    let position = |at: usize| {
        let Some(before) = at.checked_sub(1).and_then(|before| command.words.get(before)) else { return true };
        WRAPPERS.contains(&&*before.value)
            || before.value.contains(&b'=')
            || before.value.ends_with(b":")
            || *before.value == *b"$"
    };
    let named = command.words.iter().enumerate().filter_map(move |(at, word)| {
        // A short name may be any word where no program stands.
        let program = programs::named(&word.value)?;
        (word.value.len() > 4 || position(at)).then_some((at, program))
    });
    named.collect::<Vec<_>>().into_iter().take(MOST_PROGRAMS)
}

fn is_flag(word: &[u8]) -> bool {
    word.len() > 1 && word.first() == Some(&b'-') && word != b"--"
}

/// Finds the secrets among a command's words.
fn judge(command: &Command<'_>, found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind)) {
    for (at, program) in running(command) {
        for takes in program {
            if let Some(base) = begins(command, at, takes.after) {
                take(command, base, takes, found);
            }
        }
    }
    for (at, word) in command.words.iter().enumerate() {
        if is_flag(&word.value)
            && !word.value.contains(&b'=')
            && let Some((part, kind)) = announced(&word.value)
            && let Some(next) = command.words.get(at + 1)
            && !is_flag(&next.value)
            && !is_name(&next.value)
            && !(*word.value == *b"--secret" && command.words.get(at + 2).is_some_and(|word| !is_flag(&word.value)))
        {
            give(next, keyword(&next.value), part, &kind, found);
        }
    }
}

/// Whether a word after a flag names a secret and is none: `config set --secret apiKey x`.
fn is_name(word: &[u8]) -> bool {
    let letters = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b':');
    word.iter().all(letters)
        && word.iter().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'))
        && matches!(names::said(word), Some(Said::Secret(_)))
}

/// The length of `default=` before what an option has when it is not given.
fn keyword(word: &[u8]) -> usize {
    [&b"default="[..], b"default:", b"value="].iter().find(|name| word.starts_with(name)).map_or(0, |name| name.len())
}

/// What a flag's own name says of the word after it.
fn announced(flag: &[u8]) -> Option<(Part, Kind)> {
    const SWITCHES: &[&[u8]] = &[
        b"no", b"with", b"use", b"show", b"skip", b"require", b"rotate", b"revoke", b"delete", b"save", b"print",
        b"ask", b"get",
    ];
    let bare = flag.strip_prefix(b"--").unwrap_or(flag);
    if !flag.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return None;
    }
    let first = bare.split(|byte| *byte == b'-').next().unwrap_or_default();
    if SWITCHES.contains(&first) {
        return None;
    }
    if flag == b"-u" {
        return Some((Part::AfterColon, Kind::own("password")));
    }
    match names::said(flag) {
        Some(Said::Secret(kind)) if flag.len() > 2 => Some((Part::Whole, kind)),
        Some(Said::SecretIfOpaque(kind)) => Some((Part::IfOpaque, kind)),
        Some(Said::Cookie) => Some((Part::Cookies, Kind::own("cookie"))),
        _ => None,
    }
}

/// The place after a program's name and the subcommand that is asked for; none when it is another.
fn begins(command: &Command<'_>, program: usize, after: &[&str]) -> Option<usize> {
    let mut at = program + 1;
    for wanted in after {
        let words = command.words.get(at..)?;
        at += 1 + words.iter().position(|word| *word.value == *wanted.as_bytes())?;
    }
    Some(at)
}

/// Finds what a program takes in one way.
fn take(command: &Command<'_>, base: usize, takes: &Takes, found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind)) {
    let words = command.words.get(base..).unwrap_or_default();
    let mut give_whole = |word: &Word<'_>| give(word, 0, takes.part, &Kind::own(takes.kind), found);
    match takes.at {
        At::Flag(flags) => {
            for (at, word) in words.iter().enumerate() {
                if flags.iter().any(|flag| *word.value == *flag.as_bytes() || gathers(&word.value, flag, takes.part)) {
                    if let Some(next) = words.get(at + 1).filter(|next| !is_port(&word.value, &next.value)) {
                        give(next, 0, takes.part, &Kind::own(takes.kind), found);
                    }
                } else if let Some(length) = flags.iter().find_map(|flag| behind(&word.value, flag, takes.part)) {
                    give(word, length, takes.part, &Kind::own(takes.kind), found);
                }
            }
        }
        At::Joined(flags) => {
            for word in words {
                let length = flags.iter().find(|flag| word.value.starts_with(flag.as_bytes())).map(|flag| flag.len());
                if let Some(length) =
                    length.filter(|length| *length < word.value.len() && !word.value.starts_with(b"--"))
                {
                    give(word, length, takes.part, &Kind::own(takes.kind), found);
                }
            }
        }
        At::Bound(flags) => bound(words, flags, takes.kind, found),
        At::Operand(wanted) => {
            words.iter().filter(|word| !is_flag(&word.value)).skip(wanted).take(1).for_each(&mut give_whole);
        }
        At::Operands(from) => words.iter().filter(|word| !is_flag(&word.value)).skip(from).for_each(&mut give_whole),
        At::Named => {
            for (at, word) in words.iter().enumerate() {
                let tail = word.value.rsplit(|byte| matches!(byte, b'/' | b':')).next().unwrap_or_default();
                // A mark names what is gone.
                if is_flag(&word.value) || word.value.contains(&b'=') || word.value.first() == Some(&b'[') {
                    continue;
                }
                let part = match names::said(tail) {
                    Some(Said::Secret(_)) => Part::Whole,
                    Some(Said::SecretIfOpaque(_)) => Part::IfOpaque,
                    _ => continue,
                };
                if let Some(next) = words.get(at + 1..).unwrap_or_default().iter().find(|next| !is_flag(&next.value)) {
                    give(next, 0, part, &Kind::own(takes.kind), found);
                }
            }
        }
        At::Input | At::InputIf(_) => {}
    }
}

/// `jq --arg name value '.token = $name'`: the value, if its name or what it becomes says secret.
fn bound(
    words: &[Word<'_>],
    flags: &[&str],
    kind: &'static str,
    found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind),
) {
    const MOST: usize = 8;
    let given = words.iter().enumerate().filter(|(_, word)| flags.iter().any(|flag| *word.value == *flag.as_bytes()));
    for (at, _) in given.take(MOST) {
        let (Some(name), Some(value)) = (words.get(at + 1), words.get(at + 2)) else { continue };
        let reads: Vec<u8> = [b"$", &*name.value].concat();
        let becomes_secret = words.iter().any(|program| {
            let used = program.value.windows(reads.len()).position(|part| part == reads);
            used.is_some_and(|used| {
                let before = program.value.get(..used).unwrap_or_default().trim_ascii_end();
                let sign = before.strip_suffix(b"=").or_else(|| before.strip_suffix(b":")).unwrap_or_default();
                names::said(sign.get(names::before(sign, sign.len())).unwrap_or_default()).is_some()
            })
        });
        if becomes_secret || names::said(&name.value).is_some() {
            give(value, 0, Part::Whole, &Kind::own(kind), found);
        }
    }
}

/// Whether a word gathers short flags of which the last is this one: `-su`, `-sSLb`.
fn gathers(word: &[u8], flag: &str, part: Part) -> bool {
    const MOST: usize = 6;
    let (Part::AfterColon | Part::Cookies, [b'-', letter]) = (part, flag.as_bytes()) else { return false };
    (3..=MOST).contains(&word.len())
        && word.first() == Some(&b'-')
        && word.last() == Some(letter)
        && word.iter().skip(1).all(u8::is_ascii_alphabetic)
}

/// The length of a flag that has its value in the same word: `--user=name:secret`, `-uname:secret`, `-psecret1`.
fn behind(word: &[u8], flag: &str, part: Part) -> Option<usize> {
    let rest = word.strip_prefix(flag.as_bytes())?;
    if rest.first() == Some(&b'=') {
        return Some(flag.len() + 1);
    }
    let short = flag.len() == 2 && flag.starts_with('-') && !rest.is_empty();
    // `-port` and `-passin` are other flags.
    let is_value = !matches!(part, Part::Whole | Part::IfOpaque)
        || rest.iter().any(|byte| !byte.is_ascii_lowercase() && *byte != b'-');
    (short && is_value).then_some(2)
}

/// Whether a value is the number of a port: some programs say that with `-p` too.
fn is_port(flag: &[u8], value: &[u8]) -> bool {
    matches!(flag, b"-p" | b"-P") && value.len() <= 5 && value.iter().all(u8::is_ascii_digit)
}

/// Hands on what is secret of a word from `skip` on.
fn give(word: &Word<'_>, skip: usize, part: Part, kind: &Kind, found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind)) {
    let mut value = word.value.get(skip..).unwrap_or_default();
    if skip > 0 && word.string.is_none() {
        // What separates arguments in other languages.
        value = value.strip_suffix(b",").unwrap_or(value);
    }
    if part == Part::Cookies {
        for cookie in headers::cookie_values(value) {
            found(word, cookie.start + skip..cookie.end + skip, kind);
        }
        return;
    }
    let Some(secret) = secret_part(value, part) else { return };
    // The name before an equals sign may say more than the flag.
    let named = match part {
        Part::AfterEquals => value.get(..secret.start.saturating_sub(1)).and_then(names::said),
        _ => None,
    };
    let kind = match &named {
        Some(Said::Secret(kind)) => kind,
        _ => kind,
    };
    found(word, secret.start + skip..secret.end + skip, kind);
}

/// The secret part of a value; none when it has none.
fn secret_part(value: &[u8], part: Part) -> Option<Range<usize>> {
    // Quotes that another language put around it.
    let quoted = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'"' | b'\''));
    let (from, to) = match value.len() {
        length @ 2.. if quoted(value.first()) && value.first() == value.last() => (1, length - 1),
        length => (0, length),
    };
    let inner = value.get(from..to).unwrap_or_default();
    let behind = |sign: u8| inner.iter().position(|byte| *byte == sign).map(|at| at + 1..inner.len());
    let found = match part {
        Part::Whole => 0..inner.len(),
        Part::IfOpaque => value::is_opaque(inner).then_some(0..inner.len())?,
        Part::Cookies => return None,
        Part::AfterColon => {
            let found = behind(b':')?;
            let rest = inner.get(found.clone()).unwrap_or_default();
            let user = inner.get(..found.start - 1).unwrap_or_default();
            // `-u 1000:1000` names a user and a group.
            let numbers = [rest, user].iter().all(|part| part.iter().all(u8::is_ascii_digit));
            if numbers || rest.starts_with(b"//") {
                return None;
            }
            found
        }
        Part::AfterEquals => behind(b'=')?,
        Part::AfterComma => behind(b',')?,
        Part::AfterPercent => behind(b'%')?,
        Part::AfterSlash => {
            let start = behind(b'/').filter(|found| found.start > 1)?.start;
            let rest = inner.get(start..).unwrap_or_default();
            start..start + rest.iter().rposition(|byte| *byte == b'@').unwrap_or(rest.len())
        }
        Part::AfterPass => inner.strip_prefix(b"pass:").map(|_| 5..inner.len())?,
    };
    let secret = inner.get(found.clone()).unwrap_or_default();
    (!placeholder::is_reference(secret)).then_some(found.start + from..found.end + from)
}

/// Finds the secrets that a command reads from its input, or writes to a file whose name says secret.
fn inputs(text: Text<'_>, command: &Command<'_>, piped: Option<&Command<'_>>, hits: &mut Hits) {
    for (at, program) in running(command) {
        for takes in program {
            let asks = match takes.at {
                At::Input => true,
                At::InputIf(word) => command.words.iter().any(|known| known.value.starts_with(word.as_bytes())),
                _ => false,
            };
            if asks && begins(command, at, takes.after).is_some() {
                given(text, command, piped, takes.part, &Kind::own(takes.kind), hits);
            }
        }
    }
    let asks = |word: &Word<'_>| {
        matches!(&*word.value, b"--password-stdin" | b"--with-token" | b"--token-stdin" | b"-pass-stdin")
    };
    if command.words.iter().any(asks) {
        given(text, command, piped, Part::Whole, &Kind::own("secret"), hits);
    } else if command.redirects.iter().any(|redirect| matches!(redirect, Redirect::HereString(_)))
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
                print(text, inner, Part::Whole, &Kind::own("secret"), hits)
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
    match names::said(stem) {
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
