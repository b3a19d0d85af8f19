//! E-mail addresses, with an encoded at sign too.

use crate::detect::{Hits, Kind, Text};
use crate::structure::urls;

pub(super) const KIND: Kind = Kind::own("email");

/// The longest local part and domain that mail knows, bytes.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

/// Ends of the names of images, which have an at sign for each resolution.
const IMAGES: &[&[u8]] = &[b"avif", b"gif", b"jpeg", b"jpg", b"png", b"svg", b"webp"];

/// Marks addresses. What stands before a URL's host is none.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut hosts: Vec<usize> =
        hits.0.iter().filter(|hit| hit.kind == urls::CREDENTIALS).map(|hit| hit.span.end).collect();
    hosts.sort_unstable();
    let mut at = 0;
    let mut taken = 0;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'@' if hosts.binary_search(&at).is_ok() => {
                at += 1;
                taken = at;
            }
            b'@' => {
                taken = address(bytes, taken, at, at + 1, hits);
                at = taken.max(at + 1);
            }
            b'%' if bytes.get(at + 1..at + 3) == Some(&b"40"[..]) => {
                taken = address(bytes, taken, at, at + 3, hits);
                at = taken.max(at + 3);
            }
            _ => at += 1,
        }
    }
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte) || !byte.is_ascii()
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-".contains(&byte) || !byte.is_ascii()
}

/// Whether what stands before says that it is a user and a host: `ssh -p 22 deploy@web1.example`.
fn logs_in(bytes: &[u8], start: usize) -> bool {
    const NEAR: usize = 80;
    let near = bytes.get(start.saturating_sub(NEAR)..start).unwrap_or_default();
    let line = near.rsplit(|byte| matches!(byte, b'\n' | b';' | b'&' | b'|')).next().unwrap_or_default();
    [&b"ssh "[..], b"scp ", b"sftp ", b"mosh ", b"rsync ", b"ssh-copy-id "]
        .iter()
        .any(|program| line.windows(program.len()).any(|part| part == *program))
}

/// Marks the address around an at sign. Returns how far the text has been taken.
fn address(bytes: &[u8], taken: usize, sign: usize, after: usize, hits: &mut Hits) -> usize {
    let before = bytes.get(taken..sign).unwrap_or_default();
    let local = before.iter().rev().take(LONGEST_LOCAL).take_while(|byte| is_local(**byte)).count();
    let start = sign - local;
    let rest = bytes.get(after..).unwrap_or_default();
    let mut length = rest.iter().take(LONGEST_DOMAIN).take_while(|byte| is_domain(**byte)).count();
    while length > 0 && matches!(rest.get(length - 1), Some(b'.' | b'-')) {
        length -= 1;
    }
    let domain = rest.get(..length).unwrap_or_default();
    let top = domain.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_name = domain.contains(&b'.')
        && top.len() >= 2
        && top.iter().any(|byte| !byte.is_ascii_digit())
        // `hero@2x.webp`.
        && !IMAGES.contains(&top)
        && (top.starts_with(b"xn--") || !top.contains(&b'-'));
    // `git@github.com:team/repo` is where a repository is, not a person; `pkg@1.2.x` is a version.
    let is_version = domain.first().is_some_and(u8::is_ascii_digit) && top.len() < 3 && !top.is_ascii();
    if local == 0 || !is_name || is_version || bytes.get(start..sign) == Some(&b"git"[..]) {
        return taken;
    }
    if !logs_in(bytes, start) {
        hits.push(start, after + length, &KIND);
    }
    after + length
}
