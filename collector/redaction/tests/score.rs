//! The scorer of the shared corpus, ported: what is left of the secrets, what is gone of the rest.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use regex::Regex;
use serde::Deserialize;

/// A labelled text.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) label: Label,
    /// The kind of secret, or of clean text.
    pub(crate) group: String,
    pub(crate) tool: String,
    pub(crate) arg: String,
    pub(crate) text: String,
    /// Where its secret is; several stretches are parts of one.
    pub(crate) spans: Vec<Span>,
}

/// The rows of a packed file of them.
pub(crate) fn unpacked(packed: &[u8]) -> Vec<Row> {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Label {
    Secret,
    Pii,
    Clean,
}

/// A stretch of a secret, in code points.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// How many of its first characters are the public prefix of the vendor.
    pub(crate) prefix: usize,
}

/// A share of something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) part: usize,
    pub(crate) whole: usize,
}

impl Share {
    fn add(&mut self, part: usize, whole: usize) {
        self.part += part;
        self.whole += whole;
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of characters in a test's corpus")]
    pub(crate) fn rate(self) -> f64 {
        if self.whole == 0 { 0.0 } else { self.part as f64 / self.whole as f64 }
    }
}

/// What a redactor did to the rows.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Secrets of which nothing useful is left, by kind.
    pub(crate) kinds: BTreeMap<String, Share>,
    /// The same for personal data.
    pub(crate) personal: BTreeMap<String, Share>,
    /// Secret characters that are left.
    pub(crate) leaked: Share,
    /// Clean rows that were changed at all, by group.
    pub(crate) changed: BTreeMap<String, Share>,
    /// Characters of harmless words that are gone, on clean rows and on rows with a secret.
    pub(crate) gone_clean: Share,
    pub(crate) gone_secret: Share,
    /// Ids of rows whose secret is left, and of clean rows that were changed.
    pub(crate) missed: Vec<String>,
    pub(crate) marred: Vec<String>,
}

impl Report {
    pub(crate) fn recall(&self) -> f64 {
        total(&self.kinds).rate()
    }

    pub(crate) fn false_positives(&self) -> f64 {
        total(&self.changed).rate()
    }

    /// The kind that is found least often.
    pub(crate) fn worst(&self) -> Option<(&str, f64)> {
        let kinds = self.kinds.iter().map(|(kind, share)| (kind.as_str(), share.rate()));
        kinds.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// The bounds that the gate asks for and that do not hold.
    pub(crate) fn broken(&self) -> Vec<String> {
        let worst = self.worst().map_or(1.0, |(_, rate)| rate);
        let bounds = [
            ("secret recall", self.recall() >= 0.97),
            ("leaked characters", self.leaked.rate() <= 0.01),
            ("worst kind", worst >= 0.75),
            ("clean rows changed", self.false_positives() <= 0.03),
            ("over-redaction on clean rows", self.gone_clean.rate() <= 0.05),
            ("over-redaction on secret rows", self.gone_secret.rate() <= 0.05),
        ];
        bounds.into_iter().filter(|(_, holds)| !holds).map(|(bound, _)| bound.to_owned()).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (worst, rate) = self.worst().unwrap_or(("none", 1.0));
        write!(
            f,
            "{} kinds: recall {:.4}, leaked {:.4}, worst {worst} {rate:.2}, personal {:.4}, clean rows changed {:.4}, \
             over-redaction {:.4} on clean rows and {:.4} on secret rows",
            self.kinds.len(),
            self.recall(),
            self.leaked.rate(),
            total(&self.personal).rate(),
            self.false_positives(),
            self.gone_clean.rate(),
            self.gone_secret.rate(),
        )
    }
}

fn total(shares: &BTreeMap<String, Share>) -> Share {
    shares.values().fold(Share::default(), |mut sum, share| {
        sum.add(share.part, share.whole);
        sum
    })
}

/// Scores what is stored of each row; none where nothing is.
pub(crate) fn score<'a>(rows: impl IntoIterator<Item = (&'a Row, Option<&'a str>)>) -> Report {
    let mut report = Report::default();
    for (row, stored) in rows {
        let stored = stored.unwrap_or_default();
        let characters: Vec<char> = row.text.chars().collect();
        let (gone, harmless) = gone(row, &characters, stored);
        if row.label == Label::Clean {
            let changed = stored != row.text;
            report.gone_clean.add(gone, harmless);
            report.changed.entry(row.group.clone()).or_default().add(usize::from(changed), 1);
            if changed {
                report.marred.push(row.id.clone());
            }
            continue;
        }
        let (mut left, mut size) = (0, 0);
        for span in &row.spans {
            let body = characters.get(span.start + span.prefix..span.end).unwrap_or_default();
            left += leaked(body, stored);
            size += body.len();
        }
        // More than a fifth, and more than four characters of a long one.
        let is_left = 5 * left > size.max(if size > 16 { 20 } else { 0 });
        let kinds = if row.label == Label::Secret { &mut report.kinds } else { &mut report.personal };
        kinds.entry(row.group.clone()).or_default().add(usize::from(!is_left), 1);
        if row.label == Label::Secret {
            report.gone_secret.add(gone, harmless);
            report.leaked.add(left, size);
            if is_left {
                report.missed.push(row.id.clone());
            }
        }
    }
    report
}

/// The shortest run of a secret's characters that gives it away.
const RUN: usize = 5;

/// The frames of private keys, which are no secret.
static FRAMES: LazyLock<String> = LazyLock::new(|| {
    let begin = ["RSA ", "EC ", "OPENSSH "].map(|kind| format!("-----BEGIN {kind}PRIVATE KEY----- "));
    let end =
        "-----END PGP PRIVATE KEY BLOCK----- -----END RSA -----END EC -----END OPENSSH PRIVATE KEY----- -----BEGIN PGP";
    format!("{}{end}", begin.concat())
});

/// How many characters of a secret are in what is stored.
fn leaked(secret: &[char], stored: &str) -> usize {
    if secret.len() <= RUN {
        return if stored.contains(&secret.iter().collect::<String>()) { secret.len() } else { 0 };
    }
    let mut left = BTreeSet::new();
    for (at, run) in secret.windows(RUN).enumerate() {
        let telling = run.iter().filter(|character| character.is_alphanumeric()).count() >= 4;
        let run: String = run.iter().collect();
        if telling && !FRAMES.contains(&run) && stored.contains(&run) {
            left.extend(at..at + RUN);
        }
    }
    left.len()
}

static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\w{3,}").unwrap());

/// What a policy may hide besides secrets: addresses of people and of machines.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\w.+-]+@[\w.-]+|\d{1,3}(?:\.\d{1,3}){3}").unwrap());

/// How many characters of harmless words are gone, and how many there were.
fn gone(row: &Row, characters: &[char], stored: &str) -> (usize, usize) {
    let offsets: Vec<usize> = row.text.char_indices().map(|(at, _)| at).chain([row.text.len()]).collect();
    let mut spared: Vec<_> = row.spans.iter().map(|span| offsets[span.start]..offsets[span.end]).collect();
    spared.extend(ADDRESS.find_iter(&row.text).map(|address| address.range()));
    let mut kept: HashMap<&str, usize> = HashMap::new();
    for word in WORD.find_iter(stored) {
        *kept.entry(word.as_str()).or_default() += 1;
    }
    let (mut gone, mut all) = (0, 0);
    for word in WORD.find_iter(&row.text) {
        if spared.iter().any(|spared| word.start() < spared.end && spared.start < word.end()) {
            continue;
        }
        let size = word.as_str().chars().count();
        all += size;
        match kept.get_mut(word.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ if !stored.contains(word.as_str()) => gone += size,
            _ => {}
        }
    }
    debug_assert!(all <= characters.len());
    (gone, all)
}
