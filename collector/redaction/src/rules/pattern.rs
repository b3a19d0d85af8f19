//! Regular expressions of rule files: written for Go's RE2, run by the `regex` crate. Both take linear time.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// Most memory that one compiled expression may take, bytes.
const LARGEST: usize = 16 << 20;

/// Most memory that one search keeps for the states it has met, bytes.
const LARGEST_CACHE: usize = 4 << 20;

/// A regular expression that is compiled when it is first used.
#[derive(Debug)]
pub(super) struct Pattern {
    source: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// An expression that is known to compile: our own. A test holds that.
    pub(super) fn trusted(source: &str) -> Self {
        Self { source: source.into(), compiled: OnceLock::new() }
    }

    /// An expression of somebody else's.
    ///
    /// # Errors
    /// What is wrong with it, on one line.
    pub(super) fn checked(source: &str) -> Result<Self, String> {
        let regex = compile(source)?;
        Ok(Self { source: source.into(), compiled: OnceLock::from(Some(regex)) })
    }

    /// The compiled expression. None if it does not compile, which only one that was trusted can.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.source).ok()).as_ref()
    }

    /// How many groups it has, if it is compiled yet.
    pub(super) fn groups(&self) -> Option<usize> {
        Some(self.compiled.get()?.as_ref()?.captures_len() - 1)
    }

    /// Whether it is found in a text. One that does not compile is found nowhere: an allow-list then allows nothing.
    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }
}

/// Compiles an expression: with Go's classes (`\w`, `\d`, `\s`, `\b` know ASCII only), or, where it names letters
/// beyond ASCII, with Unicode's.
fn compile(source: &str) -> Result<Regex, String> {
    let pattern = from_go(source);
    build(&pattern, false).or_else(|_| build(&pattern, true)).map_err(|error| {
        let text = error.to_string();
        // The crate draws the place under the expression; its last line says what is wrong.
        let last = text.lines().next_back().unwrap_or_default().trim();
        last.strip_prefix("error: ").unwrap_or(last).to_owned()
    })
}

fn build(pattern: &str, unicode: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(unicode).size_limit(LARGEST).dfa_size_limit(LARGEST_CACHE).build()
}

/// Says a Go expression as the `regex` crate reads it. The two differ where Go takes a character for itself: `{` that
/// begins no repetition, `[` `&&` `--` `~~` inside a class, `\<` and `\>`; and in `\Q…\E`, `\C`.
/// <https://github.com/google/re2/wiki/Syntax>, <https://docs.rs/regex/latest/regex/#syntax>
fn from_go(source: &str) -> String {
    let mut pattern = String::with_capacity(source.len() + 8);
    let mut rest = source;
    let mut class = Class::Outside;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        let mut taken = letter.len_utf8();
        match (letter, class) {
            ('\\', _) => {
                taken = escape(rest, class, &mut pattern);
                class = if class == Class::First { Class::Inside } else { class };
            }
            ('{', Class::Outside) if !is_repetition(after) => pattern.push_str("\\{"),
            ('[', Class::Outside) => {
                pattern.push('[');
                if let Some(negated) = after.strip_prefix('^') {
                    pattern.push('^');
                    taken += after.len() - negated.len();
                }
                class = Class::First;
            }
            ('[', _) => {
                let literal = named_class(rest).unwrap_or("\\[");
                pattern.push_str(literal);
                taken = named_class(rest).map_or(taken, str::len);
                class = Class::Inside;
            }
            (']', Class::First) => {
                pattern.push_str("\\]");
                class = Class::Inside;
            }
            (']', Class::Inside) => {
                pattern.push(']');
                class = Class::Outside;
            }
            ('&' | '~', Class::First | Class::Inside) => {
                pattern.push('\\');
                pattern.push(letter);
                class = Class::Inside;
            }
            ('-', Class::First | Class::Inside) if after.starts_with('-') => {
                pattern.push_str("\\-");
                class = Class::Inside;
            }
            _ => {
                pattern.push(letter);
                if class == Class::First {
                    class = Class::Inside;
                }
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    pattern
}

/// Where in a character class a letter stands: `]` is itself when it is the first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Outside,
    First,
    Inside,
}

/// Translates the escape that `rest` begins with. Returns how much of it was taken.
fn escape(rest: &str, class: Class, pattern: &mut String) -> usize {
    let Some(letter) = rest.chars().nth(1) else {
        pattern.push('\\');
        return 1;
    };
    match letter {
        'Q' if class == Class::Outside => {
            let quoted = rest.get(2..).unwrap_or_default();
            let (literal, taken) = match quoted.split_once("\\E") {
                Some((literal, _)) => (literal, literal.len() + 4),
                None => (quoted, rest.len()),
            };
            pattern.push_str(&regex::escape(literal));
            return taken;
        }
        'C' if class == Class::Outside => pattern.push_str("(?s-u:.)"),
        '<' | '>' => pattern.push(letter),
        _ => {
            pattern.push('\\');
            pattern.push(letter);
        }
    }
    1 + letter.len_utf8()
}

/// Whether what follows a `{` makes it a repetition: `3}`, `3,}`, `3,5}`.
fn is_repetition(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && is_number(least) && is_number(most)
}

/// The class by name (`[:alpha:]`) that a text begins with.
fn named_class(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix("[:")?;
    let length = inside.find(|letter: char| !letter.is_ascii_lowercase() && letter != '^')?;
    inside.get(length..)?.starts_with(":]").then(|| rest.get(..length + 4)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_for_itself_stays_itself() {
        for (go, ours) in [
            (r"^\$(?:\d+|{\d+})$", r"^\$(?:\d+|\{\d+})$"),
            ("a{3}b{2,}c{1,5}", "a{3}b{2,}c{1,5}"),
            ("a{,5}{x}", r"a\{,5}\{x}"),
            (r"\{\{[ \t]*}}", r"\{\{[ \t]*}}"),
            ("[[a]", r"[\[a]"),
            ("[^[]x", r"[^\[]x"),
            ("[]a]", r"[\]a]"),
            ("[^]a]{2}", r"[^\]a]{2}"),
            ("[[:alnum:]_]", "[[:alnum:]_]"),
            ("[a&&b~~c]", r"[a\&\&b\~\~c]"),
            ("[+--]", r"[+\--]"),
            ("[{]{2}", "[{]{2}"),
            (r"\Qa.b\E+", r"a\.b+"),
            (r"\<a\>", "<a>"),
            (r"[\]\-]", r"[\]\-]"),
        ] {
            assert_eq!(from_go(go), ours, "{go}");
            assert!(compile(go).is_ok(), "{go}");
        }
    }

    #[test]
    fn classes_know_ascii_only() {
        assert!(compile(r"\bghp_\w+").unwrap().is_match("éghp_1".as_bytes()));
        assert!(!compile(r"^\w$").unwrap().is_match("é".as_bytes()));
        assert!(compile("[é]").unwrap().is_match("é".as_bytes()));
    }

    #[test]
    fn what_is_wrong_is_said_on_one_line() {
        let wrong = Pattern::checked("a(b").unwrap_err();
        assert_eq!(wrong, "unclosed group");
        assert!(Pattern::checked("(?:a{1000}){1000}").unwrap_err().contains("size limit"));
    }
}
