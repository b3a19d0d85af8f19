//! What happens to a value: the steps of a rule.

use std::fmt;

use crate::detect::Personal;

/// What happens to a value, in this order. `Display` is the policy file's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Whether it is searched first, and whether for personal data too. In front of a step that hides the whole value
    /// the search changes nothing of what is written: it only counts and hashes what it finds.
    pub detect: Option<Personal>,
    /// What is written.
    pub then: Then,
    /// How many characters of what is written are left.
    pub truncate: Option<usize>,
}

/// What is written of a value. See [`crate::forms`] for how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// The value; with a shape only if it has it, else its hash under [`Shape::kind`].
    Keep(Option<Shape>),
    /// Its length.
    Drop,
    /// Its kind and length.
    Mask(Box<str>),
    /// Its kind, length and keyed hash.
    Hash(Box<str>),
    /// Its kind and a token: the same value has the same one as long as the tenant's token key lives.
    Tokenise(Box<str>),
    /// A path with the home and user segment tokenised.
    Path,
    /// The keyed hashes of a path's folders.
    PathHashed,
    /// A command with its program, subcommand and flags; operands hidden.
    Command,
    /// JSON of a tool's arguments, each by its own rule. Hashed as `arguments` if it is no JSON.
    Arguments,
    /// JSON of attributes, each by its own rule. Hashed as `content` if it is no JSON.
    Attributes,
}

impl Then {
    /// Whether nothing of the value itself is written.
    pub fn hides(&self) -> bool {
        matches!(self, Self::Drop | Self::Mask(_) | Self::Hash(_) | Self::Tokenise(_))
    }

    /// The author's word in a written form.
    pub(super) fn kind(&self) -> Option<&str> {
        match self {
            Self::Mask(kind) | Self::Hash(kind) | Self::Tokenise(kind) => Some(kind),
            Self::Keep(shape) => shape.map(Shape::kind),
            _ => None,
        }
    }
}

/// What a value must look like to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Up to 32 hexadecimal digits, or a word.
    Id,
    /// At most [`LONGEST_LABEL`] bytes without blanks.
    Word,
    /// A name that people give: at most [`LONGEST_LABEL`] bytes and [`MOST_BLANKS`] blanks, no line breaks.
    Label,
    /// Who did it: at most [`LONGEST_LABEL`] bytes, no line breaks.
    Identity,
    /// The name of an event: at most 128 lower-case letters, digits, dots, dashes and underscores, with a dot.
    Event,
    /// A number, as text.
    Number,
}

/// Longest word, label or identity, bytes.
pub const LONGEST_LABEL: usize = 256;

/// Blanks that a label may have.
pub const MOST_BLANKS: usize = 8;

impl Shape {
    const ALL: [(&'static str, Self); 6] = [
        ("id", Self::Id),
        ("word", Self::Word),
        ("label", Self::Label),
        ("identity", Self::Identity),
        ("event", Self::Event),
        ("number", Self::Number),
    ];

    /// Whether a value has this shape.
    pub fn fits(self, value: &str) -> bool {
        let is_short = value.len() <= LONGEST_LABEL && !value.contains(char::is_control);
        match self {
            Self::Id | Self::Word => is_short && !value.contains(char::is_whitespace),
            Self::Label => is_short && value.chars().filter(|letter| letter.is_whitespace()).count() <= MOST_BLANKS,
            Self::Identity => is_short,
            Self::Event => {
                value.len() <= 128
                    && value.contains('.')
                    && value
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
            }
            Self::Number => value.len() <= LONGEST_LABEL && value.parse::<f64>().is_ok(),
        }
    }

    /// Whether a value that fits is kept unread: digits of ids and measures make card numbers by chance.
    pub fn is_unread(self, value: &str) -> bool {
        match self {
            Self::Id => value.len() <= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::Number => self.fits(value),
            _ => false,
        }
    }

    /// The kind under which a value is hashed that does not fit.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Id | Self::Word | Self::Label => "label",
            Self::Identity => "identity",
            Self::Event => "body",
            Self::Number => UNNAMED,
        }
    }
}

/// The kind of a value for which a policy gives none.
pub(super) const UNNAMED: &str = "value";

/// Words that a written form has for something else, so that no kind may be called so.
const TAKEN: &[&str] = &["withheld", "path", "key", "truncated"];

const ACTIONS: &str = "keep, keep(SHAPE), drop, mask(KIND), hash(KIND), tokenise(KIND), path, path(hashed), command, \
                       arguments, attributes, argument";

/// What a rule does: steps for the value, or `argument`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Steps(Steps),
    /// The rest of an attribute's key names an argument, whose rule decides.
    Argument,
}

impl Does {
    /// Reads the words of a `do`. What is wrong comes with the word's number.
    pub(super) fn parse(words: &[&str]) -> Result<Self, Vec<(usize, String)>> {
        let mut faults = Vec::new();
        let (mut detect, mut then, mut truncate) = (None, None, None);
        for (at, word) in words.iter().enumerate() {
            match Word::parse(word) {
                Err(what) => faults.push((at, what)),
                Ok(Word::Detect(_)) if at > 0 => faults.push((at, "`detect` comes first".to_owned())),
                Ok(Word::Detect(personal)) => detect = Some(personal),
                Ok(Word::Then(_) | Word::Argument) if then.is_some() => {
                    faults.push((at, format!("`{word}` is the second action: a rule has one")));
                }
                Ok(action @ (Word::Then(_) | Word::Argument)) => then = Some((at, action)),
                Ok(Word::Truncate(_)) if at + 1 < words.len() => {
                    faults.push((at, format!("`{word}` comes last: a value is cut after it was redacted")));
                }
                Ok(Word::Truncate(length)) => truncate = Some((at, length)),
            }
        }
        let Some((at, action)) = then else {
            if faults.is_empty() {
                faults.push((0, format!("says nothing that is written: add one of {ACTIONS}")));
            }
            return Err(faults);
        };
        let by_own_rules = matches!(action, Word::Argument | Word::Then(Then::Arguments | Then::Attributes));
        let word = words.get(at).copied().unwrap_or_default();
        if by_own_rules && words.len() > 1 {
            faults.push((at, format!("`{word}` stands alone: every value inside has a rule of its own")));
        }
        if let (Some((cut, _)), Word::Then(then)) = (truncate, &action)
            && then.hides()
        {
            faults.push((cut, format!("after `{word}` there is nothing to truncate")));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(match action {
            Word::Then(then) => Self::Steps(Steps { detect, then, truncate: truncate.map(|(_, length)| length) }),
            _ => Self::Argument,
        })
    }
}

/// One word of a `do`.
enum Word {
    Detect(Personal),
    Then(Then),
    Argument,
    Truncate(usize),
}

impl Word {
    fn parse(word: &str) -> Result<Self, String> {
        let (name, argument) = match word.strip_suffix(')').and_then(|word| word.split_once('(')) {
            Some((name, argument)) => (name, Some(argument)),
            None => (word, None),
        };
        let kind = || argument.map_or(Ok(UNNAMED), kind).map(Box::from);
        Ok(match (name, argument) {
            ("detect", None) => Self::Detect(Personal::Mask),
            ("detect", Some("secrets")) => Self::Detect(Personal::Keep),
            ("detect", Some(_)) => return Err(format!("`{word}` is no step: write detect or detect(secrets)")),
            ("keep", None) => Self::Then(Then::Keep(None)),
            ("keep", Some(shape)) => match Shape::ALL.iter().find(|(name, _)| *name == shape) {
                Some((_, shape)) => Self::Then(Then::Keep(Some(*shape))),
                None => {
                    let shapes = Shape::ALL.map(|(name, _)| name).join(", ");
                    return Err(format!("`{shape}` is no shape: write one of {shapes}"));
                }
            },
            ("drop", None) => Self::Then(Then::Drop),
            ("mask", _) => Self::Then(Then::Mask(kind()?)),
            ("hash", _) => Self::Then(Then::Hash(kind()?)),
            ("tokenise", _) => Self::Then(Then::Tokenise(kind()?)),
            ("path", None) => Self::Then(Then::Path),
            ("path", Some("hashed")) => Self::Then(Then::PathHashed),
            ("path", Some(_)) => return Err(format!("`{word}` is no step: write path or path(hashed)")),
            ("command", None) => Self::Then(Then::Command),
            ("arguments", None) => Self::Then(Then::Arguments),
            ("attributes", None) => Self::Then(Then::Attributes),
            ("argument", None) => Self::Argument,
            ("truncate", Some(length)) => match length.parse() {
                Ok(length @ 1..=1_000_000) => Self::Truncate(length),
                _ => return Err(format!("`{word}` is no step: write how many characters are left, 1 to 1000000")),
            },
            ("truncate", None) => return Err("write how many characters are left: truncate(2000)".to_owned()),
            _ => return Err(format!("`{word}` is no step: write detect, truncate(N) or one of {ACTIONS}")),
        })
    }
}

fn kind(kind: &str) -> Result<&str, String> {
    let is_word = (1..=32).contains(&kind.len())
        && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_word {
        return Err(format!("`{kind}` is no kind: write up to 32 lower-case letters, digits and dashes"));
    }
    if TAKEN.contains(&kind) {
        return Err(format!("`{kind}` is no kind: the word stands for something else in what is written"));
    }
    Ok(kind)
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detect {
            Some(Personal::Mask) => f.write_str("detect, ")?,
            Some(Personal::Keep) => f.write_str("detect(secrets), ")?,
            None => {}
        }
        write!(f, "{}", self.then)?;
        self.truncate.map_or(Ok(()), |length| write!(f, ", truncate({length})"))
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep(None) => f.write_str("keep"),
            Self::Keep(Some(shape)) => write!(f, "keep({shape})"),
            Self::Drop => f.write_str("drop"),
            Self::Mask(kind) => write!(f, "mask({kind})"),
            Self::Hash(kind) => write!(f, "hash({kind})"),
            Self::Tokenise(kind) => write!(f, "tokenise({kind})"),
            Self::Path => f.write_str("path"),
            Self::PathHashed => f.write_str("path(hashed)"),
            Self::Command => f.write_str("command"),
            Self::Arguments => f.write_str("arguments"),
            Self::Attributes => f.write_str("attributes"),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, shape)| shape == self).map_or("", |(name, _)| name))
    }
}

impl fmt::Display for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => steps.fmt(f),
            Self::Argument => f.write_str("argument"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_written_as_they_are_read() {
        for words in [
            &["keep"][..],
            &["drop"],
            &["detect", "keep"],
            &["detect(secrets)", "keep(identity)"],
            &["detect", "keep", "truncate(2000)"],
            &["keep(id)"],
            &["keep(number)"],
            &["detect", "hash(content)"],
            &["mask(ticket)"],
            &["tokenise(user)"],
            &["path"],
            &["detect", "path(hashed)"],
            &["command", "truncate(80)"],
            &["arguments"],
            &["attributes"],
            &["argument"],
        ] {
            assert_eq!(Does::parse(words).unwrap().to_string(), words.join(", "));
        }
        assert_eq!(Does::parse(&["hash"]).unwrap().to_string(), "hash(value)");
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let faults: Vec<String> = [
            &[][..],
            &["detect"],
            &["keep", "detect"],
            &["keep", "drop"],
            &["truncate(5)", "keep"],
            &["hash", "truncate(5)"],
            &["detect", "arguments"],
            &["argument", "truncate(3)"],
            &["hash(Secret)"],
            &["mask(withheld)"],
            &["keep(url)"],
            &["detect(all)"],
            &["path(hash)"],
            &["truncate(0)"],
            &["redact"],
            &["drop(x)", "keep(y)"],
        ]
        .iter()
        .map(|words| {
            let faults = Does::parse(words).unwrap_err();
            format!(
                "{words:?}: {}",
                faults.into_iter().map(|(at, what)| format!("{at} {what}")).collect::<Vec<_>>().join("; ")
            )
        })
        .collect();
        insta::assert_snapshot!(faults.join("\n"));
    }

    #[test]
    fn shapes_fit_what_looks_like_them() {
        let long = "x".repeat(257);
        for (shape, yes, no) in [
            (Shape::Id, &["1a2b", "toolu_01"][..], &["two words", &long][..]),
            (Shape::Word, &["Bash", "a/b"], &["two words", "a\nb", &long]),
            (Shape::Label, &["Plain text"], &["a\nb", "1 2 3 4 5 6 7 8 9 10", &long]),
            (Shape::Identity, &["jane.doe@example.com"], &["a\nb", &long]),
            (Shape::Event, &["claude_code.tool_decision"], &["tool", "Tool. x", "a.B"]),
            (Shape::Number, &["69", "-1.5e300"], &["sixty", "1 2"]),
        ] {
            assert!(yes.iter().all(|value| shape.fits(value)), "{shape}");
            assert!(!no.iter().any(|value| shape.fits(value)), "{shape}");
        }
        assert!(Shape::Id.is_unread("4111111111111111") && !Shape::Word.is_unread("4111111111111111"));
    }
}
