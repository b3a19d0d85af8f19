//! Labelled texts of our own: other secrets, in other places, than those of the shared corpus.
//!
//! Nothing here was written from the detector's rules. Values are made from a seed and from pieces, so that no scanner
//! takes this file for a leak.

// Paths, because the tests of the whole program take this file in as well.
#[path = "kinds/clean.rs"]
mod clean;
#[path = "kinds/clean_files.rs"]
mod clean_files;
#[path = "kinds/contexts.rs"]
mod contexts;
#[path = "kinds/dice.rs"]
mod dice;
#[path = "kinds/named.rs"]
mod named;
#[path = "kinds/own_places.rs"]
mod own_places;
#[path = "kinds/providers.rs"]
mod providers;
#[path = "kinds/second_draw.rs"]
mod second_draw;
#[path = "kinds/shape.rs"]
mod shape;
#[path = "kinds/template.rs"]
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

/// The corpus of a seed: each general kind in so many contexts, each placed kind in all its places, each clean text so
/// many times.
pub(crate) fn corpus(seed: u64, contexts_each: usize, clean_each: usize) -> Vec<Row> {
    let kinds: Vec<_> = general().collect();
    let clean: Vec<_> = clean::GROUPS.iter().chain(clean_files::GROUPS).collect();
    drawn(seed, (&kinds, contexts::CONTEXTS, own_places::PLACED, &clean), (contexts_each, clean_each))
}

/// The same of what was written last; and the kinds of the first draw in its contexts.
pub(crate) fn second_corpus(seed: u64) -> Vec<Row> {
    let kinds: Vec<_> = second_draw::KINDS.iter().chain(general()).collect();
    let clean: Vec<_> = second_draw::CLEAN.iter().collect();
    drawn(seed, (&kinds, second_draw::CONTEXTS, second_draw::PLACED, &clean), (12, 3))
}

type Tables<'a> = (&'a [&'a Kind], &'a [contexts::Context], &'a [Placed], &'a [&'a clean::Group]);

fn drawn(
    seed: u64,
    (kinds, contexts, placed, clean): Tables<'_>,
    (contexts_each, clean_each): (usize, usize),
) -> Vec<Row> {
    let mut dice = Dice::new(seed);
    let mut rows = Vec::new();
    for kind in kinds {
        let mut fitting: Vec<_> = contexts.iter().filter(|context| context.sorts.contains(&kind.sort)).collect();
        dice.shuffle(&mut fitting);
        for context in fitting.into_iter().take(contexts_each) {
            let filled = fill(context.template, &Case::of(kind, &mut dice), &mut dice);
            rows.push(filled.row(Label::Secret, kind.name, context.tool, context.argument));
        }
    }
    for kind in placed {
        for (tool, argument, template) in kind.places {
            for _ in 0..2 {
                let filled = fill(template, &Case::placed(kind, &mut dice), &mut dice);
                rows.push(filled.row(Label::Secret, kind.name, tool, argument));
            }
        }
    }
    for (group, texts) in clean {
        for (at, text) in texts.iter().enumerate() {
            for turn in 0..clean_each {
                let (tool, argument) =
                    [("Bash", "command"), ("Write", "content"), ("Edit", "new_string")][(at + turn) % 3];
                let filled = fill(text, &Case::clean(&mut dice), &mut dice);
                rows.push(filled.row(Label::Clean, group, tool, argument));
            }
        }
    }
    for (at, row) in rows.iter_mut().enumerate() {
        row.id = format!("h{at:05}");
    }
    rows
}
