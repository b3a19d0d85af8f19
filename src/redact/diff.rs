//! `barograph redact diff`: what another policy would do with what is recorded. Counts, never values.
//!
//! What is recorded has been redacted once. So this tells where the policies decide otherwise, and what the new one
//! would still find in what is stored; it cannot tell what either would find in what was taken out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use barograph_proto::tables::Table;
use barograph_query::archive::Archive;
use barograph_query::questions::record::{self, Placed, Record};
use barograph_redaction::detect::{Detector, Personal};
use barograph_redaction::policy::{Caller, Detection, Policy, Steps, Target, Then, text_columns};
use serde::Serialize;
use serde_json::Value;

use super::written;
use crate::ask;
use crate::cli::redact::{DiffArguments, Report};
use crate::config::{Config, Settings};
use crate::policies::PolicySource;

/// Records that are read at once.
const PAGE: usize = 5_000;

const LIMIT: &str = "What is recorded was redacted when it came. What its policy took out is gone: it is not found \
                     again, and where the new policy would keep it, only new records will show it.";

/// Two policies, compared.
#[derive(Debug, Serialize)]
struct Comparison {
    old: PolicyTold,
    new: PolicyTold,
    /// Records looked at, by table.
    records: BTreeMap<&'static str, usize>,
    /// Values that they hold.
    values: u64,
    /// What would change, commonest first.
    changes: Vec<Change>,
    /// What must be known to read it.
    limit: &'static str,
}

#[derive(Debug, Serialize)]
struct PolicyTold {
    name: String,
    hash: String,
    source: String,
}

/// Values of one name that the policies would treat otherwise.
#[derive(Clone, Debug, Serialize)]
struct Change {
    what: What,
    /// `argument command of tool Bash`, `attribute prompt`, `column url`.
    target: String,
    /// What the old policy does, in its words.
    old: String,
    /// What the new one does.
    new: String,
    values: u64,
    /// What would newly be found in what is stored, by kind.
    finds: BTreeMap<String, u64>,
}

/// In what way a value would be treated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Kept, wholly or in part, by the old policy, and hidden by the new.
    NewlyWithheld,
    /// Hidden by the old policy, and kept by the new.
    NewlyKept,
    /// Treated otherwise in some other way.
    OtherAction,
    /// The new policy's detection finds more in what is stored.
    NewlyFound,
}

impl What {
    const ALL: [Self; 4] = [Self::NewlyWithheld, Self::NewlyKept, Self::OtherAction, Self::NewlyFound];

    fn words(self) -> &'static str {
        match self {
            Self::NewlyWithheld => "newly withheld",
            Self::NewlyKept => "newly kept (in new records only)",
            Self::OtherAction => "treated otherwise",
            Self::NewlyFound => "newly found in what is stored",
        }
    }

    fn of(old: &Steps, new: &Steps) -> Self {
        match (old.then.hides(), new.then.hides()) {
            (false, true) => Self::NewlyWithheld,
            (true, false) => Self::NewlyKept,
            _ => Self::OtherAction,
        }
    }
}

/// Compares two policies over a data folder.
pub(super) async fn run(arguments: DiffArguments) -> anyhow::Result<ExitCode> {
    let DiffArguments { old, new, max_rows, format, data_dir, config } = arguments;
    let config = Config::load(config.as_deref(), std::env::vars_os(), Settings { data_dir, ..Settings::default() })?;
    let (old, new) = (Side::read(old)?, Side::read(new)?);
    ask::ensure_data_folder(&config)?;
    let archive = Archive::open(ask::archive_config(&config)?).await?;
    let mut counted = Counted::new(&old, &new);
    for table in Table::ALL {
        let mut last: Option<Placed> = None;
        let mut left = max_rows;
        while left > 0 {
            let page = record::newest(&archive, table, last.as_ref(), left.min(PAGE)).await?;
            let Some(end) = page.last().cloned() else { break };
            for placed in &page {
                counted.record(&placed.record);
            }
            left -= page.len();
            last = Some(end);
        }
        counted.records.insert(table.name(), max_rows - left);
    }
    let told = counted.told();
    let out = io::stdout().lock();
    written(match format {
        Report::Json => json(&told, out),
        Report::Text => words(&told, out),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// One of the two policies, ready to decide and to search.
struct Side {
    source: PolicySource,
    policy: Policy,
    detector: Detector,
}

impl Side {
    fn read(source: PolicySource) -> anyhow::Result<Self> {
        let policy = source.read()?;
        let detector = Detector::new(policy.detection());
        Ok(Self { source, policy, detector })
    }

    fn told(&self) -> PolicyTold {
        PolicyTold {
            name: self.policy.name().to_owned(),
            hash: self.policy.hash().to_owned(),
            source: self.source.to_string(),
        }
    }

    /// What is found in a text that is kept, by kind. A text that cannot be judged counts as one find.
    fn finds(&self, steps: &Steps, text: &str) -> BTreeMap<String, u64> {
        let mut finds = BTreeMap::new();
        let Some(personal) = steps.detect.filter(|_| !steps.then.hides()) else { return finds };
        match self.detector.mask(text, personal) {
            Ok(masked) => masked.found.iter().for_each(|found| *finds.entry(found.kind.to_string()).or_default() += 1),
            Err(failure) => drop(finds.insert(format!("withheld: {failure}"), 1)),
        }
        finds
    }
}

/// Which change of which name: what changes are counted by.
type Key = (What, String, String, String);

struct Counted<'a> {
    old: &'a Side,
    new: &'a Side,
    /// Whether both detect alike, so that only their rules can differ.
    detect_alike: bool,
    records: BTreeMap<&'static str, usize>,
    values: u64,
    changes: HashMap<Key, (u64, BTreeMap<String, u64>)>,
    /// The columns that policies decide about.
    columns: Arc<BTreeSet<&'static str>>,
}

impl<'a> Counted<'a> {
    fn new(old: &'a Side, new: &'a Side) -> Self {
        let detect_alike = alike(old.policy.detection(), new.policy.detection());
        Self {
            old,
            new,
            detect_alike,
            records: BTreeMap::new(),
            values: 0,
            changes: HashMap::new(),
            columns: Arc::new(text_columns()),
        }
    }

    fn record(&mut self, record: &Record) {
        let columns = Arc::clone(&self.columns);
        let cell = |name: &str| {
            record.columns.iter().find(|(column, _)| column == name).map_or("", |(_, value)| value.as_str())
        };
        let caller = Caller { agent: cell("agent"), tool: cell("tool_name") };
        for (name, value) in record.columns.iter().filter(|(name, _)| columns.contains(name.as_str())) {
            self.value(caller, Target::Column(name), value);
        }
        for (key, value) in record.attributes.iter().chain(&record.resource_attributes) {
            self.value(caller, Target::Attribute(key), value);
        }
    }

    /// Counts one stored value; where both policies take it apart, the values inside.
    fn value(&mut self, caller: Caller<'_>, target: Target<'_>, text: &str) {
        let (old, new) = (self.old.policy.decide(caller, target), self.new.policy.decide(caller, target));
        let inside = match (&old.steps.then, &new.steps.then) {
            (Then::Arguments, Then::Arguments) => Some(true),
            (Then::Attributes, Then::Attributes) => Some(false),
            _ => None,
        };
        if let (Some(arguments), Ok(json @ (Value::Object(_) | Value::Array(_)))) = (inside, serde_json::from_str(text))
        {
            return self.json(caller, arguments, "", &json);
        }
        self.values += 1;
        let name = || words_of(caller, target);
        if old.steps != new.steps {
            self.count(What::of(&old.steps, &new.steps), name(), &old.steps, &new.steps, BTreeMap::new());
        }
        if !(self.detect_alike && detects(&old.steps) == detects(&new.steps)) {
            let before = self.old.finds(&old.steps, text);
            let mut finds = self.new.finds(&new.steps, text);
            for (kind, count) in &mut finds {
                *count = count.saturating_sub(before.get(kind).copied().unwrap_or(0));
            }
            finds.retain(|_, count| *count > 0);
            if !finds.is_empty() {
                self.count(What::NewlyFound, name(), &old.steps, &new.steps, finds);
            }
        }
    }

    fn json(&mut self, caller: Caller<'_>, arguments: bool, path: &str, json: &Value) {
        match json {
            Value::Object(fields) => {
                for (key, value) in fields {
                    // An argument is named from the top, an attribute by its own key.
                    let path = if path.is_empty() || !arguments { key.clone() } else { format!("{path}.{key}") };
                    self.json(caller, arguments, &path, value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.json(caller, arguments, path, item)),
            Value::String(text) if arguments => self.value(caller, Target::Argument(path), text),
            Value::String(text) => self.value(caller, Target::Attribute(path), text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn count(&mut self, what: What, target: String, old: &Steps, new: &Steps, finds: BTreeMap<String, u64>) {
        let (values, sum) = self.changes.entry((what, target, old.to_string(), new.to_string())).or_default();
        *values += 1;
        for (kind, count) in finds {
            *sum.entry(kind).or_default() += count;
        }
    }

    fn told(self) -> Comparison {
        let Self { old, new, records, values, changes, .. } = self;
        let mut changes: Vec<Change> = changes
            .into_iter()
            .map(|((what, target, old, new), (values, finds))| Change { what, target, old, new, values, finds })
            .collect();
        changes.sort_by(|one, two| {
            one.what.cmp(&two.what).then(two.values.cmp(&one.values)).then_with(|| one.target.cmp(&two.target))
        });
        Comparison { old: old.told(), new: new.told(), records, values, changes, limit: LIMIT }
    }
}

fn alike(old: &Detection, new: &Detection) -> bool {
    let said =
        |detection: &Detection| (detection.personal, detection.entropy, detection.rules.fingerprint().to_owned());
    said(old) == said(new)
}

/// What is searched for in a value of which something is kept.
fn detects(steps: &Steps) -> Option<Personal> {
    steps.detect.filter(|_| !steps.then.hides())
}

fn words_of(caller: Caller<'_>, target: Target<'_>) -> String {
    let (word, name) = match target {
        Target::Column(name) => ("column", name),
        Target::Attribute(key) => ("attribute", key),
        Target::Argument(path) => ("argument", path),
    };
    if caller.tool.is_empty() || word != "argument" {
        format!("{word} {name}")
    } else {
        format!("{word} {name} of tool {}", caller.tool)
    }
}

fn json(told: &Comparison, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, told)?;
    writeln!(out)
}

fn words(told: &Comparison, mut out: impl Write) -> io::Result<()> {
    for (word, PolicyTold { name, hash, source }) in [("old", &told.old), ("new", &told.new)] {
        writeln!(out, "{word}  {name} {hash}, from {source}")?;
    }
    let records: Vec<String> = told.records.iter().map(|(table, rows)| format!("{rows} of {table}")).collect();
    writeln!(out, "looked at the newest records: {}; {} values", records.join(", "), told.values)?;
    for what in What::ALL {
        let changes: Vec<&Change> = told.changes.iter().filter(|change| change.what == what).collect();
        if changes.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", what.words())?;
        for Change { target, old, new, values, finds, .. } in changes {
            let finds: Vec<String> = finds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            let found = if finds.is_empty() { String::new() } else { format!("  found: {}", finds.join(", ")) };
            writeln!(out, "{values:>8}  {target}:  {old}  ->  {new}{found}")?;
        }
    }
    if told.changes.is_empty() {
        writeln!(out, "\nno value would be treated otherwise")?;
    }
    writeln!(out, "\n{}", told.limit)
}
