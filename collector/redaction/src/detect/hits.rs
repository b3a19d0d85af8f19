//! What the scans of one pass found, and the text with marks in its place.

use std::ops::Range;

use super::kind::{Kind, Marks};

/// A text that is scanned, with the marks that it may hold already.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: &'a str,
    /// The marks of finds.
    pub marks: &'a Marks,
}

impl<'a> Text<'a> {
    /// Its bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// What of it stands before `end`, so that a scan does not read the same far end again and again.
    pub(crate) fn before(self, end: usize) -> Self {
        let end = self.text.floor_char_boundary(end);
        Self { text: self.text.get(..end).unwrap_or_default(), ..self }
    }
}

/// A stretch of a text that a scan wants masked.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Where, in bytes. A scan need not care for character boundaries.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// The secret itself where it is not the stretch's own text: decoded, joined, without its quotes.
    pub secret: Option<Box<str>>,
}

/// What the scans of one pass found. Where stretches overlap they become one, under the kind that was found first: the
/// order of the scans is their precedence.
#[derive(Debug, Default)]
pub struct Hits(pub(crate) Vec<Hit>);

impl Hits {
    /// Notes a stretch whose own text is the secret. Empty ones are ignored.
    pub fn push(&mut self, start: usize, end: usize, kind: &Kind) {
        if start < end {
            self.0.push(Hit { span: start..end, kind: kind.clone(), secret: None });
        }
    }

    /// Notes a stretch that says a secret in another spelling.
    pub fn push_spelt(&mut self, span: Range<usize>, kind: &Kind, secret: &str) {
        if span.start < span.end {
            self.0.push(Hit { span, kind: kind.clone(), secret: Some(secret.into()) });
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What kind of scan found something, the surest first: where several do, the surest says what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A rule: a format that a provider gives its keys.
    Rule,
    /// A name, flag, header or address beside it.
    Structure,
    /// The key that the whole value belongs to.
    Key,
    /// The shape of personal data.
    Personal,
    /// It looks random, beside a word that speaks of secrets.
    Entropy,
}

/// A hit, and how it was found.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) hit: Hit,
    pub(super) layer: Layer,
    /// How many encodings deep.
    pub(super) depth: u8,
}

/// A secret that was taken out of a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// The secret itself, to be hashed; never to be stored.
    pub secret: Box<str>,
    /// What found it.
    pub layer: Layer,
    /// How many encodings deep it stood; 0 in the text itself.
    pub depth: u8,
    /// Whether a mark stands for it. Otherwise it is a part, or another spelling, of one that has its mark: to be
    /// hashed as well, not to be counted.
    pub marked: bool,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("kind", &self.kind).field("layer", &self.layer).finish_non_exhaustive()
    }
}

/// Sightings that overlap: one mark.
pub(super) struct Merged {
    pub(super) span: Range<usize>,
    /// The one that was seen first gives the kind.
    pub(super) first: Sighting,
    others: Vec<Sighting>,
}

/// Brings sightings into the order of the text and merges those that overlap. Those that are marks already are left out.
pub(super) fn merge(text: Text<'_>, sightings: Vec<Sighting>) -> Vec<Merged> {
    let Text { text, marks } = text;
    let mut ordered: Vec<(usize, Sighting)> = sightings.into_iter().enumerate().collect();
    ordered.sort_by_key(|(_, sighting)| sighting.hit.span.start);
    let mut merged: Vec<(usize, Merged)> = Vec::with_capacity(ordered.len());
    for (rank, mut sighting) in ordered {
        let hit = &mut sighting.hit;
        hit.span = text.floor_char_boundary(hit.span.start)..text.ceil_char_boundary(hit.span.end);
        match merged.last_mut() {
            Some((first, last)) if hit.span.start < last.span.end => {
                last.span.end = last.span.end.max(hit.span.end);
                if rank < *first {
                    *first = rank;
                    std::mem::swap(&mut last.first, &mut sighting);
                }
                last.others.push(sighting);
            }
            _ => merged.push((rank, Merged { span: hit.span.clone(), first: sighting, others: Vec::new() })),
        }
    }
    merged
        .into_iter()
        .map(|(_, merged)| merged)
        .filter(|merged| text.get(merged.span.clone()).is_some_and(|stretch| !marks.is_mark(stretch)))
        .collect()
}

/// Writes the text with something else in place of each find.
pub(super) fn replace(
    text: Text<'_>,
    merged: Vec<Merged>,
    write: &dyn Fn(&Found) -> Option<String>,
    found: &mut Vec<Found>,
) -> String {
    let Text { text, marks } = text;
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for Merged { span, first, others } in merged {
        let said = |sighting: &Sighting, span: Range<usize>| {
            sighting.hit.secret.clone().unwrap_or_else(|| text.get(span).unwrap_or_default().into())
        };
        let secret = said(&first, span.clone());
        let (layer, depth) = (first.layer, first.depth);
        // Where a wider stretch took the first one's place, the first one alone is a secret too.
        let narrow = (first.hit.span != span).then(|| said(&first, first.hit.span.clone()));
        let find = Found { kind: first.hit.kind, secret, layer, depth, marked: true };
        masked.push_str(text.get(at..span.start).unwrap_or_default());
        if let Some(written) = write(&find) {
            masked.push_str(&written);
        } else {
            masked.push('[');
            masked.push_str(find.kind.as_str());
            masked.push(']');
        }
        at = span.end;
        let note = |found: &mut Vec<Found>, kind: &Kind, secret: Box<str>, layer, depth| {
            if !marks.is_mark(&secret) && !found.iter().rev().take(RECENT).any(|known| known.secret == secret) {
                found.push(Found { kind: kind.clone(), secret, layer, depth, marked: false });
            }
        };
        let kind = find.kind.clone();
        found.push(find);
        if let Some(secret) = narrow {
            note(found, &kind, secret, layer, depth);
        }
        for other in others {
            let secret = said(&other, other.hit.span.clone());
            note(found, &other.hit.kind, secret, other.layer, other.depth);
        }
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}

/// How far back a find is looked for that says the same: many finds in one text must not cost the square of their count.
const RECENT: usize = 16;
