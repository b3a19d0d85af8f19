//! Which words of a command are secrets.

use std::ops::Range;

use super::commands::Command;
use super::part::give;
use super::words::Word;
use crate::detect::Kind;
use crate::structure::names::{self, Said};
use crate::structure::programs::{self, At, Part, Takes};

/// Finds the secrets among a command's words.
pub(super) fn judge(
    command: &Command<'_>,
    programs: &[(usize, &'static [Takes])],
    found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind),
) {
    for (at, program) in programs {
        for takes in *program {
            if let Some(base) = begins(command, *at, takes.after) {
                take(command, base, takes, found);
            }
        }
    }
    printed(command, found);
    for (at, word) in command.words.iter().enumerate() {
        if is_flag(&word.value)
            && !word.value.contains(&b'=')
            && let Some((part, kind)) = announced(&word.value)
            && let Some(next) = command.words.get(at + 1)
            && !is_flag(&next.value)
            && !is_name(&next.value)
            // A build's secret: `--secret id=npm,src=…`.
            && !next.value.starts_with(b"id=")
            && !(*word.value == *b"--secret" && command.words.get(at + 2).is_some_and(|word| !is_flag(&word.value)))
        {
            give(next, keyword(&next.value), part, &kind, found);
        }
    }
}

/// `printf "login %s password %s\n" me secret`: the word that stands for what the format names.
fn printed(command: &Command<'_>, found: &mut dyn FnMut(&Word<'_>, Range<usize>, &Kind)) {
    let Some(at) = command.words.iter().position(|word| *word.value == *b"printf") else { return };
    let Some(format) = command.words.get(at + 1) else { return };
    let mut words = command.words.iter().skip(at + 2);
    let mut named = None;
    for part in format.value.split(|byte| matches!(byte, b' ' | b'=' | b':')).filter(|part| !part.is_empty()) {
        if part.first() == Some(&b'%') {
            let Some(word) = words.next() else { return };
            if let Some(kind) = named.take() {
                give(word, 0, Part::Whole, &kind, found);
            }
        } else {
            named = match names::said(part) {
                Some(Said::Secret(kind)) => Some(kind),
                _ => None,
            };
        }
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
pub(super) fn running(command: &Command<'_>) -> Vec<(usize, &'static [Takes])> {
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
    named.take(MOST_PROGRAMS).collect()
}

pub(super) fn is_flag(word: &[u8]) -> bool {
    word.len() > 1 && word.first() == Some(&b'-') && word != b"--"
}

/// Whether a word is a flag of Windows with its value: `/user:me`.
fn is_switch(word: &[u8]) -> bool {
    let Some(rest) = word.strip_prefix(b"/") else { return false };
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    name > 0 && rest.get(name) == Some(&b':')
}

/// Whether a word after a flag names a secret and is none: `config set --secret apiKey x`.
fn is_name(word: &[u8]) -> bool {
    let letters = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b':');
    word.iter().all(letters)
        && word.iter().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'))
        && matches!(names::said(word), Some(Said::Secret(_)))
}

/// The length of what says how the value comes: `default=` in a program's own options, `pass:` of OpenSSL.
fn keyword(word: &[u8]) -> usize {
    [&b"default="[..], b"default:", b"value=", b"pass:"]
        .iter()
        .find(|name| word.starts_with(name))
        .map_or(0, |name| name.len())
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
pub(super) fn begins(command: &Command<'_>, program: usize, after: &[&str]) -> Option<usize> {
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
            words
                .iter()
                .filter(|word| !is_flag(&word.value) && !is_switch(&word.value))
                .skip(wanted)
                .take(1)
                .for_each(&mut give_whole);
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
