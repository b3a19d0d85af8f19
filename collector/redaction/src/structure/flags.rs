//! Secrets on command lines: `--password x`, `curl -u user:x`, `mysql -px`, `sshpass -p x`, here-strings, SQL literals.
//!
//! Not a shell: words are split at blanks, quotes are transparent (so that a command within `bash -c "…"` is read as
//! well), and a program counts as running from its name to the next separator.

use std::ops::Range;

use super::names::{self, Said};
use super::value::{self, Within};
use crate::detect::{Hits, Kind, Marks, Text};

/// Which part of a flag's value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// After the first colon, or nothing.
    AfterColon,
    /// All of it, if it is `name=value` and not a file.
    Pairs,
    /// All of it, if it looks random.
    IfOpaque,
}

/// What the next value of a command is.
#[derive(Clone, Debug)]
struct Secret {
    part: Part,
    mark: Kind,
}

const PASSWORD: Secret = Secret { part: Part::Whole, mark: Kind::own("password") };
const SECRET: Secret = Secret { part: Part::Whole, mark: Kind::own("secret") };
const USER: Secret = Secret { part: Part::AfterColon, mark: Kind::own("password") };
const COOKIE: Secret = Secret { part: Part::Pairs, mark: Kind::own("cookie") };

/// Programs that some flags belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Program(u32);

impl Program {
    const CURL: u32 = 1;
    const MYSQL: u32 = 1 << 1;
    const SSHPASS: u32 = 1 << 2;
    const ZIP: u32 = 1 << 3;
    const SEVEN_ZIP: u32 = 1 << 4;
    const REDIS: u32 = 1 << 5;
    const REGISTRY: u32 = 1 << 6;
    const MONGO: u32 = 1 << 7;
    const LDAP: u32 = 1 << 8;
    const SQLCMD: u32 = 1 << 9;
    const OTP: u32 = 1 << 10;
    const HTTPIE: u32 = 1 << 11;
    const OPENSSL: u32 = 1 << 12;
    const ECHO: u32 = 1 << 13;
    const HTPASSWD: u32 = 1 << 14;
    const SNMP: u32 = 1 << 15;
    const SECRETS: u32 = 1 << 16;
    const LOGIN: u32 = 1 << 17;
    const SETTER: u32 = 1 << 18;
    const SQL: u32 = 1 << 19;
    const SUDO: u32 = 1 << 20;

    fn named(word: &[u8]) -> u32 {
        let name = word.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        match name {
            b"curl" | b"wget" => Self::CURL,
            b"mysql" | b"mysqldump" | b"mysqladmin" | b"mysqlimport" | b"mysqlshow" | b"mariadb" | b"mariadb-dump"
            | b"mycli" => Self::MYSQL,
            b"sshpass" => Self::SSHPASS,
            b"zip" | b"unzip" | b"zipcloak" => Self::ZIP,
            b"7z" | b"7za" | b"7zr" | b"7zz" | b"rar" | b"unrar" => Self::SEVEN_ZIP,
            b"redis-cli" | b"valkey-cli" => Self::REDIS,
            b"docker" | b"podman" | b"nerdctl" | b"helm" | b"oras" | b"skopeo" | b"buildah" | b"crane" | b"az"
            | b"oc" | b"cf" | b"argocd" => Self::REGISTRY,
            b"mongo" | b"mongosh" | b"mongodump" | b"mongorestore" | b"mongoexport" | b"mongoimport" => Self::MONGO,
            b"ldapsearch" | b"ldapadd" | b"ldapmodify" | b"ldapdelete" | b"ldapwhoami" | b"ldappasswd" => Self::LDAP,
            b"sqlcmd" | b"bcp" | b"isql" | b"tsql" => Self::SQLCMD,
            b"oathtool" => Self::OTP,
            b"http" | b"https" | b"xh" | b"xhs" => Self::HTTPIE,
            b"openssl" => Self::OPENSSL,
            b"echo" | b"printf" => Self::ECHO,
            b"htpasswd" => Self::HTPASSWD,
            b"sudo" => Self::SUDO,
            b"snmpwalk" | b"snmpget" | b"snmpset" | b"snmpbulkwalk" => Self::SNMP,
            b"secret" | b"secrets" | b"put-parameter" | b"secretsmanager" | b"keyvault" => Self::SECRETS,
            b"login" => Self::LOGIN,
            b"set" | b"config" | b"config:set" | b"configure" => Self::SETTER,
            _ if [&b"user"[..], b"role", b"login", b"identified"].iter().any(|sql| name.eq_ignore_ascii_case(sql)) => {
                Self::SQL
            }
            _ => 0,
        }
    }
}

/// What is known of the command that is being read.
#[derive(Clone, Debug, Default)]
struct Command {
    seen: Program,
    /// Positional words since the last program's name.
    positional: usize,
    /// Whether it matters that a word names a secret: there is a here-string.
    watches_names: bool,
    /// A word did.
    names_secret: bool,
    /// The word before said that an SQL literal follows.
    literal: bool,
}

impl Command {
    fn has(&self, program: u32) -> bool {
        self.seen.0 & program != 0
    }

    /// Takes in the next word, without quotes. Says what the next value is if the word announces one.
    fn word(&mut self, word: &[u8]) -> Option<Secret> {
        self.literal = false;
        if word.first() == Some(&b'-') && word.len() > 1 {
            return self.flag(word);
        }
        let program = Program::named(word);
        if self.has(Program::SQL) && [&b"password"[..], b"by"].iter().any(|sql| word.eq_ignore_ascii_case(sql)) {
            self.literal = true;
            return None;
        }
        if program != 0 {
            self.seen.0 |= program;
            self.positional = 0;
            return None;
        }
        self.positional += 1;
        if !self.watches_names && !self.has(Program::SETTER) {
            return None;
        }
        let tail = word.rsplit(|byte| matches!(byte, b'/' | b':')).next().unwrap_or_default();
        let names_secret = matches!(names::said(tail), Some(Said::Secret(_)));
        self.names_secret |= names_secret;
        (names_secret && self.has(Program::SETTER) && !word.contains(&b'=')).then_some(SECRET)
    }

    /// Whether a positional word is itself a secret, to be asked before [`Self::word`].
    fn is_secret(&self, word: &[u8]) -> Option<Kind> {
        if word.first() == Some(&b'-') {
            return None;
        }
        if self.has(Program::OTP) && word.len() >= 16 {
            return Some(Kind::own("secret"));
        }
        (self.has(Program::HTPASSWD) && self.positional >= 2).then_some(Kind::own("password"))
    }

    fn flag(&self, word: &[u8]) -> Option<Secret> {
        let name = word.split(|byte| *byte == b'=').next().unwrap_or_default();
        let by_program: &[(u32, &[&[u8]], Secret)] = &[
            (Program::CURL, &[b"-u", b"--user", b"-U", b"--proxy-user", b"-E", b"--cert"], USER),
            (Program::CURL, &[b"-b", b"--cookie"], COOKIE),
            (Program::HTTPIE, &[b"-a", b"--auth"], Secret { part: Part::AfterColon, mark: Kind::own("password") }),
            (Program::SSHPASS, &[b"-p"], PASSWORD),
            (Program::ZIP, &[b"-P"], PASSWORD),
            (Program::REDIS, &[b"-a"], PASSWORD),
            (Program::MONGO, &[b"-p"], PASSWORD),
            (Program::LDAP, &[b"-w"], PASSWORD),
            (Program::SQLCMD, &[b"-P"], PASSWORD),
            (Program::SNMP, &[b"-A", b"-X", b"-c"], PASSWORD),
            (Program::OPENSSL, &[b"-k", b"-K"], PASSWORD),
            (Program::SECRETS, &[b"--value", b"--body", b"-b", b"--data", b"--secret-data"], SECRET),
        ];
        let listed = by_program.iter().find(|(program, flags, _)| self.has(*program) && flags.contains(&name));
        if let Some((_, _, secret)) = listed {
            return Some(secret.clone());
        }
        if self.has(Program::REGISTRY) && self.has(Program::LOGIN) && name == b"-p" {
            return Some(PASSWORD);
        }
        if name == b"-u" {
            return Some(USER);
        }
        if word.contains(&b'=') {
            // The value is in the same word, where assignments are found.
            return None;
        }
        match names::said(name) {
            Some(Said::Secret(mark)) if name.len() > 2 => Some(Secret { part: Part::Whole, mark }),
            Some(Said::SecretIfOpaque(mark)) => Some(Secret { part: Part::IfOpaque, mark }),
            Some(Said::Cookie) => Some(COOKIE),
            _ => None,
        }
    }

    /// The length of a flag that has its value in the same word: `-psecret`, `-uname:secret`, `--user=name:secret`.
    /// The value may be quoted, and then is no part of the word.
    fn attached(&self, word: &[u8], quoted: bool) -> Option<(usize, Secret)> {
        let is = |prefix: &[u8]| word.starts_with(prefix) && (word.len() > prefix.len() || quoted);
        let rules: &[(u32, &[&[u8]], Secret)] = &[
            (
                Program::CURL | Program::HTTPIE,
                &[b"--user=", b"--proxy-user=", b"--cert=", b"--auth=", b"-u", b"-U", b"-a"],
                USER,
            ),
            (Program::CURL, &[b"--cookie=", b"-b"], COOKIE),
            (Program::MYSQL | Program::SSHPASS | Program::SEVEN_ZIP | Program::MONGO, &[b"-p"], PASSWORD),
            (Program::SEVEN_ZIP, &[b"-hp"], PASSWORD),
            (Program::ZIP | Program::SQLCMD, &[b"-P"], PASSWORD),
            (Program::REDIS, &[b"-a"], PASSWORD),
            (Program::LDAP, &[b"-w"], PASSWORD),
            (Program::SECRETS, &[b"--value=", b"--body=", b"--secret-data="], SECRET),
        ];
        if word.starts_with(b"--") {
            // A long flag is not a short one with a value.
            return rules.iter().filter(|(program, ..)| self.has(*program)).find_map(|(_, prefixes, secret)| {
                prefixes
                    .iter()
                    .find(|prefix| prefix.starts_with(b"--") && is(prefix))
                    .map(|prefix| (prefix.len(), secret.clone()))
            });
        }
        // `-port` and `-passin` are not `-p`: programs with an attached password take no words after one dash.
        rules.iter().filter(|(program, ..)| self.has(*program)).find_map(|(_, prefixes, secret)| {
            prefixes.iter().find(|prefix| is(prefix)).map(|prefix| (prefix.len(), secret.clone()))
        })
    }
}

/// The secret part of a value; none when it has none.
fn secret_part(value: &[u8], secret: Secret) -> Option<(Range<usize>, Kind)> {
    if value::is_reference(value) {
        return None;
    }
    let start = match secret.part {
        Part::Whole => 0,
        Part::IfOpaque => return value::is_opaque(value).then_some((0..value.len(), secret.mark)),
        Part::Pairs => return value.contains(&b'=').then_some((0..value.len(), secret.mark)),
        Part::AfterColon => {
            let colon = value.iter().position(|byte| *byte == b':')? + 1;
            let rest = value.get(colon..).unwrap_or_default();
            // `-u 1000:1000` names a user and a group.
            if rest.iter().all(u8::is_ascii_digit) && value.iter().take(colon - 1).all(u8::is_ascii_digit)
                || rest.starts_with(b"//")
                || value::is_reference(rest)
            {
                return None;
            }
            colon
        }
    };
    Some((start..value.len(), secret.mark))
}

/// Marks the secrets in an argument vector: what a shell would have been given as words. Calls `note` with each.
pub(crate) fn mask_vector(marks: &Marks, words: &mut [String], mut note: impl FnMut(&Kind, &str)) {
    let mut command = Command::default();
    let mut announced: Option<Secret> = None;
    for word in words {
        let bytes = word.as_bytes();
        let found = if let Some(secret) = announced.take() {
            secret_part(bytes, secret)
        } else if let Some(mark) = command.is_secret(bytes) {
            Some((0..bytes.len(), mark))
        } else if let Some((length, secret)) = command.attached(bytes, false) {
            let value = bytes.get(length..).unwrap_or_default();
            secret_part(value, secret).map(|(part, mark)| (part.start + length..part.end + length, mark))
        } else {
            announced = command.word(bytes);
            None
        };
        if let Some((part, mark)) = found
            && let Some(secret) = word.get(part.clone()).filter(|text| !marks.is_mark(text))
        {
            note(&mark, secret);
            word.replace_range(part, &format!("[{mark}]"));
        }
    }
}

fn is_word_end(byte: u8) -> bool {
    value::is_space(byte) || matches!(byte, b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>' | b'"' | b'\'' | b'`')
}

/// Finds secrets on command lines.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let watches_names = text.text.contains("<<<");
    let mut command = Command { watches_names, ..Command::default() };
    // What the command before printed, if it was an `echo` into this one.
    let mut printed: Option<Range<usize>> = None;
    let mut began = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if let Some(length) = text.marks.at(bytes, at) {
            // A word that has been masked is still a word.
            if command.positional == 0 {
                began = at;
            }
            command.positional += 1;
            at += length;
            continue;
        }
        if value::is_space(byte) && byte != b'\n' || matches!(byte, b'"' | b'\'' | b'\\' | b',' | b'[') {
            at += 1;
            continue;
        }
        if matches!(byte, b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'`') {
            let piped = byte == b'|' && bytes.get(at + 1) != Some(&b'|') && command.has(Program::ECHO);
            printed = piped.then_some(began..at);
            command = Command { watches_names, ..Command::default() };
            at += 1;
            began = at;
            continue;
        }
        if matches!(byte, b'<' | b'>') {
            at = here_string(text, at, &command, hits);
            continue;
        }
        let end = at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| !is_word_end(**byte)).count();
        let word = bytes.get(at..end).unwrap_or_default();
        if command.has(Program::ECHO) && command.positional == 0 && Program::named(word) == 0 {
            began = at;
        }
        if is_asking(word, &command)
            && let Some(range) = printed.take()
        {
            print(text.text, range, hits);
        }
        at = read_word(text, at, end, &mut command, hits);
    }
}

/// Takes in the word at `at..end` and the value that it announces. Returns where to go on.
fn read_word(text: Text<'_>, at: usize, end: usize, command: &mut Command, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    let word = bytes.get(at..end).unwrap_or_default();
    if let Some(mark) = command.is_secret(word) {
        let found = value::read(text, at, Within::Word);
        if !value::is_reference(bytes.get(found.clone()).unwrap_or_default()) {
            hits.push(found.start, found.end, &mark);
        }
        return found.end.max(end);
    }
    let quoted = bytes.get(end).copied().is_some_and(value::is_quote) && !value::closes(bytes, end + 1);
    if let Some((length, secret)) = command.attached(word, quoted) {
        let found = value::read(text, at + length, Within::Word);
        push(bytes, found.clone(), secret, hits);
        return found.end.max(end);
    }
    let announced = command.word(word);
    if command.literal {
        let start = value::skip_blanks(bytes, end);
        let slashes = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| **byte == b'\\').count();
        if start > end && matches!(bytes.get(start + slashes), Some(b'\'' | b'"')) {
            let found = value::read(text, start, Within::Word);
            push(bytes, found.clone(), PASSWORD, hits);
            return found.end.max(end);
        }
    }
    let Some(secret) = announced else { return end };
    let start = next_value(bytes, end);
    let found = value::read(text, start, Within::Word);
    let value = bytes.get(found.clone()).unwrap_or_default();
    if start == end || value.is_empty() || (value.first() == Some(&b'-') && value.len() > 1 && found.start == start) {
        return end;
    }
    push(bytes, found.clone(), secret.clone(), hits);
    // The value may hold more than the secret: what is not taken is read on.
    if secret.part == Part::Whole { found.end } else { end }
}

/// Where the value after a flag begins: past the flag's own closing quote and a comma, as in `["-u", "a:b"]`.
fn next_value(bytes: &[u8], end: usize) -> usize {
    let slashes = bytes.get(end..).unwrap_or_default().iter().take_while(|byte| **byte == b'\\').count();
    let quoted = matches!(bytes.get(end + slashes), Some(b'"' | b'\''));
    let mut at = if quoted { end + slashes + 1 } else { end };
    if quoted && bytes.get(value::skip_blanks(bytes, at)) == Some(&b',') {
        at = value::skip_blanks(bytes, at) + 1;
    }
    value::skip_blanks(bytes, at)
}

fn push(bytes: &[u8], found: Range<usize>, secret: Secret, hits: &mut Hits) {
    let value = bytes.get(found.clone()).unwrap_or_default();
    if let Some((part, mark)) = secret_part(value, secret) {
        hits.push(found.start + part.start, found.start + part.end, &mark);
    }
}

/// `<<< value`: a secret when the command names one. Returns where to go on.
fn here_string(text: Text<'_>, at: usize, command: &Command, hits: &mut Hits) -> usize {
    let bytes = text.bytes();
    if bytes.get(at..at + 3) != Some(&b"<<<"[..]) {
        return at + 1;
    }
    let start = value::skip_blanks(bytes, at + 3);
    if command.names_secret || command.has(Program::SECRETS) {
        let found = value::read(text, start, Within::Word);
        push(bytes, found, SECRET, hits);
    }
    start
}

/// Whether a word says that the command reads a secret from its input.
fn is_asking(word: &[u8], command: &Command) -> bool {
    matches!(
        word,
        b"--password-stdin" | b"--with-token" | b"--passphrase-fd" | b"--token-stdin" | b"chpasswd" | b"-pass-stdin"
    ) || (command.has(Program::SUDO) && word == b"-S")
        || (command.has(Program::SECRETS) && matches!(word, b"set" | b"create"))
}

/// Marks what an `echo` printed: its arguments, without the quotes around them.
fn print(text: &str, range: Range<usize>, hits: &mut Hits) {
    let Some(arguments) = text.get(range.clone()) else { return };
    let printed = arguments.trim();
    let start = range.start + (arguments.len() - arguments.trim_start().len());
    let inner = printed.trim_matches(['"', '\'']);
    let start = start + (printed.len() - printed.trim_start_matches(['"', '\'']).len());
    if !value::is_reference(inner.as_bytes()) {
        hits.push(start, start + inner.len(), &Kind::own("secret"));
    }
}
