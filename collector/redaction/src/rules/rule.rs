//! One rule: what it finds in a text, and what its allow-lists let go.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;

use super::checksum::{self, Checksum};
use super::entropy::shannon;
use super::pattern::Pattern;
use crate::detect::{Kind, LONGEST_KIND, Text};

/// A match longer than this is the secret whole, bytes: finding the groups inside it costs many times the match itself.
const LONGEST_GROUPED: usize = 8 << 10;

/// A rule that is run.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) kind: Kind,
    pub(super) regex: Pattern,
    /// The group that is the secret; the first that is not empty when 0.
    pub(super) group: usize,
    /// The secret's entropy must be above it; 0 for any.
    pub(super) entropy: f64,
    pub(super) allow: Vec<Arc<AllowList>>,
    /// Places of rules of which each list must find something in the same text.
    pub(super) required: Vec<Vec<usize>>,
    /// It finds for the rules that require it only.
    pub(super) skip_report: bool,
    /// Its finds have a checksum, and stand inside a longer word only if it is right.
    pub(super) summed: bool,
}

impl Rule {
    /// Calls `each` with the span of every secret in a text, until it says to stop.
    pub(super) fn find(&self, text: Text<'_>, mut each: impl FnMut(Range<usize>) -> bool) {
        let bytes = text.bytes();
        let Some(regex) = self.regex.regex() else {
            // Ours, and it does not compile: what cannot be judged is not kept.
            each(0..bytes.len());
            return;
        };
        for found in regex.find_iter(bytes) {
            let whole = trimmed(bytes, found.range());
            // Groups cost more than a match: they are asked for only where there is one.
            let secret = if regex.captures_len() > 1 && found.len() <= LONGEST_GROUPED {
                let groups = regex.captures_at(bytes, found.start());
                groups.and_then(|groups| self.secret_of(&groups)).unwrap_or_else(|| whole.clone())
            } else {
                whole.clone()
            };
            if self.holds(text, &secret, &whole) && !each(secret) {
                return;
            }
        }
    }

    /// Whether it finds anything in a text.
    pub(super) fn finds_any(&self, text: Text<'_>) -> bool {
        let mut any = false;
        self.find(text, |_| {
            any = true;
            false
        });
        any
    }

    fn secret_of(&self, groups: &regex::bytes::Captures<'_>) -> Option<Range<usize>> {
        let group = match self.group {
            0 => groups.iter().skip(1).flatten().find(|group| !group.is_empty()),
            group => groups.get(group).filter(|group| !group.is_empty()),
        };
        group.map(|group| group.range())
    }

    /// Whether a match is a find: entropy, allow-lists, and for tokens with a checksum what stands before them.
    fn holds(&self, text: Text<'_>, secret: &Range<usize>, whole: &Range<usize>) -> bool {
        let bytes = text.bytes();
        let Some(token) = bytes.get(secret.clone()).filter(|token| !token.is_empty()) else { return false };
        if self.entropy > 0.0 && shannon(token) <= self.entropy {
            return false;
        }
        if self.summed && is_inside_word(bytes, secret.start) {
            let right =
                std::str::from_utf8(token).is_ok_and(|token| checksum::certainty(&self.kind, token) == Checksum::Right);
            if !right {
                return false;
            }
        }
        !is_inside_mark(text, secret) && !self.allow.iter().any(|allow| allow.allows(bytes, secret, whole))
    }
}

/// Whether a letter or digit stands before a place, and not as the end of an escape: in `\nghp_…` the `n` is a line break.
fn is_inside_word(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    match before {
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'] | [] => false,
        [.., letter] => letter.is_ascii_alphanumeric(),
    }
}

/// Whether a stretch lies inside a mark that an earlier pass left.
fn is_inside_mark(text: Text<'_>, secret: &Range<usize>) -> bool {
    let bytes = text.bytes();
    let from = secret.start.saturating_sub(LONGEST_KIND + 1);
    let before = bytes.get(from..=secret.start).unwrap_or_default();
    let Some(at) = before.iter().rposition(|byte| *byte == b'[').map(|at| from + at) else { return false };
    text.marks.at(bytes, at).is_some_and(|length| secret.end <= at + length)
}

/// A match without the line breaks at its ends.
fn trimmed(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let matched = bytes.get(span.clone()).unwrap_or_default();
    let leading = matched.iter().take_while(|byte| **byte == b'\n').count();
    let trailing = matched.iter().skip(leading).rev().take_while(|byte| **byte == b'\n').count();
    span.start + leading..span.end - trailing
}

/// What an allow-list's expressions are matched against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    /// The secret.
    #[default]
    Secret,
    /// All that the rule's expression matched.
    Match,
    /// The lines it stands on.
    Line,
}

/// What lets a match go. It never hides what another rule or scan found.
#[derive(Debug, Default)]
pub(super) struct AllowList {
    /// Every check must hold, not any.
    pub(super) all: bool,
    pub(super) target: Target,
    pub(super) regexes: Vec<Pattern>,
    /// In lower case; one inside the secret is enough.
    pub(super) stopwords: Vec<String>,
    words: OnceLock<Option<AhoCorasick>>,
}

impl AllowList {
    fn allows(&self, bytes: &[u8], secret: &Range<usize>, whole: &Range<usize>) -> bool {
        let target = match self.target {
            Target::Secret => secret.clone(),
            Target::Match => whole.clone(),
            Target::Line => lines(bytes, whole),
        };
        let slice = |span: &Range<usize>| bytes.get(span.clone()).unwrap_or_default();
        let regexes = || self.regexes.iter().any(|regex| regex.is_match(slice(&target)));
        let stopwords = || self.has_stopword(slice(secret));
        if self.all {
            (self.regexes.is_empty() || regexes()) && (self.stopwords.is_empty() || stopwords())
        } else {
            regexes() || stopwords()
        }
    }

    fn has_stopword(&self, secret: &[u8]) -> bool {
        if self.stopwords.is_empty() {
            return false;
        }
        let words =
            self.words.get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(&self.stopwords).ok());
        // Without the automaton nothing is let go.
        words.as_ref().is_some_and(|words| words.is_match(secret))
    }
}

/// How much of its line on either side of a match an allow-list sees, bytes. A bound, so that many finds on one endless
/// line stay linear.
const LINE: usize = 2048;

/// The whole lines that a stretch touches.
fn lines(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let from = span.start.saturating_sub(LINE);
    let before = bytes.get(from..span.start).unwrap_or_default();
    let after = bytes.get(span.end..).unwrap_or_default();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
    let after = after.get(..LINE).unwrap_or(after);
    let end = span.end + after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
    start..end
}
