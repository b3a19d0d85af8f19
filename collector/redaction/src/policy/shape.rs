//! What a value must look like to be kept by a rule that says so.

use std::fmt;

use super::steps::UNNAMED;

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

    /// The shape of a policy's word.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape).ok_or_else(|| {
            format!("`{name}` is no shape: write one of {}", Self::ALL.map(|(known, _)| known).join(", "))
        })
    }

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

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, shape)| shape == self).map_or("", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
