//! Secrets on command lines: `--password x`, `curl -u user:x`, `mysql -px`, `echo x | docker login --password-stdin`.
//!
//! Every line is read as if it were a command line, and every string with blanks in it too (`bash -c '…'`, a workflow's
//! `run:`, an argument vector of another language); what is known of programs (`programs`) says which words are secrets.

mod commands;
mod inputs;
mod judge;
mod part;
mod words;

use std::ops::Range;

use self::commands::Command;
use self::words::Word;
use crate::detect::{Hits, Kind, Marks, Text};

/// Finds secrets on command lines.
pub(crate) fn scan(text: Text<'_>, hits: &mut Hits) {
    commands::each(text, &mut |command, piped| {
        let mut found = |word: &Word<'_>, part: Range<usize>, kind: &Kind| push(text, word, &part, kind, hits);
        let programs = judge::running(command);
        judge::judge(command, &programs, &mut found);
        inputs::inputs(text, command, &programs, piped, hits);
    });
}

/// Masks the secrets in an argument vector: what a shell would have been given as words. `found` is told each.
pub(crate) fn mask_vector(marks: &Marks, vector: &mut [String], found: &mut dyn FnMut(&Kind, &str)) {
    let mut places: Vec<(usize, Range<usize>, Kind)> = Vec::new();
    {
        let words = vector.iter().enumerate().map(|(at, word)| {
            let mut read = Word::plain(word.as_bytes(), 0..word.len());
            // The place in the vector stands in for the place in a source.
            read.span = at..at;
            read
        });
        let command = Command { words: words.collect(), redirects: Vec::new() };
        judge::judge(&command, &judge::running(&command), &mut |word, part, kind| {
            places.push((word.span.start, part, kind.clone()));
        });
    }
    places.sort_by_key(|(at, part, _)| (*at, std::cmp::Reverse(part.start)));
    let mut last = None;
    for (at, part, kind) in places {
        let Some(word) = vector.get_mut(at) else { continue };
        let Some(secret) = word.get(part.clone()).filter(|text| last != Some(at) && !marks.is_mark(text)) else {
            continue;
        };
        last = Some(at);
        found(&kind, secret);
        word.replace_range(part, &format!("[{kind}]"));
    }
}

fn push(text: Text<'_>, word: &Word<'_>, part: &Range<usize>, kind: &Kind, hits: &mut Hits) {
    let span = word.source(part);
    let secret = word.value.get(part.clone()).unwrap_or_default();
    match text.bytes().get(span.clone()) {
        Some(stretch) if stretch == secret => hits.push(span.start, span.end, kind),
        _ => hits.push_spelt(span, kind, &String::from_utf8_lossy(secret)),
    }
}
