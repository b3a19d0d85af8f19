//! Settings within a string: `'password=a)b'`, `"Server=x;Password=a&b;Encrypt=True"`. What would end a shell's word does
//! not end them; the string does, or the next setting.

use super::names;
use super::value::{is_quote, is_space};

/// How far before a name the string may begin, and how long a value is at most, bytes. Bounds, so that many names on one
/// endless line stay linear.
const LONGEST: usize = 256;
const LONGEST_VALUE: usize = 1024;

/// The end of the value that begins at `start`, right after a name and its equals sign, in a string that both stand in.
pub(super) fn end(bytes: &[u8], start: usize) -> Option<usize> {
    let sign = start.checked_sub(1).filter(|sign| bytes.get(*sign) == Some(&b'='))?;
    let name = names::before(bytes, sign);
    if let Some(end) = line(bytes, name.start, start) {
        return Some(end);
    }
    let before = bytes.get(name.start.saturating_sub(LONGEST)..name.start)?;
    let open = before.iter().rposition(|byte| is_quote(*byte) || *byte == b'\n')?;
    let quote = before.get(open).copied().filter(|byte| is_quote(*byte))?;
    let opens = match open.checked_sub(1) {
        Some(at) => before.get(at).is_some_and(|byte| is_space(*byte) || b"=([{,:@\\".contains(byte)),
        None => name.start == before.len(),
    };
    let within = before.get(open + 1..)?;
    // A command in quotes, or an address.
    let is_other =
        (within.contains(&b' ') && !within.contains(&b';')) || within.windows(3).any(|three| three == b"://");
    if !opens || is_other {
        return None;
    }
    let rest = bytes.get(start..(start + LONGEST_VALUE).min(bytes.len()))?;
    for (at, byte) in rest.iter().copied().enumerate() {
        match byte {
            _ if byte == quote => {
                let escaped = at.checked_sub(1).is_some_and(|at| rest.get(at) == Some(&b'\\'));
                return Some(start + at - usize::from(escaped));
            }
            _ if is_space(byte) => return None,
            b';' | b'&' if begins_setting(rest.get(at + 1..)?, quote) => return Some(start + at),
            _ => {}
        }
    }
    None
}

/// The end of a line that is a setting and nothing else, as `.env` files have them.
fn line(bytes: &[u8], name: usize, start: usize) -> Option<usize> {
    let before = bytes.get(name.saturating_sub(LONGEST)..name)?;
    let indent = before.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    let lead = before.get(indent.or((name == before.len()).then_some(0))?..)?.trim_ascii();
    if !(lead.is_empty() || lead == b"export") {
        return None;
    }
    let near = bytes.get(start..(start + LONGEST_VALUE).min(bytes.len()))?;
    let length = near.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(near.len());
    let value = near.get(..length)?.trim_ascii_end();
    let is_whole = length < LONGEST_VALUE && !value.iter().any(|byte| is_space(*byte) || is_quote(*byte));
    let next = value.iter().enumerate().find(|(at, byte)| {
        matches!(byte, b';' | b'&') && value.get(at + 1..).is_none_or(|rest| begins_setting(rest, b';'))
    });
    is_whole.then_some(start + next.map_or(value.len(), |(at, _)| at))
}

/// Whether a name and an equals sign follow, or the string is over.
fn begins_setting(rest: &[u8], quote: u8) -> bool {
    const NAME: usize = 40;
    let name =
        rest.iter().take(NAME).take_while(|byte| byte.is_ascii_alphanumeric() || b" _.-[]%".contains(byte)).count();
    match rest.get(name) {
        Some(b'=') => rest.iter().find(|byte| **byte != b' ').is_some_and(u8::is_ascii_alphabetic),
        Some(b'\\') => name == 0,
        Some(byte) => name == 0 && *byte == quote,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_the_string_or_the_setting_does() {
        for (text, expected) in [
            ("<<< 'PASSWORD=bJN;3W=Yu*'", Some("bJN;3W=Yu*")),
            ("--data 'password=a)b9&c' https://x", Some("a)b9&c")),
            ("-d \"user=me&password=a;b&n=1\"", Some("a;b")),
            ("\"Server=tcp:x,1;User ID=me;Password=77q=q4.Qs&sj,yt~pG;Encrypt=True;\"", Some("77q=q4.Qs&sj,yt~pG")),
            ("\\\"Server=x;Password=a<b\\\"", Some("a<b")),
            ("PORT=1\nREDIS_PASSWORD=a>b)c\nN=2", Some("a>b)c")),
            ("export PASSWORD=a;B=c", Some("a")),
            ("PASSWORD=a; ls", None),
            ("bash -c 'export PASSWORD=a;ls'", None),
            ("bash -c 'PASSWORD=a; ls'", None),
            ("PASSWORD=a;ls 'x'", None),
            ("'https://x.io/?password=a&b'", None),
        ] {
            let start = text.to_lowercase().find("password=").unwrap() + 9;
            assert_eq!(end(text.as_bytes(), start).and_then(|end| text.get(start..end)), expected, "{text}");
        }
    }
}
