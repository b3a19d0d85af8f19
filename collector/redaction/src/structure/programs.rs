//! What is known of programs: which of their flags, operands and inputs carry secrets.
//!
//! From working knowledge of the programs, not checked flag by flag against their manuals. A flag whose name says
//! secret (`--db-password`) needs no entry.

mod archives;
mod clouds;
mod containers;
mod databases;
mod files;
mod hosts;
mod http;
mod packages;
mod platforms;
mod stores;
mod windows;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) const PASSWORD: &str = "password";
pub(super) const SECRET: &str = "secret";
pub(super) const TOKEN: &str = "token";
pub(super) const API_KEY: &str = "api-key";

/// Which part of a value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// After the first colon, or nothing: `user:password`.
    AfterColon,
    /// After the first equals sign: `name=value`.
    AfterEquals,
    /// After the first equals sign, if the name before it says secret or the value looks random.
    AfterName,
    /// After the first comma: `user,password`.
    AfterComma,
    /// After the first percent sign: `user%password`.
    AfterPercent,
    /// Between the first slash and an at sign: `user/password@host`.
    AfterSlash,
    /// All of it, if it looks random.
    IfOpaque,
    /// The values of cookies, unless it is a file.
    Cookies,
    /// After `pass:`, or nothing.
    AfterPass,
}

/// Where a program takes a secret.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// In the word after one of these flags, behind its `=`, or behind a short flag itself.
    Flag(&'static [&'static str]),
    /// Only behind these flags themselves: `-psecret`, `/p:secret`.
    Joined(&'static [&'static str]),
    /// In the n-th word that is no flag, counted from 0 after the subcommand.
    Operand(usize),
    /// In every word that is no flag, from the n-th on.
    Operands(usize),
    /// In the word after one that names a secret.
    Named,
    /// In the second word after one of these flags, if the first, or what a filter makes of it, names a secret.
    Bound(&'static [&'static str]),
    /// In what it reads from its standard input.
    Input,
    /// The same, if this word is among its own.
    InputIf(&'static str),
}

/// One way of a program to take a secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takes {
    /// Words that must have been read before: the subcommand.
    pub(super) after: &'static [&'static str],
    pub(super) at: At,
    pub(super) part: Part,
    /// Its kind.
    pub(super) kind: &'static str,
}

const fn flag(flags: &'static [&'static str], part: Part, kind: &'static str) -> Takes {
    Takes { after: &[], at: At::Flag(flags), part, kind }
}

const fn password(flags: &'static [&'static str]) -> Takes {
    flag(flags, Part::Whole, PASSWORD)
}

const fn joined(flags: &'static [&'static str]) -> Takes {
    Takes { after: &[], at: At::Joined(flags), part: Part::Whole, kind: PASSWORD }
}

const fn after(after: &'static [&'static str], at: At, part: Part, kind: &'static str) -> Takes {
    Takes { after, at, part, kind }
}

const fn input(after: &'static [&'static str]) -> Takes {
    Takes { after, at: At::Input, part: Part::Whole, kind: SECRET }
}

/// The longest name of a program, bytes.
const LONGEST: usize = 24;

/// Every program's ways, by its name; and which two letters names begin with, since most words are none.
struct Programs {
    ways: HashMap<&'static [u8], &'static [Takes]>,
    beginnings: Box<[bool]>,
}

static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    let rooms = [
        files::PROGRAMS,
        http::PROGRAMS,
        containers::PROGRAMS,
        packages::PROGRAMS,
        clouds::PROGRAMS,
        platforms::PROGRAMS,
        databases::PROGRAMS,
        stores::PROGRAMS,
        archives::PROGRAMS,
        hosts::PROGRAMS,
        windows::PROGRAMS,
    ];
    let mut programs = Programs { ways: HashMap::new(), beginnings: vec![false; 1 << 16].into() };
    for (names, takes) in rooms.into_iter().flatten() {
        for name in *names {
            programs.ways.entry(name.as_bytes()).or_insert(takes);
            if let Some(known) = programs.beginnings.get_mut(beginning(name.as_bytes())) {
                *known = true;
            }
        }
    }
    programs
});

/// Where a name's first two letters stand in the table of beginnings.
fn beginning(name: &[u8]) -> usize {
    let letter = |at: usize| name.get(at).copied().map_or(0, usize::from);
    letter(0) << 8 | letter(1)
}

/// How a program takes secrets, by the last part of its path, without `.exe`.
pub(super) fn named(word: &[u8]) -> Option<&'static [Takes]> {
    let name = word.rsplit(|byte| matches!(byte, b'/' | b'\\')).next()?;
    let name = name.strip_suffix(b".exe").unwrap_or(name);
    let programs = &*PROGRAMS;
    if !(2..=LONGEST).contains(&name.len()) || !programs.beginnings.get(beginning(name)).is_some_and(|known| *known) {
        return None;
    }
    programs.ways.get(name).copied()
}
