//! What a find is called, and the marks that stand for finds.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::forms;

/// What was found, in lower case with dashes: `github-pat`, `password`. The id of a rule, or one of our own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(Name);

#[derive(Clone)]
enum Name {
    Own(&'static str),
    Rule(Arc<str>),
}

impl Kind {
    /// A kind that is known when we are compiled.
    pub const fn own(name: &'static str) -> Self {
        Self(Name::Own(name))
    }

    /// A kind that a rule file names.
    pub fn rule(name: &str) -> Self {
        Self(Name::Rule(Arc::from(name)))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Own(name) => name,
            Name::Rule(name) => name,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for Name {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Name {
    fn as_str(&self) -> &str {
        match self {
            Self::Own(name) => name,
            Self::Rule(name) => name,
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Every mark that a detector can leave, `[github-pat]` and its like, and the forms that stand inside a text. Closed: brackets around anything else are the
/// sender's own text and hide nothing.
#[derive(Clone, Debug, Default)]
pub struct Marks(BTreeSet<String>);

/// Longest name of a kind, bytes.
pub const LONGEST_KIND: usize = 64;

impl Marks {
    /// The marks of these kinds.
    pub fn of<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Self {
        Self(kinds.into_iter().map(str::to_owned).collect())
    }

    /// Whether a text is exactly one mark.
    pub fn is_mark(&self, text: &str) -> bool {
        self.at(text.as_bytes(), 0) == Some(text.len())
    }

    /// The length of the mark that begins at a place in a text; none when none does.
    pub fn at(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = bytes.get(at..)?;
        if rest.first() != Some(&b'[') {
            return None;
        }
        let end = rest.iter().take(LONGEST_KIND + 2).position(|byte| *byte == b']');
        let kind = end.and_then(|end| std::str::from_utf8(rest.get(1..end)?).ok());
        let is_kind = kind.is_some_and(|kind| self.0.contains(kind));
        if is_kind { end.map(|end| end + 1) } else { forms::at(bytes, at) }
    }
}
