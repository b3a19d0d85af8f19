//! The event ids of recent rows, so that a request that is sent again counts once.

use std::collections::HashSet;

/// How many ids are remembered at most, in two generations: at 50,000 rows a second the last ten to twenty seconds,
/// at a small team's rate months. About 40 MB when full.
pub(crate) const SEEN_IDS: usize = 1_000_000;

/// A bounded memory of ids. When the young generation is full, it becomes the old one, and the old one is forgotten.
#[derive(Debug)]
pub(crate) struct Seen {
    young: HashSet<u128>,
    old: HashSet<u128>,
    generation: usize,
}

impl Seen {
    /// An empty memory of that many ids, at least two. It has its room from the beginning: a table that grows moves all
    /// that is in it at once, while the whole journal waits.
    pub(crate) fn new(capacity: usize) -> Self {
        let generation = (capacity / 2).max(1);
        let room = || HashSet::with_capacity(generation);
        Self { young: room(), old: room(), generation }
    }

    /// Remembers an id; false when it was known.
    pub(crate) fn insert(&mut self, id: u128) -> bool {
        if self.old.contains(&id) {
            return false;
        }
        if self.young.len() >= self.generation {
            if self.young.contains(&id) {
                return false;
            }
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(id)
    }

    /// Forgets ids whose rows did not become durable after all.
    pub(crate) fn forget(&mut self, ids: &[u128]) {
        for id in ids {
            let _: bool = self.young.remove(id) || self.old.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_half_of_the_capacity_and_never_more_than_all_is_remembered() {
        let mut seen = Seen::new(10);
        assert!((0..100).all(|id| seen.insert(id)));
        assert!((95..100).all(|id| !seen.insert(id)));
        assert!(seen.young.len() + seen.old.len() <= 10);
    }

    #[test]
    fn a_forgotten_id_is_new_again() {
        let mut seen = Seen::new(10);
        assert!(seen.insert(1) && seen.insert(2));
        seen.forget(&[1]);
        assert!(seen.insert(1) && !seen.insert(2));
    }
}
