//! What redaction did to a record, in words.

use barograph_proto::values;
use barograph_query::questions::record::Record;

use crate::calls::Link;
use crate::format::{count, href};

/// Redaction's account of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redaction {
    pub(crate) outcome: String,
    pub(crate) policy: String,
    /// `1,204 bytes in, 980 stored`.
    pub(crate) bytes: String,
    /// `epoch 2`.
    pub(crate) epoch: String,
    pub(crate) kinds: Vec<Kind>,
    /// The secrets that were found, each with the calls that have it too.
    pub(crate) secrets: Vec<Link>,
}

/// Something that was found or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) times: String,
    pub(crate) meaning: String,
}

impl Redaction {
    /// None for a record that says nothing of it.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let column = |name: &str| {
            record
                .columns
                .iter()
                .find(|(column, _)| column == name)
                .map(|(_, value)| value.as_str())
                .unwrap_or_default()
        };
        let bytes = |name: &str| column(name).parse().map_or_else(|_| "unknown".to_owned(), count);
        let policy = column("redaction_policy");
        let kinds = record.redaction_kinds.iter().map(|(name, times)| Kind {
            name: name.clone(),
            times: count(*times),
            meaning: meaning(name),
        });
        let secrets = record
            .redaction_secrets
            .iter()
            .map(|(hash, kind)| Link { label: format!("{kind} {hash}"), href: href("/search", &[("text", hash)]) });
        (!policy.is_empty()).then(|| Self {
            outcome: outcome(column("redaction_outcome")).to_owned(),
            policy: policy.to_owned(),
            bytes: format!("{} bytes in, {} stored", bytes("redaction_bytes_in"), bytes("redaction_bytes_out")),
            epoch: match column("redaction_key_epoch") {
                "" => "unknown".to_owned(),
                epoch => format!("epoch {epoch}"),
            },
            kinds: kinds.collect(),
            secrets: secrets.collect(),
        })
    }
}

fn outcome(word: &str) -> &'static str {
    match values::Redaction::parse(word) {
        Some(values::Redaction::Kept) => "Kept: every value is as it was sent.",
        Some(values::Redaction::Redacted) => "Redacted: something was masked, hashed or rewritten.",
        Some(values::Redaction::Withheld) => {
            "Withheld: a value is missing, since its rule drops it or no rule names it."
        }
        Some(values::Redaction::Failed) => "Failed closed: a value is missing, since it could not be judged.",
        None => "Unknown: it was stored before this was told.",
    }
}

/// What a name in the column `redaction_kinds` means.
fn meaning(name: &str) -> String {
    let reason = |reason: &str| {
        match reason {
            "no-rule" => "Not stored: no rule of the policy names it.",
            "rule" => "Not stored: a rule drops it.",
            "not-text" => "Not stored: it is neither text nor a number.",
            "too-long" => "Not stored: it is longer than what is searched for secrets.",
            "not-at-rest" => "Not stored: the search for secrets found new ones again and again.",
            "over-budget" => "Not stored: the search for secrets took longer than it may.",
            "panicked" => "Not stored: the search for secrets failed. That is a fault of Barograph’s.",
            _ => "Not stored.",
        }
        .to_owned()
    };
    match name.split_once(':') {
        Some(("hashed", _)) => "A whole value, stored as its keyed hash: equal values can be found.".to_owned(),
        Some(("masked", _)) => "A whole value, stored as its kind and length.".to_owned(),
        Some(("tokenised", _)) => "A value, stored as a token that is the same wherever the value stands.".to_owned(),
        Some(("withheld", why)) => reason(why),
        _ if name == "truncated" => "Cut: only the beginning is stored.".to_owned(),
        _ => "Found in a text and taken out of it.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_meaning_of_its_own() {
        let names = [
            "github-pat",
            "truncated",
            "hashed:prompt",
            "masked:ticket",
            "tokenised:user",
            "withheld:no-rule",
            "withheld:rule",
            "withheld:not-text",
            "withheld:too-long",
            "withheld:not-at-rest",
            "withheld:over-budget",
            "withheld:panicked",
        ];
        let meanings: std::collections::BTreeSet<_> = names.iter().map(|name| meaning(name)).collect();
        assert_eq!(meanings.len(), names.len());
    }

    #[test]
    fn a_record_of_an_older_layout_says_unknown() {
        let columns = vec![("redaction_policy".to_owned(), "0123456789abcdef".to_owned())];
        let told = Redaction::of(&Record { columns, ..Record::default() }).unwrap();
        assert!(told.outcome.starts_with("Unknown"));
        assert_eq!((told.bytes.as_str(), told.epoch.as_str()), ("unknown bytes in, unknown stored", "unknown"));
        assert_eq!(Redaction::of(&Record::default()), None);
    }
}
