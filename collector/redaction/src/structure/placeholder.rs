//! Values that stand where a secret would and are none: references to one, placeholders, types, expressions, labels.

mod words;

use self::words::{LABELS, SMALL, STORES, TYPES, WORDS};
use super::names::PASSWORDS;

/// Whether a value only names where the secret is (a variable, a command's output, a store), or is a placeholder.
pub(crate) fn is_reference(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    // Of a list or statement around it.
    let value = value.strip_suffix(b",").or_else(|| value.strip_suffix(b";")).unwrap_or(value);
    value.is_empty()
        || is_variable(value)
        || is_template(value)
        || STORES.iter().any(|store| value.starts_with(store))
        || [&b"./"[..], b"../", b"~/"].iter().any(|path| value.starts_with(path))
        || is_version(value)
        || [&b"EXAMPLE"[..], b"EXAMPLEKEY"].iter().any(|example| value.ends_with(example))
        || is_mask(value)
        || is_words(value)
}

/// `$NAME`, `${NAME:?told}`, `$(command)`, `%NAME%`, `%s`, `$env:NAME`, `$object->field`.
fn is_variable(value: &[u8]) -> bool {
    if value.starts_with(b"$(") || value.starts_with(b"`") || value.starts_with(b"${") {
        return true;
    }
    if let Some(name) = value.strip_prefix(b"%").and_then(|rest| rest.strip_suffix(b"%")) {
        return is_identifier(name);
    }
    let verb = value.strip_suffix(b"\\n").or_else(|| value.strip_suffix(b"\n")).unwrap_or(value);
    if let [b'%', flags @ .., b'd' | b'q' | b's' | b'v' | b'x'] = verb
        && flags.iter().all(|byte| byte.is_ascii_digit() || b"+#.-".contains(byte))
    {
        return true;
    }
    let Some(rest) = value.strip_prefix(b"$") else { return false };
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (name, after) = rest.split_at(name);
    if !after.is_empty() {
        return !name.is_empty() && [&b"-"[..], b"[", b"::", b":", b"."].iter().any(|step| after.starts_with(step));
    }
    // In single quotes `$ecret1` is a word: a name with digits counts only in capitals.
    name.iter().all(u8::is_ascii_digit)
        || !name.iter().any(u8::is_ascii_digit)
        || name.iter().all(|byte| !byte.is_ascii_lowercase())
}

/// `{{ name }}`, `${{ name }}`, `<name>`, `{name}`, `#{name}`, `[redacted]`, `(sensitive value)`.
fn is_template(value: &[u8]) -> bool {
    let bare = value
        .strip_prefix(b"#")
        .or_else(|| value.strip_prefix(b"@"))
        // A Python string's own mark, with the one brace that stands for a value.
        .or_else(|| value.strip_prefix(b"f").filter(|rest| matches!(rest, [b'{', next, ..] if !b"{%".contains(next))))
        .unwrap_or(value);
    if bare.starts_with(b"{{") || bare.starts_with(b"<%") || bare.starts_with(b"{%") {
        return true;
    }
    let (Some(first), Some(last)) = (bare.first(), bare.last()) else { return false };
    let within = bare.get(1..bare.len().max(2) - 1).unwrap_or_default();
    let words = |extra: &[u8]| {
        !within.is_empty() && within.iter().all(|byte| byte.is_ascii_alphabetic() || extra.contains(byte))
    };
    match (first, last) {
        (b'<', b'>') => !within.is_empty() && within.iter().filter(|byte| byte.is_ascii_digit()).count() <= 2,
        (b'{', b'}') => words(b"_.0123456789()[]"),
        (b'[', b']') | (b'(', b')') => words(b" _-*."),
        (b'<', _) => bare.iter().skip(1).all(|byte| byte.is_ascii_alphabetic() || b" _-".contains(byte)),
        _ => false,
    }
}

/// `^9.0.2`, `0.20.5-1`: digits in groups of less than four, with dots.
fn is_version(value: &[u8]) -> bool {
    let bare = value.iter().skip_while(|byte| b"^~<>=v".contains(byte));
    value.contains(&b'.')
        && bare.clone().next().is_some_and(u8::is_ascii_digit)
        && bare.clone().all(|byte| byte.is_ascii_digit() || b".-".contains(byte))
        && value.split(|byte| !byte.is_ascii_digit()).all(|run| run.len() < 4)
}

/// Asterisks, dots, one letter again and again; a beginning that ends in dots.
fn is_mask(value: &[u8]) -> bool {
    if value.ends_with(b"...") || value.ends_with("…".as_bytes()) || value.ends_with("•".as_bytes()) {
        return true;
    }
    if value.iter().all(|byte| b".*+^$?\\()[]{}<>/|,;:-_=~#@!%& \t\"'`".contains(byte)) {
        return true;
    }
    // No run of digits is a secret if there are no four of them: versions, lines, times, counts.
    if value.iter().all(|byte| byte.is_ascii_digit() || b".:,".contains(byte)) {
        return value.split(|byte| !byte.is_ascii_digit()).all(|run| run.len() < 4);
    }
    let (mut longest, mut run, mut before) = (0, 0, 0);
    for byte in value.iter().copied() {
        run = if byte == before { run + 1 } else { 1 };
        before = byte;
        longest = longest.max(run);
    }
    longest >= 4 && longest * 2 >= value.len() && !before.is_ascii_digit()
}

/// `your-api-key-here`, `REPLACE_ME`, `changeme`, `apiToken`, `undefined`.
fn is_words(value: &[u8]) -> bool {
    const LONGEST: usize = 48;
    if value.len() > LONGEST || value.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let (mut known_words, mut is_prefixed, mut says_so) = (0, false, false);
    let mut before = b' ';
    let mut word = [0; LONGEST];
    let mut length = 0;
    for byte in value.iter().copied().chain([b' ']) {
        let ends = !byte.is_ascii_alphabetic() || (byte.is_ascii_uppercase() && before.is_ascii_lowercase());
        if ends && length > 0 {
            let read = word.get(..length).unwrap_or_default();
            if WORDS.binary_search_by(|known| known.as_bytes().cmp(read)).is_ok() {
                known_words += 1;
                says_so |= [&b"your"[..], b"here", b"placeholder", b"replace"].contains(&read);
            } else if known_words == 0 && !is_prefixed && b"-_".contains(&byte) {
                // The beginning that a provider gives its tokens: `xoxb-your-token-here`.
                is_prefixed = true;
            } else {
                return false;
            }
            length = 0;
        }
        if byte.is_ascii_alphabetic() {
            if let Some(letter) = word.get_mut(length) {
                *letter = byte.to_ascii_lowercase();
            }
            length += 1;
        } else if !byte.is_ascii_whitespace() && !b"_-.<>[](){}/:'\"?|".contains(&byte) {
            return false;
        }
        before = byte;
    }
    known_words > 0 && (!is_prefixed || (known_words > 1 && says_so))
}

fn is_identifier(name: &[u8]) -> bool {
    name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Whether a value without quotes is a program's expression: `os.getenv(…)`, `settings.secret`, `data.x[0]`, `await f()`.
pub(super) fn is_expression(value: &[u8]) -> bool {
    let (mut dots, mut segment) = (0, 0);
    for (at, byte) in value.iter().copied().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => segment += 1,
            b'0'..=b'9' if segment > 0 => segment += 1,
            b'.' if segment > 0 => (dots, segment) = (dots + 1, 0),
            b'?' | b'!' if segment > 0 && value.get(at + 1) == Some(&b'.') => {}
            b':' if segment > 0 && value.get(at + 1) == Some(&b':') => {}
            b':' if at > 0 && value.get(at - 1) == Some(&b':') => (dots, segment) = (dots + 1, 0),
            b'-' if segment > 0 && value.get(at + 1) == Some(&b'>') => {}
            b'>' if at > 0 && value.get(at - 1) == Some(&b'-') => (dots, segment) = (dots + 1, 0),
            // PowerShell: `(Get-Secret …`.
            b'(' if at == 0 => {
                return value.get(1).is_some_and(u8::is_ascii_uppercase)
                    && value.windows(2).any(|two| matches!(two, [b'-', b'A'..=b'Z']));
            }
            // A macro of Rust: `vec![…]`.
            b'!' if segment > 0 && matches!(value.get(at + 1), Some(b'(' | b'[' | b'{')) => return true,
            b'(' | b'[' => return segment > 0,
            _ => return false,
        }
    }
    dots > 0 && segment > 0 && !value.iter().any(u8::is_ascii_digit)
}

/// Whether what follows a colon is the type of what is named, not its value.
pub(super) fn is_type(value: &[u8]) -> bool {
    TYPES.iter().any(|name| {
        value.strip_prefix(*name).is_some_and(|rest| {
            name.ends_with(b"<") || name == b"&" || rest.first().is_none_or(|byte| b" \t\r\n?!|;,)=<[&*".contains(byte))
        })
    })
}

/// Whether a quoted value is what a person is shown: `Passwort`, `Mot de passe oublié ?`, `パスワード`.
fn is_label(value: &str) -> bool {
    let mut letters = value.chars().filter(|letter| letter.is_alphabetic());
    let Some(first) = letters.next() else { return false };
    if value.chars().any(|letter| !letter.is_alphabetic() && !" ?!.,:…'’-()/".contains(letter)) {
        return false;
    }
    let foreign = value.chars().any(|letter| letter.is_alphabetic() && !letter.is_ascii());
    foreign || (first.is_uppercase() && letters.all(char::is_lowercase) && !is_lone_word(value))
}

/// Whether a value is one word that no form has beside a field, long enough for a password.
fn is_lone_word(value: &str) -> bool {
    let word = value.trim_end_matches([':', '?', '!', '.', '*']);
    word.len() >= 8
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !is_words(word.as_bytes())
        && !PASSWORDS.contains(&word.to_ascii_lowercase().as_str())
        && !LABELS.contains(&word)
}

/// Whether a quoted value is there for people to read: a label or a sentence.
pub(super) fn is_shown(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(is_label) || is_sentence(value)
}

/// Whether a line is a sentence, which speaks of a secret and has none: four words or more, with a stop at the end or
/// the small words that only sentences have.
pub(super) fn is_sentence(value: &[u8]) -> bool {
    let ends = value.last().is_some_and(|byte| b".!?".contains(byte));
    let words = || value.split(|byte| *byte == b' ').filter(|word| word.len() > 1);
    words().count() >= 4
        && (ends || words().filter(|word| SMALL.iter().any(|small| word.eq_ignore_ascii_case(small))).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order() {
        assert!(WORDS.is_sorted(), "they are searched by halves");
    }

    #[test]
    fn placeholders_are_no_secrets() {
        for value in [
            "",
            "$TOKEN",
            "${TOKEN}",
            "${TOKEN:?must be set}",
            "$(cat x)",
            "$token",
            "$1",
            "$env:TOKEN",
            "$this->token",
            "%JWT_SECRET%",
            "${{ secrets.X }}",
            "{{ .Values.x }}",
            "<your token>",
            "<token>",
            "{token}",
            "#{token}",
            "[redacted]",
            "[REDACTED]",
            "(sensitive value)",
            "***",
            "********",
            "...",
            "sk-...",
            "xxxxxxxx",
            "ghp_xxxxxxxxxxxxxxxxxxxx",
            "your-api-key-here",
            "YOUR_API_KEY",
            "REPLACE_ME",
            "TODO",
            "changeme",
            "None",
            "undefined",
            "op://prod/db/password",
            "vault:secret/x",
            "!Ref Parameter",
            "42:18",
            "2",
            "~",
            "fake-token",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn secrets_are_no_placeholders() {
        for value in [
            "hunter2",
            "letmein",
            "admin",
            "P@ssw0rd!",
            "$ecret1",
            "correct horse battery staple",
            "1234",
            "abcd",
            "password1",
            "qwerty",
            "a.b.c",
            "$2y$10$abc",
            "aaaa1111bbbb2222",
            "0000000000000000",
            "x",
            "it's",
        ] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn expressions_are_told_from_values() {
        for value in
            ["os.getenv(\"X\")", "settings.secret", "std::env::var(\"X\")", "this->token", "f(", "a?.b", "x[0]"]
        {
            assert!(is_expression(value.as_bytes()), "{value}");
        }
        for value in ["hunter2", "winter.2024", "abc", "a-b", "(x)", "p@ss.word"] {
            assert!(!is_expression(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn labels_are_told_from_values() {
        for value in ["Passwort", "Mot de passe oublié ?", "パスワード", "APIキー", "Contraseña"] {
            assert!(is_label(value), "{value}");
        }
        for value in ["letmein", "Hunter2", "ABC", "p@ss", "hunter two", ""] {
            assert!(!is_label(value), "{value}");
        }
    }
}
