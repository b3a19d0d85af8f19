//! A policy that is tried beside the real one: it sees a share of the requests, and what it would have done is counted.
//! Nothing of what it makes is stored or logged, and whatever goes wrong with it leaves the request alone.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use barograph_proto::row::{Attribute, Cells, Event, MetricPoint, Row, Rows, Span};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::{Redacted, RedactedRows, Redactor};

/// A request may be held up this long; what is left of it then is not looked at.
const BUDGET: Duration = Duration::from_millis(100);

/// So many rows are redacted between two looks at the clock.
const ROWS_AT_ONCE: usize = 64;

/// The policy, and what it would have done so far.
#[derive(Debug)]
pub struct Shadow {
    redactor: Redactor,
    /// Share of the requests that it sees, 0 to 1.
    share: f64,
    /// Requests so far.
    requests: AtomicU64,
    // A std mutex: held to add numbers up, once a request.
    told: Mutex<ShadowTold>,
    metrics: ShadowMetrics,
}

/// What a shadow policy would have done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShadowTold {
    /// Values that both store alike.
    pub same: u64,
    /// Values of which the shadow takes out more.
    pub more: u64,
    /// Values of which it takes out less.
    pub less: u64,
    /// Values of which it keeps as much, written otherwise.
    pub other: u64,
    /// Rows that it was not shown, because it failed or the request had taken long enough.
    pub left_out: u64,
    /// What was found and done, as the column `redaction_kinds` has it: by the real policy, by the shadow.
    pub finds: BTreeMap<String, (u64, u64)>,
    /// Rows by what became of them: by the real policy, by the shadow.
    pub outcomes: BTreeMap<(String, String), u64>,
}

/// What is counted of all shadow policies. Cheap to clone: all clones count together.
#[derive(Clone, Debug, Default)]
pub struct ShadowMetrics {
    values: Family<ChangeLabels, Counter>,
    finds: Family<FindLabels, Counter>,
    rows: Family<OutcomeLabels, Counter>,
    left_out: Counter,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ChangeLabels {
    /// same, more, less or other.
    change: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FindLabels {
    /// A kind of the detector, or a reason.
    kind: String,
    /// real or shadow.
    policy: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    real: String,
    shadow: String,
}

impl ShadowMetrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let registry = registry.sub_registry_with_prefix("barograph_redaction_shadow");
        registry.register(
            "values",
            "Values by how much of them the shadow policy would have taken out, beside the real one",
            metrics.values.clone(),
        );
        registry.register("finds", "What either policy found or did, by kind", metrics.finds.clone());
        registry.register("rows", "Rows by what became of them under either policy", metrics.rows.clone());
        registry.register(
            "rows_left_out",
            "Rows that the shadow policy was not shown: it failed, or their request had taken long enough",
            metrics.left_out.clone(),
        );
        metrics
    }

    fn add(&self, told: &ShadowTold) {
        for (change, values) in [("same", told.same), ("more", told.more), ("less", told.less), ("other", told.other)] {
            self.values.get_or_create(&ChangeLabels { change }).inc_by(values);
        }
        for (kind, (real, shadow)) in &told.finds {
            for (policy, finds) in [("real", *real), ("shadow", *shadow)] {
                self.finds.get_or_create(&FindLabels { kind: kind.clone(), policy }).inc_by(finds);
            }
        }
        for ((real, shadow), rows) in &told.outcomes {
            self.rows.get_or_create(&OutcomeLabels { real: real.clone(), shadow: shadow.clone() }).inc_by(*rows);
        }
        self.left_out.inc_by(told.left_out);
    }
}

impl Shadow {
    /// A policy that sees a share of the requests, 0 to 1.
    pub fn new(redactor: Redactor, share: f64, metrics: ShadowMetrics) -> Self {
        Self { redactor, share, requests: AtomicU64::new(0), told: Mutex::default(), metrics }
    }

    /// What it would have done since it was made.
    pub fn told(&self) -> ShadowTold {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a request, and says whether it is this one's turn: then its rows are to be compared, once the real policy has
    /// had them.
    pub(crate) fn is_due(&self) -> bool {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        // Turns are spread evenly: a share of 1/4 sees every fourth request.
        #[expect(clippy::cast_precision_loss, reason = "no server sees 2^52 requests")]
        let turns = |requests: u64| (requests as f64 * self.share).floor();
        turns(request + 1) > turns(request)
    }

    /// Redacts the rows of a request by the shadow policy, and counts how that differs from what the real one made.
    pub(crate) fn compare(&self, sent: Rows, real: &RedactedRows) {
        let started = Instant::now();
        let mut told = ShadowTold::default();
        let Rows { events, spans, metric_points } = sent;
        let of_events = |rows: Vec<Event>| self.redactor.redact(Rows { events: rows, ..Rows::default() }).events;
        let of_spans = |rows: Vec<Span>| self.redactor.redact(Rows { spans: rows, ..Rows::default() }).spans;
        let of_points = |rows: Vec<MetricPoint>| {
            self.redactor.redact(Rows { metric_points: rows, ..Rows::default() }).metric_points
        };
        table(events, &real.events, of_events, started, &mut told);
        table(spans, &real.spans, of_spans, started, &mut told);
        table(metric_points, &real.metric_points, of_points, started, &mut told);
        self.metrics.add(&told);
        self.told.lock().unwrap_or_else(PoisonError::into_inner).add(told);
    }
}

impl ShadowTold {
    fn add(&mut self, more: Self) {
        self.same += more.same;
        self.more += more.more;
        self.less += more.less;
        self.other += more.other;
        self.left_out += more.left_out;
        for (kind, (real, shadow)) in more.finds {
            let sum = self.finds.entry(kind).or_default();
            (sum.0, sum.1) = (sum.0 + real, sum.1 + shadow);
        }
        for (outcomes, rows) in more.outcomes {
            *self.outcomes.entry(outcomes).or_default() += rows;
        }
    }

    fn row<R: Row>(&mut self, real: &Redacted<R>, shadow: &Redacted<R>) {
        let (mut of_real, mut of_shadow) = (Texts::default(), Texts::default());
        real.clone().cells(&mut of_real);
        shadow.clone().cells(&mut of_shadow);
        for (real, shadow) in of_real.0.iter().zip(&of_shadow.0).filter(|(real, _)| !real.is_empty()) {
            let change = match kept(shadow).cmp(&kept(real)) {
                _ if real == shadow => &mut self.same,
                std::cmp::Ordering::Less => &mut self.more,
                std::cmp::Ordering::Greater => &mut self.less,
                std::cmp::Ordering::Equal => &mut self.other,
            };
            *change += 1;
        }
        let (real, shadow) = (real.row().origin(), shadow.row().origin());
        for (kind, count) in &real.redaction_kinds {
            self.finds.entry(kind.clone()).or_default().0 += u64::try_from(*count).unwrap_or(0);
        }
        for (kind, count) in &shadow.redaction_kinds {
            self.finds.entry(kind.clone()).or_default().1 += u64::try_from(*count).unwrap_or(0);
        }
        let outcomes = (real.redaction_outcome.clone(), shadow.redaction_outcome.clone());
        *self.outcomes.entry(outcomes).or_default() += 1;
    }
}

/// Compares the rows of one table, some at a time. Those that a panic or the clock leaves over are only counted.
fn table<R: Row>(
    sent: Vec<R>,
    real: &[Redacted<R>],
    redact: impl Fn(Vec<R>) -> Vec<Redacted<R>>,
    started: Instant,
    told: &mut ShadowTold,
) {
    let mut sent = sent.into_iter();
    for real in real.chunks(ROWS_AT_ONCE) {
        let rows: Vec<R> = sent.by_ref().take(real.len()).collect();
        let judged = (started.elapsed() < BUDGET).then(|| {
            catch_unwind(AssertUnwindSafe(|| {
                let mut told = ShadowTold::default();
                real.iter().zip(&redact(rows)).for_each(|(real, shadow)| told.row(real, shadow));
                told
            }))
        });
        match judged {
            Some(Ok(judged)) => told.add(judged),
            Some(Err(_)) | None => told.left_out += real.len() as u64,
        }
    }
}

/// The texts of a row as they would be stored, each value one text.
#[derive(Default)]
struct Texts(Vec<String>);

impl Cells for Texts {
    fn text(&mut self, column: &'static str, value: &mut String) {
        // Ours, not the sender's: the hash of the policy is bound to differ.
        if column != "tenant" && !column.starts_with("redaction_") {
            self.0.push(std::mem::take(value));
        }
    }
    fn json(&mut self, _: &'static str, value: &mut String) {
        self.0.push(std::mem::take(value));
    }
    fn time(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn int(&mut self, _: &'static str, _: &mut Option<i64>) {}
    fn float(&mut self, _: &'static str, _: &mut Option<f64>) {}
    fn flag(&mut self, _: &'static str, _: &mut Option<bool>) {}
    fn attributes(&mut self, _: &'static str, attributes: &mut Vec<Attribute>) {
        self.0.extend(
            std::mem::take(attributes).into_iter().map(|attribute| format!("{}={}", attribute.key, attribute.value)),
        );
    }
    fn counts(&mut self, _: &'static str, _: &mut BTreeMap<String, i64>) {}
    fn names(&mut self, _: &'static str, _: &mut BTreeMap<String, String>) {}
}

/// How much of a stored text is not a form or mark, bytes. Brackets that the sender wrote count the same on both sides.
fn kept(text: &str) -> usize {
    let mut left = text.len();
    let mut rest = text;
    while let Some((_, inner)) = rest.split_once('[') {
        let end = inner
            .find(|letter: char| !(letter.is_ascii_lowercase() || letter.is_ascii_digit() || ":#/-".contains(letter)));
        rest = inner;
        if let Some(end) = end.filter(|end| *end > 0 && inner.as_bytes().get(*end) == Some(&b']')) {
            left -= end + 2;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use barograph_redaction::policy::Policy;

    use super::*;
    use crate::redact::testing;

    #[test]
    fn forms_and_marks_are_not_kept() {
        for (text, expected) in [
            ("", 0),
            ("[prompt:24:1a2b3c4d5e6f7a8b]", 0),
            ("[path:2:1a2b/3c4d]", 0),
            ("a [github-pat] b", 4),
            ("[\"x\"]", 5),
            ("[", 1),
            ("[[card]]", 2),
            ("[]", 2),
            ("[é]", 4),
        ] {
            assert_eq!(kept(text), expected, "{text}");
        }
    }

    fn policy(name: &str, rules: &str) -> Redactor {
        let text = format!("version = 1\nname = \"{name}\"\nextends = \"default\"\n{rules}");
        let load: barograph_redaction::policy::Load<'_> = &mut |_| Err(std::io::ErrorKind::NotFound.into());
        Redactor::new(Policy::parse(&text, Path::new(name), load).unwrap(), testing::keys())
    }

    fn rows(commands: &[&str]) -> Rows {
        let event = |command: &&str| {
            let mut event = Event::default();
            event.call.tool_name = "Bash".to_owned();
            (*command).clone_into(&mut event.call.command);
            event
        };
        Rows { events: commands.iter().map(event).collect(), ..Rows::default() }
    }

    const HASHES: &str = "[[rule]]\ntool = \"*\"\nargument = \"command\"\ndo = [\"hash(shut)\"]\n";

    fn told(real: &Redactor, shadow: Redactor, commands: &[&str]) -> ShadowTold {
        let shadow = Shadow::new(shadow, 1.0, ShadowMetrics::default());
        assert!(shadow.is_due());
        shadow.compare(rows(commands), &real.redact(rows(commands)));
        shadow.told()
    }

    #[test]
    fn what_a_shadow_would_take_out_is_counted_both_ways() {
        let commands = ["ls -l", "cargo test", "deploy --password Xk29fLw84vQz"];
        let stricter = told(&policy("open", ""), policy("shut", HASHES), &commands);
        // The command of each row; the tool's name is stored alike.
        assert_eq!((stricter.same, stricter.more, stricter.less), (3, 3, 0), "{stricter:?}");
        assert_eq!(stricter.finds.get("hashed:shut"), Some(&(0, 3)));
        assert_eq!(stricter.finds.get("password"), Some(&(1, 0)));
        assert_eq!(stricter.outcomes.get(&("kept".to_owned(), "redacted".to_owned())), Some(&2));
        let laxer = told(&policy("shut", HASHES), policy("open", ""), &commands);
        assert_eq!((laxer.same, laxer.more, laxer.less), (3, 0, 3), "{laxer:?}");
        let same = told(&policy("open", ""), policy("as-open", ""), &commands);
        assert_eq!((same.same, same.more + same.less + same.other), (6, 0), "{same:?}");
    }

    #[test]
    fn a_shadow_sees_its_share_of_the_requests() {
        for (share, expected) in [(0.0, 0), (0.25, 25), (0.5, 50), (1.0, 100)] {
            let shadow = Shadow::new(policy("open", ""), share, ShadowMetrics::default());
            let seen = (0..100).filter(|_| shadow.is_due()).count();
            assert_eq!(seen, expected, "{share}");
        }
    }

    #[test]
    fn what_fails_or_comes_too_late_is_only_counted() {
        let real = policy("open", "").redact(rows(&["ls"; 100])).events;
        let mut told = ShadowTold::default();
        let panics = |rows: Vec<Event>| {
            assert!(rows.len() != 36, "the last rows are too much for it");
            policy("open", "").redact(Rows { events: rows, ..Rows::default() }).events
        };
        table(rows(&["ls"; 100]).events, &real, panics, Instant::now(), &mut told);
        assert_eq!((told.same, told.left_out), (128, 36), "{told:?}");

        let mut told = ShadowTold::default();
        let late = Instant::now().checked_sub(BUDGET).unwrap();
        table(rows(&["ls"; 100]).events, &real, |_| unreachable!(), late, &mut told);
        assert_eq!(told, ShadowTold { left_out: 100, ..ShadowTold::default() });
    }
}
