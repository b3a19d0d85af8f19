//! Applies a policy to values: search, action, cut. Whatever fails withholds the value and is counted.
//!
//! An [`Engine`] holds what is the same for all rows; a [`Judge`] redacts the values of one row and keeps its [`Tally`].

mod json;
mod kept;
mod recall;
mod tally;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use barograph_proto::keyed::{Domain, RedactionKeys};

use self::json::Keys;
use self::kept::Stands;
pub use self::recall::Recall;
use self::tally::Done;
pub use self::tally::{Reason, Tally, WITHHELD};
use crate::actions::{command, path, truncate};
use crate::detect::{Detector, Failure, Personal};
use crate::forms::{self, Forms};
use crate::policy::{Caller, Decision, LONGEST_LABEL, Policy, Steps, Target, Then};

/// Keys longer than this are hidden, bytes.
const LONGEST_KEY: usize = 128;

/// What Claude Code sends in place of a text that it withholds itself: it says so, and is no content.
const SENDERS_MARK: &str = "<REDACTED>";

/// A policy, ready to be applied.
pub struct Engine {
    policy: Policy,
    detector: Detector,
    keys: RedactionKeys,
    forms: Forms,
}

impl Engine {
    /// Makes a policy ready, with the keys that hash what it hides.
    pub fn new(policy: Policy, keys: RedactionKeys) -> Self {
        let detector = Detector::new(policy.detection());
        let forms = Forms::of(policy.kinds());
        Self { policy, detector, keys, forms }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What searches texts.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The epoch of the key that hashes.
    pub fn key_epoch(&self) -> u32 {
        self.keys.current_epoch()
    }

    /// Begins a row. `recall` is of one request, and of this engine alone.
    pub fn judge<'a>(&'a self, tenant: &'a str, caller: Caller<'a>, recall: &'a mut Recall) -> Judge<'a> {
        recall.begin(tenant, caller);
        Judge { engine: self, tenant, caller, recall, tally: Tally::default() }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("policy", &self.policy.hash()).finish_non_exhaustive()
    }
}

/// Redacts the values of one row.
#[derive(Debug)]
pub struct Judge<'a> {
    engine: &'a Engine,
    tenant: &'a str,
    caller: Caller<'a>,
    recall: &'a mut Recall,
    tally: Tally,
}

impl<'a> Judge<'a> {
    /// Redacts a text.
    pub fn text(&mut self, target: Target<'_>, value: &mut String) {
        self.change(Stands::text(target), value, |judge, value| judge.apply(judge.decide(target), value));
    }

    /// Redacts an array or map that was sent as one and is written as JSON.
    pub fn nested(&mut self, target: Target<'_>, value: &mut String) {
        let stands = Stands::attribute(target, Stands::Nested);
        self.change(stands, value, |judge, value| judge.nested_json(judge.decide(target), value));
    }

    /// Redacts a number or a flag that was sent as one: a measure, kept unless a rule names it and hides it.
    pub fn measure(&mut self, target: Target<'_>, value: &mut String) {
        let stands = Stands::attribute(target, Stands::Measure);
        if stands.is_some_and(|stands| self.recall.kept.has(stands, value)) {
            return self.kept(value);
        }
        self.change(None, value, |judge, value| {
            let decision = judge.decide(target);
            if decision.place.is_some() && decision.steps.then.hides() {
                return judge.apply(decision, value);
            }
            if let Some(stands) = stands {
                judge.recall.kept.keep(stands, value);
            }
            None
        });
    }

    /// Redacts what is no text: hashed where its rule hashes, else withheld.
    pub fn opaque(&mut self, target: Target<'_>, value: &mut String) {
        self.change(None, value, |judge, value| {
            let decision = judge.decide(target);
            match &decision.steps.then {
                _ if value.is_empty() || judge.engine.forms.is_whole(value) => None,
                Then::Hash(_) => judge.apply(decision, value),
                _ => Some(judge.withheld(value, Reason::NotText)),
            }
        });
    }

    /// Redacts a key: one that is no plain name, or holds something to be found, is hidden.
    pub fn key(&mut self, key: &mut String) {
        self.change(Some(Stands::Key), key, Self::hidden_key);
    }

    /// What was found and done.
    pub fn tally(self) -> Tally {
        self.tally
    }

    fn decide(&self, target: Target<'_>) -> &'a Decision {
        self.engine.policy.decide(self.caller, target)
    }

    /// Changes a value in place, keeping the books, unless the same was kept in the same place before. A panic withholds
    /// it.
    fn change(
        &mut self,
        stands: Option<Stands<'_>>,
        value: &mut String,
        judge: impl FnOnce(&mut Self, &str) -> Option<String>,
    ) {
        // Most cells of a row are empty: nothing to look up a rule for.
        if value.is_empty() || stands.is_some_and(|stands| self.recall.kept.has(stands, value)) {
            return self.kept(value);
        }
        let before = value.len();
        let redacted = match catch_unwind(AssertUnwindSafe(|| judge(self, value))) {
            Ok(redacted) => redacted,
            Err(_) => Some(self.withheld(value, Reason::Failure(Failure::Panicked))),
        };
        let changed = redacted.is_some();
        if let Some(redacted) = redacted {
            *value = redacted;
        } else if let Some(stands) = stands
            && self.tally.is_silent()
        {
            self.recall.kept.keep(stands, value);
        }
        self.tally.value(before, value.len(), changed);
    }

    /// Closes the books on a value that stays as it is.
    fn kept(&mut self, value: &str) {
        self.tally.value(value.len(), value.len(), false);
    }

    /// What becomes of a text; none when it stays as it is.
    fn apply(&mut self, decision: &Decision, value: &str) -> Option<String> {
        if value.is_empty() || self.engine.forms.is_whole(value) {
            return None;
        }
        let Decision { steps, place, .. } = decision;
        match &steps.then {
            Then::Arguments => return self.json_text(Keys::Arguments, "arguments", value),
            Then::Attributes => return self.json_text(Keys::Attributes, "content", value),
            Then::Keep(Some(shape)) if shape.is_unread(value) => return None,
            _ => {}
        }
        let searched = match self.searched(steps.detect, value) {
            Ok(searched) => searched,
            Err(failure) => return Some(self.withheld(value, Reason::Failure(failure))),
        };
        if place.is_none() && steps.then.hides() {
            self.tally.withheld(Reason::NoRule);
        }
        let written = match self.written(decision, value, searched) {
            Ok(written) => written,
            Err(failure) => return Some(self.withheld(value, Reason::Failure(failure))),
        };
        match written {
            Cow::Owned(written) if written != value => Some(written),
            _ => None,
        }
    }

    /// What a decision writes of a value that was searched already.
    fn written<'v>(
        &mut self,
        decision: &Decision,
        value: &'v str,
        searched: Cow<'v, str>,
    ) -> Result<Cow<'v, str>, Failure> {
        let Decision { steps, place, .. } = decision;
        let written = match &steps.then {
            Then::Keep(None) => searched,
            Then::Keep(Some(shape)) if shape.fits(value) && searched.len() <= LONGEST_LABEL => searched,
            Then::Keep(Some(shape)) => self.hashed(shape.kind(), value).into(),
            Then::Drop if place.is_none() => forms::withheld(value).into(),
            Then::Drop => self.withheld(value, Reason::Rule).into(),
            Then::Hash(_) if value == SENDERS_MARK => value.into(),
            Then::Hash(kind) => self.hashed(kind, value).into(),
            Then::Mask(kind) => {
                self.tally.done(Done::Masked(kind));
                forms::masked(kind, value).into()
            }
            Then::Tokenise(kind) => self.tokenised(kind, value).into(),
            Then::Path => path::hide_users(searched, |user| self.tokenised("user", user)),
            Then::PathHashed => {
                let hashes = path::hashes(value, |folder| self.engine.keys.hash(self.tenant, Domain::Path, folder))?;
                self.tally.done(Done::Hashed("path"));
                forms::path(&hashes).into()
            }
            Then::Command => {
                let hide = |operand: &str| self.hashed("arg", operand);
                command::hide_operands(&searched, hide).unwrap_or_else(|| self.hashed("arg", value)).into()
            }
            // Taken apart before.
            Then::Arguments | Then::Attributes => self.withheld(value, Reason::NotText).into(),
        };
        match steps.truncate {
            Some(limit) => self.cut(steps, limit, written),
            None => Ok(written),
        }
    }

    /// Cuts a text. What is left is searched again, since the cut may have made something of it that is found.
    fn cut<'v>(&mut self, steps: &Steps, limit: usize, text: Cow<'v, str>) -> Result<Cow<'v, str>, Failure> {
        let Some(mut cut) = truncate::cut(&text, limit, self.engine.detector.marks()) else { return Ok(text) };
        self.tally.done(Done::Truncated);
        for _ in 0..4 {
            match self.searched(steps.detect, &cut)? {
                Cow::Borrowed(_) => return Ok(cut.into()),
                Cow::Owned(searched) => {
                    cut = truncate::cut(&searched, limit, self.engine.detector.marks()).unwrap_or(searched);
                }
            }
        }
        Err(Failure::NotAtRest)
    }

    /// A text with marks in place of what is found in it; as it is where nothing is to be searched for.
    fn searched<'v>(&mut self, detect: Option<Personal>, value: &'v str) -> Result<Cow<'v, str>, Failure> {
        let Some(personal) = detect else { return Ok(value.into()) };
        let (body, cut) = forms::split_truncated(value);
        let searched = self.recall.search(self.engine, self.tenant, personal, body);
        let searched = searched.as_ref().as_ref().map_err(|failure| *failure)?;
        for finding in &searched.findings {
            finding.count(&mut self.tally);
        }
        Ok(searched.text.as_deref().map_or(Cow::Borrowed(value), |text| Cow::Owned(format!("{text}{cut}"))))
    }

    /// What becomes of a key; none when it stays as it is.
    fn hidden_key(&mut self, key: &str) -> Option<String> {
        let is_plain = key.len() <= LONGEST_KEY
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/:".contains(&byte))
            && matches!(self.searched(Some(Personal::Mask), key), Ok(Cow::Borrowed(_)));
        if is_plain || forms::is_key(key) {
            return None;
        }
        self.tally.done(Done::Masked("key"));
        Some(forms::key(key))
    }

    fn hashed(&mut self, kind: &str, value: &str) -> String {
        self.tally.done(Done::Hashed(kind));
        forms::hashed(kind, value, &self.engine.keys.hash(self.tenant, Domain::Value, value))
    }

    fn tokenised(&mut self, kind: &str, value: &str) -> String {
        self.tally.done(Done::Tokenised(kind));
        self.engine.tokenised(self.tenant, kind, value)
    }

    fn withheld(&mut self, value: &str, reason: Reason) -> String {
        self.tally.withheld(reason);
        forms::withheld(value)
    }
}

impl Engine {
    /// Users have one token wherever they stand: in a path, in a text, in a column.
    fn tokenised(&self, tenant: &str, kind: &str, value: &str) -> String {
        let domain = if kind == "user" { Domain::User } else { Domain::Value };
        forms::tokenised(kind, &self.keys.token(tenant, domain, value))
    }
}
