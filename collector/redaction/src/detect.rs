//! Finds what must not be stored inside a text that is otherwise kept, and puts a mark in its place.
//!
//! First the formats that providers give their keys, then structure (headers, flags, assignments, URLs say what is a
//! secret whatever it looks like), then personal data, last what looks random beside a word that speaks of secrets. All
//! of them read the text and its decoded views. Every scan reads a text once; none backtracks. A text in which nothing
//! is found is not copied.

mod credentials;
mod entropy;
mod hits;
mod kind;
mod personal;
mod present;

use std::borrow::Cow;
use std::ops::Range;
use std::panic::AssertUnwindSafe;

use self::hits::Sighting;
pub use self::hits::{Found, Hit, Hits, Layer, Text};
pub use self::kind::{Kind, LONGEST_KIND, Marks};
pub use self::personal::{Switch, Switches, is_personal};
use self::present::Present;
use crate::rules::RuleSet;
use crate::structure::names::{self, Said};
use crate::structure::{self, value};
use crate::views::{Calls, View, Views};

/// Names the behaviour of the scans in the policy's hash. Raise it when a scan finds other things than before.
pub const VERSION: u32 = 5;

/// A text that has not come to rest after so many passes is withheld. Two are the rule: one that masks, one that finds
/// nothing left.
const PASSES: usize = 6;

/// Longest text that is scanned, bytes. Longer ones are withheld.
pub const LONGEST_SCANNED: usize = 256 * 1024;

/// How far before an encoded run what it is may be said, bytes.
const BEFORE: usize = 32;

/// Whether personal data is masked too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Personal {
    /// Everywhere but in the identity columns.
    Mask,
    /// In the identity columns.
    Keep,
}

/// What a detector looks for: what a policy says about detection.
#[derive(Clone, Debug)]
pub struct Detection {
    /// Our own rules and those of the files that a policy names.
    pub rules: RuleSet,
    /// Which personal data; with [`Personal::Keep`] none.
    pub personal: Switches,
    /// Whether what looks random is a secret where a word beside it speaks of secrets.
    pub entropy: bool,
}

impl Default for Detection {
    fn default() -> Self {
        Self { rules: RuleSet::own(), personal: Switches::default(), entropy: true }
    }
}

/// Why a text could not be judged, and so must be withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Failure {
    /// Longer than [`LONGEST_SCANNED`].
    #[error("longer than a text that is searched may be")]
    TooLong,
    /// Masking it made new finds again and again.
    #[error("masking it found more each time")]
    NotAtRest,
    /// Judging it took more than it may.
    #[error("judging it took more than it may")]
    OverBudget,
    /// A scan failed: our own fault.
    #[error("a detector failed")]
    Panicked,
}

/// What is left of a text.
#[derive(Clone, Debug)]
pub struct Masked<'a> {
    /// The text with marks in place of what was found; borrowed when nothing was.
    pub text: Cow<'a, str>,
    /// What was found.
    pub found: Vec<Found>,
}

/// How a stretch of a text was found. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What it is.
    pub kind: Kind,
    /// What found it.
    pub layer: Layer,
    /// How many encodings deep it stands; 0 in the text itself.
    pub depth: u8,
    /// Where, in bytes.
    pub span: Range<usize>,
}

/// What a key says of its whole value.
#[derive(Clone, Debug)]
pub struct Named(Said);

/// Kinds that are found by structure and shape rather than by a rule of a rule file.
const OWN_KINDS: &[&str] = &[
    "api-key",
    "basic-credentials",
    "bearer-token",
    "cookie",
    "jwt",
    "password",
    "password-hash",
    "private-key",
    "query-value",
    "secret",
    "token",
    "url-credentials",
];

/// Finds what must not be stored inside texts that are otherwise kept.
#[derive(Clone, Debug)]
pub struct Detector {
    detection: Detection,
    marks: Marks,
}

impl Detector {
    /// The detector that looks for this.
    pub fn new(detection: &Detection) -> Self {
        let personal = Switch::ALL.iter().map(|switch| switch.kind());
        let marks = Marks::of(OWN_KINDS.iter().copied().chain(personal).chain(detection.rules.kinds()));
        Self { detection: detection.clone(), marks }
    }

    /// The marks that it leaves.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Masks everything that is found in a text.
    ///
    /// # Errors
    /// When it cannot be judged: the text must then be withheld whole.
    pub fn mask<'a>(&self, text: &'a str, personal: Personal) -> Result<Masked<'a>, Failure> {
        self.mask_with(text, personal, &|_| None)
    }

    /// The same, with something else than its mark in place of a find for which `write` says what. What it writes must
    /// be a form that [`Marks`] knows inside a text.
    ///
    /// # Errors
    /// As [`Self::mask`].
    pub fn mask_with<'a>(
        &self,
        text: &'a str,
        personal: Personal,
        write: &dyn Fn(&Found) -> Option<String>,
    ) -> Result<Masked<'a>, Failure> {
        self.guarded(text, None, personal, write)
    }

    /// What a key, an argument's or an attribute's name says of its value as a whole; none when nothing.
    pub fn names_secret(&self, key: &str) -> Option<Named> {
        names::said(key.as_bytes()).map(Named)
    }

    /// The same as [`Self::mask_with`], for the value of a key of which [`Self::names_secret`] said something.
    ///
    /// # Errors
    /// As [`Self::mask`].
    pub fn mask_value<'a>(
        &self,
        text: &'a str,
        named: &Named,
        personal: Personal,
        write: &dyn Fn(&Found) -> Option<String>,
    ) -> Result<Masked<'a>, Failure> {
        self.guarded(text, Some(named), personal, write)
    }

    /// How everything that [`Self::mask`] masks first was found, in the order of the text.
    ///
    /// # Errors
    /// As [`Self::mask`].
    pub fn explain(&self, text: &str, personal: Personal) -> Result<Vec<Trace>, Failure> {
        withheld_on_panic(|| {
            let text = self.text(text)?;
            let merged = hits::merge(text, self.sightings(text, None, personal)?);
            Ok(merged
                .into_iter()
                .map(|merged| Trace {
                    kind: merged.first.hit.kind,
                    layer: merged.first.layer,
                    depth: merged.first.depth,
                    span: merged.span,
                })
                .collect())
        })
    }

    /// Masks the secrets in an argument vector: what a shell would have been given as words.
    pub fn mask_vector(&self, words: &mut [String], found: &mut Vec<Found>) {
        structure::mask_vector(&self.marks, words, &mut |kind, secret| {
            let layer = Layer::Structure;
            found.push(Found { kind: kind.clone(), secret: secret.into(), layer, depth: 0, marked: true });
        });
    }

    fn text<'a>(&'a self, text: &'a str) -> Result<Text<'a>, Failure> {
        if text.len() > LONGEST_SCANNED { Err(Failure::TooLong) } else { Ok(Text { text, marks: &self.marks }) }
    }

    fn guarded<'a>(
        &self,
        text: &'a str,
        named: Option<&Named>,
        personal: Personal,
        write: &dyn Fn(&Found) -> Option<String>,
    ) -> Result<Masked<'a>, Failure> {
        withheld_on_panic(|| self.to_rest(text, named, personal, write))
    }

    fn to_rest<'a>(
        &self,
        text: &'a str,
        named: Option<&Named>,
        personal: Personal,
        write: &dyn Fn(&Found) -> Option<String>,
    ) -> Result<Masked<'a>, Failure> {
        self.text(text)?;
        let mut current = Cow::Borrowed(text);
        let mut found = Vec::new();
        for _ in 0..PASSES {
            let text = self.text(&current)?;
            let sightings = self.sightings(text, named, personal)?;
            let merged = if sightings.is_empty() { Vec::new() } else { hits::merge(text, sightings) };
            if merged.is_empty() {
                return Ok(Masked { text: current, found });
            }
            current = Cow::Owned(hits::replace(text, merged, write, &mut found));
        }
        Err(Failure::NotAtRest)
    }

    /// What all scans see in a text and in its views, as stretches of the text.
    fn sightings(&self, text: Text<'_>, named: Option<&Named>, personal: Personal) -> Result<Vec<Sighting>, Failure> {
        let mut sightings = Vec::new();
        let mut hits = Hits::default();
        self.scan(text, personal, &mut hits, |layer, hit| sightings.push(Sighting { hit, layer, depth: 0 }));
        let calls = Calls::of(text.bytes());
        if !calls.none() {
            let views = Views::of(text.text, calls)?;
            for view in views.iter() {
                self.look_through(text, &views, view, personal, &mut hits, &mut sightings);
            }
        }
        if let Some(hit) = named.and_then(|named| whole(text.text, named)) {
            sightings.push(Sighting { hit, layer: Layer::Key, depth: 0 });
        }
        sightings.sort_by_key(|sighting| sighting.layer);
        Ok(sightings)
    }

    /// What all scans see in one view.
    fn look_through(
        &self,
        text: Text<'_>,
        views: &Views,
        view: &View,
        personal: Personal,
        hits: &mut Hits,
        sightings: &mut Vec<Sighting>,
    ) {
        let seen = Text { text: &view.text, marks: text.marks };
        let mut see = |layer, mut hit: Hit| {
            hit.span = seen.text.floor_char_boundary(hit.span.start)..seen.text.ceil_char_boundary(hit.span.end);
            let said = seen.text.get(hit.span.clone()).unwrap_or_default();
            if text.marks.is_mark(said) {
                return;
            }
            hit.secret.get_or_insert_with(|| said.into());
            hit.span = views.outward(view, hit.span, layer == Layer::Personal);
            sightings.push(Sighting { hit, layer, depth: view.depth });
        };
        self.scan(seen, personal, hits, &mut see);
        if view.is_run() {
            let run = views.outward(view, 0..seen.text.len(), true);
            let before = text.bytes().get(run.start.saturating_sub(BEFORE)..run.start).unwrap_or_default();
            if let Some(span) = credentials::password(seen.text, before) {
                see(Layer::Structure, Hit { span, kind: credentials::KIND, secret: None });
            }
        }
    }

    /// Runs all scans over one text, with `hits` as their working space, which is left empty.
    fn scan(&self, text: Text<'_>, personal: Personal, hits: &mut Hits, mut see: impl FnMut(Layer, Hit)) {
        let present = Present::of(text.bytes());
        self.detection.rules.scan(text, hits);
        let rules = hits.0.len();
        structure::scan(text, hits);
        let told = hits.0.len();
        if personal == Personal::Mask {
            personal::scan(text, present, self.detection.personal, hits);
        }
        let shapes = hits.0.len();
        if self.detection.entropy && present.has(Present::DIGIT) {
            entropy::scan(text, hits);
        }
        for (rank, hit) in hits.0.drain(..).enumerate() {
            let layer = match rank {
                _ if rank < rules => Layer::Rule,
                _ if rank < told => Layer::Structure,
                _ if rank < shapes => Layer::Personal,
                _ => Layer::Entropy,
            };
            see(layer, hit);
        }
    }
}

impl Default for Detector {
    fn default() -> Self {
        Self::new(&Detection::default())
    }
}

/// A scan that fails is our own fault; what it read must not be stored for it.
fn withheld_on_panic<T>(judge: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    std::panic::catch_unwind(AssertUnwindSafe(judge)).unwrap_or(Err(Failure::Panicked))
}

/// The secret that a value is as a whole, as its key says.
fn whole(text: &str, Named(said): &Named) -> Option<Hit> {
    let value = text.trim();
    let start = text.len() - text.trim_start().len();
    let (kind, skipped) = match said {
        Said::Secret(kind) => (kind.clone(), 0),
        Said::SecretIfOpaque(kind) if value::is_opaque(value.as_bytes()) => (kind.clone(), 0),
        Said::SecretIfOpaque(_) => return None,
        Said::Cookie => (Kind::own("cookie"), 0),
        // `Bearer abc`: the scheme says nothing secret.
        Said::Authorization => {
            let scheme = value.find(' ').filter(|end| {
                value
                    .get(..*end)
                    .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
            });
            (Kind::own("secret"), scheme.map_or(0, |end| end + 1))
        }
    };
    let secret = value.get(skipped..).unwrap_or_default();
    if value::is_reference(secret.as_bytes()) || is_plain(secret) {
        return None;
    }
    Some(Hit { span: start + skipped..start + value.len(), kind, secret: None })
}

/// Whether a value is plainly no secret whatever its key says: a small number.
fn is_plain(value: &str) -> bool {
    value.len() <= 3 && value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
