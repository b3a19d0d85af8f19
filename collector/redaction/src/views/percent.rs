//! Percent-encoded words: URLs, forms, headers in URLs.

use std::ops::Range;

use super::map::Map;

/// Whether a word ends at a byte.
fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\')
}

fn encoded(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = bytes.get(at..at + 3)? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// Calls `found` with every word that has encoded bytes: its range, its decoded text and the way back.
pub(super) fn words(bytes: &[u8], mut found: impl FnMut(Range<usize>, Vec<u8>, Map)) {
    let mut at = 0;
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'%')) {
        at += length;
        if encoded(bytes, at).is_none() {
            at += 1;
            continue;
        }
        let before = bytes.get(..at).unwrap_or_default().iter().rev().take_while(|byte| !ends(**byte)).count();
        let after = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| !ends(**byte)).count();
        let word = at - before..at + after;
        let (view, map) = decode(bytes, word.clone());
        found(word.clone(), view, map);
        at = word.end;
    }
}

fn decode(bytes: &[u8], word: Range<usize>) -> (Vec<u8>, Map) {
    let (mut view, mut map) = (Vec::with_capacity(word.len()), Map::default());
    let mut in_query = !bytes.get(word.clone()).unwrap_or_default().windows(3).any(|window| window == b"://");
    let mut at = word.start;
    while at < word.end {
        let Some(byte) = bytes.get(at).copied() else { break };
        in_query |= byte == b'?';
        let (meaning, end) = match byte {
            b'%' => encoded(bytes, at).map_or((byte, at + 1), |meaning| (meaning, at + 3)),
            b'+' if in_query => (b' ', at + 1),
            _ => (byte, at + 1),
        };
        view.push(meaning);
        map.decoded(1, at..end);
        at = end;
    }
    (view, map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded() {
        for (text, expected) in [
            ("curl 'https://x.io/a%20b?h=Bearer%20x%2By+z' -v", vec!["https://x.io/a b?h=Bearer x+y z"]),
            ("printf '%s' 100% %zz", vec![]),
            ("a%41 b c%2541", vec!["aA", "c%41"]),
            ("%41", vec!["A"]),
            ("%4", vec![]),
        ] {
            let mut seen = Vec::new();
            words(text.as_bytes(), |word, view, map| {
                assert_eq!(map.outward(0..view.len()), word);
                seen.push(String::from_utf8(view).unwrap());
            });
            assert_eq!(seen, expected, "{text:?}");
        }
    }
}
