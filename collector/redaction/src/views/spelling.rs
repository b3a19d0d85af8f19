//! Texts in which every string means what it says: escapes and entities read, continued lines and joined literals put
//! together.
//!
//! What is escaped within a literal in double quotes is two things: a part of the literal's value, and, if the literal
//! holds a text in another language, that text's own quotes. So the view of the whole text keeps escaped quotes and
//! backslashes there, and each such literal has a view of its own, in which they are read.

use std::ops::Range;

use super::escapes::{self, Meaning};
use super::joints;
use super::map::Map;

/// A view in the making.
struct Spelling<'a> {
    bytes: &'a [u8],
    view: Vec<u8>,
    map: Map,
    /// What has been taken in.
    taken: usize,
    /// Whether the view says anything that the text does not.
    differs: bool,
}

impl Spelling<'_> {
    /// Copies what stands before `at`.
    fn copy_to(&mut self, at: usize) {
        self.view.extend_from_slice(self.bytes.get(self.taken..at).unwrap_or_default());
        self.map.copied(self.taken..at);
        self.taken = self.taken.max(at);
    }

    fn decode(&mut self, written: Range<usize>, meaning: &[u8]) {
        self.copy_to(written.start);
        self.view.extend_from_slice(meaning);
        self.map.decoded(meaning.len(), written.clone());
        self.taken = written.end;
    }

    /// Takes in the escape at `at`. Returns where it ends.
    fn escape(&mut self, at: usize) -> usize {
        let Some((meaning, end)) = escapes::backslash(self.bytes, at) else { return at + 1 };
        match meaning {
            Meaning::Nothing => self.decode(at..end, b""),
            Meaning::Byte(byte) => self.decode(at..end, &[byte]),
            Meaning::Char(meaning) => self.decode(at..end, meaning.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        // What search patterns and `find` escape says nothing new.
        let letter = self.bytes.get(at + 1).copied().unwrap_or_default();
        self.differs |= !b".|()[]{}*?^+-;b".contains(&letter);
        end
    }

    /// Takes in what may be an entity at `at`. Returns where it ends.
    fn entity(&mut self, at: usize) -> usize {
        let Some((meaning, end)) = escapes::entity(self.bytes, at) else { return at + 1 };
        self.decode(at..end, meaning.encode_utf8(&mut [0; 4]).as_bytes());
        self.differs = true;
        end
    }

    /// The view, if it says anything new.
    fn read(mut self) -> Option<(String, Map)> {
        self.differs.then(|| {
            self.copy_to(self.bytes.len());
            (super::legible(self.view), self.map)
        })
    }
}

/// The view of the whole text, unless it means what it says already.
pub(super) fn view(text: &str) -> Option<(String, Map)> {
    let bytes = text.as_bytes();
    let mut spelling = Spelling { bytes, view: Vec::new(), map: Map::default(), taken: 0, differs: false };
    // The quote that ends the literal which a joint continued, and what it is read as.
    let mut renamed: Option<(u8, u8)> = None;
    // The second quote of a pair within a word.
    let mut dropped = usize::MAX;
    let mut in_literal = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let mut end = at + 1;
        match byte {
            b'\\' if in_literal && matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => end = at + 2,
            b'\\' if bytes.get(at + 1) == Some(&b'\'') => end = at + 2,
            b'\\' => end = spelling.escape(at),
            b'&' => end = spelling.entity(at),
            _ if at == dropped => spelling.decode(at..end, b""),
            _ if joints::is_quote(byte) => {
                in_literal ^= byte == b'"';
                if let Some(joint) = joints::at(bytes, at) {
                    let (from, to) = (joint.quotes.0, joint.quotes.1);
                    let first = renamed.filter(|(renamed, _)| *renamed == from).map_or(from, |(_, first)| first);
                    in_literal = to == b'"';
                    spelling.decode(at..joint.end, b"");
                    renamed = Some((to, first));
                    (spelling.differs, end) = (true, joint.end);
                } else if let Some((from, to)) = renamed.filter(|(from, _)| *from == byte) {
                    if from != to {
                        spelling.decode(at..end, &[to]);
                    }
                    renamed = None;
                } else if let Some((_, closing)) = joints::in_word(bytes, at) {
                    spelling.decode(at..end, b"");
                    dropped = closing;
                    in_literal = false;
                    spelling.differs = true;
                }
            }
            _ => {}
        }
        at = end;
    }
    spelling.read()
}

/// Calls `found` with what each literal in double quotes says that has quotes or backslashes within.
pub(super) fn literals(text: &str, mut found: impl FnMut(String, Map)) {
    let bytes = text.as_bytes();
    let mut open: Option<usize> = None;
    let mut holds_escapes = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' => {
                holds_escapes |= matches!(bytes.get(at + 1), Some(b'"' | b'\\' | b'\''));
                at += 1;
            }
            b'"' => {
                if let Some(start) = open.take() {
                    if holds_escapes && let Some((view, map)) = literal(bytes, start, at) {
                        found(view, map);
                    }
                } else {
                    open = Some(at + 1);
                    holds_escapes = false;
                }
            }
            _ => {}
        }
        at += 1;
    }
    // The text may have been cut off within one.
    if holds_escapes
        && let Some(start) = open
        && let Some((view, map)) = literal(bytes, start, bytes.len())
    {
        found(view, map);
    }
}

fn literal(bytes: &[u8], start: usize, end: usize) -> Option<(String, Map)> {
    let bytes = bytes.get(..end)?;
    let mut spelling = Spelling { bytes, view: Vec::new(), map: Map::default(), taken: start, differs: false };
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        at = if *byte == b'\\' { spelling.escape(at) } else { at + 1 };
    }
    spelling.read()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_mean_what_they_say() {
        for (text, expected) in [
            (r#"{\"a\": \"b\"}"#, Some(r#"{"a": "b"}"#)),
            (r#"{"a": "b\"c"}"#, None),
            (r"gh\x70_\u0061\142c\n", Some("ghp_abc\n")),
            ("A=abc\\\ndef\n./x", Some("A=abcdef\n./x")),
            ("x = 'abc' +\n  \"def\";", Some("x = 'abcdef';")),
            ("x = \"abc\"\n  'def' 'ghi';", Some("x = \"abcdefghi\";")),
            ("`${\"gh\"}${\"p_\"}abc`", Some("`${\"ghp_\"}abc`")),
            ("T=gh'p_'abc ./x", Some("T=ghp_abc ./x")),
            ("T=\"ghp_\"abc ./x", Some("T=ghp_abc ./x")),
            ("echo 'abc''def'", Some("echo 'abcdef'")),
            ("&lt;a&gt; &#103;hp", Some("<a> ghp")),
            ("it's \"x\" don't", None),
            ("grep -E 'a\\.b|c\\(d' x", None),
            ("sed 's/\\(a\\)/\\1/'", None),
            ("ls -la", None),
            ("a && b & c;", None),
            ("f('a', 'b')", None),
            ("", None),
            ("\\", None),
        ] {
            assert_eq!(view(text).map(|(view, _)| view).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn literals_are_texts_of_their_own() {
        for (text, expected) in [
            (r#"x "{\"a\": \"b\"}" y"#, vec![r#"{"a": "b"}"#]),
            (r#""{\"a\": \"{\\\"b\\\": 1}\"}""#, vec![r#"{"a": "{\"b\": 1}"}"#]),
            (r#"x "{\"a\": "#, vec![r#"{"a": "#]),
            (r#""a" "b" 'c'"#, vec![]),
        ] {
            let mut seen = Vec::new();
            literals(text, |view, _| seen.push(view));
            assert_eq!(seen, expected, "{text:?}");
        }
    }

    #[test]
    fn bytes_find_their_way_back() {
        let text = r"a\x67h' + 'p_";
        let (view, map) = view(text).unwrap();
        assert_eq!(view, "aghp_");
        let at = view.find("gh").unwrap();
        assert_eq!(map.outward(at..at + 2), 1..6);
        assert_eq!(map.outward(at..at + 4), 1..text.len());
    }
}
