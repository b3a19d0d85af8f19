//! JSON: every value by the decision for its place, what is not changed byte by byte as it was sent.
//!
//! A text may repeat a key; every value of it is redacted on its own, so none can hide behind another.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize as _;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::recall::{self, Finding};
use super::{Judge, Reason};
use crate::actions::command;
use crate::detect::{Failure, Found, Named};
use crate::policy::{Decision, Target, Then};

/// Values nested deeper than this are hashed whole.
const DEEPEST: usize = 64;

/// Whole numbers with so many digits may be a card's.
const CARD_DIGITS: usize = 13;

/// Where a key's rule is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Among the arguments of the row's tool.
    Arguments,
    /// Among the attributes.
    Attributes,
}

impl Judge<'_> {
    /// Redacts JSON that came as a text, each value by its key. What is no array or map is hashed.
    pub(super) fn json_text(&mut self, keys: Keys, kind: &str, text: &str) -> Option<String> {
        let is_container = text.trim_start().starts_with(['{', '[']);
        match serde_json::from_str::<&RawValue>(text) {
            Ok(json) if is_container => self.json(&Place { keys, decision: None, secret: None }, text, json),
            _ => Some(self.hashed(kind, text)),
        }
    }

    /// Redacts an array or map that was sent as one: texts by the attribute's own decision, inner values by theirs.
    pub(super) fn nested_json(&mut self, decision: &Decision, text: &str) -> Option<String> {
        let then = &decision.steps.then;
        if text.is_empty() || self.engine.forms.is_whole(text) {
            return None;
        }
        if hides(decision) {
            return self.apply(decision, text);
        }
        let keys = if *then == Then::Arguments { Keys::Arguments } else { Keys::Attributes };
        match serde_json::from_str::<&RawValue>(text) {
            Ok(json) => self.json(&Place { keys, decision: Some(decision), secret: None }, text, json),
            Err(_) => Some(self.withheld(text, Reason::NotText)),
        }
    }

    fn json(&mut self, place: &Place<'_>, text: &str, json: &RawValue) -> Option<String> {
        let mut edits = Edits { text, edits: Vec::new() };
        self.value(place, &mut String::new(), json, 0, &mut edits);
        match edits.written() {
            Ok(written) => written,
            Err(Misplaced) => Some(self.withheld(text, Reason::Failure(Failure::Panicked))),
        }
    }

    /// Redacts one value. `path` is the dotted path to it.
    fn value(&mut self, place: &Place<'_>, path: &mut String, json: &RawValue, depth: usize, edits: &mut Edits<'_>) {
        match json.get().as_bytes().first() {
            Some(b'"') => self.string(place, path, json, edits),
            Some(b'{' | b'[') if depth >= DEEPEST => self.unread(json, edits),
            Some(b'{') if !place.is_hidden_whole() => self.fields(place, path, json, depth, edits),
            Some(b'[') if !place.is_hidden_whole() => self.items(place, path, json, depth, edits),
            _ => self.literal(place, path, json, edits),
        }
    }

    fn fields(&mut self, place: &Place<'_>, path: &mut String, json: &RawValue, depth: usize, edits: &mut Edits<'_>) {
        let Ok(Fields(fields)) = Fields::deserialize(&mut serde_json::Deserializer::from_str(json.get())) else {
            return self.unread(json, edits);
        };
        for (raw_key, value) in fields {
            let Ok(key) = serde_json::from_str::<String>(raw_key.get()) else { return self.unread(json, edits) };
            let length = path.len();
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&key);
            let own = match place.keys {
                Keys::Arguments => self.decide(Target::Argument(path)),
                Keys::Attributes => self.decide(Target::Attribute(&key)),
            };
            // What stands below a value that a rule names, and has no rule of its own, is part of it.
            let decision = place.inherited().filter(|_| own.place.is_none()).unwrap_or(own);
            let secret = decision.steps.detect.and_then(|_| self.engine.detector.names_secret(&key));
            let inner = Place { keys: place.keys_below(decision), decision: Some(decision), secret };
            self.value(&inner, path, value, depth + 1, edits);
            path.truncate(length);
            if let Some(hidden) = self.hidden_key(&key) {
                edits.replace(raw_key, &hidden);
            }
        }
    }

    fn items(&mut self, place: &Place<'_>, path: &mut String, json: &RawValue, depth: usize, edits: &mut Edits<'_>) {
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json.get()) else { return self.unread(json, edits) };
        let inner = Place { decision: place.inherited(), ..place.clone() };
        if let Some(decision) = inner.decision
            && inner.secret.is_none()
            && items.len() > 1
            && items.iter().all(|item| item.get().starts_with('"'))
        {
            return self.words(decision, &items, edits);
        }
        for item in items {
            self.value(&inner, path, item, depth + 1, edits);
        }
    }

    /// Several texts, which may be the words of a command: a flag says what the next one is.
    fn words(&mut self, decision: &Decision, items: &[&RawValue], edits: &mut Edits<'_>) {
        let Ok(sent) = items.iter().map(|item| serde_json::from_str(item.get())).collect::<Result<Vec<String>, _>>()
        else {
            return items.iter().for_each(|item| self.unread(item, edits));
        };
        let mut words = sent.clone();
        if decision.steps.detect.is_some() {
            let mut found = Vec::new();
            self.engine.detector.mask_vector(&mut words, &mut found);
            for found in &found {
                Finding::of(self.engine, self.tenant, found).count(&mut self.tally);
            }
        }
        if decision.steps.then == Then::Command {
            command::hide_operands_of(&mut words, |operand| self.hashed("arg", operand));
        } else {
            for word in &mut words {
                if let Some(redacted) = self.apply(decision, word) {
                    *word = redacted;
                }
            }
        }
        for ((item, sent), word) in items.iter().zip(&sent).zip(&words) {
            if sent != word {
                edits.replace(item, word);
            }
        }
    }

    fn string(&mut self, place: &Place<'_>, path: &str, json: &RawValue, edits: &mut Edits<'_>) {
        let Ok(text) = serde_json::from_str::<Cow<'_, str>>(json.get()) else { return self.unread(json, edits) };
        let decision = self.decision(place, path);
        if let Some(redacted) = self.named(place, decision, &text) {
            edits.replace(json, &redacted);
        }
    }

    /// A number, a flag, nothing, or a value that is hidden whole. Numbers of attributes are measures, those of arguments
    /// may be anything.
    fn literal(&mut self, place: &Place<'_>, path: &str, json: &RawValue, edits: &mut Edits<'_>) {
        let text = json.get();
        let decision = self.decision(place, path);
        let is_number = !matches!(text, "true" | "false" | "null");
        let may_be_card = text.len() >= CARD_DIGITS && decision.steps.detect.is_some();
        let is_measure = decision.place.is_none() && place.keys == Keys::Attributes;
        let is_kept = is_measure || (matches!(decision.steps.then, Then::Keep(_)) && !may_be_card);
        if (hides(decision) || (is_number && (!is_kept || place.secret.is_some())))
            && let Some(redacted) = self.named(place, decision, text)
        {
            edits.replace(json, &redacted);
        }
    }

    /// What becomes of a text whose key may say that it is a secret.
    fn named(&mut self, place: &Place<'_>, decision: &Decision, text: &str) -> Option<String> {
        let (Some(named), Some(personal)) = (&place.secret, decision.steps.detect) else {
            return self.apply(decision, text);
        };
        if text.is_empty() || self.engine.forms.is_whole(text) {
            return None;
        }
        let write = |found: &Found| recall::token(self.engine, self.tenant, found);
        let masked = match self.engine.detector.mask_value(text, named, personal, &write) {
            Ok(masked) => masked,
            Err(failure) => return Some(self.withheld(text, Reason::Failure(failure))),
        };
        for found in &masked.found {
            Finding::of(self.engine, self.tenant, found).count(&mut self.tally);
        }
        if decision.steps.then.hides() {
            return self.apply(decision, text);
        }
        let redacted = self.apply(decision, &masked.text);
        redacted.or(match masked.text {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        })
    }

    /// The decision for a value: that of the nearest key above, or what happens to what has none.
    fn decision<'p>(&self, place: &Place<'p>, path: &str) -> &'p Decision
    where
        Self: 'p,
    {
        place.decision.unwrap_or_else(|| match place.keys {
            Keys::Arguments => self.decide(Target::Argument(path)),
            Keys::Attributes => self.decide(Target::Attribute(path)),
        })
    }

    /// What is nested too deep: hashed.
    fn unread(&mut self, json: &RawValue, edits: &mut Edits<'_>) {
        let hashed = self.hashed("content", json.get());
        edits.replace(json, &hashed);
    }
}

/// Whether a rule says that a value is hidden whole.
fn hides(decision: &Decision) -> bool {
    decision.place.is_some() && decision.steps.then.hides()
}

/// What is known of the place in which a value stands.
#[derive(Clone)]
struct Place<'a> {
    keys: Keys,
    /// Of the nearest key above; none at the top.
    decision: Option<&'a Decision>,
    /// What the key says that the value is.
    secret: Option<Named>,
}

impl<'a> Place<'a> {
    /// Whether an array or map is hidden as one. Below a hidden argument another rule may name a single value.
    fn is_hidden_whole(&self) -> bool {
        self.keys == Keys::Attributes && self.decision.is_some_and(hides)
    }

    /// The decision that values below have when no rule names them: that of a rule which names what they are part of.
    fn inherited(&self) -> Option<&'a Decision> {
        let by_own_rules = |then: &Then| matches!(then, Then::Arguments | Then::Attributes);
        self.decision.filter(|decision| decision.place.is_some() && !by_own_rules(&decision.steps.then))
    }

    fn keys_below(&self, decision: &Decision) -> Keys {
        match decision.steps.then {
            Then::Arguments => Keys::Arguments,
            Then::Attributes => Keys::Attributes,
            _ => self.keys,
        }
    }
}

/// The fields of an object in order, repeated keys too.
struct Fields<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// What is to be written anew of a JSON text.
struct Edits<'a> {
    text: &'a str,
    edits: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    /// Writes a string in place of a value of the text.
    fn replace(&mut self, json: &RawValue, with: &str) {
        // Every value that is read is a part of the text itself.
        let start = json.get().as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
        self.edits.push((start..start.wrapping_add(json.get().len()), serde_json::Value::from(with).to_string()));
    }

    /// The text with its edits; none when there is none.
    fn written(mut self) -> Result<Option<String>, Misplaced> {
        if self.edits.is_empty() {
            return Ok(None);
        }
        self.edits.sort_by_key(|(span, _)| span.start);
        let mut written = String::with_capacity(self.text.len());
        let mut copied = 0;
        for (span, with) in self.edits {
            written.push_str(self.text.get(copied..span.start).ok_or(Misplaced)?);
            written.push_str(&with);
            copied = span.end;
        }
        written.push_str(self.text.get(copied..).ok_or(Misplaced)?);
        Ok(Some(written))
    }
}

/// Edits that overlap or lie outside of the text: our own fault.
struct Misplaced;
