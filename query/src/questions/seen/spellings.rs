//! How a credential may be written where it leaks, and the value that is behind it: what is asked is hashed in each of
//! these spellings, since redaction hashes the bare value that it finds.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use url::Url;

/// How many spellings are tried at most.
const MOST: usize = 24;

/// The shortest text that another spelling may give, bytes: shorter ones are found everywhere.
const SHORTEST: usize = 4;

/// Gets from one spelling to another, if the text is one that has it.
type Way = fn(&str) -> Option<String>;

/// The ways, with the words that tell them.
const WAYS: [(&str, Way); 9] = [
    ("without blanks around it", |text| Some(text.trim().to_owned())),
    ("without quotes", unquoted),
    ("the value after its name", after_name),
    ("the value after its scheme", after_scheme),
    ("the password in a URL", password),
    ("the value of a URL's query", in_query),
    ("URL-decoded", percent_decoded),
    ("with escapes read", unescaped),
    ("base64-decoded", base64_decoded),
];

/// A spelling of what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelling {
    /// `as given`, `without quotes`, or several ways joined by `, then`.
    pub(super) words: String,
    pub(super) text: String,
}

/// What is asked, as given first, and what it may be a spelling of.
pub(super) fn spellings(asked: &str) -> Vec<Spelling> {
    let mut found = vec![Spelling { words: "as given".to_owned(), text: asked.to_owned() }];
    let mut next = 0;
    while let Some(from) = found.get(next).cloned() {
        next += 1;
        for (words, way) in WAYS {
            let Some(text) = way(&from.text).filter(|text| text.len() >= SHORTEST) else { continue };
            if found.len() < MOST && found.iter().all(|known| known.text != text) {
                let words = if next == 1 { words.to_owned() } else { format!("{}, then {words}", from.words) };
                found.push(Spelling { words, text });
            }
        }
    }
    found
}

fn unquoted(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([';', ',']);
    ['"', '\'', '`'].iter().find_map(|quote| Some(text.strip_prefix(*quote)?.strip_suffix(*quote)?.to_owned()))
}

/// `NAME=value`, `export NAME=value`, `--name=value`, `name: value`.
fn after_name(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("export ").unwrap_or(text);
    let end = text.find(['=', ':'])?;
    let name = text.get(..end)?.trim().trim_matches(['"', '\'']);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let value = text.get(end + 1..)?;
    (is_name && !value.starts_with("//")).then(|| value.trim().to_owned())
}

/// `Bearer value`, `Basic value`, `token value`.
fn after_scheme(text: &str) -> Option<String> {
    let (scheme, value) = text.trim().split_once(' ')?;
    let schemes = ["bearer", "basic", "token", "apikey", "negotiate", "digest"];
    schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| value.trim().to_owned())
}

fn password(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    match url.password() {
        Some(password) => Some(password.to_owned()),
        // `https://token@host`.
        None if !url.username().is_empty() => Some(url.username().to_owned()),
        // `user:password`, as basic authentication has it.
        None => None,
    }
}

/// The longest value of a URL's query: with several, the one most like a credential.
fn in_query(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    url.query_pairs().map(|(_, value)| value.into_owned()).max_by_key(String::len)
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (byte, digit(0), digit(1)) {
            bytes.push(u8::try_from(high * 16 + low).ok()?);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// `\n` and the like, as JSON and shells write them.
fn unescaped(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return None;
    }
    serde_json::from_str(&format!("\"{}\"", text.replace('\n', "\\n").replace('\r', "\\r"))).ok()
}

/// Base64 of either alphabet, padded or not, when a text comes out of it; of `user:password` the password too comes out,
/// by the next step.
fn base64_decoded(text: &str) -> Option<String> {
    let text = text.trim();
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(&alphabet, config).decode(text).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.contains(|letter: char| letter.is_control() && letter != '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(asked: &str) -> Vec<String> {
        spellings(asked).into_iter().map(|spelling| spelling.text).collect()
    }

    #[test]
    fn the_bare_value_is_among_the_spellings() {
        for (asked, value) in [
            ("opensesame", "opensesame"),
            ("  opensesame\n", "opensesame"),
            ("\"opensesame\"", "opensesame"),
            ("'opensesame';", "opensesame"),
            ("PASSWORD=opensesame", "opensesame"),
            ("export PASSWORD='open sesame'", "open sesame"),
            ("--password=opensesame", "opensesame"),
            ("password: \"opensesame\",", "opensesame"),
            ("Authorization: Bearer opensesame", "opensesame"),
            ("bearer opensesame", "opensesame"),
            ("Authorization: Basic YWRhOm9wZW5zZXNhbWU=", "opensesame"),
            ("b3BlbnNlc2FtZQ", "opensesame"),
            ("postgres://ada:open%20sesame@db/x", "open sesame"),
            ("https://opensesame@example.org/x.git", "opensesame"),
            ("https://example.org/x?v=1&key=opensesame", "opensesame"),
            ("open%2Fsesame", "open/sesame"),
            (r"-----BEGIN X-----\nopen\n-----END X-----", "-----BEGIN X-----\nopen\n-----END X-----"),
            (r#""open\"sesame""#, "open\"sesame"),
        ] {
            assert!(tried(asked).iter().any(|text| text == value), "{asked}: {:?}", tried(asked));
        }
    }

    #[test]
    fn the_text_itself_comes_first_and_nothing_twice() {
        for asked in ["", "x", "opensesame", "a=b", "%%%", "====", "a:b:c:d:e", "\\", "é"] {
            let tried = tried(asked);
            assert_eq!(tried.first().map(String::as_str), Some(asked));
            let mut distinct = tried.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), tried.len());
        }
        assert!(tried(&"a=b:".repeat(1_000)).len() <= MOST);
    }

    #[test]
    fn short_values_are_not_derived() {
        assert_eq!(tried("A=b"), ["A=b"]);
    }

    #[test]
    fn ways_are_told_in_words() {
        let last = spellings("KEY='opensesame'").pop().unwrap();
        assert_eq!(
            (last.words.as_str(), last.text.as_str()),
            ("the value after its name, then without quotes", "opensesame")
        );
    }
}
