//! Names with stars: what they match, and how two of them relate.

use std::fmt;

/// A name in which `*` stands for any letters, also none. Everything else stands for itself, in its own case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Glob(Box<str>, Stars);

/// Where its stars are: most patterns need no search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stars {
    None,
    /// It is nothing but a star.
    Only,
    First,
    Last,
    Elsewhere,
}

/// How what one pattern matches relates to what another matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    /// Everything that the first matches, the second does too, and more.
    Narrower,
    /// The other way round.
    Wider,
    /// Some names are matched by both, some by the first only, some by the second only.
    Overlapping,
    Disjoint,
}

impl Glob {
    pub(super) fn new(text: &str) -> Self {
        let mut normal = String::with_capacity(text.len());
        for letter in text.chars() {
            if letter != '*' || !normal.ends_with('*') {
                normal.push(letter);
            }
        }
        let stars = match (normal.find('*'), normal.rfind('*')) {
            (None, _) | (_, None) => Stars::None,
            (Some(0), Some(0)) if normal.len() == 1 => Stars::Only,
            (Some(0), Some(0)) => Stars::First,
            (Some(one), Some(two)) if one == two && two + 1 == normal.len() => Stars::Last,
            _ => Stars::Elsewhere,
        };
        Self(normal.into(), stars)
    }

    pub(super) fn any() -> Self {
        Self("*".into(), Stars::Only)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_any(&self) -> bool {
        self.1 == Stars::Only
    }

    pub(super) fn is_literal(&self) -> bool {
        self.1 == Stars::None
    }

    /// Whether it matches a name.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self.1 {
            Stars::None => *self.0 == *name,
            Stars::Only => true,
            Stars::First => self.0.strip_prefix('*').is_some_and(|end| name.ends_with(end)),
            Stars::Last => self.0.strip_suffix('*').is_some_and(|start| name.starts_with(start)),
            Stars::Elsewhere => matches(self.0.as_bytes(), name.as_bytes()),
        }
    }

    /// Whether it matches everything that the other does. A star in the other can only be matched by a star here, so
    /// matching the other's own spelling decides it.
    fn contains(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }

    pub(super) fn relation(&self, other: &Self) -> Relation {
        if self == other {
            return Relation::Equal;
        }
        if self.is_literal() && other.is_literal() {
            return Relation::Disjoint;
        }
        match (other.contains(self), self.contains(other)) {
            (true, true) => Relation::Equal,
            (true, false) => Relation::Narrower,
            (false, true) => Relation::Wider,
            (false, false) if self.common(other).is_some() => Relation::Overlapping,
            (false, false) => Relation::Disjoint,
        }
    }

    /// A name that both match: a shortest one.
    pub(super) fn common(&self, other: &Self) -> Option<String> {
        let (one, two): (Vec<char>, Vec<char>) = (self.0.chars().collect(), other.0.chars().collect());
        if self.is_literal() && other.is_literal() {
            return (one == two).then(|| self.0.to_string());
        }
        // Row by row from the ends: whether the rests of both have a name in common.
        let width = two.len() + 1;
        let mut meets = vec![false; (one.len() + 1) * width];
        let meet = |meets: &[bool], i: usize, j: usize| meets.get(i * width + j).copied().unwrap_or(false);
        for i in (0..=one.len()).rev() {
            for j in (0..=two.len()).rev() {
                let value = match (one.get(i), two.get(j)) {
                    (None, None) => true,
                    (Some('*'), None) => meet(&meets, i + 1, j),
                    (None, Some('*')) => meet(&meets, i, j + 1),
                    (Some('*'), Some(_)) | (Some(_), Some('*')) => meet(&meets, i + 1, j) || meet(&meets, i, j + 1),
                    (Some(a), Some(b)) => a == b && meet(&meets, i + 1, j + 1),
                    _ => false,
                };
                if let Some(slot) = meets.get_mut(i * width + j) {
                    *slot = value;
                }
            }
        }
        meet(&meets, 0, 0).then(|| {
            let (mut i, mut j, mut name) = (0, 0, String::new());
            loop {
                match (one.get(i), two.get(j)) {
                    (Some('*'), _) if meet(&meets, i + 1, j) => i += 1,
                    (_, Some('*')) if meet(&meets, i, j + 1) => j += 1,
                    // A star takes the other's letter.
                    (Some('*'), Some(letter)) => {
                        name.push(*letter);
                        j += 1;
                    }
                    (Some(letter), Some('*')) => {
                        name.push(*letter);
                        i += 1;
                    }
                    (Some(letter), _) => {
                        name.push(*letter);
                        (i, j) = (i + 1, j + 1);
                    }
                    (None, _) => return name,
                }
            }
        })
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Relation {
    /// The relation of pairs, given that of their parts.
    pub(super) fn both(self, other: Self) -> Self {
        match (self, other) {
            (Self::Disjoint, _) | (_, Self::Disjoint) => Self::Disjoint,
            (Self::Equal, relation) | (relation, Self::Equal) => relation,
            (Self::Narrower, Self::Narrower) => Self::Narrower,
            (Self::Wider, Self::Wider) => Self::Wider,
            _ => Self::Overlapping,
        }
    }
}

/// Matches without going back further than to the last star: linear for all practical patterns.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut retry = None;
    while read < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, read));
                at += 1;
            }
            Some(byte) if name.get(read) == Some(byte) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after_star, taken)) = retry else { return false };
                (at, read) = (after_star, taken + 1);
                retry = Some((after_star, taken + 1));
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_stand_for_any_letters() {
        for (glob, name, expected) in [
            ("*", "", true),
            ("*", "x.y", true),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("*_ms", "duration_ms", true),
            ("*_ms", "duration_ms_", false),
            ("mcp__*__get*", "mcp__jira__get_issue", true),
            ("Bash", "bash", false),
            ("é*", "éa", true),
        ] {
            assert_eq!(Glob::new(glob).matches(name), expected, "{glob} {name}");
        }
    }

    #[test]
    fn relations_of_known_pairs() {
        use Relation::*;
        for (one, two, expected) in [
            ("a", "a", Equal),
            ("a**b", "a*b", Equal),
            ("a", "b", Disjoint),
            ("a", "*", Narrower),
            ("*", "a*", Wider),
            ("a*", "*b", Overlapping),
            ("a*", "b*", Disjoint),
            ("mcp__jira__*", "mcp__*", Narrower),
            ("mcp__jira__*", "mcp__*__get", Overlapping),
            ("*aa*", "*a*", Narrower),
            ("*a*b", "*b", Narrower),
            ("a*b*c", "a*c", Narrower),
        ] {
            assert_eq!(Glob::new(one).relation(&Glob::new(two)), expected, "{one} {two}");
        }
        assert_eq!(Glob::new("mcp__jira__*").common(&Glob::new("mcp__*__get")).unwrap(), "mcp__jira__get");
    }

    /// All names of up to five letters of an alphabet with one letter that no pattern has.
    fn names() -> Vec<String> {
        let mut names = vec![String::new()];
        let mut from = 0;
        for _ in 0..6 {
            let upto = names.len();
            for at in from..upto {
                names.extend(['a', 'b', 'x'].map(|letter| format!("{}{letter}", names[at])));
            }
            from = upto;
        }
        names
    }

    fn naive(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => naive(&pattern[1..], name) || (!name.is_empty() && naive(pattern, &name[1..])),
            (Some(a), Some(b)) => a == b && naive(&pattern[1..], &name[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn relations_are_those_of_what_is_matched(one in "[ab*]{0,4}", two in "[ab*]{0,4}") {
            let (one, two) = (Glob::new(&one), Glob::new(&two));
            let (mut both, mut first, mut second) = (false, false, false);
            for name in names() {
                let (a, b) = (naive(one.0.as_bytes(), name.as_bytes()), naive(two.0.as_bytes(), name.as_bytes()));
                prop_assert_eq!((one.matches(&name), two.matches(&name)), (a, b), "{:?} {:?} {}", one, two, name);
                both |= a && b;
                first |= a && !b;
                second |= !a && b;
            }
            let expected = match (both, first, second) {
                (false, ..) => Relation::Disjoint,
                (true, false, false) => Relation::Equal,
                (true, false, true) => Relation::Narrower,
                (true, true, false) => Relation::Wider,
                (true, true, true) => Relation::Overlapping,
            };
            prop_assert_eq!(one.relation(&two), expected, "{:?} {:?}", one, two);
            match one.common(&two) {
                Some(name) => prop_assert!(one.matches(&name) && two.matches(&name)),
                None => prop_assert!(!both),
            }
        }
    }
}
