//! Tokens that nothing names and no letters begin, but whose shape is no other thing's: a rule would have no keyword, and
//! would have to be run on every text.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::value;
use crate::detect::{Hits, Kind, Text};

/// Shortest token, bytes. Most texts have no run as long.
const SHORTEST: usize = 48;

#[expect(clippy::expect_used, reason = "they are compiled in, and a test reads all")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("it is one of ours")
}

/// The shapes, each of a whole run of letters, digits and the signs that tokens have.
static SHAPES: LazyLock<[(Regex, Kind); 3]> = LazyLock::new(|| {
    [
        (regex(r"^[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}$"), Kind::own("mailgun-key")),
        (
            regex(r"^[MNO][0-9A-Za-z_-]{22,28}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,40}(?:\.json|\.txt)?$"),
            Kind::own("discord-token"),
        ),
        (regex(r"^[0-9]/[0-9]{10,20}(?:/[0-9]{10,20})?:[0-9a-f]{32}$"), Kind::own("asana-token")),
    ]
});

/// Finds runs that have one of the shapes.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(run) = value::next_run(bytes, at, SHORTEST, is_run) {
        at = run.end;
        let token = bytes.get(run.clone()).unwrap_or_default();
        // What stands after a folder's slash, too.
        let file = token.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        for from in [0, file] {
            let token = token.get(from..).unwrap_or_default();
            if let Some((_, kind)) = SHAPES.iter().find(|(shape, _)| shape.is_match(token)) {
                hits.push(run.start + from, run.end, kind);
                break;
            }
        }
    }
}

fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Marks;
    use crate::rules::RuleSet;

    #[test]
    fn shapes_are_seen_and_their_kinds_known() {
        let marks = Marks::default();
        let own = RuleSet::own();
        for (text, expected) in [
            ("rg '92cffa0a7023eb9b991abcab68cabb09-4a86f438-1ca8842c' .", Some("mailgun-key")),
            ("2/7908158683633674/3474057722050847:8cf8927b39e51a5adc82b3ef0ea6141d", Some("asana-token")),
            ("/a/NTQ1OTE2OTIwODcxOTgxODEy.GFnkiP.ip_-wvOD1ss5dN7Cw0daY7nUePq2WUHebMPEAo", Some("discord-token")),
            ("92cffa0a-7023-eb9b-991a-bcab68cabb09/92cffa0a-7023-eb9b-991a-bcab68cabb09", None),
            ("src/components/checkout/steps/PaymentDetails.test.snapshot.tsx", None),
        ] {
            let mut hits = Hits::default();
            scan(Text { text, marks: &marks }, &mut hits);
            assert_eq!(hits.0.first().map(|hit| hit.kind.as_str()), expected, "{text}");
        }
        for (_, kind) in SHAPES.iter() {
            assert!(own.kinds().any(|known| known == kind.as_str()), "{kind} is a rule's");
        }
    }
}
