//! `barograph redact explain`: why a value is kept or withheld. The value itself is never written, only what is stored
//! of it.

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use barograph_collector::redact::Trial;
use barograph_redaction::detect::{Failure, Layer, Trace};
use barograph_redaction::policy::{self, Caller, Target};
use barograph_redaction::rules::{self, Checksum};
use serde::Serialize;

use super::applied::{Ready, TENANT, ready, tally};
use super::input::Input;
use super::written;
use crate::cli::redact::{self as cli, ExplainArguments, Report};

/// All that there is to tell.
#[derive(Debug, Serialize)]
struct Explanation {
    policy: String,
    policy_hash: String,
    policy_source: String,
    agent: String,
    tool: String,
    /// argument, attribute or column.
    target: &'static str,
    name: String,
    /// The rules that match, in order; the default last where it decides.
    rules: Vec<RuleTold>,
    /// Why the one decides that does.
    why: String,
    /// Nothing when no value was given.
    value: Option<ValueTold>,
}

#[derive(Debug, Serialize)]
struct RuleTold {
    /// `file:line`; nothing for the default.
    place: Option<String>,
    /// What it names, such as argument `command` of tool `Bash`; nothing for the default.
    names: Option<String>,
    /// What it does, in the words of the policy.
    does: String,
    decides: bool,
}

/// What became of a value.
#[derive(Debug, Serialize)]
struct ValueTold {
    bytes: usize,
    outcome: &'static str,
    /// What was found and done, each with how often.
    because: std::collections::BTreeMap<String, i64>,
    /// What detection found in the value as it was given, in the order of its places.
    finds: Vec<FindTold>,
    /// Why detection could not judge the value, if so.
    failure: Option<String>,
    /// Nothing where it is withheld.
    stored: Option<String>,
}

/// One find: what and where, never the text.
#[derive(Debug, Serialize)]
struct FindTold {
    kind: String,
    /// Which layer of detection found it: rule, structure, personal, entropy, key.
    layer: &'static str,
    /// How many encodings deep it stands; 0 in the text itself.
    depth: u8,
    /// What the checksum inside a token says, where tokens of its kind have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<&'static str>,
    /// Where it begins, bytes from the start.
    at: usize,
    /// How long it is, bytes.
    length: usize,
}

/// Explains what is asked.
pub(super) fn run(arguments: ExplainArguments) -> anyhow::Result<ExitCode> {
    let ExplainArguments { target, tool, agent, file, format, applied } = arguments;
    let ready = ready(applied)?;
    let text = match &file {
        None if io::stdin().is_terminal() => None,
        file => Some(Input::open(file.as_deref())?.text()?),
    };
    // An empty value is none: standard input may be nobody's.
    let text = text.filter(|text| !text.is_empty());
    let told = explain(&ready, Caller { agent: &agent, tool: &tool }, target, text.as_deref());
    let out = io::stdout().lock();
    written(match format {
        Report::Json => json(&told, out),
        Report::Text => words(&told, out),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn explain(ready: &Ready, caller: Caller<'_>, target: cli::Target, text: Option<&str>) -> Explanation {
    let (word, name) = match (target.argument, target.attribute, target.column) {
        (Some(argument), ..) => ("argument", argument),
        (_, Some(attribute), _) => ("attribute", attribute),
        (.., column) => ("column", column.unwrap_or_default()),
    };
    let target = match word {
        "argument" => Target::Argument(&name),
        "attribute" => Target::Attribute(&name),
        _ => Target::Column(&name),
    };
    let policy = ready.redactor.policy();
    let policy::Explanation { decision, matches, why } = policy.explain(caller, target);
    let mut rules: Vec<RuleTold> = matches.into_iter().map(RuleTold::new).collect();
    if decision.place.is_none() {
        rules.push(RuleTold { place: None, names: None, does: decision.steps.to_string(), decides: true });
    }
    let value = text.map(|text| value(ready, caller, target, text));
    Explanation {
        policy: policy.name().to_owned(),
        policy_hash: policy.hash().to_owned(),
        policy_source: ready.source.to_string(),
        agent: caller.agent.to_owned(),
        tool: caller.tool.to_owned(),
        target: word,
        name,
        rules,
        why,
        value,
    }
}

fn value(ready: &Ready, caller: Caller<'_>, target: Target<'_>, text: &str) -> ValueTold {
    let Caller { agent, tool } = caller;
    let tried = ready.redactor.try_value(Trial { tenant: TENANT, agent, tool, target, text });
    let tally = tally(&ready.redactor, caller, tried.target, text);
    let searched: Result<Vec<Trace>, Failure> = match tried.decision.steps.detect {
        Some(personal) => ready.redactor.engine().detector().explain(text, personal),
        None => Ok(Vec::new()),
    };
    let (finds, failure) = match searched {
        Ok(traces) => (traces.iter().map(|trace| FindTold::new(trace, text)).collect(), None),
        Err(failure) => (Vec::new(), Some(failure.to_string())),
    };
    ValueTold {
        bytes: text.len(),
        outcome: tally.outcome().as_str(),
        because: tally.kinds,
        finds,
        failure,
        stored: tried.stored,
    }
}

impl RuleTold {
    fn new(rule: policy::Match) -> Self {
        let policy::Match { place, names, does, decides } = rule;
        Self { place: Some(place.to_string()), names: Some(names), does, decides }
    }
}

impl FindTold {
    fn new(trace: &Trace, text: &str) -> Self {
        let Trace { kind, layer, depth, span } = trace;
        let layer = match layer {
            Layer::Rule => "rule",
            Layer::Structure => "structure",
            Layer::Personal => "personal",
            Layer::Entropy => "entropy",
            Layer::Key => "key",
        };
        // What is encoded has no checksum in the text itself.
        let found = text.get(span.clone()).filter(|_| *depth == 0).unwrap_or_default();
        let checksum = match rules::certainty(kind, found) {
            Checksum::Right => Some("right"),
            Checksum::Wrong if *depth == 0 => Some("wrong"),
            _ => None,
        };
        Self { kind: kind.to_string(), layer, depth: *depth, checksum, at: span.start, length: span.len() }
    }
}

fn json(told: &Explanation, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, told)?;
    writeln!(out)
}

fn words(told: &Explanation, mut out: impl Write) -> io::Result<()> {
    let Explanation { policy, policy_hash, policy_source, agent, tool, target, name, rules, why, value } = told;
    let of = if tool.is_empty() { String::new() } else { format!(" of tool `{tool}`") };
    writeln!(out, "{target} `{name}`{of}, sent by `{agent}`")?;
    writeln!(out, "policy {policy} {policy_hash}, from {policy_source}\n")?;
    for RuleTold { place, names, does, decides } in rules {
        let verb = if *decides { "decides" } else { "matches too" };
        match (place, names) {
            (Some(place), Some(names)) => writeln!(out, "{verb:<13}{does}  (for {names}, {place})")?,
            _ => writeln!(out, "{verb:<13}{does}  (the default)")?,
        }
    }
    writeln!(out, "{:<13}{why}", "because")?;
    let Some(value) = value else { return Ok(()) };
    writeln!(out, "\nvalue        {} bytes, {}", value.bytes, value.outcome)?;
    if let Some(failure) = &value.failure {
        writeln!(out, "not judged   {failure}")?;
    }
    for FindTold { kind, layer, depth, checksum, at, length } in &value.finds {
        let encoded = if *depth > 0 { format!(", {depth} encodings deep") } else { String::new() };
        let checksum = checksum.map(|checksum| format!(", its checksum is {checksum}")).unwrap_or_default();
        writeln!(out, "found        {kind} at byte {at}, {length} bytes long, by {layer}{encoded}{checksum}")?;
    }
    for (kind, count) in &value.because {
        writeln!(out, "counted      {kind} {count}")?;
    }
    writeln!(out, "stored       {}", value.stored.as_deref().unwrap_or("nothing: withheld"))
}
