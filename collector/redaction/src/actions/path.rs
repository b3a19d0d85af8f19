//! Paths: with their user as a token, or as hashes of their folders.

use std::borrow::Cow;

use barograph_proto::paths;

use crate::detect::Failure;

/// Longest path that is taken apart, bytes. No system that agents run on has longer ones.
const LONGEST: usize = 4096;

/// Writes what `hide` makes of it in place of every user's name in a path, or in a list with a path on each line.
pub(crate) fn hide_users(text: Cow<'_, str>, mut hide: impl FnMut(&str) -> String) -> Cow<'_, str> {
    let mut hidden: Option<String> = None;
    let mut copied = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        for user in paths::users(line.trim_end_matches(['\n', '\r'])) {
            let (from, to) = (start + user.start, start + user.end);
            let Some(name) = text.get(from..to) else { continue };
            let written = hidden.get_or_insert_with(|| String::with_capacity(text.len() + 16));
            written.push_str(text.get(copied..from).unwrap_or_default());
            written.push_str(&hide(name));
            copied = to;
        }
        start += line.len();
    }
    match hidden {
        None => text,
        Some(mut written) => {
            written.push_str(text.get(copied..).unwrap_or_default());
            written.into()
        }
    }
}

/// The hash of every folder on the way to a path, from the top, and of the path itself.
///
/// # Errors
/// When it is longer than a path can be.
pub(crate) fn hashes(path: &str, hash: impl Fn(&str) -> String) -> Result<Vec<String>, Failure> {
    if path.len() > LONGEST {
        return Err(Failure::TooLong);
    }
    Ok(paths::ancestors(path).iter().map(|folder| hash(folder)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        hide_users(text.into(), |user| format!("<{user}>")).into_owned()
    }

    #[test]
    fn users_are_hidden_and_the_rest_is_kept() {
        for (path, expected) in [
            ("/home/ada/src/x.rs", "/home/<ada>/src/x.rs"),
            ("/Users/ada/src", "/Users/<ada>/src"),
            (r"C:\Users\ada\x", r"C:\Users\<ada>\x"),
            ("file:///home/ada/x", "file:///home/<ada>/x"),
            ("/home/ada/a\n/home/bob/b\r\n~/c", "/home/<ada>/a\n/home/<bob>/b\r\n~/c"),
            ("src/x", "src/x"),
            ("~/x", "~/x"),
            ("", ""),
        ] {
            assert_eq!(hidden(path), expected);
        }
        assert!(matches!(hide_users("src/x".into(), str::to_owned), Cow::Borrowed(_)));
    }

    #[test]
    fn every_folder_has_a_hash_and_endless_paths_none() {
        let folders = hashes("/home/ada/x", |folder| format!("<{folder}>")).unwrap();
        assert_eq!(folders, ["</home>", "</home/ada>", "</home/ada/x>"]);
        assert_eq!(hashes(&"a/".repeat(4096), str::to_owned), Err(Failure::TooLong));
    }
}
