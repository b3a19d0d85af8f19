//! Base64 that decodes to text: both alphabets, with or without padding, wrapped into lines, in the middle of a word.

use std::ops::Range;

use super::map::Map;
use crate::structure::value::next_run;

/// Shortest run that is looked at, letters: 12 bytes.
pub(super) const SHORTEST: usize = 16;

/// Shortest text within a run that is not text as a whole, steps of 4 letters. So many printable bytes do not happen
/// by chance in an image.
const SHORTEST_WITHIN: usize = 6;

/// Shortest line of a run that goes on in the next one, letters.
const SHORTEST_LINE: usize = 32;

const OTHER: u8 = 0xff;

/// What each letter stands for, in both alphabets.
const VALUES: [u8; 256] = {
    let mut values = [OTHER; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0_u8;
    while at < 64 {
        values[letters[at as usize] as usize] = at;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

pub(super) fn is_letter(byte: u8) -> bool {
    value(byte) != OTHER
}

fn value(byte: u8) -> u8 {
    VALUES.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

/// A run of letters, wrapped into lines perhaps.
struct Run {
    lines: Vec<Range<usize>>,
    /// Where it ends, with its padding.
    end: usize,
}

/// Calls `found` with every stretch that decodes to text: its range, its decoded text and the way back.
pub(super) fn runs(bytes: &[u8], mut found: impl FnMut(Range<usize>, Vec<u8>, Map)) {
    let mut at = 0;
    while let Some(first) = next_run(bytes, at, SHORTEST, is_letter) {
        let run = Run::from(bytes, first);
        at = run.end;
        decode(bytes, &run, &mut found);
    }
}

impl Run {
    /// The run whose first line is given.
    fn from(bytes: &[u8], first: Range<usize>) -> Self {
        let (mut end, width) = (first.end, first.len());
        let mut lines = vec![first];
        // Lines that a tool wrapped are all as long as the first, but the last.
        while width >= SHORTEST_LINE && width.is_multiple_of(4) && lines.last().is_some_and(|line| line.len() == width)
        {
            let Some(next) = next_line(bytes, end) else { break };
            let next = line(bytes, next);
            if next.is_empty() || next.len() > width {
                break;
            }
            end = next.end;
            lines.push(next);
        }
        let padding = bytes.get(end..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
        Self { lines, end: end + padding }
    }

    /// The steps of four letters from the one at `skipped` on, which bytes each stands for and where it is written.
    fn steps<'a>(
        &'a self,
        bytes: &'a [u8],
        skipped: usize,
    ) -> impl Iterator<Item = ([u8; 3], usize, Range<usize>)> + 'a {
        self.lines.iter().flat_map(move |line| {
            let letters = bytes.get(line.start + skipped..line.end).unwrap_or_default();
            letters.chunks(4).enumerate().map(move |(step, letters)| {
                let start = line.start + skipped + 4 * step;
                let (decoded, length) = group(letters);
                (decoded, length, start..start + letters.len())
            })
        })
    }
}

fn line(bytes: &[u8], start: usize) -> Range<usize> {
    start..start + bytes.get(start..).unwrap_or_default().iter().take_while(|byte| is_letter(**byte)).count()
}

/// Where the next line's letters begin, if a line ends at `end`.
fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let ended = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.first() == Some(&b'\n')) };
    let indentation = rest.get(ended..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (ended > 0).then_some(end + ended + indentation)
}

/// Up to four letters: the bytes that they stand for, and how many.
fn group(letters: &[u8]) -> ([u8; 3], usize) {
    let bits =
        (0..4).fold(0_u32, |bits, at| bits << 6 | letters.get(at).map_or(0, |letter| u32::from(value(*letter) & 63)));
    let [_, first, second, third] = bits.to_be_bytes();
    ([first, second, third], letters.len().saturating_sub(1))
}

fn decode(bytes: &[u8], run: &Run, found: &mut impl FnMut(Range<usize>, Vec<u8>, Map)) {
    let start = run.lines.first().map_or(run.end, |line| line.start);
    if let Some((view, map)) = whole(bytes, run) {
        found(start..run.end, view, map);
        return;
    }
    // A word may stand right before it, so that steps begin anywhere.
    for skipped in 0..4 {
        within(bytes, run, skipped, found);
    }
}

/// The whole run, if it is UTF-8 or UTF-16 without control characters.
fn whole(bytes: &[u8], run: &Run) -> Option<(Vec<u8>, Map)> {
    let (mut view, mut map) = (Vec::new(), Map::default());
    let mut wide = false;
    for (step, (decoded, length, written)) in run.steps(bytes, 0).enumerate() {
        let decoded = decoded.get(..length)?;
        // Windows encodes commands as UTF-16: every other byte is 0.
        if step == 0 {
            wide = decoded.get(1) == Some(&0);
        }
        let before = view.len();
        for (at, byte) in decoded.iter().copied().enumerate() {
            if wide && (3 * step + at) % 2 == 1 {
                if byte != 0 {
                    return None;
                }
            } else if super::is_control(byte) {
                return None;
            } else {
                view.push(byte);
            }
        }
        map.decoded(view.len() - before, written);
    }
    (std::str::from_utf8(&view).is_ok() && !view.is_empty()).then_some((view, map))
}

/// Stretches of printable ASCII.
fn within(bytes: &[u8], run: &Run, skipped: usize, found: &mut impl FnMut(Range<usize>, Vec<u8>, Map)) {
    let mut text: Vec<([u8; 3], usize, Range<usize>)> = Vec::new();
    let mut close = |text: &mut Vec<([u8; 3], usize, Range<usize>)>| {
        if text.len() >= SHORTEST_WITHIN {
            let (mut view, mut map) = (Vec::new(), Map::default());
            for (decoded, length, written) in text.iter() {
                view.extend(decoded.iter().take(*length));
                map.decoded(*length, written.clone());
            }
            let start = text.first().map_or(0, |(.., written)| written.start);
            let end = text.last().map_or(0, |(.., written)| written.end);
            found(start..end, view, map);
        }
        text.clear();
    };
    for (decoded, length, written) in run.steps(bytes, skipped) {
        let is_text = decoded.iter().take(length).all(|byte| byte.is_ascii() && !super::is_control(*byte));
        if is_text && length > 0 {
            text.push((decoded, length, written));
        } else {
            close(&mut text);
        }
    }
    close(&mut text);
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

    use super::*;

    fn decoded(text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        runs(text.as_bytes(), |_, view, _| seen.push(String::from_utf8(view).unwrap()));
        seen
    }

    #[test]
    fn texts_are_decoded() {
        let secret = "GITHUB_TOKEN=abc?>~defghi";
        for written in [STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)] {
            assert_eq!(decoded(&format!("echo {written} | base64 -d")), [secret]);
            assert_eq!(decoded(&format!("data:text/plain;base64,{written}")), [secret]);
        }
        let long = "a line of text, and another ".repeat(8);
        let written = STANDARD.encode(&long);
        let wrapped: Vec<&str> = written.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        assert_eq!(decoded(&wrapped.join("\n")), [long.as_str()]);
        assert_eq!(decoded(&format!("x: |\n  {}\n", wrapped.join("\n  "))), [long.as_str()]);
        let wide: Vec<u8> = "Get-Item C:\\x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&STANDARD.encode(wide)), ["Get-Item C:\\x"]);
    }

    #[test]
    fn texts_within_words_are_decoded() {
        let secret = "GITHUB_TOKEN=abcdefghi";
        for before in ["x/", "ab/", "abc/", "abcd/"] {
            let seen = decoded(&format!("{before}{}", STANDARD_NO_PAD.encode(secret)));
            assert!(seen.iter().any(|view| view.contains("GITHUB_TOKEN=abcdef")), "{before}: {seen:?}");
        }
    }

    #[test]
    fn bytes_find_their_way_back() {
        let written = STANDARD.encode("user:hunter2-hunter2");
        runs(format!("x {written}").as_bytes(), |range, view, map| {
            assert_eq!(range, 2..2 + written.len());
            let at = String::from_utf8(view).unwrap().find("hunter2").unwrap();
            assert_eq!(map.outward(at..at + 7), 2 + 4..2 + 16);
        });
    }

    #[test]
    fn other_runs_are_not() {
        for text in [
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "34603ab9c165da93f0714b42e31eaa039b4bf6a9cc6db68588c815d94ec9ddf3",
            "/usr/lib/x86_64-linux-gnu/perl5/Image/ExifTool/Canon",
            "target/release/deps/barograph_redaction-0123456789abcdef",
            "11111111-2222-4333-8444-555555555555",
        ] {
            assert_eq!(decoded(text), Vec::<String>::new(), "{text}");
        }
    }
}
