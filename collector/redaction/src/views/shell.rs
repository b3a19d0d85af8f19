//! Words of a shell in single quotes that hold single quotes, `'it'\''s'` and `'it'"'"'s'`: the way in which a command
//! is given to another shell. Each says a text of its own.

use super::map::Map;

/// What stands between two parts of such a word, and means one quote.
const QUOTES: [&[u8]; 2] = [b"'\\''", b"'\"'\"'"];

/// Calls `found` with what each such word says.
pub(super) fn words(text: &str, mut found: impl FnMut(Vec<u8>, Map)) {
    if !text.contains("'\\''") && !text.contains("'\"'\"'") {
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == b'\'' {
            let (view, map, end, holds_quotes) = word(bytes, at);
            if holds_quotes {
                found(view, map);
            }
            at = end + 1;
        }
    }
}

/// Reads the word whose first quote stands before `start`. Returns where its last quote stands.
fn word(bytes: &[u8], start: usize) -> (Vec<u8>, Map, usize, bool) {
    let (mut view, mut map) = (Vec::new(), Map::default());
    let (mut taken, mut at) = (start, start);
    let mut holds_quotes = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\'').unwrap_or(rest.len());
        at += length;
        view.extend_from_slice(bytes.get(taken..at).unwrap_or_default());
        map.copied(taken..at);
        let after = bytes.get(at..).unwrap_or_default();
        let Some(quote) = QUOTES.iter().find(|quote| after.starts_with(quote)) else {
            return (view, map, at, holds_quotes);
        };
        view.push(b'\'');
        map.decoded(1, at..at + quote.len());
        at += quote.len();
        taken = at;
        holds_quotes = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_texts_of_their_own() {
        for (text, expected) in [
            (r"bash -c 'a='\''b c'\'' d' e", vec!["a='b c' d"]),
            (r#"bash -c 'a='"'"'b'"'"'' e"#, vec!["a='b'"]),
            (r"ssh h 'bash -c '\''a='\''\'\'''\''b'\''\'\'''\'''\'''", vec![r"bash -c 'a='\''b'\'''"]),
            (r"echo 'a' 'b'", vec![]),
            (r"echo 'it'\''s", vec!["it's"]),
        ] {
            let mut seen = Vec::new();
            words(text, |view, _| seen.push(String::from_utf8(view).unwrap()));
            assert_eq!(seen, expected, "{text:?}");
        }
    }
}
