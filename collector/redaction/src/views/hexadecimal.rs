//! Hexadecimal digits that decode to text: in one run, or byte by byte with blanks, commas or colons between.

use std::ops::Range;

use super::map::Map;

/// Shortest text, bytes.
const SHORTEST: usize = 8;

/// Shortest text within other bytes. So many printable ones do not happen by chance.
const SHORTEST_WITHIN: usize = 16;

/// Calls `found` with every stretch that decodes to text: its range, its decoded text and the way back.
pub(super) fn runs(bytes: &[u8], mut found: impl FnMut(Range<usize>, Vec<u8>, Map)) {
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let length = if byte.is_ascii_hexdigit() { digits(bytes, at) } else { 0 };
        let is_list = matches!(length, 2 | 4 | 8) && following(bytes, at + length).is_some();
        if length < 2 * SHORTEST && !is_list {
            at += length.max(1);
            continue;
        }
        let run = Run::at(bytes, at, length);
        let whole = group_start(bytes, at)..run.end.max(at + length);
        at = whole.end;
        if run.view.len() >= SHORTEST && run.is_text() {
            found(whole, run.view, run.map);
        } else if run.view.len() >= SHORTEST_WITHIN {
            run.within(&mut found);
        }
    }
}

/// Where the group whose digits begin at `at` begins: with its `0x`.
fn group_start(bytes: &[u8], at: usize) -> usize {
    match at.checked_sub(2).and_then(|start| Some((start, bytes.get(start..at)?))) {
        Some((start, b"0x" | b"0X" | b"\\x")) => start,
        _ => at,
    }
}

#[derive(Default)]
struct Run {
    view: Vec<u8>,
    map: Map,
    end: usize,
}

impl Run {
    /// Reads the groups of digits from `at` on. In a list, all are as long as the first, but the last.
    fn at(bytes: &[u8], at: usize, width: usize) -> Self {
        let mut run = Self::default();
        let mut next = Some(at);
        while let Some(at) = next {
            let length = digits(bytes, at);
            if length > width || !length.is_multiple_of(2) {
                break;
            }
            for byte in (at..at + length).step_by(2) {
                run.view.extend(pair(bytes, byte));
                run.map.decoded(1, byte..byte + 2);
            }
            run.end = at + length;
            next = if length < width || width >= 2 * SHORTEST { None } else { following(bytes, run.end) };
        }
        run
    }

    /// Calls `found` with the stretches of printable ASCII.
    fn within(&self, found: &mut impl FnMut(Range<usize>, Vec<u8>, Map)) {
        let is_other = |byte: &u8| !byte.is_ascii() || super::is_control(*byte);
        let mut start = 0;
        for text in self.view.split(is_other) {
            if text.len() >= SHORTEST_WITHIN {
                let mut map = Map::default();
                (start..start + text.len()).for_each(|at| map.decoded(1, self.map.outward(at..at + 1)));
                found(self.map.outward(start..start + text.len()), text.to_vec(), map);
            }
            start += text.len() + 1;
        }
    }

    fn is_text(&self) -> bool {
        std::str::from_utf8(&self.view).is_ok() && !self.view.iter().any(|byte| super::is_control(*byte))
    }
}

fn digits(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
}

fn pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(at)? << 4 | digit(at + 1)?).ok()
}

/// Where the next group of a list begins: after one or two separators, and its `0x`.
fn following(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let separators = rest.iter().take(3).take_while(|byte| b" ,:-\n\t".contains(byte)).count();
    let prefix = if matches!(rest.get(separators..separators + 2), Some(b"0x" | b"0X" | b"\\x")) { 2 } else { 0 };
    let at = end + separators + prefix;
    (separators + prefix > 0 && bytes.get(at).is_some_and(u8::is_ascii_hexdigit)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        runs(text.as_bytes(), |_, view, _| seen.push(String::from_utf8(view).unwrap()));
        seen
    }

    #[test]
    fn texts_are_decoded() {
        let written = hex::encode("ghp_abcdef");
        let pairs: Vec<String> = "ghp_abcdef".bytes().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            format!("printf '%s' {written} | xxd -r -p"),
            format!("0x{written}"),
            written.to_uppercase(),
            format!("X'{written}'"),
            pairs.join(" "),
            pairs.join(":"),
            pairs.join(", 0x"),
            format!("\\x{}", pairs.join("\\x")),
            format!("[0x{}]", pairs.join(", 0x")),
        ] {
            assert_eq!(decoded(&text), ["ghp_abcdef"], "{text}");
        }
        assert_eq!(decoded("6768 705f 6162 6364 6566"), ["ghp_abcdef"]);
    }

    #[test]
    fn texts_within_other_bytes_are_decoded() {
        let written = hex::encode(b"\x3c\x01\xffghp_abcdefghijklm\x00no\x01");
        assert_eq!(decoded(&written), ["ghp_abcdefghijklm"]);
        runs(written.as_bytes(), |range, _, _| assert_eq!(range, 6..40));
    }

    #[test]
    fn other_digits_are_not() {
        for text in [
            "34603ab9c165da93f0714b42e31eaa039b4bf6a9cc6db68588c815d94ec9ddf3",
            "2026-11-20 09:44:07",
            "11111111-2222-4333-8444-555555555555",
            "00:1a:2b:3c:4d:5e:6f:70:81",
            "a b c d e f",
        ] {
            assert_eq!(decoded(text), Vec::<String>::new(), "{text}");
        }
    }
}
