//! Public IP addresses. Private, local and documentation ranges say nothing of a person.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::is_part;
use crate::detect::{Hits, Kind, Text};

pub(super) const KIND: Kind = Kind::own("ip");

/// Longest written address, bytes: version 6 with the last part as version 4.
const LONGEST: usize = 45;

/// Marks public addresses.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if !byte.is_ascii_hexdigit() && byte != b':' {
            at += 1;
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')).count();
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let after = rest.get(length).copied();
        if length <= LONGEST
            && !before.is_some_and(is_part)
            && !after.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            && let Some(length) = text.text.get(at..at + length).and_then(address)
        {
            hits.push(at, at + length, &KIND);
        }
        at += length;
    }
}

/// The length of the public address that a word begins with: a port or a full stop may follow it.
fn address(word: &str) -> Option<usize> {
    let word = word.trim_end_matches(['.', ':']);
    let four = word.split(':').next().unwrap_or_default();
    if let Ok(address) = four.parse::<Ipv4Addr>() {
        return is_public_v4(address).then_some(four.len());
    }
    // Fewer parts are a time of day.
    let address = word.parse::<Ipv6Addr>().ok()?;
    is_public_v6(address).then_some(word.len())
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, last] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_broadcast()
        || address.is_multicast()
        // This network, shared between provider and customer (RFC 6598), benchmarks (RFC 2544), reserved.
        || first == 0
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (18..20).contains(&second))
        || first >= 240
        // A version of four numbers rather than a host.
        || (third == 0 && last == 0))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Global unicast (RFC 4291), without the documentation's range (RFC 3849).
    let [first, second, ..] = address.segments();
    (0x2000..0x4000).contains(&first) && !(first == 0x2001 && second == 0xdb8)
}
