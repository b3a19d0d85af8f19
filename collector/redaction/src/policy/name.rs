//! What a rule's names are names of, and how those of two rules relate.

use std::fmt;

use super::glob::{Glob, Relation};

/// What rules are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Domain {
    Argument,
    Attribute,
    Column,
}

/// A pattern for arguments, attributes or columns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    /// An argument's key, however deep it stands.
    Key(Glob),
    /// An argument's keys from the top: a star stays within one key.
    Path(Vec<Glob>),
    /// An attribute's key or a column.
    Whole(Glob),
}

impl Name {
    /// Reads an argument's name: a key, or with dots a path (`.key` is a key at the top).
    pub(super) fn argument(text: &str) -> Result<Self, String> {
        if !text.contains('.') {
            return Ok(Self::Key(Glob::new(text)));
        }
        let keys: Vec<&str> = text.strip_prefix('.').unwrap_or(text).split('.').collect();
        if keys.iter().any(|key| key.is_empty()) {
            return Err(format!("`{text}` is no path: a key between two dots is empty"));
        }
        Ok(Self::Path(keys.into_iter().map(Glob::new).collect()))
    }

    /// Whether it matches a name; of an argument the keys from the top, joined by dots.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Key(key) => key.matches(last_key(name)),
            Self::Path(keys) => {
                let mut parts = name.split('.');
                keys.iter().all(|key| parts.next().is_some_and(|part| key.matches(part))) && parts.next().is_none()
            }
            Self::Whole(glob) => glob.matches(name),
        }
    }

    /// How it relates to another name of its domain.
    pub(super) fn relation(&self, other: &Self) -> Relation {
        match (self, other) {
            (Self::Key(one), Self::Key(two)) | (Self::Whole(one), Self::Whole(two)) => one.relation(two),
            (Self::Path(one), Self::Path(two)) if one.len() == two.len() => {
                let relations = one.iter().zip(two).map(|(one, two)| one.relation(two));
                relations.fold(Relation::Equal, Relation::both)
            }
            (Self::Path(path), Self::Key(key)) => beneath(path, key),
            (Self::Key(key), Self::Path(path)) => match beneath(path, key) {
                Relation::Narrower => Relation::Wider,
                relation => relation,
            },
            _ => Relation::Disjoint,
        }
    }

    /// A name that both match.
    pub(super) fn common(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Key(one), Self::Key(two)) | (Self::Whole(one), Self::Whole(two)) => one.common(two),
            (Self::Path(one), Self::Path(two)) if one.len() == two.len() => {
                let keys: Option<Vec<String>> = one.iter().zip(two).map(|(one, two)| one.common(two)).collect();
                keys.map(|keys| keys.join("."))
            }
            (Self::Path(path), Self::Key(key)) | (Self::Key(key), Self::Path(path)) => {
                let (last, above) = path.split_last()?;
                let mut keys: Vec<String> = above.iter().map(|key| key.as_str().replace('*', "")).collect();
                keys.push(last.common(key)?);
                Some(keys.join("."))
            }
            _ => None,
        }
    }

    /// The one name that the last key (or the whole) can have, if there is only one.
    pub(super) fn literal(&self) -> Option<&str> {
        let last = match self {
            Self::Key(glob) | Self::Whole(glob) => glob,
            Self::Path(keys) => keys.last()?,
        };
        last.is_literal().then(|| last.as_str())
    }
}

/// How a path relates to a key at any depth. Some other depth always has the key too, so it is never the wider one.
fn beneath(path: &[Glob], key: &Glob) -> Relation {
    match path.last().map(|last| last.relation(key)) {
        Some(Relation::Equal | Relation::Narrower) => Relation::Narrower,
        Some(Relation::Wider | Relation::Overlapping) => Relation::Overlapping,
        Some(Relation::Disjoint) | None => Relation::Disjoint,
    }
}

/// The last key of an argument's path.
pub(super) fn last_key(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, key)| key)
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(glob) | Self::Whole(glob) => f.write_str(glob.as_str()),
            Self::Path(keys) => match keys.as_slice() {
                [key] => write!(f, ".{}", key.as_str()),
                keys => f.write_str(&keys.iter().map(Glob::as_str).collect::<Vec<_>>().join(".")),
            },
        }
    }
}

impl Domain {
    /// The key that a rule of this domain has.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Attribute => "attribute",
            Self::Column => "column",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_stand_at_any_depth_and_paths_from_the_top() {
        for (pattern, name, expected) in [
            ("content", "content", true),
            ("content", "edits.content", true),
            ("content", "content.x", false),
            ("*_path", "a.file_path", true),
            ("*", "a.b", true),
            (".content", "content", true),
            (".content", "edits.content", false),
            ("config.url", "config.url", true),
            ("config.url", "x.config.url", false),
            ("config.*", "config.url", true),
            ("config.*", "config.url.host", false),
            ("*.url", "config.url", true),
        ] {
            assert_eq!(Name::argument(pattern).unwrap().matches(name), expected, "{pattern} {name}");
        }
        assert!(Name::argument("a..b").is_err() && Name::argument("a.").is_err() && Name::argument(".").is_err());
    }

    fn paths() -> Vec<String> {
        let mut keys = vec![String::new()];
        for length in 0..3 {
            let longer: Vec<_> = keys.iter().filter(|key| key.len() == length).cloned().collect();
            keys.extend(longer.iter().flat_map(|key| ["a", "b", "x"].map(|letter| format!("{key}{letter}"))));
        }
        let two = keys.iter().flat_map(|one| keys.iter().map(move |two| format!("{one}.{two}")));
        let deep = keys.iter().map(|key| format!("x.x.{key}"));
        keys.iter().cloned().chain(two).chain(deep).collect()
    }

    proptest! {
        #[test]
        fn relations_are_those_of_what_is_matched(
            one in "[ab*]{1,2}|[.]?[ab*]{1,2}[.][ab*]{1,2}|[.][ab*]{1,2}",
            two in "[ab*]{1,2}|[.]?[ab*]{1,2}[.][ab*]{1,2}|[.][ab*]{1,2}",
        ) {
            let (one, two) = (Name::argument(&one).unwrap(), Name::argument(&two).unwrap());
            let (mut both, mut first, mut second) = (false, false, false);
            for path in paths() {
                both |= one.matches(&path) && two.matches(&path);
                first |= one.matches(&path) && !two.matches(&path);
                second |= !one.matches(&path) && two.matches(&path);
            }
            let expected = match (both, first, second) {
                (false, ..) => Relation::Disjoint,
                (true, false, false) => Relation::Equal,
                (true, false, true) => Relation::Narrower,
                (true, true, false) => Relation::Wider,
                (true, true, true) => Relation::Overlapping,
            };
            prop_assert_eq!(one.relation(&two), expected, "{} {}", &one, &two);
            match one.common(&two) {
                Some(name) => prop_assert!(one.matches(&name) && two.matches(&name), "{} {} {}", &one, &two, name),
                None => prop_assert!(!both),
            }
        }
    }
}
