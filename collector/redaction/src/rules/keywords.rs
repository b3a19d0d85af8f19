//! Which rules a text can concern: those of which a keyword occurs in it, and those without keywords.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// All rules' keywords in one automaton.
#[derive(Debug)]
pub(super) struct Keywords {
    /// None when it could not be built: then every rule is run.
    automaton: Option<AhoCorasick>,
    /// The rules of each keyword.
    rules: Vec<Vec<usize>>,
    /// The rules that are always run.
    always: Due,
    count: usize,
}

impl Keywords {
    /// The automaton for the keywords of rules, by the rules' places.
    pub(super) fn of<'a>(keywords: impl Iterator<Item = &'a [String]>) -> Self {
        let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut always = Due::default();
        let mut count = 0;
        for (rule, keywords) in keywords.enumerate() {
            count += 1;
            if keywords.is_empty() || keywords.iter().any(String::is_empty) {
                always.add(rule);
            }
            for word in keywords.iter().filter(|word| !word.is_empty()) {
                words.entry(word.to_ascii_lowercase()).or_default().push(rule);
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .ascii_case_insensitive(true)
            .build(words.keys());
        Self { automaton: automaton.ok(), rules: words.into_values().collect(), always, count }
    }

    /// The rules that a text concerns.
    pub(super) fn due(&self, text: &[u8]) -> Due {
        let mut due = self.always.clone();
        let Some(automaton) = &self.automaton else {
            (0..self.count).for_each(|rule| due.add(rule));
            return due;
        };
        for found in automaton.find_overlapping_iter(text) {
            for rule in self.rules.get(found.pattern().as_usize()).into_iter().flatten() {
                due.add(*rule);
            }
        }
        due
    }
}

/// A set of rules, by their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Due(Vec<u64>);

impl Due {
    fn add(&mut self, rule: usize) {
        let word = rule / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << (rule % 64);
        }
    }

    /// The rules in it, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }
}
