//! Reads the `do` of a rule.

use std::fmt;

use super::shape::Shape;
use super::steps::{Steps, Then, UNNAMED};
use crate::detect::Personal;

/// Words that a written form has for something else, so that no kind may be called so.
const TAKEN: &[&str] = &["withheld", "path", "key", "truncated"];

const ACTIONS: &str = "keep, keep(SHAPE), drop, mask(KIND), hash(KIND), tokenise(KIND), path, path(hashed), command, \
                       arguments, attributes, argument";

/// What a rule does: steps for the value, or `argument`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Steps(Steps),
    /// An attribute's key, or the part of it that a star stands for, names an argument, whose rule decides.
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
            ("keep", Some(name)) => Self::Then(Then::Keep(Some(Shape::named(name)?))),
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
}
