//! Labelled texts of our own: other secrets, in other places, than those of the shared corpus.
//!
//! Nothing here was written from the detector's rules. Values are made from a seed and from pieces, so that no scanner
//! takes this file for a leak.

mod clean;
mod clean_files;
mod contexts;
mod dice;
mod named;
mod own_places;
mod providers;
mod shape;
mod template;

pub(crate) use self::dice::Dice;
pub(crate) use self::shape::Shape;
pub(crate) use self::template::{Case, fill};
use crate::score::{Label, Row};

/// A kind of secret that can stand wherever a secret of its sort can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) sort: Sort,
    pub(crate) shape: Shape,
    /// The variable that usually holds it.
    pub(crate) variable: &'static str,
    /// Where it is used.
    pub(crate) host: &'static str,
}

/// What a secret looks like without its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Its own form tells.
    Token,
    /// Random, but only its name tells that it is secret.
    Opaque,
    /// What a person thought of.
    Password,
}

/// A kind that has places of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Tool, argument, template.
    pub(crate) places: &'static [(&'static str, &'static str, &'static str)],
}

/// Every kind that goes through the general contexts.
pub(crate) fn general() -> impl Iterator<Item = &'static Kind> {
    providers::PROVIDERS.iter().chain(named::NAMED)
}

/// Every kind that has places of its own.
pub(crate) fn placed() -> impl Iterator<Item = &'static Placed> {
    own_places::PLACED.iter()
}

/// The corpus of a seed: each general kind in so many contexts, each placed kind in all its places, each clean text so
/// many times.
pub(crate) fn corpus(seed: u64, contexts_each: usize, clean_each: usize) -> Vec<Row> {
    let mut dice = Dice::new(seed);
    let mut rows = Vec::new();
    for kind in general() {
        let mut fitting: Vec<_> =
            contexts::CONTEXTS.iter().filter(|context| context.sorts.contains(&kind.sort)).collect();
        dice.shuffle(&mut fitting);
        for context in fitting.into_iter().take(contexts_each) {
            let case = Case::of(kind, &mut dice);
            rows.push(fill(context.template, &case, &mut dice).row(
                Label::Secret,
                kind.name,
                context.tool,
                context.argument,
            ));
        }
    }
    for kind in placed() {
        for (tool, argument, template) in kind.places {
            for _ in 0..2 {
                let case = Case::placed(kind, &mut dice);
                rows.push(fill(template, &case, &mut dice).row(Label::Secret, kind.name, tool, argument));
            }
        }
    }
    for (group, texts) in clean::GROUPS.iter().chain(clean_files::GROUPS) {
        for (at, text) in texts.iter().enumerate() {
            for turn in 0..clean_each {
                let (tool, argument) =
                    [("Bash", "command"), ("Write", "content"), ("Edit", "new_string")][(at + turn) % 3];
                let case = Case::clean(&mut dice);
                rows.push(fill(text, &case, &mut dice).row(Label::Clean, group, tool, argument));
            }
        }
    }
    for (at, row) in rows.iter_mut().enumerate() {
        row.id = format!("h{at:05}");
    }
    rows
}
